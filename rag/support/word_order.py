"""The order in which a claim and a sentence put the same words.

Owns how order is compared; knows nothing about verdicts. Who does what to whom is in the
order: "A outperforms B" holds the same words as "B outperforms A".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.lexicon import has_direction
from rag.support.claims import Kind, Token
from rag.support.overlap import EQUAL, Overlap

REACH = 5  # words from a verb to what stands before and behind it


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two words of the claim, as indices, that stand the other way round about a third.

    `directed` tells that the third one has a direction ("outperforms", "better").
    """

    before: int
    about: int
    behind: int
    directed: bool


def find_places(overlap: Overlap, segment: int) -> dict[int, int]:
    """For each word of the claim that a segment has just once: where."""
    columns = overlap.columns(segment)
    places = {}
    for row, token in enumerate(overlap.claim):
        if token.kind is not Kind.FUNCTION:
            found = np.flatnonzero(columns[row] >= EQUAL)
            if len(found) == 1:
                places[row] = int(found[0])
    return places


def find_crossings(overlap: Overlap, segment: int, places: Mapping[int, int]) -> list[Crossing]:
    """Where the claim exchanges what stands before a word with what stands behind it.

    A passive on one side only ("is outperformed by") exchanges them without harm.
    """
    source = overlap.segments[segment].tokens
    found = []
    for about, token in enumerate(overlap.claim):
        if token.kind is not Kind.WORD or about not in places:
            continue
        before = _nearest(range(about - 1, about - 1 - REACH, -1), places)
        behind = _nearest(range(about + 1, about + 1 + REACH), places)
        if before is None or behind is None:
            continue
        middle = places[about]
        near = max(abs(places[before] - middle), abs(places[behind] - middle)) <= REACH + 1
        if near and places[before] > middle > places[behind]:
            same_voice = _has_by(overlap.claim, about) == _has_by(source, middle)
            if same_voice:
                found.append(Crossing(before, about, behind, has_direction(token.stem)))
    return found


def _nearest(rows: range, places: Mapping[int, int]) -> int | None:
    return next((row for row in rows if row in places), None)


def _has_by(tokens: Sequence[Token], place: int) -> bool:
    return any(one.text.lower() == "by" for one in tokens[place + 1 : place + 3])


def measure_disorder(overlap: Overlap, places: Mapping[int, int], kinds: Sequence[Kind]) -> float:
    """The share of word pairs, of these kinds, that stand the other way round: 0 to 1."""
    chosen = [at for row, at in sorted(places.items()) if overlap.claim[row].kind in kinds]
    pairs = [(one, other) for row, one in enumerate(chosen) for other in chosen[row + 1 :]]
    return sum(one > other for one, other in pairs) / len(pairs) if pairs else 0.0
