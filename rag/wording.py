"""How much of one wording is in another.

Owns stems and their overlap; knows nothing about papers or meaning: that the words are
there does not say that the statement follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from rag.terms import STOPWORDS

WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")


def stem_words(text: str) -> frozenset[str]:
    """The Porter stems of the content words, and the numbers, of a text."""
    words = (word.lower() for word in WORD.findall(text))
    return frozenset(_stem(word) for word in words if word not in STOPWORDS)


def contain(claim: Iterable[str], source: frozenset[str]) -> float:
    """The share of the claim's stems that the source has: 0 to 1; 0 for an empty claim."""
    stems = list(claim)
    return sum(stem in source for stem in stems) / len(stems) if stems else 0.0


def contain_weighted(weights: Mapping[str, float], source: frozenset[str]) -> float:
    """The same, each stem counting with its weight; 0 where all weights are 0."""
    total = sum(weights.values())
    return sum(weight for stem, weight in weights.items() if stem in source) / total if total else 0


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return word if word[0].isdigit() else str(_stemmer().stem(word))


@cache
def _stemmer() -> Any:
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer()
