"""`make bench-retrieval`: Footnote's retrieval beside its parts, in one run.

Owns the two development sets and the table; knows nothing about answers. Reads the shared
data beside the checkout and keeps the embedded libraries in the user's cache folder, so
that only the first run embeds. Figures: nDCG@10, the mean over the questions that have gold
papers; recall@10; the median time of one question.

    BM25 alone               SQLite's, the same words and weights
    whole abstracts alone    cosine with title and abstract, cut at what the model reads
    Footnote                 the fusion of rag.retrieve
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import platformdirs

from eval.measures import ndcg, recall
from eval.questions import read_questions
from eval.scoring.retrieval import UNRANKED, normalise_all
from rag import Footnote
from rag.errors import FootnoteError, SettingsError
from rag.fusion import Weights
from rag.records import Entry, Page
from rag.terminal import show_progress
from rag.titles import normalise_title

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
WHOLE_ONLY = Weights(lexical=0.0, whole=1.0, body=0.0, sentence=0.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with the keys of its gold papers (see `key_of` in `Bench`)."""

    text: str
    gold: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bench:
    """A library and its judged questions; `key_of` turns a paper_id into a gold key."""

    name: str
    footnote: Footnote
    questions: tuple[Judged, ...]
    key_of: dict[str, str]


def open_questions(cache: Path) -> Bench:
    """The development questions over the shared pages; gold papers go by their titles."""
    footnote = Footnote.open(library=cache / "pages")
    with show_progress() as progress:
        footnote.add([str(SHARED / "pages")], progress)
    questions = tuple(
        Judged(one.text, normalise_all(one.gold_titles))
        for one in read_questions(SHARED / "questions" / "dev.jsonl")
        if one.kind not in UNRANKED
    )
    keys = {paper.paper_id: normalise_title(paper.title) for paper in footnote.library.papers()}
    return Bench("questions/dev", footnote, questions, keys)


def open_scifact(cache: Path) -> Bench:
    """SciFact's development claims; gold papers go by SciFact's own ids, kept as the URL."""
    footnote = Footnote.open(library=cache / "scifact")
    folder = SHARED / "retrieval" / "scifact"
    entries = tuple(
        Entry(record["title"], record["text"], "scifact", line, url=record["_id"])
        for line, record in enumerate(_read_lines(folder / "corpus.jsonl"), start=1)
    )
    with show_progress() as progress:
        footnote.library.add([Page("scifact", "JSON Lines", entries)])
        footnote.sync(progress)
    claims = {record["_id"]: record["text"] for record in _read_lines(folder / "claims_dev.jsonl")}
    gold: dict[str, set[str]] = {}
    for line in (folder / "qrels_dev.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        claim, document, relevance = line.split("\t")
        if int(relevance) > 0:
            gold.setdefault(claim, set()).add(document)
    questions = tuple(Judged(claims[one], frozenset(found)) for one, found in gold.items())
    keys = {paper.paper_id: paper.url or "" for paper in footnote.library.papers()}
    return Bench("scifact/dev", footnote, questions, keys)


def rank_fused(bench: Bench, question: str) -> list[str]:
    return [hit.paper.paper_id for hit in bench.footnote.search(question, 10).hits]


def rank_lexical(bench: Bench, question: str) -> list[str]:
    from rag.terms import content_words

    matched = bench.footnote.library.match(content_words(question), 10)
    return [paper_id for paper_id, _ in matched]


def rank_whole(bench: Bench, question: str) -> list[str]:
    retriever = bench.footnote.retriever
    weights, retriever.weights = retriever.weights, WHOLE_ONLY
    try:
        return rank_fused(bench, question)
    finally:
        retriever.weights = weights


Ranker = Callable[[Bench, str], list[str]]
RANKERS: dict[str, Ranker] = {
    "BM25 alone": rank_lexical,
    "whole abstracts alone": rank_whole,
    "Footnote": rank_fused,
}


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the table."""

    bench: str
    method: str
    questions: int
    ndcg: float
    recall: float
    median_ms: float


def measure(bench: Bench, method: str) -> Score:
    """Rank every question by one method."""
    gains, found, times = [], [], []
    for question in bench.questions:
        started = time.perf_counter()
        ranking = [bench.key_of[one] for one in RANKERS[method](bench, question.text)]
        times.append((time.perf_counter() - started) * 1000)
        gains.append(ndcg(ranking, question.gold))
        found.append(recall(ranking, question.gold))
    return Score(
        bench.name,
        method,
        len(gains),
        statistics.fmean(gains),
        statistics.fmean(found),
        statistics.median(times),
    )


def sweep(benches: Sequence[Bench]) -> None:
    """How much the result hangs on each weight: one at a time, halved and half again."""
    shipped = Weights()
    for name in ("lexical", "whole", "body", "sentence"):
        for factor in (0.5, 0.75, 1.25, 1.5):
            weights = replace(shipped, **{name: getattr(shipped, name) * factor})
            line = []
            for bench in benches:
                bench.footnote.retriever.weights = weights
                line.append(f"{bench.name} {measure(bench, 'Footnote').ndcg:.4f}")
                bench.footnote.retriever.weights = shipped
            print(f"{name:<9} x {factor:<5} {'  '.join(line)}")


def main(arguments: Sequence[str]) -> int:
    """Print the table; with `--sweep` also what other weights would give."""
    if not SHARED.is_dir():
        raise SettingsError(f"the development sets are not at {SHARED}")
    cache = Path(platformdirs.user_cache_dir("footnote", appauthor=False)) / "bench"
    benches = [open_questions(cache), open_scifact(cache)]
    print(f"{'set':<15} {'method':<22} {'n':>4} {'nDCG@10':>8} {'recall@10':>10} {'ms':>7}")
    for bench in benches:
        for method in RANKERS:
            one = measure(bench, method)
            print(
                f"{one.bench:<15} {one.method:<22} {one.questions:>4} {one.ndcg:>8.4f}"
                f" {one.recall:>10.4f} {one.median_ms:>7.1f}"
            )
    if "--sweep" in arguments:
        sweep(benches)
    for bench in benches:
        bench.footnote.close()
    return 0


def _read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except FootnoteError as error:
        sys.exit(f"bench-retrieval: {error}")
