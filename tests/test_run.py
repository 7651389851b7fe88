"""A run's folder: what is kept, and what a kill leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.errors import BadRun
from eval.lines import append_line, read_lines
from eval.records import Kind, Manifest, Question, Ranked, Row, Score
from eval.run import LOCAL, RAGAS, Run, find_same, join_scores
from rag import Footnote
from rag.errors import LibraryLocked

MANIFEST = Manifest(
    *("quoting", "2026-11-21T10:00:00+00:00", "0.2.0", "abc", "questions.jsonl", "h1", 2),
    *("the shipped pages", 72, "h2", "", "recipe", "machine"),
    settings={"llm": {"base_url": ""}},
)


def make_row(number: int, error: str = "") -> Row:
    question = Question(f"q{number}", Kind.SINGLE, f"Question {number}?", ("T",))
    return Row(question, None, (Ranked("p", "T", 0.5),), error)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path, MANIFEST)


def test_a_run_opened_again_is_the_same(run: Run) -> None:
    assert run.folder.name == "2026-11-21-quoting"
    assert Run.open(run.folder) == run


def test_a_second_run_of_the_day_has_a_number(run: Run) -> None:
    assert Run.create(run.folder.parent, MANIFEST).folder.name == "2026-11-21-quoting-2"


def test_a_name_is_made_fit_for_a_folder(tmp_path: Path) -> None:
    manifest = replace(MANIFEST, name="org/Model: 7B (q4)")
    assert Run.create(tmp_path, manifest).folder.name == "2026-11-21-org-Model-7B-q4"


def test_a_real_answer_is_read_back_as_it_was(run: Run, starter: Footnote) -> None:
    answer = starter.engine().ask("Compare SFT and RL for generalization")
    row = Row(make_row(1).question, answer, (Ranked("p", "T", 0.25),))
    run.add_row(row)
    (restored,) = run.rows().values()
    assert restored.to_record() == row.to_record()
    assert restored.answer is not None
    assert [one.paper.abstract for one in restored.answer.papers] == [
        one.paper.abstract for one in answer.papers
    ]


def test_a_line_torn_by_a_kill_is_cut_off_and_the_rest_goes_on(run: Run) -> None:
    path = run.folder / "answers.jsonl"
    for number in (1, 2):
        run.add_row(make_row(number))
    whole = path.read_bytes()
    for cut in range(1, 60):
        path.write_bytes(whole[:-cut])
        assert list(Run.open(run.folder).rows()) == ["q1"]
        run.add_row(make_row(2))
        assert list(run.rows()) == ["q1", "q2"]
        assert path.read_bytes() == whole


def test_a_line_in_the_middle_that_is_no_answer_is_told(run: Run) -> None:
    path = run.folder / "answers.jsonl"
    path.write_text('{"no": "row"}\n', encoding="utf-8")
    with pytest.raises(BadRun, match="holds a line that is no answer"):
        run.rows()
    path.write_text("oops\n{}\n", encoding="utf-8")
    with pytest.raises(BadRun, match=r"answers\.jsonl:1 is no JSON"):
        run.rows()


def test_the_last_answer_to_a_question_counts(run: Run) -> None:
    run.add_row(make_row(1, "it failed"))
    run.add_row(make_row(1))
    assert run.rows()["q1"].error == ""


def test_scores_are_kept_by_judge(run: Run) -> None:
    row = make_row(1)
    run.add_scores(LOCAL, "one", row, [Score("mrr", 0.5)])
    run.add_scores(LOCAL, "other", row, [Score("mrr", None, failure="NaN")])
    assert run.scores(LOCAL, "one", [row]) == {("q1", "mrr"): Score("mrr", 0.5)}
    assert run.scores(LOCAL, "third", [row]) == {}
    assert run.scores(RAGAS, "one", [row]) == {}
    assert (run.last_judge(LOCAL), run.last_judge(RAGAS)) == ("other", "")


def test_scores_of_an_answer_that_was_replaced_do_not_count(run: Run) -> None:
    run.add_scores(LOCAL, "one", make_row(1, "it failed"), [Score("mrr", 0.5)])
    assert run.scores(LOCAL, "one", [make_row(1)]) == {}


def test_scores_come_in_the_order_of_the_metrics() -> None:
    row = make_row(1)
    local = {("q1", "mrr"): Score("mrr", 0.5), ("q1", "recall@5"): Score("recall@5", 1.0)}
    ragas = {("q1", "ragas_faithfulness"): Score("ragas_faithfulness", 0.1)}
    (scored,) = join_scores([row], local, ragas)
    assert [one.metric for one in scored.scores] == ["recall@5", "mrr", "ragas_faithfulness"]
    assert scored.find("mrr") == Score("mrr", 0.5)
    assert scored.find("key_facts") is None


def test_only_one_process_works_on_a_run(run: Run) -> None:
    import subprocess
    import sys

    code = f"""
