"""Measures of a ranking.

Owns the formulas; knows nothing about where rankings come from.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence


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
