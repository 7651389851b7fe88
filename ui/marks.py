"""Which sentence of an answer each of its marks `[n]` stands in.

Owns finding the marks in an answer's text and tying each to the sentence before it;
knows nothing about HTML.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.replies import Sentence

MARKS = re.compile(r"\[\s*\d{1,4}(?:\s*,\s*\d{1,4})*\s*\]")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Mark:
    """`text[start:end]` cites `numbers`. `sentence` counts from 0; None where unknown."""

    start: int
    end: int
    numbers: tuple[int, ...]
    sentence: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where sentence `index` stands in the text: `text[start:end]`, inner marks included."""

    index: int
    start: int
    end: int


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
    if before and not _reduce(mark.string[before[-1].end : mark.start()])[0]:
        return before[-1].index
    placed = {place.index for place in places}
    rest = (index for index in range(len(sentences)) if index not in placed)
    return next((i for i in rest if set(numbers) & set(sentences[i].citations)), None)


def place_sentences(text: str, sentences: Sequence[Sentence]) -> list[Place]:
    """Where the sentences stand in the text; one that cannot be found is left out.

    Only letters and digits are compared, so that marks, list bullets, emphasis and
    spacing, which a sentence's own text is without, do not hide it.
    """
    spoken, origin = _reduce(text)
    places = []
    cursor = 0
    for index, sentence in enumerate(sentences):
        wanted, _ = _reduce(sentence.text)
        found = spoken.find(wanted, cursor) if wanted else -1
        if found >= 0:
            cursor = found + len(wanted)
            places.append(Place(index, origin[found], origin[cursor - 1] + 1))
    return places


def _reduce(text: str) -> tuple[str, list[int]]:
    """The letters and digits of the text outside its marks, and where each stood."""
    edges = [0, *(edge for match in MARKS.finditer(text) for edge in match.span()), len(text)]
    outside = list(pairwise(edges))[::2]
    origin = [at for start, end in outside for at in range(start, end) if text[at].isalnum()]
    return "".join(text[at] for at in origin), origin
