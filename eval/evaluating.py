"""A run from its first question to its report.

    questions -> answers -> scores of the local judge, of RAGAS -> summary -> report

Owns the order, and going on where a run was stopped; knows nothing about arguments or how
anything is scored. Every row and every score is on the disk before the next is begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from eval.asking import ask_all
from eval.errors import BadRun, JudgeMissing
from eval.manifest import Source, make_manifest
from eval.plan import Plan, name_library, open_library
from eval.questions import SHIPPED, check_against
from eval.ragas_stage import NO_JUDGE, judge_missing
from eval.records import Manifest, Question, Row, Scored, Summary
from eval.report import ReportFiles, write_report
from eval.run import LOCAL, RAGAS, Judged, Run, find_unfinished, join_scores
from eval.scoring.scorer import Scorer, fingerprint_scoring
from eval.summary import summarise
from rag.engine import Engine
from rag.footnote import Footnote
from rag.llm import Endpoint
from rag.settings import LlmSettings
from rag.terminal import show_progress

WITH_A_MODEL = 4  # questions at once, where the waiting is for the endpoint


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A run with all its scores. `notes` say what the reader must know besides."""

    run: Run
    scored: tuple[Scored, ...]
    summary: Summary
    notes: tuple[str, ...] = ()


def evaluate(plan: Plan) -> Evaluated:
    """Do what of a run is not done yet, and write its report.

    Raises BadQuestions, BadRun, JudgeMissing, LibraryLocked, and what asking raises.
    """
    questions = plan.choose()
    with open_library(plan.library, plan.questions, plan.pages) as footnote:
        judge = footnote.settings.judge
        if plan.needs_ragas and not judge.base_url:
            raise JudgeMissing("a floor is set for RAGAS, and it has no judge", remedy=NO_JUDGE)
        papers = list(footnote.library.papers())
        check_against(questions, papers)
        run = open_run(plan, footnote, questions)
        with run.hold():
            model = footnote.settings.llm.base_url
            footnote.embedder.load()  # so that the first question's timings are its own
            at_once = plan.concurrency or (WITH_A_MODEL if model else 1)
            engine = footnote.engine()
            answer_missing(run, engine, questions, concurrency=at_once, retry=plan.retry)
            rows = choose_rows(run, questions)
            score_missing(run, rows)
            notes = judge_missing(run, rows, footnote, plan)
            evaluated = replace(gather(run), notes=notes)
            report(evaluated)
    return evaluated


def open_run(plan: Plan, footnote: Footnote, questions: tuple[Question, ...]) -> Run:
    """The run named, the one of today that was stopped, or a new one."""
    model = asyncio.run(name_model(footnote.settings.llm))
    source = Source(
        questions=str(plan.questions.name if plan.questions else SHIPPED.name),
        library=name_library(plan.library, plan.questions, plan.pages),
        asked=questions,
    )
    manifest = make_manifest(plan.name or model or "quoting", footnote, source, model)
    if plan.run is not None:
        return check_same(Run.open(plan.run), manifest)
    unfinished = find_unfinished(plan.runs_folder, manifest, questions)
    return unfinished or Run.create(plan.runs_folder, manifest)


async def name_model(llm: LlmSettings) -> str:
    """The model that answers, empty without one. Raises EndpointError where none is there."""
    if not llm.base_url:
        return ""
    key = llm.api_key.get_secret_value()
    return await Endpoint(llm.base_url, llm.model, key, timeout=llm.timeout).model_name()


def check_same(run: Run, manifest: Manifest) -> Run:
    """The run, where what would be asked now is what it was made of. Raises BadRun."""
    for name in ("questions_hash", "corpus_hash", "model", "embedding", "settings"):
        was, now = getattr(run.manifest, name), getattr(manifest, name)
        if was != now:
            raise BadRun(
                f"{run.folder} was made with another {name.replace('_hash', '')}:"
                f" {was!r}, now {now!r}",
                remedy="give the same options and settings, or start a new run without --run",
            )
    return run


def choose_rows(run: Run, questions: Sequence[Question]) -> list[Row]:
    """The rows of these questions, in their order."""
    rows = run.rows()
    return [rows[one.id] for one in questions]


def answer_missing(
    run: Run, engine: Engine, questions: Sequence[Question], *, concurrency: int, retry: bool
) -> None:
    """Ask what has no row yet; with `retry` also what got an error.

    Raises what `ask_all` raises; the rows that were there by then are kept.
    """
    there = run.rows()
    missing = [
        one for one in questions if one.id not in there or (retry and there[one.id].answer is None)
    ]
    kept = 0
    with show_progress("answering", "questions") as progress:

        def keep(row: Row) -> None:
            nonlocal kept
            run.add_row(row)
            kept += 1
            progress(kept, len(missing))

        asyncio.run(ask_all(engine, missing, keep, concurrency))


def score_missing(run: Run, rows: Sequence[Row]) -> Judged:
    """The local judge's scores; those it gave before are taken as they are."""
    judge, scorer = fingerprint_scoring(), Scorer()
    there = run.scores(LOCAL, judge, rows)
    scored = {question for question, _ in there}
    missing = [row for row in rows if row.question.id not in scored]
    with show_progress("scoring", "answers") as progress:
        for done, row in enumerate(missing, start=1):
            scores = scorer.score(row)
            run.add_scores(LOCAL, judge, row, scores)
            there |= {(row.question.id, one.metric): one for one in scores}
            progress(done, len(missing))
    return there


def gather(run: Run) -> Evaluated:
    """The run as it is, with the local judge's scores and those of the last RAGAS judge."""
    rows = list(run.rows().values())
    ragas = run.scores(RAGAS, run.last_judge(RAGAS), rows)
    scored = join_scores(rows, score_missing(run, rows), ragas)
    return Evaluated(run, scored, summarise(scored))


def report(evaluated: Evaluated) -> ReportFiles:
    """Write scores.json, report.html and report.md."""
    run = evaluated.run
    run.write_summary(evaluated.summary)
    return write_report(run.manifest, evaluated.scored, evaluated.summary, run.folder)
