"""Questions to go on with after an answer, each of which can be answered.

Owns what is offered and in which order; knows nothing about how an answer is made, and asks
`can_answer` of each. They speak of the papers that the answer cites, by their names where
they have any, and of subjects that these share with papers that were read and not cited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice

from rag.conversation import Conversation
from rag.replies import Answer, Offer
from rag.suggest import NAME, find_shared

OFFERED = 3
EACH = 3  # of one kind, the most that are tried
SUBJECTS = 4


def suggest_followups(
    answer: Answer, conversation: Conversation, can_answer: Callable[[str], bool]
) -> tuple[str, ...]:
    """Up to three questions, none asked before; `conversation` has the answer already.

    The first of each kind that can be answered; where a kind has none, more of the others.
    """
    asked = {one.question.casefold() for one in conversation.exchanges}
    asked.add(answer.question.casefold())
    chosen: list[str] = []
    spare: list[Iterator[str]] = []
    for kind in _list_kinds(answer):
        found = (one for one in islice(kind, EACH) if one.casefold() not in asked)
        answered = filter(can_answer, found)
        chosen += islice(answered, 1)
        spare.append(answered)
        if len(chosen) == OFFERED:
            return tuple(chosen)
    rest = (one for kind in spare for one in kind if one not in chosen)
    return (*chosen, *islice(rest, OFFERED - len(chosen)))


def _list_kinds(answer: Answer) -> Iterator[Iterator[str]]:
    """The kinds of questions, the best first, each with its questions."""
    cited = _rank_cited(answer)
    others = [offer for offer in answer.papers if not offer.cited]
    if not answer.comparison and not answer.refused:
        yield _ask_apart(cited)
    more, shared = _ask_more(cited, answer.question), _ask_shared(answer, cited, others)
    yield from (shared, more) if answer.refused else (more, shared)
    if not answer.refused:
        yield (f"How do {_mark(one)} and {_mark(two)} differ?" for one in cited for two in others)


def _rank_cited(answer: Answer) -> list[Offer]:
    """The cited papers, those that the most sentences and cells cite first."""
    said = [number for one in (*answer.sentences, *answer.cells) for number in one.citations]
    cited = [offer for offer in answer.papers if offer.cited]
    return sorted(cited, key=lambda offer: -said.count(offer.number))


def _ask_apart(cited: Sequence[Offer]) -> Iterator[str]:
    """Two of the cited papers, such as have names first."""
    pairs = list(combinations(cited, 2))
    for one, other in sorted(pairs, key=lambda pair: -sum(map(_has_name, pair))):
        both = _has_name(one) and _has_name(other)
        first, second = map(_name, (one, other)) if both else map(_mark, (one, other))
        yield f"How do {first} and {second} differ?"


def _ask_more(cited: Sequence[Offer], question: str) -> Iterator[str]:
    """A cited paper that was not itself asked for."""
    known = question.casefold()
    for offer in cited:
        title = offer.paper.title.casefold()
        if title in known or (_has_name(offer) and _name(offer).casefold() in known):
            continue
        if _has_name(offer):
            yield f"What is {_name(offer)}, and what did it show?"
        else:
            yield f"Tell me more about {_mark(offer)}"


def _ask_shared(answer: Answer, cited: Sequence[Offer], others: Sequence[Offer]) -> Iterator[str]:
    """What papers that were not cited have in common with those that were."""
    told, rest = [one.paper for one in cited], [one.paper for one in others]
    form = "What do the papers here say about {}?" if answer.refused else _OTHERS
    for subject in find_shared(told, rest or told, answer.question, SUBJECTS):
        yield form.format(subject)


_OTHERS = "What do other papers find about {}?"


def _has_name(offer: Offer) -> bool:
    return bool(NAME.match(offer.paper.title))


def _name(offer: Offer) -> str:
    found = NAME.match(offer.paper.title)
    return found.group(1) if found else _mark(offer)


def _mark(offer: Offer) -> str:
    return f"[{offer.number}]"
