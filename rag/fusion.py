"""How well papers fit a text: the four numbers, and the score that they give.

Owns the fusion's arithmetic and its weights; knows nothing about where the numbers come from.
Everything is computed for all papers of a block at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.vectors import Block


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts; the sum is 1."""

    lexical: float = 0.35
    whole: float = 0.19
    body: float = 0.19
    sentence: float = 0.27


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of how well one paper fits: the four numbers, and its sentences'."""

    lexical: float
    whole: float
    body: float
    sentences: NDArray[np.float32]
    spans: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Fits:
    """How well the papers of a block fit a text: `lexical`, one number a paper, and `cosines`,
    one a row of it."""

    lexical: NDArray[np.float64]
    cosines: NDArray[np.float32]

    @classmethod
    def blend(cls, parts: Sequence[tuple[Fits, float]]) -> Fits:
        """The weighted sum of what several texts say."""
        return cls(
            np.sum([weight * one.lexical for one, weight in parts], axis=0),
            np.sum([weight * one.cosines for one, weight in parts], axis=0),
        )

    def fuse(self, weights: Weights, block: Block) -> NDArray[np.float64]:
        """Every paper's score, 0 to 1: cosines beyond that by rounding count as those."""
        first = block.starts[:-1]
        # Every other stretch is a paper's sentences: between them are the next one's two views.
        bounds = np.column_stack([first + 2, block.starts[1:]]).ravel()[:-1]
        best = np.maximum.reduceat(self.cosines, bounds)[::2]
        fused = (
            weights.lexical * self.lexical
            + weights.whole * self.cosines[first]
            + weights.body * self.cosines[first + 1]
            + weights.sentence * best
        )
        return np.asarray(np.clip(fused, 0.0, 1.0), dtype=np.float64)

    def of_paper(self, paper: int, block: Block) -> Signals:
        """What is known of one paper."""
        first = int(block.starts[paper])
        return Signals(
            float(self.lexical[paper]),
            float(self.cosines[first]),
            float(self.cosines[first + 1]),
            self.cosines[block.sentence_rows(paper)],
            block.read_spans(paper),
        )
