"""Whole answers in a warm process: by quoting, and over an endpoint that replies at once.

Owns these lines and the local endpoint's process. What Footnote adds to an endpoint is the
time to its first words, less that of retrieval, less the endpoint's own first words to a
prompt of the same length, asked in turns over a kept connection.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any

from eval.bench.plan import ROOT, WARM_UP, Bench
from eval.bench.records import Line, Outcome, Point, join_outcomes, tell_missing
from eval.bench.shelf import LISTED
from eval.bench.timing import sum_up
from eval.bench.words import write_spread, write_value
from rag.engine import Engine
from rag.events import Done, Found, TextDelta
from rag.footnote import Footnote
from rag.replies import Mode

CASE = "answers"
REPLY = "Two papers say so [1][2]. Another one does not [3]."
PROMPT = "word " * 2_000  # about what eight abstracts come to


@dataclass(frozen=True, slots=True)
class Waited:
    """Milliseconds from a question's arrival to each part of its answer, and whether an
    endpoint wrote it."""

    found: float
    first: float
    last: float
    asked_endpoint: bool


def measure(bench: Bench) -> Outcome:
    """First and last words by quoting, for every size."""
    return join_outcomes(_quote(bench, size) for size in bench.plan.sizes)


def _quote(bench: Bench, size: int) -> Outcome:
    with bench.open(size) as footnote:
        waited = asyncio.run(_ask_all(footnote.engine(), bench.questions))
    goal = 100.0 if size == bench.plan.papers else None
    lines, points = [], []
    for name in ("first", "last"):
        spread = sum_up(getattr(one, name) for one in waited)
        found = sum_up(one.found for one in waited)
        what = f"{name} words of an answer, quoting, {size:,} papers, p50"
        beside = f"the papers found {write_value(found.p50, 'ms')}"
        lines.append(Line(CASE, what, write_spread(spread), beside, spread.p50, "ms", goal))
        points.append(Point("An answer by quoting", f"{name} words, p50", size, spread.p50, "ms"))
    keep = size in (LISTED, bench.plan.papers)
    return Outcome(tuple(lines) if keep else (), tuple(points))


async def _ask_all(engine: Engine, questions: tuple[str, ...]) -> list[Waited]:
    for one in WARM_UP:
        await _ask(engine, one)
    return [await _ask(engine, one) for one in questions]


async def _ask(engine: Engine, question: str) -> Waited:
    started = time.perf_counter()
    found = first = 0.0
    async with aclosing(engine.astream(question)) as events:
        async for event in events:
            now = (time.perf_counter() - started) * 1000
            if isinstance(event, Found):
                found = now
            elif isinstance(event, TextDelta) and not first:
                first = now
            elif isinstance(event, Done):
                asked = event.answer.mode is Mode.MODEL and not event.answer.refused
                return Waited(found, first or now, now, asked)
    raise AssertionError("a stream of events ends in Done")


def measure_endpoint(bench: Bench) -> Outcome:
    """What stands between an endpoint's first word and the reader's, beyond retrieval."""
    with serving() as url:
        folder = bench.shelf.find(bench.plan.papers)
        llm = {"base_url": url, "model": "test-model"}
        with Footnote.open(folder, llm=llm, answer={"mode": "auto"}) as footnote:
            footnote.embedder.load()
            own, waited = asyncio.run(_ask_in_turns(footnote.engine(), url, bench.questions))
    pairs = zip(waited, own, strict=True)
    added = [one.first - one.found - alone for one, alone in pairs if one.asked_endpoint]
    what = "over the endpoint's own first words, beyond retrieval, p50"
    if not added:
        return Outcome((tell_missing(CASE, what, "all questions were refused"),))
    over = sum_up(added)
    line = Line(
        CASE,
        what,
        write_spread(over),
        f"the endpoint's own first words {write_value(statistics.median(own), 'ms')}",
        over.p50,
        "ms",
        30,
        f"A local server that replies at once; {bench.plan.papers:,} papers;"
        f" {len(waited) - len(added)} of {len(waited)} answers, which ask no endpoint, are left"
        " out.",
    )
    return Outcome((line,))


async def _ask_in_turns(
    engine: Engine, url: str, questions: tuple[str, ...]
) -> tuple[list[float], list[Waited]]:
    import httpx

    own, waited = [], []
    async with httpx.AsyncClient() as client:
        for number, question in enumerate((*WARM_UP, *questions)):
            alone = await _ask_alone(client, url)
            told = await _ask(engine, question)
            if number >= len(WARM_UP):
                own.append(alone)
                waited.append(told)
    return own, waited


async def _ask_alone(client: Any, url: str) -> float:
    """Milliseconds to the first word of a reply, asked without Footnote."""
    body = {
        "model": "test-model",
        "stream": True,
        "messages": [{"role": "user", "content": PROMPT}],
    }
    started, first = time.perf_counter(), 0.0
    async with client.stream("POST", f"{url}/chat/completions", json=body) as reply:
        async for line in reply.aiter_lines():
            if not first and '"content": "' in line and '"content": ""' not in line:
                first = (time.perf_counter() - started) * 1000
    return first


@contextmanager
def serving() -> Iterator[str]:
    """The address of a local server that replies at once, until the block ends."""
    command = [sys.executable, str(ROOT / "tests" / "openai_server.py"), "--port", "0"]
    server = subprocess.Popen([*command, "--reply", REPLY], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.communicate()
