"""The words of a question that point back at what was said before it.

Owns which words do so, and which only look like it; knows nothing about what they mean in a
conversation. English, by closed classes: pronouns, demonstratives, ordinals, nouns for papers.
A pronoun points back unless the question itself says what it stands for ("When models
memorise, do they generalise?"), or it stands for nothing ("Is it true that ...?").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain, islice
from typing import Any

from rag.terms import content_words

PAPER = r"papers?|stud(?:y|ies)|works?|articles?|preprints?|publications?|abstracts?|ones?|authors?"
PART = (
    r"methods?|approach(?:es)?|techniques?|algorithms?|models?|frameworks?|benchmarks?|datasets?"
    r"|results?|findings?|claims?|experiments?|ideas?|theor(?:y|ies)|proposals?|analys[ie]s"
    r"|conclusions?|statements?|sides?|options?|answers?"
)
AUXILIARY = (
    r"is|are|was|were|does|do|did|has|have|had|can|could|will|would|should|may|might|must|isn't"
    r"|aren't|doesn't|don't|didn't|won't"
)
PREPOSITION = (
    r"about|across|after|against|among|as|at|before|below|beyond|between|by|during|for|from|in"
    r"|into|inside|like|of|on|outside|over|through|to|towards?|under|versus|vs\.?|via|with"
    r"|within|without|compared|relative|given|instead|regarding|concerning|if|when|unless"
)
CONJUNCTION = r"and|or|but|than|nor|so|because|then|too|also|still|better|worse|more|less|most|only"
VERB = (
    r"(?:say|find|show|propose|report|use|claim|work|mean|differ|conclude|compare|argue|suggest"
    r"|study|test|agree|disagree|help|hold|apply|matter|happen|perform|look|come|get|make|need"
    r"|generali[sz]e|scale|cover|discuss|address|improve|fail|rely|assume|achieve|explain)(?:s|d|ed)?"
    r"|said|found|shown|meant"
)
CLOSED = rf"(?:{AUXILIARY}|{PREPOSITION}|{CONJUNCTION}|{VERB}|really|actually|all|both|each|not)"
# A noun may not follow: the end, punctuation, or a word that is none.
NO_NOUN = rf"(?=\s*$|\s*[?.!,;:)…]|['’]s\b|\s+{CLOSED}\b)"
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
ORDINAL = rf"(?:{'|'.join(ORDINALS)}|\d(?:st|nd|rd|th)|last|final|former|latter)"
COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "2": 2, "3": 3, "4": 4, "5": 5}
LISTED = r"\d{1,3}(?:\s*(?:[-–,;]|,?\s*and|&|or)\s*(?:\[|#)?\d{1,3}\]?)*"
NUMBERED = re.compile(
    rf"(?:\b(?:the\s+)?papers?\s*)?(?:\[\s*\^?{LISTED}\s*\](?:\s*,?\s*(?:and\s*)?)?)+(?<!\s)(?<!and)"
    rf"|(?:\b(?:the\s+)?(?:papers?|numbers?|nos?\.|sources?|references?|refs?\.?|citations?)\s*#?"
    rf"|(?<!\w)#){LISTED}\b(?!\.\d|%)",
    re.IGNORECASE,
)
ORDERED = re.compile(
    rf"\b(?:the|your|that)\s+(?P<which>{ORDINAL}(?:(?:\s*,\s*|\s+(?:and|or)\s+)(?:the\s+)?{ORDINAL})*)"
    rf"(?:\s+(?P<count>{'|'.join(COUNTS)}))?"
    rf"(?:\s+(?P<noun>{PAPER}|{PART})\b(?!\s+(?:to|that|ever)\b)|{NO_NOUN})",
    re.IGNORECASE,
)
OTHER = re.compile(rf"\bthe\s+other(?:\s+(?P<noun>{PAPER}|{PART})\b|{NO_NOUN})", re.IGNORECASE)
DESCRIBED = re.compile(
    r"\b(?:the|that|this|your)\s+(?P<what>(?:(?!the\b|that\b|this\b)[^\s,;:?!“”]+\s+){1,6}?)"
    r"(?P<noun>paper|study|work|article|preprint|one|authors)\b(?=\W|$)",
    re.IGNORECASE,
)
BOTH = re.compile(
    rf"\bboth(?:\s+of\s+(?:them|these|those))?(?:\s+(?P<noun>{PAPER}|{PART})\b)?"
    rf"(?!\s+[^?.,]*\band\b)",
    re.IGNORECASE,
)
MANY = re.compile(
    rf"\b(?P<word>these|those)(?:\s+(?:\w+\s+)?(?P<noun>{PAPER}|{PART})\b|{NO_NOUN}"
    r"|(?P<loose>\s+\w+))|\b(?P<they>they|them|their|theirs)\b",
    re.IGNORECASE,
)
SINGLE = re.compile(
    rf"\b(?P<word>this|that)(?:\s+(?P<noun>{PAPER}|{PART})\b(?!\s+on\b)|{NO_NOUN}(?!\s+of\b)"
    r"|(?P<loose>\s+\w+))|\b(?P<it>it|its|it['’]s)\b"
    r"|\bthe\s+(?P<whole>paper|authors?)\b(?!\s+(?:that|which|on|about|of|by|who|from)\b)"
    r"|\b(?<!is )(?<!are )(?<!was )(?<!were )(?P<place>there)(?=\W*$)"
    r"|\bthe\s+same\s+(?P<same>paper|method|approach|study)\b",
    re.IGNORECASE,
)
# "that" is a pronoun after these, else it opens a clause or a relative.
BEFORE_THAT = re.compile(
    rf"(?:^|[.?!,;:]|\b(?:{AUXILIARY}|{PREPOSITION}|why|and|but|explain|than|so))\s*$",
    re.IGNORECASE,
)
THOSE = re.compile(r"\s+(?:for|in|on|with|from)\b")
OPENS = re.compile(r"\b(?:given|except|so|such|now|if)\s+$", re.IGNORECASE)
HERE = re.compile(
    r"\s+(?:librar|collection|corpus|list|database|folder|chat|conversation|field|area|way|kind"
    r"|sort|type|time|day|week|month|year|case|regard|end|who|that|which|of|whose)\w*",
    re.IGNORECASE,
)
TO_NOTHING = re.compile(
    r"\b(?:(?:is|was|be|been|'s)\s+it|it\s+(?:is|was|has\s+been|would\s+be|can\s+be|may\s+be)"
    r"|it['’]s)\b"
    r"(?:(?:\s+(?!able\b|unable\b|likely\s+to\b|due\b|robust\b|similar\b|close\b|sensitive\b|prone\b"
    r"|limited\b|\w+ed\s+(?:to|for|when|if)\b)\w+){0,3}?"
    r"\s+(?:to|that|whether|if|when|how|why|which|who)\b"
    r"|\s+(?:the|an?|just|because)\b.*\b(?:that|or)\b)"
    r"|\bit\s+(?:just\s+|really\s+|ever\s+|even\s+|also\s+)?"
    r"(?:helps?|hurts?|matters?|takes?|pays?(?:\s+off)?|suffices?|follows?|makes?\s+sense|seems?"
    r"|appears?|turns?\s+out)\b"
    r"(?:\s+(?!to\b|that\b)\w+){0,3}?\s*\b(?:to|that|whether|if|how|which|what)\b"
    r"|\bit\s+(?:be\s+)?(?:rain|snow)",
    re.IGNORECASE,
)
BOUNDARY = re.compile(
    r"[.?!;:,—–]\s|\s-\s|\b(?:and|but|or|that|which|who|because|while|whether|once|so|if|when)\b",
    re.IGNORECASE,
)
ASKED_OF = re.compile(
    rf"^\W*(?:(?:and|but|so|or|also)\s+)?(?:what|which|whose|how)\b(?:\s+\w+){{0,4}}?\s+(?={AUXILIARY}\b)",
    re.IGNORECASE,
)
ADJUNCT = re.compile(rf"^\W*(?:and\s+|but\s+)?(?:{PREPOSITION})\b", re.IGNORECASE)
TIMED = re.compile(r"\W*(?:if|when|as|given|unless|after|before)\b", re.IGNORECASE)
CONTINUES = re.compile(r"\b(?:still|also|too|again|instead)\b", re.IGNORECASE)
MOST = 8
COMPLETE = 8  # content words of a question that is hardly about another's
PLURAL = re.compile(r"\b\w{2,}(?<![sui'’])s\b|\bpeople\b|\bdata\b")


class Kind(Enum):
    """How a mention points back."""

    NUMBER = auto()
    ORDER = auto()  # "the second one"
    OTHER = auto()  # "the other one"
    TITLED = auto()  # "the BEIR paper"
    BOTH = auto()
    MANY = auto()  # "these", "they"
    ONE = auto()  # "it", "this paper"


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the question, `question[start:end] == text`, that points back.

    `noun` is what it calls its object ("paper"), or empty; `which` the ordinals or the
    description. `belongs`: a possessive. `loose`: it may stand for no paper ("this gap").
    """

    kind: Kind
    start: int
    end: int
    text: str
    noun: str = ""
    which: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    belongs: bool = False
    loose: bool = False


