"""A run from its first question to its report.

    questions -> answers -> scores of the local judge, of RAGAS -> summary -> report

Owns the order, and going on where a run was stopped; knows nothing about arguments or how
anything is scored. Every row and every score is on the disk before the next is begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from eval.asking import ask_all
from eval.errors import BadRun, JudgeMissing
from eval.labelled import Bin
from eval.manifest import Source, make_manifest
from eval.plan import Plan, name_library, open_library
from eval.questions import SHIPPED, check_against
from eval.ragas_stage import NO_JUDGE, find_judge, judge_missing
from eval.records import Manifest, Question, Row, Score, Scored, Summary
from eval.report import ReportFiles, write_report
from eval.run import LOCAL, RAGAS, Judged, Run, find_same, join_scores
from eval.scoring.scorer import Scorer, fingerprint_scoring
from eval.summary import summarise
from rag.engine import Engine
from rag.errors import FootnoteError
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
        if plan.needs_ragas and not footnote.settings.judge.base_url:
            raise JudgeMissing("a floor is set for RAGAS, and it has no judge", remedy=NO_JUDGE)
        papers = list(footnote.library.papers())
        check_against(questions, papers)
        run = open_run(plan, footnote, questions)
        with run.hold(), _naming(run):
            model = footnote.settings.llm.base_url
            at_once = plan.concurrency or (WITH_A_MODEL if model else 1)
            engine = warm_up(footnote, questions[0])
            answer_missing(run, engine, questions, concurrency=at_once, retry=plan.retry)
            # What judging fails at must not hide what is known by then.
            report(gather(run, run.last_judge(RAGAS)))
            rows = list(run.rows().values())
            judge, notes = judge_missing(run, rows, footnote, plan)
            evaluated = replace(gather(run, judge), notes=notes)
            report(evaluated)
            run.finish(judge)
    return evaluated


@contextmanager
def _naming(run: Run) -> Iterator[None]:
    """An error says that the run goes on where it was."""
    try:
        yield
    except FootnoteError as error:
        again = f"the same command then goes on with {run.folder}"
        error.remedy = f"{error.remedy}; {again}" if error.remedy else again
        raise


def warm_up(footnote: Footnote, question: Question) -> Engine:
    """The engine, with what it loads on its first question loaded: timings are then their own."""
    engine = footnote.engine()
    if not footnote.settings.llm.base_url:
        engine.ask(question.text)
    else:
        footnote.search(question.text)
    return engine


def open_run(plan: Plan, footnote: Footnote, questions: tuple[Question, ...]) -> Run:
    """The run named, the one made of the same that was stopped or lacks this judge, or a new
    one. To retry means the last one made of the same."""
    model = asyncio.run(name_model(footnote.settings.llm))
    source = Source(
        questions=str(plan.questions.name if plan.questions else SHIPPED.name),
        library=name_library(plan.library, plan.questions, plan.pages),
        asked=questions,
    )
    manifest = make_manifest(plan.name or model or "quoting", footnote, source, model)
    if plan.run is not None:
        return check_same(Run.open(plan.run), manifest)
    same = find_same(plan.runs_folder, manifest)
    judge = asyncio.run(find_judge(footnote.settings))
    if same and (plan.retry or not is_finished(same, judge)):
        return same
    return Run.create(plan.runs_folder, manifest)


def is_finished(run: Run, judge: str) -> bool:
    """Whether a run has all its answers, and this judge was asked about all of them."""
    return run.finished_by() == judge and len(run.rows()) >= run.manifest.planned


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


def answer_missing(
    run: Run, engine: Engine, questions: Sequence[Question], *, concurrency: int, retry: bool
) -> None:
    """Ask what has no row yet; with `retry` also what got an error or half an answer.

    Raises what `ask_all` raises; the rows that were there by then are kept.
    """
    there = run.rows()
    missing = [
        one for one in questions if one.id not in there or (retry and not is_whole(there[one.id]))
    ]
    kept = 0
    with show_progress("answering", "questions") as progress:

        def keep(row: Row) -> None:
            nonlocal kept
            run.add_row(row)
            kept += 1
            progress(kept, len(missing))

        asyncio.run(ask_all(engine, missing, keep, concurrency))


def is_whole(row: Row) -> bool:
    """Whether a question got an answer that did not break off."""
    return row.answer is not None and row.answer.complete


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


def gather(run: Run, judge: str | None = None) -> Evaluated:
    """The run as it is, with the local judge's scores and those of a RAGAS judge.

    `judge` is the one that finished the run where it is not named. What that judge has not
    come to counts as failed.
    """
    with run.hold():
        rows = list(run.rows().values())
        judge = judge if judge is not None else (run.finished_by() or run.last_judge(RAGAS))
        ragas = run.scores(RAGAS, judge, rows)
        if judge:
            ragas |= {at: score for at, score in list_unjudged(rows) if at not in ragas}
        scored = join_scores(rows, score_missing(run, rows), ragas)
    summary = summarise(scored)
    unasked = max(0, run.manifest.planned - len(rows))
    return Evaluated(run, scored, replace(summary, unasked=unasked, judge=judge))


def list_unjudged(rows: Sequence[Row]) -> Iterator[tuple[tuple[str, str], Score]]:
    """For every metric of RAGAS that applies to a row the failure of not having been judged."""
    from eval.judging.metrics import RAGAS_METRICS, applies

    for row in rows:
        for metric in RAGAS_METRICS:
            if applies(row, metric):
                yield (row.question.id, metric), Score(metric, None, failure="not judged yet")


def report(evaluated: Evaluated, curve: Sequence[Bin] | None = None) -> ReportFiles:
    """Write scores.json, report.html and report.md; with `curve` the judge's calibration."""
    run = evaluated.run
    run.write_summary(evaluated.summary)
    try:
        return write_report(run.manifest, evaluated.scored, evaluated.summary, run.folder, curve)
    except OSError as error:
        raise BadRun(f"the report cannot be written: {error}") from error
