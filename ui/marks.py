"""Which sentence of an answer each of its marks `[n]` stands in.

Owns finding the marks in an answer's text and tying each to the sentence before it;
knows nothing about HTML.
"""

from __future__ import annotations

import re
from bisect import bisect_left
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
    ground = _Ground(text, places, sentences)
    marks = []
    for match in MARKS.finditer(text):
        numbers = tuple(int(number) for number in _NUMBER.findall(match.group()))
        if all(number in offered for number in numbers):
            sentence = ground.find(match.start(), numbers)
            marks.append(Mark(match.start(), match.end(), numbers, sentence))
    return marks


class _Ground:
    """Where words and sentences stand: gone through once, however many marks there are."""

    def __init__(self, text: str, places: Sequence[Place], sentences: Sequence[Sentence]) -> None:
        self._places = places
        self._starts = [place.start for place in places]
        self._words = reduce_text(text)[1]
        placed = {place.index for place in places}
        hidden = (index for index in range(len(sentences)) if index not in placed)
        self._hidden = [(index, frozenset(sentences[index].citations)) for index in hidden]

    def find(self, mark: int, numbers: tuple[int, ...]) -> int | None:
        """The sentence around the mark or right before it, else one that the text does not show.

        With words between, the mark belongs to a sentence that is not known yet.
        """
        before = bisect_left(self._starts, mark)
        if before and not self._has_words(self._places[before - 1].end, mark):
            return self._places[before - 1].index
        return next((index for index, cited in self._hidden if cited & set(numbers)), None)

    def _has_words(self, start: int, end: int) -> bool:
        return bisect_left(self._words, end) > bisect_left(self._words, start)
