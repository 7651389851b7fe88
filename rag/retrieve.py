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
from collections.abc import Collection, Sequence
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

SIDE_WEIGHT = 0.2
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


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for: a text, and for one side of a comparison the side's own words.

    A side's words count SIDE_WEIGHT beside the whole question: alone, "the older study" says
    nothing (eval/LOG.md). `among` keeps the search to the papers with these ids.
    """

    text: str
    side: str = ""
    among: Collection[str] | None = None

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """The texts and what each counts, in all 1."""
        if not self.side:
            return ((self.text, 1.0),)
        return ((self.text, 1.0 - SIDE_WEIGHT), (self.side, SIDE_WEIGHT))


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
        self.library = library
        self._index = index
        self._embedder = embedder
        self._candidates = candidates
        self._reranker = reranker
        self._cross_encoder: Any = None

    def find(self, question: str, k: int, among: Collection[str] | None = None) -> Findings:
        """The k best papers, each with its sentences, best first; `among` keeps the search to
        the papers with these ids. Raises LibraryError, VectorError or EmbedderError."""
        return self.find_many([Search(question, among=among)], k)[0]

    def find_many(self, searches: Sequence[Search], k: int) -> tuple[Findings, ...]:
        """The k best papers of each search; a text that several share is looked up once, and
        their timings are those of all. Raises as `find` does."""
        clock = Stopwatch()
        texts = list(dict.fromkeys(text for search in searches for text, _ in search.parts))
        vectors = {text: self._embedder.embed_question(text) for text in texts}
        clock.lap("embed_ms")
        taken = {text: self._gather(text, vectors[text], searches) for text in texts}
        clock.lap("candidates_ms")
        stored = self._index.vectors(
            list(
                dict.fromkeys(one for lexical, near in taken.values() for one in (*lexical, *near))
            )
        )
        signals = {text: self._look(text, vectors[text], taken[text][0], stored) for text in texts}
        found = [self._rank(search, signals, k) for search in searches]
        clock.lap("rank_ms")
        return tuple(Findings(hits, told, clock.laps) for hits, told in found)

    def _gather(
        self, text: str, vector: Vectors, searches: Sequence[Search]
    ) -> tuple[dict[str, float], list[str]]:
        """(BM25 of the papers that hold a text's words, the papers nearest to it), of those
        that the searches with this text are kept to."""
        lexical: dict[str, float] = {}
        near: list[str] = []
        for among in _allowed(text, searches):
            few = sorted(among) if among is not None and len(among) <= self._candidates else None
            wide = self._candidates if among is None else self._widen(len(among))
            matched = self.library.match(content_words(text), wide, among=few)
            nearest = few if few is not None else self._index.nearest(vector, wide)
            lexical.update(pair for pair in matched if among is None or pair[0] in among)
            near += [paper_id for paper_id in nearest if among is None or paper_id in among]
        return lexical, near

    def _widen(self, among: int) -> int:
        """How many to take from each list so that about `candidates` of them pass a filter.

        Chroma's own `where` costs twenty times as much where half of the papers pass.
        """
        total = max(1, self.library.count())
        return min(total, -(-self._candidates * total // max(1, among)))

    def _look(
        self,
        text: str,
        vector: Vectors,
        lexical: dict[str, float],
        stored: Sequence[PaperVectors],
    ) -> dict[str, Signals]:
        """What is known of how well each paper fits one text."""
        words = content_words(text)
        unseen = [paper.paper_id for paper in stored if paper.paper_id not in lexical]
        scores = lexical | dict(self.library.match(words, len(unseen), among=unseen))
        ceiling = max(BM25_CEILING * sum(self.library.weigh(words).values()), 1e-6)
        return {
            one: replace(signals, lexical=min(1.0, scores.get(one, 0.0) / ceiling))
            for one, signals in _score(stored, vector)
        }

    def _rank(
        self, search: Search, signals: dict[str, dict[str, Signals]], k: int
    ) -> tuple[tuple[Hit, ...], tuple[Signals, ...]]:
        """The best papers of one search, with what is known of each."""
        parts = [(signals[text], weight) for text, weight in search.parts]
        ranked = sorted(
            (-sum(weight * told[one].fuse(self.weights) for told, weight in parts), one)
            for one in parts[0][0]
            if search.among is None or one in search.among
        )
        depth = max(k, 20) if self._reranker else k
        papers = self.library.get([one for _, one in ranked[: depth + 10]])
        best = [(-negative, one) for negative, one in ranked if one in papers][:depth]
        told = [_blend([(told[one], weight) for told, weight in parts]) for _, one in best]
        hits = [
            Hit(papers[one], score, _spans(papers[one], mixed))
            for (score, one), mixed in zip(best, told, strict=True)
        ]
        order = self._rerank(search.text, hits)[:k] if self._reranker else range(len(hits))
        return tuple(hits[one] for one in order), tuple(told[one] for one in order)

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


def _allowed(text: str, searches: Sequence[Search]) -> list[Collection[str] | None]:
    """The papers that the searches with this text are kept to, each set once."""
    allowed = (one.among for one in searches if any(text == part for part, _ in one.parts))
    distinct = {None if among is None else frozenset(among): among for among in allowed}
    return list(distinct.values())


def _blend(parts: Sequence[tuple[Signals, float]]) -> Signals:
    """The weighted sum of what several texts say of one paper; of one text what it says."""
    if len(parts) == 1:
        return parts[0][0]
    return Signals(
        lexical=sum(weight * one.lexical for one, weight in parts),
        whole=sum(weight * one.whole for one, weight in parts),
        body=sum(weight * one.body for one, weight in parts),
        sentences=np.sum([weight * one.sentences for one, weight in parts], axis=0),
        spans=parts[0][0].spans,
    )


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
