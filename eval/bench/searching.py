"""Retrieval at every size, beside embedding the question alone; what a date costs; the disk.

Owns these lines. Questions are asked one after the other in a warm process, each by every
way before the next. A filter is measured as it is asked: the question with and without
"Only papers since ...", from its arrival until the papers are found.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

from eval.bench.plan import ENVIRONMENT, Bench, footnote_command
from eval.bench.records import TIMES, Line, Outcome, Point, join_outcomes
from eval.bench.shelf import LISTED
from eval.bench.timing import Spread, interleave, measure_disk, run_command, sum_up
from eval.bench.words import write_spread, write_value
from rag.engine import Engine
from rag.events import Found
from rag.filters.selecting import FULL_MONTHS
from rag.library import Library

CASE = "retrieval"
K = 10


def measure(bench: Bench) -> Outcome:
    """Retrieval beside embedding the question alone, for every size."""
    return join_outcomes(_measure_size(bench, size) for size in bench.plan.sizes)


def _measure_size(bench: Bench, size: int) -> Outcome:
    with bench.open(size) as footnote:
        ways = {
            "embedding": bench.plain.embed_question,
            "retrieval": lambda question: footnote.search(question, K),
        }
        times = interleave(ways, bench.many_questions)
    alone, found = sum_up(times["embedding"]), sum_up(times["retrieval"])
    goal = {LISTED: 2.0, bench.plan.papers: 4.0}.get(size)
    lines = [_compare(size, share, alone, found, goal) for share in ("p50", "p95")]
    if size > bench.plan.papers:
        lines.append(_limit(size, found))
    points = (
        Point("Retrieval", "p50", size, found.p50, "ms"),
        Point("Retrieval", "p95", size, found.p95, "ms"),
        Point("Retrieval", "embedding alone, p50", size, alone.p50, "ms"),
    )
    return Outcome(tuple(lines), points)


def _compare(size: int, share: str, alone: Spread, found: Spread, goal: float | None) -> Line:
    took, beside = (write_value(getattr(one, share), "ms") for one in (found, alone))
    return Line(
        CASE,
        f"retrieval, {size:,} papers, {share}",
        f"{took} (n {found.n})",
        f"sentence-transformers embedding it alone {beside}",
        getattr(found, share) / getattr(alone, share),
        TIMES,
        goal,
    )


def _limit(size: int, found: Spread) -> Line:
    what = f"retrieval, {size:,} recombined papers, p95"
    return Line(CASE, what, write_spread(found), "", found.p95, "ms", 150)


def measure_filter(bench: Bench) -> Outcome:
    """What a date that half the papers pass adds to a question."""
    sizes = [one for one in bench.plan.sizes if one >= bench.plan.papers]
    return join_outcomes(asyncio.run(_filter_size(bench, size)) for size in sizes)


async def _filter_size(bench: Bench, size: int) -> Outcome:
    with bench.open(size) as footnote:
        engine = footnote.engine()
        limit, passing = find_middle(footnote.library)
        plain: list[float] = []
        filtered: list[float] = []
        recognised = 0
        for question in (bench.questions[0], *bench.questions):
            plain.append((await _find(engine, question))[0])
            took, passed = await _find(engine, f"{question} Only papers since {limit}.")
            filtered.append(took)
            recognised += passed == passing
        without, within = sum_up(plain[1:]), sum_up(filtered[1:])
    line = Line(
        CASE,
        f"a question kept to a date that half of {size:,} papers pass, p50",
        write_spread(within),
        f"the same question without it {write_spread(without)}",
        within.p50 / without.p50,
        TIMES,
        2.0,
        f"Since {limit}: {passing:,} of {size:,} pass; the filter was understood in {recognised}"
        f" of {len(filtered)} questions.",
    )
    points = (
        Point("A date that half pass", "with the filter, p50", size, within.p50, "ms"),
        Point("A date that half pass", "without, p50", size, without.p50, "ms"),
    )
    return Outcome((line,), points)


async def _find(engine: Engine, question: str) -> tuple[float, int]:
    """(ms until the papers are found, how many passed the filters: 0 where there is none)"""
    started = time.perf_counter()
    async with aclosing(engine.astream(question)) as events:
        async for event in events:
            if isinstance(event, Found):
                took = (time.perf_counter() - started) * 1000
                return took, event.selection.kept if event.selection else 0
    raise AssertionError("a stream of events begins with Found")


def find_middle(library: Library) -> tuple[str, int]:
    """(the month since which half of the papers are, as `May 2025`; how many are)"""
    months = sorted(
        (one.date.year, one.date.month)
        for one in library.facts()
        if one.date and one.date.year and one.date.month
    )
    year, month = months[len(months) // 2]
    passing = sum(one >= (year, month) for one in months)
    return f"{FULL_MONTHS[month - 1]} {year}", passing


def measure_size(bench: Bench) -> Outcome:
    """Disk, and the memory of one search from the shell, for every size."""
    return join_outcomes(_weigh(bench, size) for size in bench.plan.sizes)


def _weigh(bench: Bench, size: int) -> Outcome:
    folder = bench.shelf.find(size)
    command = footnote_command(folder, ["search", bench.questions[0]])
    ended = run_command(command, bench.scratch, ENVIRONMENT)
    disk = measure_disk(folder)
    line = Line(
        CASE,
        f"disk, {size:,} papers",
        write_value(disk, "MB"),
        f"memory of one search {write_value(ended.peak_mb, 'MB')}",
        disk * 1000 / size,
        "kB a paper",
    )
    points = (
        Point("Disk and memory", "disk", size, disk, "MB"),
        Point("Disk and memory", "memory of one search", size, ended.peak_mb, "MB"),
    )
    return Outcome((line,), points)
