"""A follow-up -> a question that stands alone, without a model.

Owns the order in which a question is taken apart and put together again; knows nothing
about papers but their numbers and titles. What points back is found by `references`, what it
means by `antecedents`, what is only a part of a question by `fragments`. A paper that is meant
is named by its title; a question that means what was asked before, not a paper, gets that in
brackets behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rag.conversation import Conversation
from rag.followup.antecedents import NAMED, Meant, Memory
from rag.followup.fragments import (
    Fragment,
    Part,
    capital,
    classify,
    join,
    strip_lead,
    topic_of,
    with_about,
)
from rag.followup.references import Kind, Mention, find_mentions

QUOTED_ALONE = re.compile(r"(?:“[^”]*”|the papers \[|(?:,| and) )+[\d\[\], and]*[?.! ]*")

LONGEST = 1500  # characters; who writes more explains all
WHICH = re.compile(
    r"^(\W*(?:(?:and|so|but)\s+)?which)(?:\s+ones?)?(?=\s+(?:is|are|was|were)"
    r"(?:\s+(?:the|a|an|more|most))?\s+\w+\W*$)|^(\W*(?:and\s+)?which)\s+ones?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question that stands alone.

    `about` are the numbers of the papers that it means outright; `follows`: something was
    taken from the conversation.
    """

    question: str
    about: tuple[int, ...] = ()
    follows: bool = False


def resolve(question: str, conversation: Conversation, titles: Mapping[int, str]) -> Resolved:
    """The question as it is meant at this point of the conversation.

    `titles` are the titles of the papers that have numbers. Papers are looked for among
    those that were cited last, also by a refusal, which names the nearest; what was asked
    is the last question that was answered. A question that is complete in itself comes back
    unchanged, and so does one that points to what there is not.
    """
    if len(question) > LONGEST:
        return Resolved(question)
    asked = WHICH.sub(_say_of_these, " ".join(question.split()))
    memory = Memory(conversation, titles)
    mentions = find_mentions(asked)
    if not conversation.exchanges or not asked or _is_unknown(mentions, titles):
        return Resolved(question)
    mentions = _drop_new(mentions, memory, asked)
    meant = [memory.find(mention, asked) for mention in mentions]
    told = [(mention, one) for mention, one in zip(mentions, meant, strict=True) if one.words]
    fragment = classify(asked)
    if told and not (fragment.part is Part.AGAIN and memory.asked):
        vague = len(told) < len(mentions) or any(one.vague for one in meant)
        return _complete(asked, told, vague, memory)
    if not memory.asked or (fragment.part is Part.WHOLE and not mentions):
        quoted = memory.quoted(asked)
        return Resolved(question, quoted, bool(quoted))
    lost = any(one.kind in (Kind.ORDER, Kind.OTHER, Kind.BOTH) for one in mentions)
    if lost or fragment.part in (Part.WHOLE, Part.BLANK):
        return _extend(asked, memory)
    return _join(fragment, memory)


def _say_of_these(match: re.Match[str]) -> str:
    """`which` and `which one` ask for one of what was named last."""
    return f"{match[1] or match[2]} of these"


def _is_unknown(mentions: tuple[Mention, ...], titles: Mapping[int, str]) -> bool:
    """Whether it speaks of a number that no paper has, and of none that one has."""
    numbers = {
        one for mention in mentions if mention.kind is Kind.NUMBER for one in mention.numbers
    }
    return bool(numbers) and not numbers & titles.keys()


def _drop_new(mentions: tuple[Mention, ...], memory: Memory, asked: str) -> tuple[Mention, ...]:
    """The mentions without descriptions, if one of these fits no paper known so far: then the
    question speaks of others."""
    described = [one for one in mentions if one.kind is Kind.TITLED]
    if all(memory.find(one, asked).words for one in described):
        return mentions
    return tuple(one for one in mentions if one.kind is not Kind.TITLED)


def _complete(
    asked: str, told: list[tuple[Mention, Meant]], vague: bool, memory: Memory
) -> Resolved:
    """A question with its references named, and with what is still missing of it."""
    about = tuple(dict.fromkeys(number for _, one in told for number in one.papers))
    replaced = asked
    for mention, one in reversed(told):
        words = one.words + ("’s" if mention.belongs else "")
        replaced = f"{replaced[: mention.start]}{words}{replaced[mention.end :]}"
    if QUOTED_ALONE.fullmatch(replaced):
        return Resolved(f"Tell me about {replaced.strip(' ?.!')}.", about, True)
    fragment = classify(replaced)
    if fragment.part in (Part.NAME, Part.PHRASE) and memory.asked:
        return Resolved(_join_name(fragment, memory), about, True)
    if (vague or len(about) > NAMED) and memory.asked:
        whole = with_about(strip_lead(replaced), topic_of(memory.asked))
        return Resolved(whole, about, True)
    return Resolved(capital(replaced), about, True)


def _extend(asked: str, memory: Memory) -> Resolved:
    """A question that means what was asked before."""
    whole = with_about(strip_lead(asked), topic_of(memory.asked))
    return Resolved(whole, memory.quoted(memory.asked), True)


def _join(fragment: Fragment, memory: Memory) -> Resolved:
    """A part of a question, joined to the question before."""
    side = memory.find_side(fragment.text) if fragment.part is Part.NAME else ()
    joined = _join_name(fragment, memory)
    return Resolved(joined, side or memory.quoted(joined), True)


def _join_name(fragment: Fragment, memory: Memory) -> str:
    """A side of what was compared is asked about by itself; anything else joins the question."""
    if fragment.part is Part.NAME and memory.find_side(fragment.text):
        return with_about(f"What about {fragment.text}?", topic_of(memory.asked))
    return join(memory.asked, fragment)
