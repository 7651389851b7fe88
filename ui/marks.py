"""Which sentence of an answer each of its marks `[n]` stands in.

Owns finding the marks in an answer's text and tying each to the sentence before it;
knows nothing about HTML.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.places import MARKS, Place, reduce_text
from rag.replies import Sentence

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Mark:
    """`text[start:end]` cites `numbers`. `sentence` counts from 0; None where unknown."""

    start: int
    end: int
    numbers: tuple[int, ...]
    sentence: int | None


def find_marks(
    text: str, places: Sequence[Place], sentences: Sequence[Sentence], offered: Collection[int]
) -> list[Mark]:
    """The marks of the text in order.

    Brackets that hold a number that was not offered are no marks: an abstract may
    itself say `[2024]`.
    """
    marks = []
    for match in MARKS.finditer(text):
        numbers = tuple(int(number) for number in _NUMBER.findall(match.group()))
        if all(number in offered for number in numbers):
            sentence = _sentence_of(match, numbers, places, sentences)
            marks.append(Mark(match.start(), match.end(), numbers, sentence))
    return marks


def _sentence_of(
    mark: re.Match[str],
    numbers: tuple[int, ...],
    places: Sequence[Place],
    sentences: Sequence[Sentence],
) -> int | None:
    """The sentence around the mark or right before it, else one that the text does not show.

    With words between, the mark belongs to a sentence that is not known yet.
    """
    before = [place for place in places if place.start < mark.start()]
    if before and not reduce_text(mark.string[before[-1].end : mark.start()])[0]:
        return before[-1].index
    placed = {place.index for place in places}
    rest = (index for index in range(len(sentences)) if index not in placed)
    return next((i for i in rest if set(numbers) & set(sentences[i].citations)), None)
