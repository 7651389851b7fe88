"""Whether two statements of the same matter point the same way or opposite ways.

Owns the comparison of their directions; knows nothing about questions or papers. It is for
loosely worded statements, where no word needs to stand in another's place: the things
compared may have changed sides ("A beats B", "B is worse than A"), a word may be the
opposite of another, or the same word denied. What it cannot tell is UNCLEAR.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache

from rag.lexicon import are_opposite, list_alike, stem
from rag.premise.direction import (
    COMMON,
    LIGHT,
    VALUES,
    Contrast,
    Statement,
    Word,
    is_adverb,
    is_directed,
    stems_of,
)
from rag.terms import STOPWORDS

GOOD = frozenset("improve better outperform help useful effective stable robust".split())
BAD = frozenset("hurt worse underperform hinder harmful fail unstable fragile poor".split())
MEASURED = frozenset("accuracy performance robustness generalization efficiency quality".split())
# They tell more often what kind of thing is meant than what becomes of it.
SIZES = frozenset("larger smaller higher lower bigger longer shorter fewer".split())
# Words for making something bad go away: alike in direction, whatever they are done to.
MENDS = frozenset(
    "cure fix remedy solve mitigate alleviate eliminate resolve overcome prevent".split()
)
SUBORDINATING = frozenset("when if because that which who until as after before".split())

# What is only supposed, asked or reported of others is not what an abstract says.
SUPPOSED = re.compile(
    r"\b(?:conjecture[sd]?|hypothesi[sz]\w*|whether|belie(?:f|ve|ved)|contrary to|assum\w+|notion"
    r"|intuition|myth|unclear|wonder|one (?:might|may|would)|widely (?:held|thought)|suppose\w*)\b",
    re.IGNORECASE,
)


class Relation(IntEnum):
    """How one statement stands to another."""

    OPPOSITE = -1
    UNCLEAR = 0
    SAME = 1


def relate(claim: Statement, source: Statement, context: frozenset[str]) -> Relation:
    """Whether the source says the same as the claim, or the opposite, of the same matter.

    `context` are the stems of the text around the source, for what it calls "the method".
    """
    if not claim.contrasts:
        return _relate_directions(claim, source)
    compared = _relate_contrasts(claim, source, context)
    if compared is not Relation.UNCLEAR or not all(one.indirect for one in source.contrasts):
        return compared
    return _relate_values(claim.contrasts[0], source)


def _relate_values(claim: Contrast, source: Statement) -> Relation:
    """What is called better is elsewhere called harmful, or not better, by itself."""
    if len((claim.left - stems_of(COMMON) - stems_of(LIGHT)) & source.stems) < 2:
        return Relation.UNCLEAR
    found = {
        _value(word.stem) * (-1 if word.denied else 1)
        for word in source.words
        if word.stem in stems_of(VALUES)
    }
    value = _value(claim.measure) * claim.sign
    return Relation(found.pop() * value) if len(found) == 1 else Relation.UNCLEAR


def _relate_contrasts(claim: Statement, source: Statement, context: frozenset[str]) -> Relation:
    found = {
        _relate_pair(one, other, context) for one in claim.contrasts for other in source.contrasts
    } - {Relation.UNCLEAR}
    return found.pop() if len(found) == 1 else Relation.UNCLEAR


def _relate_pair(claim: Contrast, source: Contrast, context: frozenset[str]) -> Relation:
    measured = _relate_measures(claim.measure, source.measure)
    placed = _relate_places(claim, source, context)
    return Relation(measured * placed * claim.sign * source.sign)


def _relate_measures(one: str, other: str) -> int:
    if one == other or other in list_alike(one):
        return 1
    if any(are_opposite(one, like) for like in (other, *list_alike(other))):
        return -1
    return _value(one) * _value(other)


@lru_cache(maxsize=4096)
def _trend(one: str) -> int:
    """The value of what is good for a good quantity: to be more, or to be improved."""
    if one in stems_of(VALUES):
        return _value(one)
    return int(are_opposite(one, stem("reduce"))) - int(are_opposite(one, stem("increase")))


@lru_cache(maxsize=4096)
def _value(one: str) -> int:
    """1 for what is good, -1 for what is bad, 0 for neither or both."""
    if one == "better":
        return 1
    good = one in stems_of(GOOD) or any(are_opposite(one, bad) for bad in stems_of(BAD))
    bad = one in stems_of(BAD) or any(are_opposite(one, other) for other in stems_of(GOOD))
    return int(good) - int(bad)


def _relate_places(claim: Contrast, source: Contrast, context: frozenset[str]) -> int:
    """1 if the claim's things stand on the same sides in the source, -1 if swapped."""
    common = stems_of(COMMON)
    first, second = claim.left - claim.right - common, claim.right - claim.left - common
    left, right = source.left - source.right, source.right - source.left
    around = None if source.indirect else context
    straight = _fit(first, left, second, right, around)
    swapped = _fit(first, right, second, left, around)
    return 0 if straight == swapped else 1 if straight > swapped else -1


