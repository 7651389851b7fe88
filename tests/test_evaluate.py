"""`footnote eval` from the terminal: whole runs, stopped runs, floors and what goes wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openai_server import OpenAIServer

from eval.evaluating import evaluate
from eval.plan import Plan
from eval.records import Kind
from eval.run import Run
from rag.cli import main

ROOT = Path(__file__).resolve().parents[1]
FEW = ["--types", "single,unanswerable", "--limit", "4"]


@pytest.fixture
def library(tmp_path: Path, starter_folder: Path) -> Path:
    """The starter papers, in a folder of the test's own."""
    return Path(shutil.copytree(starter_folder, tmp_path / "library"))


@pytest.fixture
def arguments(tmp_path: Path, library: Path) -> list[str]:
    return ["--library", str(library), "eval", "--runs", str(tmp_path / "runs"), *FEW]


@pytest.fixture
def plan(tmp_path: Path, library: Path) -> Plan:
    kinds = frozenset({Kind.SINGLE, Kind.UNANSWERABLE})
    return Plan(library=str(library), runs=tmp_path / "runs", types=kinds, limit=4)


def only_run(folder: Path) -> Run:
    (found,) = (folder / "runs").iterdir()
    return Run.open(found)


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_run_keeps_answers_scores_and_reports(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    out, errors = capsys.readouterr()
    run = only_run(tmp_path)
    assert run.folder.name.endswith("-quoting")
    assert [one["question"]["id"] for one in lines(run.folder / "answers.jsonl")] == [
        *("s01", "s02", "u01", "u02"),
    ]
    assert out.endswith(f"{run.folder / 'report.html'}\n")
    assert "ndcg@10" in out
    assert errors == (
        "footnote: RAGAS was not asked: set [judge] base_url and model, or"
        " FOOTNOTE_JUDGE__BASE_URL\n"
    )
    for name in ("run.json", "local.jsonl", "scores.json", "report.html", "report.md"):
        assert (run.folder / name).stat().st_size > 100
    manifest = run.manifest
    assert (manifest.papers, manifest.model, manifest.questions) == (72, "", "questions.jsonl")
    assert "api_key" not in json.dumps(manifest.to_record())


def test_json_has_every_mean_with_its_n_and_failures(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["questions"], record["errors"], record["below"]) == (4, 0, [])
    for mean in record["means"]:
        assert set(mean) == {"metric", "n", "failed", "mean", "low", "high"}
        assert mean["n"] > 0
    means = {mean["metric"]: mean for mean in record["means"]}
    assert means["refusal_recall"]["n"] == 2
    assert means["recall@5"]["n"] == 2


def test_a_floor_that_is_not_reached_ends_with_status_1(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--fail-under", "recall@10=0", "--fail-under", "premise_told=0"]) == 1
    errors = capsys.readouterr().err
    assert "footnote: premise_told is 0.000 (n=0), below 0\n" in errors
    assert "recall@10" not in errors


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fail-under", "truth=1"], "--fail-under truth=1: 'truth' is no metric"),
        (["--types", "hard"], "--types: 'hard' is no type"),
        (["--fail-under", "ragas_faithfulness=1"], "a floor is set for RAGAS, and it has no judge"),
        (["--questions", "none.jsonl"], "the questions none.jsonl cannot be read"),
        (["--pages", "nowhere"], "there are no pages at nowhere"),
        (["--run", "nowhere"], "nowhere is no run"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_asked(
    tmp_path: Path,
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    assert main([*arguments, *options]) == 2
    assert f"footnote: {message}" in capsys.readouterr().err
    assert not list((tmp_path / "runs").glob("*/answers.jsonl"))


def test_questions_about_other_papers_are_refused(
    arguments: list[str], shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = str(shared / "questions" / "dev.jsonl")
    assert main([*arguments, "--questions", questions]) == 2
    assert "the questions do not fit the papers" in capsys.readouterr().err


def test_a_stopped_run_goes_on_and_asks_nothing_twice(tmp_path: Path, plan: Plan) -> None:
    run = evaluate(plan).run
    answers, scores = run.folder / "answers.jsonl", run.folder / "local.jsonl"
    whole, scored = answers.read_bytes(), scores.read_bytes()
    kept = b"".join(whole.splitlines(keepends=True)[:2])
    answers.write_bytes(kept + b'{"question": {"id": "u01", "ty')
    scores.write_bytes(scored.splitlines(keepends=True)[0])
    again = evaluate(plan)
    assert again.run == run
    assert answers.read_bytes().startswith(kept)
    assert [one["question"]["id"] for one in lines(answers)] == ["s01", "s02", "u01", "u02"]
    assert scores.read_bytes().startswith(scored.splitlines(keepends=True)[0])
    assert [one["id"] for one in lines(scores)] == ["s01", "s02", "u01", "u02"]
    assert only_run(tmp_path) == run


def test_a_run_killed_while_it_was_scored_asks_nothing_again(tmp_path: Path, plan: Plan) -> None:
    run = evaluate(plan).run
    answers, scores = run.folder / "answers.jsonl", run.folder / "local.jsonl"
    (run.folder / "finished.json").unlink()
    whole = answers.read_bytes()
    scores.write_bytes(scores.read_bytes().splitlines(keepends=True)[0])
    again = evaluate(plan)
    assert only_run(tmp_path) == again.run == run
    assert answers.read_bytes() == whole
    assert len(lines(scores)) == 4


def test_a_whole_run_is_not_gone_on_with_unless_it_is_named(tmp_path: Path, plan: Plan) -> None:
    first = evaluate(plan).run
    named = evaluate(replace(plan, run=first.folder))
    assert named.run == first
    assert len(lines(first.folder / "answers.jsonl")) == 4
    assert evaluate(plan).run.folder.name == f"{first.folder.name}-2"
    assert len(list((tmp_path / "runs").iterdir())) == 2


def test_a_run_is_not_gone_on_with_other_questions(
    arguments: list[str], plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = evaluate(plan).run.folder
    assert main([*arguments, "--limit", "3", "--run", str(folder)]) == 2
    assert f"{folder} was made with another questions" in capsys.readouterr().err


def use_model(monkeypatch: pytest.MonkeyPatch, server: OpenAIServer) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM__BASE_URL", server.base_url)
    monkeypatch.setenv("FOOTNOTE_LLM__MODEL", "test-model")
    monkeypatch.setenv("FOOTNOTE_LLM__TIMEOUT", "2")


def test_a_models_answers_carry_its_name_and_its_tokens(
    plan: Plan, openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_model(monkeypatch, openai_server)
    openai_server.reply = "The first paper says so [1]."
    evaluated = evaluate(plan)
    assert evaluated.run.folder.name.endswith("-test-model")
    assert evaluated.run.manifest.model == "test-model"
    spreads = {one.name: one for one in evaluated.summary.spreads}
    read, written = spreads["tokens_read"], spreads["tokens_written"]
    asked = sum("papers" in str(chat.body["messages"]) for chat in openai_server.chats)
    assert 0 < asked < 5
    assert (read.n, read.p50, written.p50) == (asked, 7.0, 3.0)


def test_a_model_that_fails_is_an_error_and_no_quotation(
    arguments: list[str],
    openai_server: OpenAIServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_model(monkeypatch, openai_server)
    openai_server.fault = "server_error"
    assert main([*arguments, "--json"]) == 1
    record = json.loads(capsys.readouterr().out)
    assert record["errors"] == 3  # one question is refused without asking the model
    means = {mean["metric"]: mean for mean in record["means"]}
    assert (means["recall@5"]["n"], means["recall@5"]["failed"]) == (2, 0)
    assert means["faithfulness"] == {
        "metric": "faithfulness",
        "n": 0,
        "failed": 2,
        "mean": None,
        "low": None,
        "high": None,
    }


def test_what_got_an_error_is_asked_again_where_that_is_wanted(
    plan: Plan, openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_model(monkeypatch, openai_server)
    openai_server.fault = "server_error"
    failed = evaluate(plan)
    assert failed.summary.errors == 3
    openai_server.fault = None
    openai_server.reply = "The first paper says so [1]."
    named = replace(plan, run=failed.run.folder)
    assert evaluate(named).summary.errors == 3
    mended = evaluate(replace(named, retry=True)).summary
    assert mended.errors == 0
    found = mended.find("faithfulness")
    assert found is not None
    assert found.failed == 0


def test_half_an_answer_is_told_fails_the_run_and_may_be_asked_again(
    arguments: list[str],
    openai_server: OpenAIServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_model(monkeypatch, openai_server)
    openai_server.reply = "The first paper says so [1]. And so does the second [2], at length."
    openai_server.fault = "cut_off"
    assert main(arguments) == 1
    assert "4 questions, 0 without an answer, 3 incomplete" in capsys.readouterr().out
    openai_server.fault = None
    assert main([*arguments, "--retry"]) == 0
    assert "4 questions, 0 without an answer\n" in capsys.readouterr().out


def test_an_endpoint_that_is_not_there_stops_the_run_at_once(
    tmp_path: Path,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM__BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("FOOTNOTE_LLM__MODEL", "m")
    assert main(arguments) == 2
    assert "http://127.0.0.1:9/v1" in capsys.readouterr().err
    kept = only_run(tmp_path).rows().values()
    assert all(row.answer is not None and row.answer.refused for row in kept)


def test_a_report_is_written_anew_from_what_was_kept(
    plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = evaluate(plan).run.folder
    before = (folder / "report.html").read_bytes()
    (folder / "report.html").unlink()
    assert main(["eval", "report", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder / 'report.html'}\n{folder / 'report.md'}\n"
    assert (folder / "report.html").read_bytes() == before


def test_a_part_of_a_run_is_not_taken_for_the_whole(plan: Plan) -> None:
    folder = evaluate(plan).run.folder
    answers = folder / "answers.jsonl"
    answers.write_bytes(answers.read_bytes().splitlines(keepends=True)[0])
    assert main(["eval", "report", str(folder)]) == 0
    told = (folder / "report.md").read_text(encoding="utf-8")
    assert "1 question, 0 without an answer, 3 not asked yet." in told


def test_a_report_can_show_the_judges_calibration(plan: Plan, tmp_path: Path) -> None:
    folder = evaluate(plan).run.folder
    claims = tmp_path / "claims.jsonl"
    evidence = "Otters hunt by touch after sunset."
    claims.write_text(
        "".join(
            json.dumps({"claim": claim, "evidence": evidence, "label": label}) + "\n"
            for claim, label in (("Otters hunt by touch.", "yes"), ("Wire rusts.", "no"))
        ),
        encoding="utf-8",
    )
    before = (folder / "report.html").read_text(encoding="utf-8")
    command = ["eval", "report", str(folder), "--claims", str(claims), "--positive", "yes"]
    assert main(command) == 0
    assert (folder / "report.html").read_text(encoding="utf-8") != before
    assert main(command[:-2]) == 2


def test_two_runs_are_compared(
    plan: Plan,
    openai_server: OpenAIServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    quoting = evaluate(plan).run.folder
    use_model(monkeypatch, openai_server)
    openai_server.reply = "NOT IN THESE PAPERS"
    refusing = evaluate(plan).run.folder
    assert main(["eval", "compare", str(quoting), str(refusing), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    compared = {one["metric"]: one for one in record["metrics"]}
    assert compared["refusal_recall"]["mean_b"] == 1.0
    assert {flip["question_id"] for flip in record["flips"]} >= {"s01", "s02"}
    assert main(["eval", "compare", str(quoting), str(refusing)]) == 0
    written = refusing / f"against-{quoting.name}.html"
    assert capsys.readouterr().out.endswith(f"\n{written}\n")
    assert written.stat().st_size > 1000


def test_a_set_is_checked_against_its_papers(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--library", str(library), "eval", "check", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["questions"] == 110
    assert told["types"]["comparative"] == 20


def test_the_shipped_set_needs_no_library_of_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert main(["eval", "--runs", str(tmp_path / "runs"), "--limit", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 1
    assert not (tmp_path / "data").exists()
    assert only_run(tmp_path).manifest.library == "the shipped pages"
    assert any((tmp_path / "cache" / "footnote" / "eval").iterdir())


def test_the_bar_shows_the_rate_and_the_time_left() -> None:
    """On a terminal of a known width; a script's output shows none."""
    import fcntl
    import pty
    import struct
    import subprocess
    import sys
    import termios

    code = """
import time
from rag.terminal import show_progress
with show_progress("answering", "questions") as progress:
    for done in range(1, 31):
        time.sleep(0.06)
        progress(done, 40)
"""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    with subprocess.Popen([sys.executable, "-c", code], stderr=theirs, cwd=ROOT) as process:
        assert process.wait(30) == 0
    shown = os.read(ours, 100_000).decode()
    for end in (ours, theirs):
        os.close(end)
    assert re.search(r"answering:  \d\d%\|.+\| \d\d/40 \[00:\d\d<00:\d\d, .+ questions/s\]", shown)