from pathlib import Path
from eval.run import Run
from rag.errors import LibraryLocked
try:
    with Run.open(Path({str(run.folder)!r})).hold():
        print("held")
except LibraryLocked:
    print("locked")
"""
    with run.hold():
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "locked", out.stderr
    assert issubclass(LibraryLocked, Exception)


@pytest.mark.parametrize("created", ["2026-11-21T23:59:00+00:00", "2026-12-01T00:00:00+00:00"])
def test_a_run_made_of_the_same_is_found_on_any_day(run: Run, created: str) -> None:
    assert find_same(run.folder.parent, replace(MANIFEST, created=created)) == run


def test_the_newest_of_those_made_of_the_same_is_found(run: Run) -> None:
    Run.create(run.folder.parent, replace(MANIFEST, created="2026-11-20T10:00:00+00:00"))
    second = Run.create(run.folder.parent, MANIFEST)
    assert find_same(run.folder.parent, MANIFEST) == second


@pytest.mark.parametrize("changed", [{"corpus_hash": "x"}, {"revision": "def"}, {"settings": {}}])
def test_a_run_made_of_something_else_is_not_gone_on_with(
    run: Run, changed: dict[str, Any]
) -> None:
    assert find_same(run.folder.parent, replace(MANIFEST, **changed)) is None


def test_who_judged_a_run_to_its_end_is_remembered(run: Run) -> None:
    assert run.finished_by() is None
    run.finish("")
    assert run.finished_by() == ""
    run.finish("judge-1")
    assert run.finished_by() == "judge-1"
    (run.folder / "finished.json").write_text("[]", encoding="utf-8")
    assert run.finished_by() is None


@pytest.mark.parametrize("line", ['{"judge": "one"}', '{"judge": "one", "id": "q1"}', "[" * 9999])
def test_a_line_of_scores_that_is_none_is_told(run: Run, line: str) -> None:
    (run.folder / "local.jsonl").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(BadRun, match=r"local\.jsonl"):
        run.scores(LOCAL, "one", [make_row(1)])


def test_a_file_that_cannot_be_written_is_told_with_a_way_out(run: Run) -> None:
    (run.folder / "answers.jsonl").mkdir()
    with pytest.raises(BadRun, match=r"answers\.jsonl cannot be written: Is a directory"):
        run.add_row(make_row(1))
    with pytest.raises(BadRun, match=r"answers\.jsonl cannot be read: Is a directory"):
        run.rows()


def test_a_folder_that_is_no_run_is_told_with_those_there_are(run: Run) -> None:
    with pytest.raises(BadRun) as caught:
        Run.open(run.folder.parent / "none")
    assert str(caught.value) == f"{run.folder.parent / 'none'} is no run: No such file or directory"
    assert caught.value.remedy == "footnote eval makes one; those there are: 2026-11-21-quoting"


def test_a_manifest_of_another_version_is_told(run: Run) -> None:
    path = run.folder / "run.json"
    path.write_text(json.dumps({"name": "x"}), encoding="utf-8")
    with pytest.raises(BadRun, match=r"run\.json cannot be read"):
        Run.open(run.folder)


def test_lines_are_objects(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    assert read_lines(path) == []
    append_line(path, {"a": "é\n"})
    assert read_lines(path) == [{"a": "é\n"}]
    path.write_text("[1]\n{}\n", encoding="utf-8")
    with pytest.raises(BadRun, match=r"x\.jsonl:1 is no JSON object"):
        read_lines(path)
