"""RAGAS over a whole run: from the settings to the scores in the report, with a real judge
over HTTP."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openai_server import OpenAIServer
from ragas_judge import ScriptedJudge

from eval.evaluating import Evaluated, evaluate, gather
from eval.plan import Plan
from eval.records import Kind
from rag.cli import main
from rag.errors import EndpointUnreachable

pytest.importorskip("ragas", reason="RAGAS is not installed: pip install -e '.[eval]'")
METRICS = {
    "ragas_faithfulness",
    "ragas_context_precision",
    "ragas_context_recall",
    "ragas_answer_relevancy",
    "ragas_factual_correctness",
}


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[OpenAIServer]:
    """A judge that is set in the settings, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with OpenAIServer(reply=ScriptedJudge()) as server:
        server.models = [{"id": "judge-1"}]
        monkeypatch.setenv("FOOTNOTE_JUDGE__BASE_URL", server.base_url)
        monkeypatch.setenv("FOOTNOTE_JUDGE__TIMEOUT", "5")
        yield server


@pytest.fixture
def plan(tmp_path: Path, starter_folder: Path) -> Plan:
    library = shutil.copytree(starter_folder, tmp_path / "library")
    kinds = frozenset({Kind.SINGLE, Kind.UNANSWERABLE})
    return Plan(library=str(library), runs=tmp_path / "runs", types=kinds, limit=4, concurrency=2)


def ragas_lines(evaluated: Evaluated) -> list[Any]:
    text = (evaluated.run.folder / "ragas.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_every_metric_has_its_n_and_stands_in_the_report(plan: Plan, judge: OpenAIServer) -> None:
    evaluated = evaluate(plan)
    means = {one.metric: one for one in evaluated.summary.means if one.metric in METRICS}
    assert set(means) == METRICS
    assert all(
        one.n == 2 and one.failed == 0 for one in means.values() if "faith" not in one.metric
    )
    (note,) = evaluated.notes
    assert note.startswith(f"judge-1 judged: {len(judge.chats)} requests, ")
    page = (evaluated.run.folder / "report.html").read_text(encoding="utf-8")
    assert "Context precision" in page


def test_a_run_that_was_stopped_pays_for_nothing_twice(plan: Plan, judge: OpenAIServer) -> None:
    evaluated = evaluate(plan)
    path = evaluated.run.folder / "ragas.jsonl"
    whole = path.read_bytes()
    sent = len(judge.chats)
    evaluate(replace(plan, run=evaluated.run.folder))
    assert len(judge.chats) == sent
    assert path.read_bytes() == whole
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:3]) + b'{"id": "s0')
    again = evaluate(replace(plan, run=evaluated.run.folder))
    assert len(judge.chats) == sent  # the replies are kept, too
    assert again.summary.means == evaluated.summary.means


def test_another_judge_is_asked_anew_and_its_scores_are_the_reports(
    plan: Plan, judge: OpenAIServer
) -> None:
    evaluated = evaluate(plan)
    sent = len(judge.chats)
    judge.models = [{"id": "judge-2"}]
    judge.reply = "I would rather not say."
    second = evaluate(replace(plan, run=evaluated.run.folder))
    assert len(judge.chats) > sent
    assert len({one["judge"] for one in ragas_lines(second)}) == 2
    found = second.summary.find("ragas_context_recall")
    assert found is not None
    assert (found.n, found.failed, found.mean) == (0, 2, None)


def test_going_back_to_a_judge_brings_its_own_scores_back(plan: Plan, judge: OpenAIServer) -> None:
    first = evaluate(plan)
    reply = judge.reply
    judge.models, judge.reply = [{"id": "judge-2"}], "I would rather not say."
    named = replace(plan, run=first.run.folder)
    assert "judge-2" in evaluate(named).summary.judge
    judge.models, judge.reply = [{"id": "judge-1"}], reply
    again = evaluate(named)
    assert again.summary.means == first.summary.means
    assert "judge-1 at http://127.0.0.1" in again.summary.judge
    assert again.summary.judge in (again.run.folder / "report.html").read_text(encoding="utf-8")


def test_a_run_stopped_while_it_was_judged_goes_on_by_itself(
    plan: Plan, judge: OpenAIServer
) -> None:
    first = evaluate(plan)
    path = first.run.folder / "ragas.jsonl"
    (first.run.folder / "finished.json").unlink()
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    sent = len(judge.chats)
    again = evaluate(plan)
    assert again.run == first.run
    assert len(judge.chats) == sent


@pytest.mark.usefixtures("judge")
def test_what_was_not_judged_yet_counts_as_failed(plan: Plan) -> None:
    first = evaluate(plan)
    path = first.run.folder / "ragas.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    means = {one.metric: one for one in gather(first.run).summary.means}
    assert sum(means[name].n for name in METRICS) == 1
    assert sum(means[name].n + means[name].failed for name in METRICS) == sum(
        one.n + one.failed for one in first.summary.means if one.metric in METRICS
    )


def test_a_judge_set_later_judges_the_answers_that_are_there(
    plan: Plan, judge: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = judge.base_url
    monkeypatch.setenv("FOOTNOTE_JUDGE__BASE_URL", "")
    first = evaluate(plan)
    assert (first.summary.judge, judge.chats) == ("", [])
    monkeypatch.setenv("FOOTNOTE_JUDGE__BASE_URL", address)
    second = evaluate(plan)
    assert second.run == first.run
    assert second.summary.find("ragas_context_recall")


def test_failures_are_judged_again_only_where_that_is_wanted(
    plan: Plan, judge: OpenAIServer
) -> None:
    reply, judge.reply = judge.reply, "Nothing to say."
    folder = evaluate(plan).run.folder
    judge.reply = reply
    sent = len(judge.chats)
    evaluate(replace(plan, run=folder))
    assert len(judge.chats) == sent
    mended = evaluate(replace(plan, run=folder, retry=True)).summary.find("ragas_context_recall")
    assert mended is not None
    assert (mended.n, mended.failed) == (2, 0)


def test_failures_count_as_nothing_before_a_floor(
    tmp_path: Path, plan: Plan, judge: OpenAIServer, capsys: pytest.CaptureFixture[str]
) -> None:
    judge.reply = "Nothing to say."
    floor = ["--fail-under", "ragas_faithfulness=0.5"]
    arguments = ["--library", str(plan.library), "eval", "--runs", str(tmp_path / "runs")]
    assert main([*arguments, "--types", "single", "--limit", "1", *floor]) == 1
    told = capsys.readouterr().err
    assert "ragas_faithfulness is 0.000 (n=0, 1 failed and counted as 0), below 0.5" in told


def test_a_judge_that_is_not_there_is_told_and_the_answers_are_kept(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_JUDGE__BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("FOOTNOTE_JUDGE__MODEL", "m")
    with pytest.raises(EndpointUnreachable):
        evaluate(plan)
    (folder,) = (plan.runs or Path()).iterdir()
    assert len((folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()) == 4
    assert len((folder / "local.jsonl").read_text(encoding="utf-8").splitlines()) == 4


def test_the_key_of_the_judge_is_written_nowhere(
    tmp_path: Path, plan: Plan, judge: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_JUDGE__API_KEY", "sk-of-the-judge")
    evaluate(plan)
    assert judge.chats[0].headers["authorization"] == "Bearer sk-of-the-judge"
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"sk-of-the-judge" not in path.read_bytes(), path
