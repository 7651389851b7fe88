"""Papers to their vectors: every chunk embedded, and what is kept of them.

Owns which vectors a paper has; knows nothing about models or where vectors go.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.chunks import Chunks
from rag.embedder import Embedder, Vectors
from rag.vectors import PaperVectors


def embed_papers(embedder: Embedder, papers: Sequence[Chunks]) -> list[PaperVectors]:
    """Embed all chunks of these papers in one go. `body` is the mean of the windows."""
    vectors = embedder.embed_texts([text for chunks in papers for text in chunks.texts()])
    embedded, start = [], 0
    for chunks in papers:
        first, last = start + 1, start + 1 + len(chunks.windows)
        end = last + len(chunks.sentences)
        embedded.append(
            PaperVectors(
                paper_id=chunks.paper_id,
                revision=chunks.revision,
                whole=vectors[start],
                body=_unit_mean(vectors[first:last]),
                sentences=vectors[last:end],
                spans=np.array(chunks.spans, dtype=np.int32),
            )
        )
        start = end
    return embedded


def _unit_mean(vectors: Vectors) -> Vectors:
    mean: Vectors = vectors.mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-9)
