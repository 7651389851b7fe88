"""Vectors to places on a plane, and to clusters.

Owns both methods and their figures; knows nothing about papers. Everything is computed on
one thread: sums in another order would move the points from one run to the next.

Chosen by trustworthiness (Venna and Kaski 2001; 12 neighbours, cosine) of 346 real papers:

    t-SNE after PCA to 50     0.88      (van der Maaten and Hinton 2008; PCA start, as Kobak
    t-SNE                     0.86      and Berens 2019 advise)
    spectral embedding        0.78
    PCA                       0.77
    MDS                       0.75

and 500 iterations lose 0.002 against 1,000. HDBSCAN called two papers in three noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embedder import Vectors

Places = NDArray[np.float64]
Labels = NDArray[np.int64]

SEED = 0
SAMPLE = 1500  # t-SNE of more takes too long: 40 s for 10,000
DIMENSIONS = 50
ITERATIONS = 500
PERPLEXITY = 30.0
FEWEST = 5  # papers below which there are no neighbourhoods to keep
ALONE = 12  # papers below which they are one cluster
MOST_CLUSTERS = 24  # more names than that cannot be read on one map


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums in one order, whatever the number of cores."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def reduce(vectors: Vectors) -> Vectors:
    """The vectors, (n, d), on their first 50 principal axes at most: (n, d')."""
    from sklearn.decomposition import PCA

    count = min(DIMENSIONS, *vectors.shape)
    if len(vectors) < 2 or not np.ptp(vectors, axis=0).any():
        return np.zeros((len(vectors), max(1, count)), dtype=np.float32)
    # The solver must not depend on the size: the fast ones draw random numbers.
    reduced = PCA(count, svd_solver="covariance_eigh").fit_transform(vectors)
    return np.asarray(reduced, dtype=np.float32)


def lay_out(reduced: Vectors) -> Places:
    """Places of `reduce`d vectors: (n, 2), each axis 0 to 1 (0.5 where all are one).

    The first SAMPLE are laid out by t-SNE, the others put at the median of the places of
    their three nearest among them: callers see that the first are a fair sample.
    """
    sample, others = reduced[:SAMPLE], reduced[SAMPLE:]
    places = _embed(sample)
    if len(others):
        nearest = _nearest(others, sample, 3)
        places = np.vstack([places, np.median(places[nearest], axis=1)])
    return _scale(places)


def cluster(reduced: Vectors) -> Labels:
    """The cluster of each vector, (n,), from 0 on.

    k-means, with the k of the best mean silhouette (Rousseeuw 1987) between half the root of
    n and the root of n, 12 and 24 at the most, of the first SAMPLE. Under 12 vectors there
    is one cluster.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    count = len(reduced)
    if count < ALONE:
        return np.zeros(count, dtype=np.int64)
    sample = reduced[:SAMPLE]
    distinct = len(np.unique(sample, axis=0))
    low, high = (
        min(round(count**0.5 / 2), MOST_CLUSTERS // 2),
        min(round(count**0.5), MOST_CLUSTERS),
    )
    best, chosen = -2.0, 1
    for k in range(min(low, distinct), min(high, distinct - 1) + 1):
        labels = KMeans(k, n_init=3, random_state=SEED).fit_predict(sample)
        score = float(silhouette_score(sample, labels)) if k > 1 else -1.0
        if score > best:
            best, chosen = score, k
    labels = KMeans(chosen, n_init=3, random_state=SEED).fit_predict(reduced)
    return np.asarray(labels, dtype=np.int64)


def _embed(reduced: Vectors) -> Places:
    """(n, 2), of any scale."""
    from sklearn.manifold import TSNE

    plane = np.zeros((len(reduced), 2))
    plane[:, : reduced.shape[1]] = reduced[:, :2]
    if len(reduced) < FEWEST or not plane.any():
        return plane
    start = plane / np.std(plane[:, 0]) * 1e-4
    model: Any = TSNE(
        2,
        init=start.astype(np.float32),
        perplexity=min(PERPLEXITY, (len(reduced) - 1) / 3),
        max_iter=ITERATIONS,
        random_state=SEED,
    )
    return np.asarray(model.fit_transform(reduced), dtype=np.float64)


def _nearest(others: Vectors, sample: Vectors, k: int) -> NDArray[np.intp]:
    """The rows of `sample` nearest to each of the others: (n, k)."""
    found = []
    for start in range(0, len(others), 1000):
        part = others[start : start + 1000]
        distances = (sample**2).sum(axis=1) - 2 * part @ sample.T
        found.append(np.argsort(distances, axis=1, kind="stable")[:, :k])
    return np.concatenate(found)


def _scale(places: Places) -> Places:
    """Each axis 0 to 1; the middle where all points share it."""
    if not len(places):
        return places
    low, span = places.min(axis=0), np.ptp(places, axis=0)
    scaled = (places - low) / np.where(span > 0, span, 1.0)
    return np.where(span > 0, scaled, 0.5)
