"""Where the sentences of an answer stand in its text.

Owns the finding; knows nothing about how text is shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.replies import Sentence

MARKS = re.compile(r"\[\s*\d{1,4}(?:\s*,\s*\d{1,4})*\s*\]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where sentence `index` stands in the text: `text[start:end]`, inner marks included."""

    index: int
    start: int
    end: int


def place_sentences(text: str, sentences: Sequence[Sentence]) -> list[Place]:
    """Where the sentences stand in the text; one that cannot be found is left out.

    Only letters and digits are compared, so that marks, list bullets, emphasis and
    spacing, which a sentence's own text is without, do not hide it.
    """
    spoken, origin = reduce_text(text)
    places = []
    cursor = 0
    for index, sentence in enumerate(sentences):
        wanted, _ = reduce_text(sentence.text)
        found = spoken.find(wanted, cursor) if wanted else -1
        if found >= 0:
            cursor = found + len(wanted)
            places.append(Place(index, origin[found], origin[cursor - 1] + 1))
    return places


@lru_cache(maxsize=512)  # the same answer is placed each time that more of it is shown
def reduce_text(text: str) -> tuple[str, tuple[int, ...]]:
    """The letters and digits of the text outside its marks, and where each stood."""
    edges = [0, *(edge for match in MARKS.finditer(text) for edge in match.span()), len(text)]
    outside = list(pairwise(edges))[::2]
    origin = tuple(at for start, end in outside for at in range(start, end) if text[at].isalnum())
    return "".join(text[at] for at in origin), origin
