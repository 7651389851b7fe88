"""A question -> the papers that are about it, best first.

Owns the fusion of lexical and dense evidence. Knows nothing about answers. A paper's score
is a weighted sum of four numbers, each on a scale of its own that does not depend on what
else is in the library, so that the method is the same at a hundred papers and a million:

    lexical    its BM25 as a share of the best that the question's words could score
    whole      cosine of the question with title and beginning of the abstract
    body       cosine with the mean of the abstract's three-sentence windows
    sentence   the largest cosine with a single sentence

The convex combination follows Bruch, Gai and Ingber (2023, "An Analysis of Fusion Functions
for Hybrid Retrieval"), who find it better than reciprocal rank fusion; the weights were
chosen on the development sets (`make bench-retrieval`; eval/LOG.md). Only the union of the
best `candidates` of each list is scored.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embedder import Embedder, Vectors
from rag.errors import EmbedderError
from rag.index import Index
from rag.library import Library
from rag.records import Hit, Paper, Span
from rag.terms import content_words
from rag.vectors import PaperVectors

BM25_CEILING = 2.2  # k1 + 1: what one word's weight is multiplied by at the most


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

    def fuse(self, weights: Weights) -> float:
        """The weighted sum, 0 to 1: cosines below 0 and beyond 1 by rounding count as those."""
        return _clip(
            weights.lexical * self.lexical
            + weights.whole * self.whole
            + weights.body * self.body
            + weights.sentence * self.sentences.max()
        )


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found for a question, and how long each step took, in milliseconds."""

    hits: tuple[Hit, ...]
    signals: tuple[Signals, ...]
    timings: dict[str, float]

    def to_record(self, question_id: str, question: str) -> dict[str, Any]:
        """The JSON object that `footnote search --json` prints."""
        return {
            "id": question_id,
            "question": question,
            "hits": [hit.to_record(rank) for rank, hit in enumerate(self.hits, start=1)],
            "timings": {name: round(laps, 2) for name, laps in self.timings.items()},
        }


class Retriever:
    """Finds papers. `candidates` are taken from each list before scoring."""

    def __init__(
        self,
        library: Library,
        index: Index,
        embedder: Embedder,
        *,
        candidates: int = 200,
        reranker: str = "",
    ) -> None:
        self.weights = Weights()
        self._library = library
        self._index = index
        self._embedder = embedder
        self._candidates = candidates
        self._reranker = reranker
        self._cross_encoder: Any = None

    def find(self, question: str, k: int) -> Findings:
        """The k best papers, each with its sentences, best first. Raises LibraryError,
        VectorError or EmbedderError."""
        clock = Stopwatch()
        vector = self._embedder.embed_question(question)
        clock.lap("embed_ms")
        words = content_words(question)
        lexical = dict(self._library.match(words, self._candidates))
        clock.lap("lexical_ms")
        near = self._index.nearest(vector, self._candidates)
        clock.lap("dense_ms")
        unseen = [paper_id for paper_id in near if paper_id not in lexical]
        lexical.update(self._library.match(words, len(unseen), among=unseen))
        ranked = self._rank(words, vector, list(dict.fromkeys([*lexical, *near])), lexical)
        depth = max(k, 20) if self._reranker else k
        papers = self._library.get([paper_id for paper_id, _, _ in ranked[: depth + 10]])
        found = [entry for entry in ranked if entry[0] in papers][:depth]
        hits = [
            Hit(papers[paper_id], score, _spans(papers[paper_id], signals))
            for paper_id, score, signals in found
        ]
        clock.lap("rank_ms")
        order = self._rerank(question, hits)[:k] if self._reranker else range(len(hits))
        clock.lap("rerank_ms")
        return Findings(
            tuple(hits[one] for one in order),
            tuple(found[one][2] for one in order),
            clock.laps,
        )

    def _rank(
        self, words: Sequence[str], vector: Vectors, ids: list[str], lexical: dict[str, float]
    ) -> list[tuple[str, float, Signals]]:
        weighed = self._library.weigh(words)
        ceiling = max(BM25_CEILING * sum(weighed.values()), 1e-6)
        ranked = []
        for one, signals in _score(self._index.vectors(ids), vector):
            signals = replace(signals, lexical=min(1.0, lexical.get(one, 0.0) / ceiling))
            ranked.append((one, signals.fuse(self.weights), signals))
        return sorted(ranked, key=lambda entry: (-entry[1], entry[0]))

    def _rerank(self, question: str, hits: Sequence[Hit]) -> list[int]:
        """The hits' positions in the cross-encoder's order."""
        if not hits:
            return []
        pairs = [(question, f"{hit.paper.title}\n{hit.paper.abstract}") for hit in hits]
        scores = self._load_reranker().predict(pairs, show_progress_bar=False)
        return [int(one) for one in np.argsort(-np.asarray(scores), kind="stable")]

    def _load_reranker(self) -> Any:
        if self._cross_encoder is None:
            from sentence_transformers import CrossEncoder

            try:
                self._cross_encoder = CrossEncoder(self._reranker, local_files_only=True)
            except (OSError, ValueError, RuntimeError) as error:
                raise EmbedderError(
                    f"the reranker {self._reranker!r} cannot be loaded: {error}",
                    remedy="name a folder that holds a CrossEncoder in [retrieval] reranker,"
                    " or leave it empty",
                ) from error
        return self._cross_encoder


class Stopwatch:
    """Milliseconds between laps."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = (now - self._last) * 1000
        self._last = now


def _score(papers: Sequence[PaperVectors], vector: Vectors) -> list[tuple[str, Signals]]:
    """All cosines of one question with these papers, in two multiplications."""
    if not papers:
        return []
    sentences = np.concatenate([paper.sentences for paper in papers]) @ vector
    abstracts = np.stack([(paper.whole, paper.body) for paper in papers]) @ vector
    ends = np.cumsum([len(paper.sentences) for paper in papers])
    parts = np.split(sentences, ends[:-1])
    return [
        (paper.paper_id, Signals(0.0, float(whole), float(body), part, paper.spans))
        for paper, (whole, body), part in zip(papers, abstracts, parts, strict=True)
    ]


def _spans(paper: Paper, signals: Signals) -> tuple[Span, ...]:
    """The sentences of a hit, best first."""
    order = np.argsort(-signals.sentences, kind="stable")
    return tuple(
        Span(
            paper.abstract[signals.spans[one][0] : signals.spans[one][1]],
            int(signals.spans[one][0]),
            int(signals.spans[one][1]),
            _clip(signals.sentences[one]),
        )
        for one in order
    )


def _clip(score: float) -> float:
    return min(1.0, max(0.0, float(score)))