def _fit(
    first: frozenset[str],
    one: frozenset[str],
    second: frozenset[str],
    other: frozenset[str],
    context: frozenset[str] | None,
) -> int:
    """How well two things fit two places: 0 unless both do, by words of their own.

    One of them may be called otherwise ("our method"), if the text around names it.
    """
    named, also = len(first & one), len(second & other)
    if named and also:
        return 2 * (named + also)
    if context is None:
        return 0
    if named and second and second <= context and not second & one:
        return named
    if also and first and first <= context and not first & other:
        return also
    return 0


def _relate_directions(claim: Statement, source: Statement) -> Relation:
    """By the same word, denied in one of the two only; else by words that are opposite."""
    measured = bool(claim.stems & source.stems & stems_of(MEASURED))
    pairs = [
        (one, other, sign)
        for one in _main_clause(claim.words)
        if one.stem and one.text not in STOPWORDS and not is_adverb(one.text, one.stem)
        for other in source.words
        if other.text not in STOPWORDS
        and not other.aimed
        and (sign := _relate_words(one.stem, other.stem, measured))
    ]
    denials = [any(word.denied for word in side.words) for side in (claim, source)]
    alike = {one.stem for one, other, _ in pairs if one.stem == other.stem and not other.denied}
    turned = {one.stem for one, other, _ in pairs if _is_turned(one, other)}
    if denials[0] != denials[1] and turned - (alike if denials[1] else set()):
        return Relation.OPPOSITE
    signs = {
        sign * (1 if one.denied == other.denied else -1)
        for one, other, sign in pairs
        if sign < 0 or is_directed(one.stem) or one.stem in stems_of(MENDS)
    }
    return Relation(signs.pop()) if len(signs) == 1 else Relation.UNCLEAR


def _main_clause(words: Sequence[Word]) -> Sequence[Word]:
    for place, word in enumerate(words):
        if place > 2 and word.text in SUBORDINATING:
            return words[:place]
    return words


def _is_turned(one: Word, other: Word) -> bool:
    """Whether the same word is denied in one of the two only."""
    denied = [
        word.denied
        and (word.directly or word.stem in stems_of(VALUES) or word.stem in stems_of(MENDS))
        for word in (one, other)
    ]
    return one.stem == other.stem and denied[0] != denied[1]


def _relate_words(one: str, other: str, measured: bool) -> int:
    """1 for words that point the same way, -1 for opposite ones, else 0. `measured`: it is
    good for what both speak of to be more."""
    if not other or other in stems_of(LIGHT):
        return 0
    if one == other or (one in stems_of(MENDS) and other in stems_of(MENDS)):
        return 1
    if are_opposite(one, other):
        return 0 if one in stems_of(SIZES) and other in stems_of(SIZES) else -1
    if one in stems_of(VALUES) and other in stems_of(VALUES):
        return _value(one) * _value(other)
    if measured and (one in stems_of(VALUES)) != (other in stems_of(VALUES)):
        return _trend(one) * _trend(other)
    return 1 if other in list_alike(one) and is_directed(one) else 0
