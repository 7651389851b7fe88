"""The words that the local judge knows: how rare each is, and which are near it in meaning.

Owns how that table is made; knows nothing about claims. A word's rarity is the mean of two:
how few of the 9,877 papers hold it (inverse document frequency, Sparck Jones 1972) and how
rare it is in English (`wordfreq`). Its vector is what the default embedding model makes of
the word alone (as in Model2Vec, Tulkens and van Dongen 2024), less the mean of all words.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.papers import Paper
from rag.embedder import SentenceEmbedder
from rag.lexicon import stem
from rag.support.model import Words

ENGLISH_WORDS = 45_000
LEAST_PAPERS = 3
NEIGHBOURS = 12
DIMENSION = 32
NEAR = 0.4  # cosines below are of words that have little to do with each other
FULL_BYTE = 255.0


def build_words(papers: Sequence[Paper], embedder: SentenceEmbedder) -> Words:
    """The table of all stems that three papers hold or that are common in English."""
    forms, counts = _count(papers)
    stems = sorted(forms)
    spelled = [max(sorted(forms[one]), key=lambda word: forms[one][word]) for one in stems]
    vectors = embedder.embed_texts(spelled)
    vectors = vectors - vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    nearest, likeness = _find_nearest(vectors)
    return Words(
        stems=tuple(stems),
        weights=_weigh(stems, forms, counts, len(papers)),
        vectors=_compress(vectors),
        nearest=nearest,
        likeness=likeness,
    )


def _count(papers: Sequence[Paper]) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """For each stem kept, how often it is written how; and how many papers hold each stem."""
    from wordfreq import top_n_list, zipf_frequency

    forms: dict[str, Counter[str]] = defaultdict(Counter)
    counts: Counter[str] = Counter()
    for paper in papers:
        words = set(re.findall(r"[^\W\d_]+", f"{paper.title} {paper.abstract}".lower()))
        counts.update({stem(word) for word in words})
        for word in words:
            forms[stem(word)][word] += 1
    common = [one for one in top_n_list("en", ENGLISH_WORDS) if re.fullmatch(r"[a-z]{2,}", one)]
    for word in common:
        forms[stem(word)][word] += round(10 * zipf_frequency(word, "en"))
    known = {stem(word) for word in common}
    kept = {
        one: found for one, found in forms.items() if counts[one] >= LEAST_PAPERS or one in known
    }
    return {one: found for one, found in kept.items() if one.isalpha()}, counts


def _weigh(
    stems: Sequence[str], forms: Mapping[str, Counter[str]], counts: Counter[str], papers: int
) -> NDArray[np.uint8]:
    from wordfreq import zipf_frequency

    weights = []
    for one in stems:
        in_papers = math.log((papers + 1) / (counts[one] + 1)) / math.log(papers + 1)
        zipf = max(zipf_frequency(word, "en") for word in forms[one])
        in_english = min(1.0, max(0.05, (8.0 - zipf) / 6.0))
        weights.append((in_papers + in_english) / 2)
    return np.round(np.array(weights) * FULL_BYTE).astype(np.uint8)


def _find_nearest(vectors: NDArray[np.float32]) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """The nearest rows of each row, nearest first, and their cosines as bytes; 0 below `NEAR`."""
    nearest = np.zeros((len(vectors), NEIGHBOURS), dtype=np.uint16)
    likeness = np.zeros((len(vectors), NEIGHBOURS), dtype=np.uint8)
    for start in range(0, len(vectors), 2_000):
        cosines = vectors[start : start + 2_000] @ vectors.T
        rows = np.arange(len(cosines))
        cosines[rows, start + rows] = 0.0
        order = np.argsort(-cosines, axis=1, kind="stable")[:, :NEIGHBOURS]
        found = np.take_along_axis(cosines, order, axis=1)
        nearest[start : start + len(cosines)] = np.where(found >= NEAR, order, 0)
        likeness[start : start + len(cosines)] = np.where(
            found >= NEAR, np.round(found * FULL_BYTE), 0
        )
    return nearest, likeness


def _compress(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """The principal components, each row scaled to the range of a byte."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    reduced = vectors @ axes[:, ::-1][:, :DIMENSION].astype(np.float32)
    scaled: NDArray[np.int8] = np.round(
        reduced * 127 / np.abs(reduced).max(axis=1, keepdims=True)
    ).astype(np.int8)
    return scaled
