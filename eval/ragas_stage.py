"""RAGAS over a run: what is missing is judged, and kept score by score.

Owns which judge is asked, under what its scores are kept, and where its replies are; knows
nothing about what judging is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from eval.judging.metrics import in_judges_words
from eval.plan import Plan
from eval.records import Row, Score
from eval.run import RAGAS, Run
from rag.errors import EndpointError
from rag.footnote import Footnote
from rag.llm import Endpoint
from rag.settings import JudgeSettings, Settings
from rag.terminal import show_progress

NO_JUDGE = "set [judge] base_url and model, or FOOTNOTE_JUDGE__BASE_URL"
AT_ONCE = 4


def judge_missing(
    run: Run, rows: Sequence[Row], footnote: Footnote, plan: Plan
) -> tuple[str, tuple[str, ...]]:
    """Judge what has no score of this judge yet, with `plan.retry` also what failed.

    Returns the judge, empty where none is set, and what there is to tell. Raises
    JudgeMissing where RAGAS is not installed, and EndpointError where the judge is wrong
    before it ever replied; what was kept before is kept.
    """
    settings = footnote.settings.judge
    if not settings.base_url:
        return "", (f"RAGAS was not asked: {NO_JUDGE}",)
    return asyncio.run(_judge_missing(run, rows, footnote, plan))


async def _judge_missing(
    run: Run, rows: Sequence[Row], footnote: Footnote, plan: Plan
) -> tuple[str, tuple[str, ...]]:
    from eval.judging.cache import CallCache
    from eval.judging.metrics import RAGAS_METRICS, RagasJudge
    from eval.judging.model import JudgeModel
    from eval.judging.run import judge_all

    settings = footnote.settings.judge
    key = settings.api_key.get_secret_value()
    model = await name_judge(settings)
    judge = JudgeModel(
        settings.base_url, model, key, settings.timeout, settings.max_tokens, settings.temperature
    )
    name = fingerprint_judge(settings, model)
    scores = run.scores(RAGAS, name, rows)
    done = {at for at, score in scores.items() if not (plan.retry and score.value is None)}
    by_id = {row.question.id: row for row in rows}

    def keep(question: str, score: Score) -> None:
        run.add_scores(RAGAS, name, by_id[question], [score])

    with CallCache(cache_path()) as cache, show_progress("judging", "verdicts") as progress:
        async with RagasJudge(judge, cache, footnote.embedder) as ragas:
            await judge_all(
                rows,
                RAGAS_METRICS,
                ragas,
                keep,
                concurrency=plan.concurrency or AT_ONCE,
                done=done,
                progress=progress,
            )
            tally = ragas.tally
    told = (
        f"{model} judged: {tally.requests} requests, {tally.hits} replies from before,"
        f" {tally.tokens_read} tokens read, {tally.tokens_written} written"
    )
    return name, (told,)


async def find_judge(settings: Settings) -> str:
    """What the scores of the judge that is set are kept under; empty where none is set.

    Raises EndpointError where it is not there.
    """
    judge = settings.judge
    return fingerprint_judge(judge, await name_judge(judge)) if judge.base_url else ""


async def name_judge(settings: JudgeSettings) -> str:
    """The model that judges. Raises EndpointError where none is there."""
    key = settings.api_key.get_secret_value()
    endpoint = Endpoint(settings.base_url, settings.model, key, timeout=settings.timeout)
    try:
        return await endpoint.model_name()
    except EndpointError as error:
        raise in_judges_words(error) from error


def fingerprint_judge(settings: JudgeSettings, model: str) -> str:
    """What RAGAS's scores hang on: its version, the judge, and how it is asked."""
    from importlib.metadata import PackageNotFoundError, version

    from rag.address import Address

    try:
        ragas = version("ragas")
    except PackageNotFoundError:
        ragas = "missing"
    address = Address.parse(settings.base_url).shown
    return (
        f"ragas {ragas} {model} at {address}, {settings.max_tokens} tokens,"
        f" temperature {settings.temperature:g}"
    )


def cache_path() -> Path:
    """The judge's replies, kept for all runs."""
    return Path(platformdirs.user_cache_dir("footnote", appauthor=False)) / "eval" / "judge.sqlite"
