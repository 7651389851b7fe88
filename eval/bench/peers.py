"""LlamaIndex and paper-qa beside Footnote: the same papers, questions and model.

Owns these lines and how the peers' environment is called (`make bench-peers` makes it). The
three take their turns one after the other in the same run, each in a process of its own: to
add is too long to be interleaved. Goals: faster at every line, and a better nDCG@10 on the
development questions, by the same code (eval.measures). As those ask about the listing
pages, the large library holds these beside the daily papers. Both peers embed one text a
paper, cut at what the model reads, and keep it in memory; Footnote embeds some thirteen.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.adding import add_apart
from eval.bench.plan import QUESTIONS, ROOT, WARM_UP, Bench
from eval.bench.records import TIMES, Line, Outcome, join_outcomes, tell_missing
from eval.bench.shelf import write_page
from eval.bench.timing import interleave, run_command, sum_up
from eval.bench.words import write_value
from eval.measures import ndcg
from eval.questions import read_questions
from eval.scoring.retrieval import UNRANKED, normalise_all
from rag.footnote import Footnote
from rag.records import Entry
from rag.titles import normalise_title

CASE = "peers"
NAMES = {"llama-index": "LlamaIndex", "paper-qa": "paper-qa"}
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
SCRIPT = Path(__file__).with_name("peer.py")


@dataclass(frozen=True, slots=True)
class Contender:
    """What one of the three did: seconds of adding, ms of each search, nDCG@10."""

    name: str
    adding_s: float
    search_ms: tuple[float, ...]
    ndcg: float


@dataclass(frozen=True, slots=True)
class Field:
    """The papers of one contest: how many, the page that has them, and whether the daily
    papers are among them."""

    papers: int
    page: Path
    has_daily: bool


def measure(bench: Bench) -> Outcome:
    """Every line for both peers, at 346 papers and at the main size."""
    if not PYTHON.exists():
        reason = "the peers are not installed: make bench-peers"
        return Outcome((tell_missing(CASE, "LlamaIndex and paper-qa", reason),))
    listed = tuple({normalise_title(one.title): one for one in bench.shelf.listed}.values())
    both = {normalise_title(one.title): one for one in (*listed, *bench.shelf.daily)}
    small = _make_field(bench, listed, has_daily=False)
    large = _make_field(bench, tuple(both.values()), has_daily=True)
    return join_outcomes(_contest(bench, field) for field in (small, large))


def _make_field(bench: Bench, entries: Sequence[Entry], *, has_daily: bool) -> Field:
    page = write_page(entries, bench.scratch / f"peers-{len(entries)}.jsonl")
    return Field(len(entries), page, has_daily)


def _contest(bench: Bench, field: Field) -> Outcome:
    own = _run_footnote(bench, field)
    lines: list[Line] = []
    for peer, name in NAMES.items():
        told = _run_peer(bench, peer, field)
        if isinstance(told, str):
            lines.append(tell_missing(CASE, f"{name}, {field.papers:,} papers", told))
        else:
            lines += compare(own, told, field.papers)
    return Outcome(tuple(lines))


def compare(own: Contender, peer: Contender, papers: int) -> list[Line]:
    """The lines of one peer at one size; a goal of 1 is "not worse than the peer"."""
    mine, theirs = sum_up(own.search_ms), sum_up(peer.search_ms)
    at = f"{papers:,} papers, beside {peer.name}"
    return [
        Line(
            CASE,
            f"adding {at}",
            f"{own.adding_s:.1f} s",
            f"{peer.name} {peer.adding_s:.1f} s",
            own.adding_s / peer.adding_s,
            TIMES,
            1.0,
        ),
        *(
            Line(
                CASE,
                f"searching {at}, {share}",
                write_value(getattr(mine, share), "ms"),
                f"{peer.name} {write_value(getattr(theirs, share), 'ms')}",
                getattr(mine, share) / getattr(theirs, share),
                TIMES,
                1.0,
            )
            for share in ("p50", "p95")
        ),
        Line(
            CASE,
            f"nDCG@10 of {peer.name} as a share of ours, {papers:,} papers",
            f"{own.ndcg:.3f}",
            f"{peer.name} {peer.ndcg:.3f}",
            peer.ndcg / max(own.ndcg, 1e-9),
            TIMES,
            1.0,
        ),
    ]


def _run_footnote(bench: Bench, field: Field) -> Contender:
    """Footnote; adding the daily papers is not measured twice in a run."""
    folder = bench.scratch / f"own-{field.papers}"
    known = bench.added.get(bench.shelf.base) if field.has_daily else None
    if known is None:
        seconds = add_apart(bench, folder, [field.page])
    else:
        bench.shelf.copy_to(bench.shelf.base, folder)
        rest = write_page(bench.shelf.listed, bench.scratch / "listed.jsonl")
        seconds = known + add_apart(bench, folder, [rest])
    with Footnote.open(folder) as footnote:
        for one in WARM_UP:
            footnote.search(one, 10)
        rankings: list[list[str]] = []

        def search(question: str) -> None:
            hits = footnote.search(question, 10).hits
            rankings.append([hit.paper.title for hit in hits])

        times = interleave({"own": search}, bench.questions)["own"]
    return Contender("Footnote", seconds, tuple(times), score(rankings))


def _run_peer(bench: Bench, peer: str, field: Field) -> Contender | str:
    """A peer in its own environment, or why it did not come to its end."""
    asked = bench.scratch / "questions.json"
    asked.write_text(json.dumps(bench.questions), encoding="utf-8")
    arguments = (peer, bench.plain.folder, field.page, asked)
    command = [str(PYTHON), str(SCRIPT), *map(str, arguments)]
    ended = run_command(command, bench.scratch)
    if ended.status:
        return ended.err.strip()[-300:]
    told = json.loads(ended.out.strip().splitlines()[-1])
    name, times = NAMES[peer], tuple(told["search_ms"])
    return Contender(name, told["adding_s"], times, score(told["rankings"]))


def score(rankings: Sequence[Sequence[str]]) -> float:
    """The mean nDCG@10 of rankings of titles, one for each development question in the order
    of the set; those without gold papers do not count."""
    gains = [
        ndcg([normalise_title(title) for title in ranking], normalise_all(question.gold_titles))
        for question, ranking in zip(read_questions(QUESTIONS), rankings, strict=True)
        if question.kind not in UNRANKED
    ]
    return statistics.fmean(gains)
