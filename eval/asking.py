"""Questions -> rows: the engine is asked once for each.

Owns the asking, its order and how many are asked at once; knows nothing about scores. A
model that fails is an error in the row: quoting in its place would be scored as the model's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence

from eval.errors import HOPELESS
from eval.records import Question, Ranked, Row
from eval.scoring.retrieval import RANKED
from rag.engine import Engine
from rag.errors import EndpointError
from rag.retrieve import Retriever


async def ask_all(
    engine: Engine,
    questions: Sequence[Question],
    keep: Callable[[Row], None],
    concurrency: int,
) -> None:
    """Ask, `concurrency` at once, and `keep` each row as soon as it is there.

    Raises EndpointError where the endpoint itself is wrong before it ever answered,
    LibraryError, VectorError and EmbedderError; what was kept before is kept.
    """
    waiting = iter(questions)
    answered = False

    async def work() -> None:
        nonlocal answered
        for question in waiting:
            row, error = await ask_one(engine, question)
            if isinstance(error, HOPELESS) and not answered:
                raise error
            answered = answered or (row.answer is not None and row.answer.model is not None)
            keep(row)

    await run_workers(work, min(concurrency, len(questions)))


async def run_workers(work: Callable[[], Coroutine[None, None, None]], count: int) -> None:
    """Run `count` tasks of the same work until all have ended; the first error ends them all
    and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, count)):
                group.create_task(work())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def ask_one(engine: Engine, question: Question) -> tuple[Row, EndpointError | None]:
    """The row of a question, and the endpoint's error where there is one in its place."""
    failure: EndpointError | None = None
    answer = None
    try:
        answer = await engine.aask(question.text)
    except EndpointError as error:
        failure = error
    # After the answer, so that its timings are its own.
    ranking = await asyncio.to_thread(rank, engine.retriever, question.text)
    return Row(question, answer, ranking, str(failure) if failure else ""), failure


def rank(retriever: Retriever, question: str) -> tuple[Ranked, ...]:
    """The ranking that retrieval alone gives."""
    hits = retriever.find(question, RANKED).hits
    return tuple(Ranked(hit.paper.paper_id, hit.paper.title, hit.score) for hit in hits)
