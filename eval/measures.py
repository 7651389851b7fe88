"""Measures of a ranking, and of scores that tell true from false.

Owns the formulas; knows nothing about where rankings or scores come from.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]


def ndcg(ranking: Sequence[str], gold: Collection[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain at k with binary gains (Järvelin and Kekäläinen
    2002): 1 if all gold papers come first, 0 if none is among the first k.

    Raises ValueError if there is no gold paper.
    """
    if not gold:
        raise ValueError("nDCG is not defined without a gold paper")
    gained = sum(1 / math.log2(place + 2) for place, one in enumerate(ranking[:k]) if one in gold)
    best = sum(1 / math.log2(place + 2) for place in range(min(k, len(gold))))
    return gained / best


def recall(ranking: Sequence[str], gold: Collection[str], k: int = 10) -> float:
    """The share of the gold papers among the first k. Raises ValueError if there is none."""
    if not gold:
        raise ValueError("recall is not defined without a gold paper")
    return len(set(ranking[:k]) & set(gold)) / len(gold)


def reciprocal_rank(ranking: Sequence[str], gold: Collection[str]) -> float:
    """One over the rank of the first gold paper, 0 where none is ranked (Voorhees 1999).

    Raises ValueError if there is no gold paper.
    """
    if not gold:
        raise ValueError("the reciprocal rank is not defined without a gold paper")
    return next((1 / rank for rank, one in enumerate(ranking, start=1) if one in gold), 0.0)


def compute_auc(truth: Flags, scores: Scores) -> float:
    """The area under the ROC curve: how often a true one scores higher than a false one, ties
    counting half (Hanley and McNeil 1982). Both kinds must be there."""
    positive, negative = scores[truth], np.sort(scores[~truth])
    below = np.searchsorted(negative, positive, "left")
    up_to = np.searchsorted(negative, positive, "right")
    return float((below + up_to).mean() / 2 / len(negative))


def balance_accuracy(truth: Flags, taken: Flags) -> float:
    """The mean of the shares of true and of false ones that are told rightly."""
    return float((taken[truth].mean() + (~taken[~truth]).mean()) / 2)