def find_mentions(question: str) -> tuple[Mention, ...]:
    """All that points back, in the order of the text, none overlapping another.

    A description ("the BEIR paper") is only a candidate: it may as well be new. Of each way
    to point back the first eight are found.
    """
    taken: list[Mention] = []
    for found in _find_first(question, _numbers, _ordered, _described):
        _take(taken, found)
    quoted = [match.span() for match in re.finditer(r"“[^”]*”|\"[^\"]*\"", question)]
    for found in _find_first(question, _both, _many, _single):
        if not any(start <= found.start < end for start, end in quoted):
            _take(taken, found)
    return tuple(sorted(taken, key=lambda mention: mention.start))


def _find_first(question: str, *ways: Callable[[str], Iterator[Mention]]) -> Iterator[Mention]:
    return chain.from_iterable(islice(way(question), MOST) for way in ways)


def _take(taken: list[Mention], found: Mention) -> None:
    if all(found.end <= one.start or one.end <= found.start for one in taken):
        taken.append(found)


def _numbers(question: str) -> Iterator[Mention]:
    for match in NUMBERED.finditer(question):
        yield _mention(Kind.NUMBER, match, numbers=tuple(_read_numbers(match.group())))


def _read_numbers(text: str) -> Iterator[int]:
    for first, last in re.findall(r"(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?", text):
        yield from range(int(first), int(last or first) + 1)


