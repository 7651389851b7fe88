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
best `candidates` of each list is scored; in a library of hardly more papers all are.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rag.embedder import Embedder, Vectors, stay_offline
from rag.errors import EmbedderError
from rag.fusion import Fits, Signals, Weights
from rag.index import Index
from rag.library import Library
from rag.records import Hit, Paper, Span
from rag.terms import content_words
from rag.vectors import Block

SIDE_WEIGHT = 0.2
LOOKED_UP = 10_000  # papers that the words looked up may stand in, counted for each word
FEW = 5  # times as many as are taken from a list
BM25_CEILING = 2.2  # k1 + 1: what one word's weight is multiplied by at the most


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
        block, matched = self._gather(vectors, searches)
        clock.lap("candidates_ms")
        fits = {text: self._measure(text, vectors[text], block, matched[text]) for text in texts}
        found = [self._rank(search, fits, block, k) for search in searches]
        clock.lap("rank_ms")
        return tuple(Findings(hits, told, clock.laps) for hits, told in found)

    def _gather(
        self, vectors: Mapping[str, Vectors], searches: Sequence[Search]
    ) -> tuple[Block, dict[str, dict[str, float]]]:
        """The vectors of all that is scored, and by text the BM25 of those with its words."""
        total = self.library.count()
        if total <= 2 * self._candidates:
            every = {text: dict(self.library.match(self._tell(text), total)) for text in vectors}
            return self._index.everything(), every
        near: dict[str, None] = {}
        for text, vector in vectors.items():
            for among in _allowed(text, searches):
                near.update(dict.fromkeys(self._list_near(vector, among, total)))
        matched = {
            text: self._match(text, _allowed(text, searches), near, total) for text in vectors
        }
        block = self._index.block(near.keys() | set[str]().union(*matched.values()))
        if len(vectors) > 1:  # what one text's words found, others may hold a word of too
            for text, scores in matched.items():
                unseen = [one for one in block.paper_ids if one not in scores and one not in near]
                scores.update(self.library.match(self._tell(text), 0, unseen))
        return block, matched

    def _list_near(
        self, vector: Vectors, among: Collection[str] | None, total: int
    ) -> Collection[str]:
        """The papers nearest to a text, of those that it is kept to."""
        if among is None:
            return self._index.nearest(vector, self._candidates)
        if self._is_few(among):
            return among
        wide = self._widen(len(among), total)
        return [one for one in self._index.nearest(vector, wide) if one in among]

    def _match(
        self,
        text: str,
        allowed: Sequence[Collection[str] | None],
        near: Collection[str],
        total: int,
    ) -> dict[str, float]:
        """BM25 of the papers near by, and of the best of those that the text is kept to."""
        scores: dict[str, float] = {}
        words = self._tell(text)
        for among in allowed:
            few = among is not None and self._is_few(among)
            wide = self._candidates if among is None else self._widen(len(among), total)
            for one, score in self.library.match(words, 0 if few else wide, near):
                if among is None or one in among or one in near:
                    scores[one] = score
        return scores

    def _is_few(self, among: Collection[str]) -> bool:
        """Whether to score all that a filter passes costs less than to look for the best."""
        return len(among) <= FEW * self._candidates

    def _widen(self, among: int, total: int) -> int:
        """How many to take from each list so that about `candidates` of them pass a filter.

        Chroma's own `where` costs twenty times as much where half of the papers pass.
        """
        return min(total, -(-self._candidates * total // max(1, among)))

    def _tell(self, text: str) -> list[str]:
        """The words to look up, rarest first, as far as LOOKED_UP goes. One that half of the
        papers hold weighs nothing in BM25, and the commonest of the others little; they are
        what looking up costs (Turtle and Flood 1995, "Query Evaluation")."""
        counts = self.library.count_papers_with(content_words(text))
        half, told, papers = self.library.count() / 2, list[str](), 0
        for word in sorted(counts, key=counts.__getitem__):
            papers += counts[word]
            if told and (papers > LOOKED_UP or counts[word] >= half):
                break
            told.append(word)
        return told

    def _measure(
        self, text: str, vector: Vectors, block: Block, matched: Mapping[str, float]
    ) -> Fits:
        """How well each paper of the block fits one text."""
        words = content_words(text)
        ceiling = max(BM25_CEILING * sum(self.library.weigh(words).values()), 1e-6)
        found = np.array([matched.get(one, 0.0) for one in block.paper_ids], dtype=np.float64)
        return Fits(np.minimum(1.0, found / ceiling), block.cosines(vector))

    def _rank(
        self, search: Search, fits: Mapping[str, Fits], block: Block, k: int
    ) -> tuple[tuple[Hit, ...], tuple[Signals, ...]]:
        """The best papers of one search, with what is known of each."""
        if not block.paper_ids:
            return (), ()
        parts = [(fits[text], weight) for text, weight in search.parts]
        scores = np.sum([weight * one.fuse(self.weights, block) for one, weight in parts], axis=0)
        ranked = [int(one) for one in np.argsort(-scores, kind="stable")]
        if search.among is not None:
            ranked = [one for one in ranked if block.paper_ids[one] in search.among]
        depth = max(k, 20) if self._reranker else k
        # A few more, for those that the library holds no longer.
        papers = self.library.get([block.paper_ids[one] for one in ranked[: depth + 10]])
        best = [one for one in ranked[: depth + 10] if block.paper_ids[one] in papers][:depth]
        mixed = Fits.blend(parts)
        told = [mixed.of_paper(one, block) for one in best]
        hits = [
            Hit(
                papers[block.paper_ids[one]],
                _clip(scores[one]),
                _spans(papers[block.paper_ids[one]], signals),
            )
            for one, signals in zip(best, told, strict=True)
        ]
        order = self._rerank(search.text, hits)[:k] if self._reranker else range(len(hits))
        return tuple(hits[one] for one in order), tuple(told[one] for one in order)

    def _rerank(self, question: str, hits: Sequence[Hit]) -> list[int]:
        """The hits' positions in the cross-encoder's order."""
        if not hits:
            return []
        pairs = [(question, f"{hit.paper.title}\n{hit.paper.abstract}") for hit in hits]
        scores = self._load_reranker().predict(pairs, show_progress_bar=False)
        return [int(one) for one in np.argsort(-scores, kind="stable")]

    def _load_reranker(self) -> Any:
        if self._cross_encoder is None:
            from sentence_transformers import CrossEncoder

            stay_offline()
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
