"""A claim laid over a source: how much of each of its words is in which sentence.

Owns the table of likeness and what is read straight from it; knows nothing about the order
of words or verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.support.alignment import Segment, read_source, read_words
from rag.support.claims import CLAIM_TOKENS, Kind, Token, same_number
from rag.support.model import Words

Floats = NDArray[np.float32]

FUNCTION_WEIGHT = 0.04
NUMBER_WEIGHT = 0.8
LIKE = 0.45  # likeness from which a word counts as found, as much as it is alike
EQUAL = 0.999


@dataclass(frozen=True, slots=True)
class Overlap:
    """A claim of n tokens beside a source of m tokens in s segments, all arrays float32.

    `weights` (n,) is how rare each token is; `likeness` (n, m) how alike each pair; `bounds`
    the first column of each segment; `by_segment` (n, s) a token's greatest likeness in each
    segment, 0 below `LIKE`. `known` are the stems of titles, which count as found.
    """

    claim: tuple[Token, ...]
    segments: tuple[Segment, ...]
    weights: Floats
    likeness: Floats
    bounds: tuple[int, ...]
    by_segment: Floats
    known: Floats

    @property
    def sources(self) -> frozenset[int]:
        """The sources that a segment is of."""
        return frozenset(segment.source for segment in self.segments)

    @property
    def content(self) -> NDArray[np.bool_]:
        """(n,) whether a token is more than a function word."""
        return np.array([token.kind is not Kind.FUNCTION for token in self.claim], dtype=bool)

    @property
    def found(self) -> Floats:
        """(n,) a token's greatest likeness anywhere, in the titles too."""
        inside: Floats = self.by_segment.max(axis=1, initial=0.0)
        return np.maximum(inside, self.known)

    def columns(self, segment: int) -> Floats:
        """The likeness with one segment's tokens."""
        start = self.bounds[segment]
        return self.likeness[:, start : start + len(self.segments[segment].tokens)]

    def share(self, found: Floats) -> float:
        """The share of the claim's weight that was found: 0 to 1."""
        total = float(self.weights.sum())
        return float((self.weights * found).sum()) / total if total else 0.0

    def rank(self) -> list[int]:
        """The segments, best first: by the weight of the claim's words that they have."""
        soft = self.weights @ self.by_segment
        hard = self.weights @ (self.by_segment >= EQUAL)
        scores = np.round(soft + hard, 4)  # equal ones in their order, on every processor
        return [int(place) for place in np.argsort(-scores, kind="stable")]


def lay_over(
    claim: str,
    sources: Sequence[str],
    titles: Sequence[str],
    words: Words,
    chosen: Sequence[int] = (0,),
) -> Overlap:
    """Read a claim and the chosen ones of the sources and compare them word by word."""
    tokens = read_words(claim, CLAIM_TOKENS)
    segments = tuple(
        replace(segment, source=place)
        for place in chosen
        for segment in read_source(sources[place])
    )
    flat = [token for segment in segments for token in segment.tokens]
    likeness = compare_tokens(tokens, flat, words)
    bounds = np.cumsum([0, *(len(segment.tokens) for segment in segments)])[:-1]
    soft = np.where(likeness >= LIKE, likeness, 0.0).astype(np.float32)
    by_segment = (
        np.maximum.reduceat(soft, bounds, axis=1)
        if segments and len(tokens)
        else np.zeros((len(tokens), max(1, len(segments))), dtype=np.float32)
    )
    titled = [token for title in titles for token in read_words(title, CLAIM_TOKENS)]
    known = compare_tokens(tokens, titled, words).max(axis=1, initial=0.0)
    weights = np.array([_weigh(token, words) for token in tokens], dtype=np.float32)
    placed = tuple(int(bound) for bound in bounds)
    whole = Overlap(tokens, segments, weights, likeness, placed, by_segment, known)
    return _find_joined(whole, flat)


def compare_tokens(claim: Sequence[Token], source: Sequence[Token], words: Words) -> Floats:
    """How alike each claim token (row) is to each source token (column): 0 to 1, 1 if equal."""
    likeness = words.compare([one.stem for one in claim], [one.stem for one in source])
    numbers = [place for place, one in enumerate(source) if one.kind is Kind.NUMBER]
    for row, token in enumerate(claim):
        if token.kind is Kind.NUMBER:
            likeness[row] = 0.0
            for column in numbers:
                likeness[row, column] = same_number(token, source[column])
        elif numbers:
            likeness[row, numbers] = 0.0
    return likeness


def _weigh(token: Token, words: Words) -> float:
    if token.kind is Kind.FUNCTION:
        return FUNCTION_WEIGHT
    if token.kind is Kind.NUMBER:
        return NUMBER_WEIGHT
    return max(words.weigh(token.stem), 2 * FUNCTION_WEIGHT)


def _find_joined(overlap: Overlap, flat: Sequence[Token]) -> Overlap:
    """Names that one text writes in two words and the other in one: `GPT 4` and `GPT-4`."""
    claim = overlap.claim
    written = {token.stem for token in flat if token.kind is Kind.NAME}
    joined = {_join(one, other) for one, other in pairwise(flat)}
    for row, token in enumerate(claim):
        if overlap.known[row] >= EQUAL or token.kind is Kind.FUNCTION:
            continue
        if token.kind is Kind.NAME and token.text.lower().replace("-", "") in joined:
            overlap.known[row] = 1.0
        if row + 1 < len(claim) and _join(token, claim[row + 1]) in written:
            overlap.known[row : row + 2] = 1.0
    return overlap


def _join(one: Token, other: Token) -> str:
    return f"{one.text}{other.text}".lower().replace("-", "")
