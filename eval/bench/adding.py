"""Adding papers: to an empty library, again, and a few new ones to many.

Owns these lines; the clock of the first is eval.bench.adder's. Goals are the issue's: at
most 1.15 times encoding alone in 1.5 GB, 5 s for what is there already, and for 50 new
papers a second beyond 1.5 times encoding them, whatever the size of the library.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.bench.adder import TURN
from eval.bench.plan import ENVIRONMENT, Bench, footnote_command, python_command
from eval.bench.records import TIMES, Line, Outcome, Point, join_outcomes, tell_missing
from eval.bench.shelf import LISTED, write_page
from eval.bench.timing import clock, run_command
from eval.bench.words import write_value
from eval.report.words import count_of
from rag.chunks import cut_paper
from rag.footnote import Footnote
from rag.merge import start_paper
from rag.pages import open_pages
from rag.records import Entry

CASE = "adding"
NEW = 50
FACTOR = 1.5
SEED = 1  # of the new papers; those of the shelf have 0


def measure(bench: Bench) -> Outcome:
    """Adding to an empty library, beside encoding the same chunks alone, in turns."""
    page = write_page(bench.shelf.daily[: bench.plan.adding], bench.scratch / "adding.jsonl")
    folder = bench.scratch / "adding"
    arguments = ["-m", "eval.bench.adder", "--alone", str(folder), str(page)]
    ended = run_command(python_command(arguments), bench.scratch, ENVIRONMENT)
    if ended.status:
        return Outcome((tell_missing(CASE, "adding papers", ended.err.strip()[-300:]),))
    told = json.loads(ended.out)
    bench.added[bench.plan.adding] = told["adding_s"]
    if bench.plan.adding == bench.shelf.base:
        bench.shelf.keep(folder, bench.shelf.base)
    beside = [one for one in told["turns"] if one["encoding_s"] is not None]
    shares = [one["adding_s"] / one["encoding_s"] for one in beside]
    alone = sum(one["encoding_s"] for one in beside) / sum(one["own"] for one in beside)
    alone *= told["added"]
    what = f"adding {told['added']:,} papers to none"
    ratio = Line(
        CASE,
        what,
        f"{told['adding_s']:.0f} s",
        f"encoding the same chunks alone {alone:.0f} s",
        told["adding_s"] / alone,
        TIMES,
        1.15,
        f"Encoded alone in {count_of(len(shares), 'turn')} of {TURN} papers, from"
        f" {min(shares):.2f} to {max(shares):.2f} times, and reckoned up;"
        f" {told['runs_on']}; both models loaded and warm.",
    )
    memory = Line(
        CASE,
        f"{what}: memory at the most",
        write_value(ended.peak_mb, "MB"),
        "the process that adds",
        ended.peak_mb,
        "MB",
        1500,
    )
    return Outcome((ratio, memory), tuple(_grow(told["turns"])))


def _grow(turns: Sequence[dict[str, Any]]) -> list[Point]:
    """What a paper costs as the library grows."""
    return [
        Point("Adding, a paper", series, one["papers"], one[seconds] * 1000 / one["own"], "ms")
        for one in turns
        for series, seconds in (("adding", "adding_s"), ("encoding alone", "encoding_s"))
        if one[seconds] is not None
    ]


def measure_again(bench: Bench) -> Outcome:
    """Adding what is there already: the whole command, and the call in a warm process."""
    return join_outcomes(_add_again(bench, size) for size in (LISTED, bench.plan.papers))


def _add_again(bench: Bench, size: int) -> Outcome:
    entries = bench.shelf.listed if size == LISTED else bench.shelf.daily
    page = write_page(entries, bench.scratch / f"again-{size}.jsonl")
    with bench.shelf.copy(size) as folder:
        command = footnote_command(folder, ["add", str(page)])
        cold = statistics.median(
            run_command(command, bench.scratch, ENVIRONMENT).seconds for _ in range(3)
        )
        with Footnote.open(folder) as footnote:
            footnote.add([str(page)])
            warm = statistics.median(clock(lambda: footnote.add([str(page)])) for _ in range(3))
        reading = statistics.median(clock(lambda: list(open_pages([str(page)]))) for _ in range(3))
    goal = 5.0 if size == bench.plan.papers else None
    beside = f"reading the page alone {reading / 1000:.2f} s"
    what = f"adding the same {size:,} papers again"
    lines = (
        Line(CASE, f"{what}: the command", f"{cold:.2f} s", beside, cold, "s", goal),
        Line(CASE, f"{what}: warm", f"{warm / 1000:.2f} s", beside, warm / 1000, "s", goal),
    )
    return Outcome(lines, (Point("Adding the same again", "warm", size, warm, "ms"),))


def measure_new(bench: Bench) -> Outcome:
    """50 new papers into libraries of every size, beside encoding these 50 alone."""
    return join_outcomes(_add_new(bench, size) for size in bench.plan.sizes)


def _add_new(bench: Bench, size: int) -> Outcome:
    entries = list(bench.shelf.recombine(NEW * (bench.plan.rounds + 1), SEED))
    adding, encoding = [], []
    with bench.shelf.copy(size) as folder, Footnote.open(folder) as footnote:
        for turn in range(bench.plan.rounds + 1):
            some = entries[turn * NEW : (turn + 1) * NEW]
            page = write_page(some, bench.scratch / f"new-{turn}.jsonl")
            alone = clock(lambda some=some: _encode(bench, some))  # type: ignore[misc]
            added = clock(lambda page=page: footnote.add([str(page)]))  # type: ignore[misc]
            if turn:  # the first turn warms both up
                encoding.append(alone)
                adding.append(added)
    most, least = statistics.median(adding) / 1000, statistics.median(encoding) / 1000
    line = Line(
        CASE,
        f"adding {NEW} new papers to {size:,}: beyond {FACTOR} times encoding",
        f"{most:.2f} s",
        f"encoding these alone {least:.2f} s",
        most - FACTOR * least,
        "s",
        1.0,
        f"The median of {len(adding)} turns.",
    )
    plot = f"Adding {NEW} new papers"
    points = (
        Point(plot, "adding", size, most * 1000, "ms"),
        Point(plot, "encoding alone", size, least * 1000, "ms"),
    )
    return Outcome((line,), points)


def _encode(bench: Bench, entries: Sequence[Entry]) -> None:
    chunks = [cut_paper(start_paper(one)) for one in entries]
    bench.plain.embed([text for one in chunks for text in one.texts()])


def add_apart(bench: Bench, folder: Path, pages: Sequence[Path]) -> float:
    """Seconds that adding these pages takes in a process of its own, its model warm."""
    arguments = ["-m", "eval.bench.adder", str(folder), *map(str, pages)]
    ended = run_command(python_command(arguments), bench.scratch, ENVIRONMENT)
    return float(json.loads(ended.out)["adding_s"])