def _ordered(question: str) -> Iterator[Mention]:
    for match in ORDERED.finditer(question):
        which = tuple(re.findall(ORDINAL, match["which"].lower()))
        count = COUNTS.get((match["count"] or "").lower(), 0)
        if {"former", "latter"} & set(which) and _names_two(question[: match.start()]):
            continue
        yield _mention(Kind.ORDER, match, which=which, numbers=(count,) if count else ())
    for match in OTHER.finditer(question):
        if not _names_two(question[: match.start()]):
            yield _mention(Kind.OTHER, match)


def _names_two(before: str) -> bool:
    """Whether the question itself names two things: `SFT and RL`, `one ...`."""
    joined = re.search(r"(\w+)\s+(?:and|or|vs\.?|versus|with|to)\s+(\w+)|\bone\b", before)
    return bool(joined) and len(content_words(before)) > 1


def _described(question: str) -> Iterator[Mention]:
    for match in DESCRIBED.finditer(question):
        if content_words(match["what"]):
            yield _mention(Kind.TITLED, match, which=(match["what"].strip(),))


def _both(question: str) -> Iterator[Mention]:
    for match in BOTH.finditer(question):
        before = question[: match.start()]
        if not (PLURAL.search(before) or _names_two(before) or _is_complete(before, question)):
            yield _mention(Kind.BOTH, match)


def _many(question: str) -> Iterator[Mention]:
    for match in MANY.finditer(question):
        they = (match["they"] or "").lower()
        before = question[: match.start()]
        after = question[match.end() :]
        if HERE.match(match["loose"] or after) or HERE.match(after):
            continue
        if THOSE.match(after) and match["word"] == "those" and content_words(before):
            continue  # "those for X" are named by what they are for
        if _is_library(match, question) or _stands_for_own(before, question, bool(they)):
            continue
        loose, own = bool(match["loose"]), they.startswith("their")
        end = match.end("word") if loose else match.end()
        yield _mention(Kind.MANY, match, end=end, belongs=own, loose=loose)


def _is_library(match: re.Match[str], question: str) -> bool:
    """`these papers` of a question with a subject of its own are all papers there are."""
    if not (match["noun"] or "").lower().startswith("paper"):
        return False
    return len(content_words(question[: match.start()] + question[match.end() :])) >= 3


def _single(question: str) -> Iterator[Mention]:
    idle = [match.span() for match in TO_NOTHING.finditer(question)]
    for match in SINGLE.finditer(question):
        if match["it"] and any(start <= match.start() < end for start, end in idle):
            continue
        before = question[: match.start()]
        word = (match["word"] or "").lower()
        if word == "that" and (OPENS.search(before) or not BEFORE_THAT.search(before)):
            continue
        here = HERE.match(match["loose"] or "") or (word and HERE.match(question[match.end() :]))
        if match["whole"] and len(content_words(question)) >= COMPLETE:
            continue
        if here or _stands_for_own(before, question, False):
            continue
        end = match.end("word") if match["loose"] else match.end()
        loose = bool(match["loose"] or match["place"])
        yield _mention(
            Kind.ONE, match, end=end, belongs=match.group().lower() == "its", loose=loose
        )


def _stands_for_own(before: str, question: str, plural: bool) -> bool:
    """Whether what a pronoun stands for is named before it, in the question itself.

    That is a plural noun for `they`, unless it is what is asked for ("which data sets do
    they use"); else what an earlier clause speaks of, unless that is a mere setting ("On
    ImageNet, does it help?") or the question says that it goes on ("does it still help?").
    """
    told = ASKED_OF.sub("", before)
    if plural and (PLURAL.search(_without_function_words(told)) or _names_two(told)):
        return True
    if _is_complete(before, question):
        return True
    earlier = told[: max((match.start() for match in BOUNDARY.finditer(told)), default=0)]
    if not content_words(earlier) or CONTINUES.search(question[len(before) :]):
        return False
    return len(earlier.split()) > 5 or not ADJUNCT.match(earlier) or bool(TIMED.match(earlier))


def _is_complete(before: str, question: str) -> bool:
    return len(content_words(before)) > 1 and len(content_words(question)) >= COMPLETE


def _without_function_words(text: str) -> str:
    return " ".join(word for word in text.split() if content_words(word))


def _mention(kind: Kind, match: re.Match[str], end: int = 0, **details: Any) -> Mention:
    groups = match.groupdict()
    noun = next((groups[name] for name in ("noun", "whole", "same") if groups.get(name)), "")
    end = end or match.end()
    text = match.string[match.start() : end]
    return Mention(kind, match.start(), end, text, noun.lower(), **details)
