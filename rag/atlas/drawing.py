"""Papers and their vectors, drawn as a map.

Owns the order of the steps, and what of a paper goes into them; the methods are those of
`rag.atlas.layout` and `rag.atlas.naming`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rag.atlas.layout import Labels, Places, cluster, lay_out, one_thread, reduce
from rag.atlas.naming import Text, name_clusters
from rag.atlas.records import Atlas, Cluster, Point
from rag.embedder import Vectors
from rag.records import Paper

NAMING = 50
"""The papers of a cluster, nearest to its middle, whose words name it."""
DIGITS = 4


def draw_atlas(papers: Sequence[Paper], vectors: Mapping[str, Vectors]) -> Atlas:
    """The map of these papers; those without a vector are counted and left out.

    `vectors` are of any one dimension, by paper_id (`rag.atlas.store.read_vectors`). The same
    papers and vectors give the same map, in whatever order they come.
    """
    known = {paper.paper_id: paper for paper in papers if paper.paper_id in vectors}
    # An id is a hash of a title: the first ones in their order are a fair sample of all.
    ids = sorted(known)
    missing = len(papers) - len(known)
    if not ids:
        return Atlas(missing=missing)
    with one_thread():
        reduced = reduce(_normalise(np.stack([vectors[one] for one in ids])))
        places = np.round(lay_out(reduced), DIGITS)
        labels = _by_size(cluster(reduced))
    points = tuple(
        Point(paper_id, float(x), float(y), int(label) + 1)
        for paper_id, (x, y), label in zip(ids, places, labels, strict=True)
    )
    middles = [_middle_papers(reduced, labels, label) for label in range(int(labels.max()) + 1)]
    names = name_clusters(
        [
            [Text(known[ids[row]].title, known[ids[row]].abstract) for row in rows]
            for rows in middles
        ]
    )
    return Atlas(points, _describe(names, places, labels), missing)


def _normalise(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


def _by_size(labels: Labels) -> Labels:
    """The labels numbered anew from 0, the largest cluster first."""
    found, first, counts = np.unique(labels, return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    rank = {int(found[place]): number for number, place in enumerate(order)}
    return np.array([rank[int(label)] for label in labels], dtype=np.int64)


def _middle_papers(reduced: Vectors, labels: Labels, label: int) -> list[int]:
    """The rows of a cluster's papers, nearest to its mean first, fifty at the most."""
    rows = np.flatnonzero(labels == label)
    apart = np.linalg.norm(reduced[rows] - reduced[rows].mean(axis=0), axis=1)
    return [int(row) for row in rows[np.argsort(apart, kind="stable")[:NAMING]]]


def _describe(names: Sequence[str], places: Places, labels: Labels) -> tuple[Cluster, ...]:
    clusters = []
    for label, name in enumerate(names):
        inside = places[labels == label]
        x, y = np.round(np.median(inside, axis=0), DIGITS)
        clusters.append(Cluster(label + 1, name, float(x), float(y), len(inside)))
    return tuple(clusters)
