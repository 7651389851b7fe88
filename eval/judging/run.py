"""All rows judged by all metrics, so that a run that is killed goes on where it was.

Owns the order and how many are judged at once; knows nothing about what judging is, nor where
scores are written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence

from eval.judging.metrics import RagasJudge, applies
from eval.records import Row, Score

Sink = Callable[[str, Score], None]
Progress = Callable[[int, int], None]
CONCURRENCY = 4


def ignore_progress(judged: int, total: int) -> None:
    """Tell nobody."""


async def judge_all(
    rows: Sequence[Row],
    metrics: Sequence[str],
    judge: RagasJudge,
    sink: Sink,
    *,
    concurrency: int = CONCURRENCY,
    done: Collection[tuple[str, str]] = frozenset(),
    progress: Progress = ignore_progress,
) -> None:
    """Judge every (row, metric) that applies and is not in `done`, (question id, metric).

    At most `concurrency` are judged at once. Each Score goes to `sink` when it is there, with
    its question's id, and `progress` is told how many of how many are. What the judge raises
    stops all: see RagasJudge.judge_row. Cancelling leaves what was written.
    """
    if concurrency < 1:
        raise ValueError(f"concurrency is {concurrency}; at least one row is judged at once")
    left = [
        (row, metric)
        for row in rows
        for metric in metrics
        if (row.question.id, metric) not in done and applies(row, metric)
    ]
    judged = 0

    async def work(pairs: Iterator[tuple[Row, str]]) -> None:
        nonlocal judged
        for row, metric in pairs:
            if (score := await judge.judge_row(row, metric)) is not None:
                sink(row.question.id, score)
            judged += 1
            progress(judged, len(left))

    pairs = iter(left)
    workers = [asyncio.create_task(work(pairs)) for _ in range(min(concurrency, len(left)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
