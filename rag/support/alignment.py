"""Where in a source a claim's words are: which sentences, and which word for which.

Owns the sentences of a source and the alignment of a claim with one of them; knows nothing
about what follows from it. The alignment is that of Needleman and Wunsch (1970), its ends
free in the source: equal words, alike words and, at a price, one word in another's place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.lexicon import are_opposite
from rag.sentences import split_sentences
from rag.support.claims import SOURCE_TOKENS, Kind, Token, read_tokens

Floats = NDArray[np.float32]

SOURCE_CHARACTERS = 20_000
SEGMENT_TOKENS = 70  # a list or a table without full stops is cut into pieces of this size
ALIKE = 0.6  # similarity from which one word may stand for another
GAP = -0.25
SKIP = -0.08
MISMATCH = -0.9
SUBSTITUTE = -0.3


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence of a source: its tokens without marks; `start` and `end` in the source."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    source: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim's token and the source's in its place, as indices; `likeness` 1 if equal."""

    claim: int
    source: int
    likeness: float


@lru_cache(maxsize=128)
def read_source(text: str) -> tuple[Segment, ...]:
    """The sentences of a source's first 20,000 characters, in order, none without a word."""
    segments = []
    room = SOURCE_TOKENS
    for start, end in split_sentences(text[:SOURCE_CHARACTERS]):
        tokens = read_words(text[start:end], room)
        room -= len(tokens)
        for begin in range(0, len(tokens), SEGMENT_TOKENS):
            segments.append(Segment(start, end, tokens[begin : begin + SEGMENT_TOKENS]))
        if room <= 0:
            break
    return tuple(segments)


def read_words(text: str, limit: int) -> tuple[Token, ...]:
    """The tokens of a text without its marks."""
    return tuple(token for token in read_tokens(text, limit) if token.kind is not Kind.MARK)


def align(
    claim: Sequence[Token], source: Sequence[Token], likeness: Floats, weights: Sequence[float]
) -> list[Pair]:
    """The best pairs, in order in both; words that stand alone on a side are in none.

    `likeness` has a row a claim token and a column a source token, `weights` one a claim token.
    """
    rows = [
        _score_row(token, source, likeness[place].tolist(), weights[place])
        for place, token in enumerate(claim)
    ]
    width = len(source)
    best = [0.0] * (width + 1)
    choices: list[bytearray] = []
    for row in rows:
        best, chosen = _advance(best, row, width)
        choices.append(chosen)
    return _trace(best, choices, likeness)


def _advance(above: list[float], row: list[float], width: int) -> tuple[list[float], bytearray]:
    """One row of the table: 0 pairs the tokens, 1 leaves the claim's alone, 2 the source's."""
    scores = [above[0] + GAP] + [0.0] * width
    chosen = bytearray([1]) + bytearray(width)
    left = scores[0]
    for column in range(1, width + 1):
        paired = above[column - 1] + row[column - 1]
        alone = above[column] + GAP
        skipped = left + SKIP
        if paired >= alone and paired >= skipped:
            left = paired
        elif alone >= skipped:
            left = alone
            chosen[column] = 1
        else:
            left = skipped
            chosen[column] = 2
        scores[column] = left
    return scores, chosen


def _trace(last: list[float], choices: list[bytearray], likeness: Floats) -> list[Pair]:
    column = max(range(len(last)), key=last.__getitem__)
    row = len(choices)
    pairs = []
    while row and column:
        choice = choices[row - 1][column]
        if choice == 0:
            row, column = row - 1, column - 1
            pairs.append(Pair(row, column, float(likeness[row, column])))
        elif choice == 1:
            row -= 1
        else:
            column -= 1
    return pairs[::-1]


def _score_row(
    token: Token, source: Sequence[Token], likeness: list[float], weight: float
) -> list[float]:
    scores = []
    for other, alike in zip(source, likeness, strict=True):
        if alike >= 0.999:
            scores.append(0.5 if token.kind is Kind.FUNCTION else 1.0 + weight)
        elif token.kind is Kind.FUNCTION or other.kind is Kind.FUNCTION:
            scores.append(SUBSTITUTE if token.kind is other.kind else MISMATCH)
        elif token.kind is Kind.NUMBER or other.kind is Kind.NUMBER:
            scores.append(0.2 if token.kind is other.kind else MISMATCH)
        elif alike >= ALIKE or are_opposite(token.stem, other.stem):
            scores.append(0.3 + 0.7 * alike * weight)
        else:
            scores.append(0.0 if token.kind is other.kind is Kind.NAME else SUBSTITUTE)
    return scores
