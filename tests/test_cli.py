"""The command: every subcommand, the JSON it prints, its exit statuses and its words."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from libraries import run_process, start_process
from openai_server import OpenAIServer

from rag.cli import main

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).parent / "footnote"
LISTING = """Daily Papers

Aug 19

Grokking Muffins in Ovens

We bake muffins until they rise. They rise late. Heat and patience explain the delay in full,
as three ovens and forty muffins show in our careful kitchen study of bread and cakes.

Mixing Doughs by Hand

Hands mix dough well. We compare ten hands with two machines on four kinds of flour and find
that hands are slower. The machines leave lumps in rye, and nobody liked these lumps at all.
"""
PAPER_KEYS = [
    *("paper_id", "title", "abstract", "authors", "author_count", "date", "arxiv_id"),
    *("url", "upvotes", "categories", "pages"),
]
ANSWER_KEYS = [
    *("id", "question", "understood", "answer", "mode", "model", "refused", "missing_terms"),
    *("complete", "notice", "fell_back", "premise", "selection", "sentences", "supported"),
    "hidden",
    *("comparison", "papers", "dropped_papers", "invalid_citations", "timings"),
    "tokens",
]


@pytest.fixture
def folder(starter_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the starter library, which the environment names."""
    copy = tmp_path / "library"
    shutil.copytree(starter_folder, copy)
    monkeypatch.setenv("FOOTNOTE_LIBRARY__PATH", str(copy))
    return copy


@pytest.fixture
def starter_named(starter_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The starter library, to read, named by the environment."""
    monkeypatch.setenv("FOOTNOTE_LIBRARY__PATH", str(starter_folder))


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """(exit status, stdout, stderr)"""
    status = main([str(one) for one in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[Any]:
    status, out, errors = run(capsys, *arguments)
    assert (status, errors) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def test_papers_are_added_listed_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.txt"
    page.write_text(LISTING)
    library = ("--library", tmp_path / "new")
    counts = {"added": 2, "merged": 0, "unchanged": 0, "failed": []}
    assert run_json(capsys, *library, "add", page, "--json") == [{"read": 2, **counts}]
    assert run(capsys, *library, "add", page) == (
        0,
        "2 entries read: 0 papers added, 0 merged, 2 unchanged; the library holds 2\n",
        "",
    )
    papers = run_json(capsys, *library, "papers", "--json")
    assert [list(paper) for paper in papers] == [PAPER_KEYS, PAPER_KEYS]
    first = papers[0]
    assert first["title"] == "Grokking Muffins in Ovens"
    assert first["pages"] == [str(page)]
    unknown = ("authors", "author_count", "date", "arxiv_id", "url", "upvotes", "categories")
    assert [first[key] for key in unknown] == [None] * 7
    status, out, _ = run(capsys, *library, "papers")
    assert (status, out.splitlines()[0]) == (0, f"{first['paper_id']}  Grokking Muffins in Ovens")
    removed = run(capsys, *library, "remove", first["paper_id"], first["paper_id"])
    assert removed == (0, "1 removed; the library holds 1\n", "")
    left = papers[1]["paper_id"]
    assert run_json(capsys, *library, "remove", left, "--json") == [{"removed": [left], "left": 0}]


def test_what_cannot_be_read_is_listed_and_the_rest_is_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "a.txt", tmp_path / "b.pdf"
    good.write_text(LISTING)
    bad.write_bytes(b"%PDF-1.7 not text")
    library = ("--library", tmp_path / "new")
    status, out, errors = run(capsys, *library, "add", good, bad)
    assert (status, out[:38]) == (1, "2 entries read: 2 papers added, 0 merg")
    assert errors == f"not read: {bad}: it is a PDF, not text\n"
    status, out, errors = run(capsys, *library, "add", bad, "--json")
    assert (status, errors) == (1, "")
    failure = {"source": str(bad), "line": None, "reason": "it is a PDF, not text"}
    assert json.loads(out) == {
        "read": 0,
        "added": 0,
        "merged": 0,
        "unchanged": 0,
        "failed": [failure],
    }


def test_a_path_where_nothing_is_stops_before_anything_is_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, errors = run(capsys, "--library", tmp_path / "new", "add", tmp_path / "nothing")
    assert (status, out) == (2, "")
    assert errors.splitlines()[0] == f"footnote: there is no file or folder '{tmp_path}/nothing'"
    assert errors.splitlines()[1].startswith("  try: ")


def test_a_page_comes_from_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LISTING.encode())))
    (report,) = run_json(capsys, "--library", tmp_path / "new", "add", "-", "--json")
    assert report["added"] == 2


def test_an_unknown_paper_is_not_removed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.is_dir()
    assert run(capsys, "remove", "nothere") == (
        2,
        "",
        "footnote: no paper has the id nothere; nothing was removed\n"
        "  try: footnote papers --json lists the ids\n",
    )


@pytest.mark.usefixtures("starter_named")
def test_search_prints_ranks_scores_and_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = run_json(capsys, "search", "What causes grokking?", "-k", "3", "--json")
    assert list(found) == ["id", "question", "hits", "timings"]
    assert (found["id"], found["question"]) == ("1", "What causes grokking?")
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3]
    for hit in found["hits"]:
        assert list(hit) == ["rank", "paper_id", "title", "score", "sentences"]
        assert 1 <= len(hit["sentences"]) <= 3
        assert all(list(one) == ["text", "start", "end", "score"] for one in hit["sentences"])
    status, out, errors = run(capsys, "search", "What causes grokking?", "-k", "3")
    assert (status, errors) == (0, "")
    first = re.match(r"  1\. (.+)  \((0\.\d{3})\)  ", out)
    assert first is not None
    assert first[1] == found["hits"][0]["title"]
    assert float(first[2]) == pytest.approx(found["hits"][0]["score"], abs=0.001)


@pytest.mark.usefixtures("starter_named")
def test_ask_prints_an_answer_with_its_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    (answer,) = run_json(capsys, "ask", "What causes grokking?", "--json")
    papers = {paper["paper_id"]: paper for paper in run_json(capsys, "papers", "--json")}
    assert list(answer) == ANSWER_KEYS
    assert (answer["id"], answer["mode"], answer["refused"]) == ("1", "quoting", False)
    assert (answer["complete"], answer["dropped_papers"]) == (True, 0)
    assert list(answer["timings"]) == ["retrieve_ms", "first_token_ms", "total_ms", "support_ms"]
    assert answer["supported"] == {
        "supported": len(answer["sentences"]),
        "of": len(answer["sentences"]),
        "by": "wording",
    }
    cited = {paper["number"] for paper in answer["papers"] if paper["cited"]}
    for offer in answer["papers"]:
        assert list(offer) == ["number", "paper_id", "title", "authors", "date", "url", "cited"]
    evidence = []
    for sentence in answer["sentences"]:
        assert list(sentence) == [
            *("text", "citations", "evidence"),
            *("support", "support_score", "support_reason"),
        ]
        assert sentence["support"] == "supported"
        assert set(sentence["citations"]) <= cited
        evidence += sentence["evidence"]
    assert evidence
    for one in evidence:
        assert list(one) == ["paper_id", "sentence", "start", "end"]
        abstract = papers[one["paper_id"]]["abstract"]
        assert abstract[one["start"] : one["end"]] == one["sentence"]


@pytest.mark.usefixtures("starter_named")
def test_ask_speaks_to_people_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, errors = run(capsys, "ask", "What causes grokking?")
    assert (status, errors) == (0, "")
    assert "[1]" in out
    assert "Quoted from the abstracts, in " in out


@pytest.mark.usefixtures("starter_named")
@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_batch_answers_what_it_can_and_names_the_bad_lines(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = tmp_path / "batch.jsonl"
    lines = [
        '\ufeff{"id": "a", "question": "What causes grokking?"}',
        "not json",
        "",
        '{"id": 7, "question": "What is mixup?\u2028Is it good?"}',
        '{"id": "c", "text": "no question"}',
        '{"id": "d", "question": null}',
        '["What?"]',
        "[" * 100_000,
        '{"question": "What is \\ud83d SAM?", "id": null}',
    ]
    batch.write_text("\n".join(lines), encoding="utf-8")
    status, out, errors = run(capsys, command, "--batch", batch)
    assert status == 1
    records = [json.loads(line) for line in out.split("\n") if line]
    assert [record["id"] for record in records] == ["a", "7", "9"]
    assert records[1]["question"] == "What is mixup?\u2028Is it good?"
    assert records[2]["question"] == "What is ? SAM?"
    told = [line.partition(": no JSON")[0] for line in errors.splitlines()]
    assert told == [f"footnote: {batch}:{number}" for number in (2, 5, 6, 7, 8)]
    assert errors.splitlines()[0] == (
        f'footnote: {batch}:2: no JSON object with a "question": not json'
    )


@pytest.mark.usefixtures("starter_named")
def test_a_batch_comes_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = b'{"id": "x", "question": "What causes grokking?"}\r\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    (found,) = run_json(capsys, "search", "--batch", "-")
    assert found["id"] == "x"


@pytest.mark.usefixtures("starter_named")
def test_a_batch_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, errors = run(capsys, "ask", "--batch", tmp_path / "nothing")
    assert (status, out) == (2, "")
    assert errors.startswith(f"footnote: the batch {tmp_path}/nothing cannot be read: ")


@pytest.mark.usefixtures("starter_named")
def test_a_question_of_undecodable_bytes_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = run_json(capsys, "search", "\udcff grokking", "--json")
    assert found["question"] == "? grokking"
    assert run(capsys, "ask", "\udcff what is grokking?")[0] == 0


def test_an_empty_library_says_how_to_fill_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("ask", "search"):
        assert run(capsys, "--library", tmp_path, command, "Why?", "--json") == (
            2,
            "",
            f"footnote: the library at {tmp_path} holds no papers\n"
            "  try: footnote add PATH, with a saved listing page\n",
        )
    assert run(capsys, "--library", tmp_path, "papers", "--json") == (0, "", "")


def test_the_argument_wins_over_the_variable(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(run_json(capsys, "papers", "--json")) == 72
    assert run_json(capsys, "--library", tmp_path / "other", "papers", "--json") == []
    assert folder.is_dir()


def test_an_index_is_rebuilt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.txt"
    page.write_text(LISTING)
    library = ("--library", tmp_path / "new")
    run(capsys, *library, "add", page)
    assert run_json(capsys, *library, "rebuild", "--json") == [{"embedded": 2}]
    assert run(capsys, *library, "rebuild") == (0, "index rebuilt: 2 papers embedded\n", "")


def test_the_doctor_tells_by_its_status_whether_all_is_well(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (report,) = run_json(capsys, "doctor", "--json")
    assert list(report) == ["findings"]
    assert all(list(one) == ["part", "well", "says", "remedy"] for one in report["findings"])
    shutil.rmtree(folder / "index" / "0001" / "chroma")
    status, out, _ = run(capsys, "doctor")
    assert status == 1
    assert "NOT WELL  index: vectors 72, whole 0, body 0, but the library holds 72\n" in out
    assert "          -> footnote rebuild\n" in out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["add"],
        ["search"],
        ["ask"],
        ["ask", "Why?", "--batch", "x"],
        ["search", "a", "-k", "0"],
    ],
)
def test_arguments_that_mean_nothing_end_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: footnote")


def test_a_setting_that_means_nothing_ends_with_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_CHAT__PROT", "1")
    status, out, errors = run(capsys, "papers")
    assert (status, out) == (2, "")
    assert errors.startswith("footnote: settings: chat.prot is not a setting\n  try: see ")


def start(*arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
    """The command as a user starts it; its output is buffered as theirs is."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.Popen(
        [COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **options,
    )


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_stops_reading_is_no_error(starter_folder: Path, options: list[str]) -> None:
    process = start("--library", starter_folder, "papers", *options)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert (process.stderr.read(), process.wait(timeout=30)) == ("", 0)


def test_a_user_may_stop_it(tmp_path: Path) -> None:
    process = start("--library", tmp_path, "add", "-", stdin=subprocess.PIPE)
    for _ in range(200):
        if (tmp_path / "writer.txt").exists():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (
        130,
        "\nfootnote: stopped; what was done is kept\n",
    )


def test_help_comes_at_once_and_loads_nothing_heavy() -> None:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        process = start("--help")
        out, _ = process.communicate(timeout=30)
        times.append(time.perf_counter() - started)
        assert process.returncode == 0
    assert all(name in out for name in ("add", "papers", "remove", "rebuild", "doctor", "chat"))
    assert min(times) < 0.5
    code = """
from rag.cli import make_parser
make_parser()
heavy = {"torch", "chromadb", "gradio", "llama_index", "sentence_transformers", "openai"}
print(sorted(heavy & set(sys.modules)))
"""
    bare = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"
    done = subprocess.run([sys.executable, "-c", bare], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_search_does_not_wait_for_another_process_to_finish_writing(folder: Path) -> None:
    hold = "from pathlib import Path\nfrom rag.locks import hold_lock\n"
    hold += "Library(Path(sys.argv[1])).add([numbered_page(1)])\n"
    hold += 'with hold_lock(Path(sys.argv[1]), "embedding papers"): print("held", flush=True)'
    process = start_process(hold + ", input()", folder)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    code = """
import time
from rag import Footnote
with Footnote.open(sys.argv[1]) as footnote:
    started = time.monotonic()
    footnote.catch_up()
    print(time.monotonic() - started < 10)
"""
    assert run_process(code, folder) == "True"
    process.communicate("\n", timeout=30)


@pytest.mark.usefixtures("folder")
def test_a_batch_goes_on_past_questions_that_the_endpoint_fails(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    openai_server: OpenAIServer,
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM__BASE_URL", openai_server.base_url)
    monkeypatch.setenv("FOOTNOTE_ANSWER__FALL_BACK", "false")
    openai_server.fault = "server_error"
    batch = tmp_path / "questions.jsonl"
    batch.write_text('{"id": "a", "question": "What causes grokking?"}\n' * 2)
    status, out, errors = run(capsys, "ask", "--batch", batch)
    records = [json.loads(line) for line in out.splitlines()]
    assert (status, errors, len(records)) == (2, "", 2)
    assert all(record["id"] == "a" and "CUDA error" in record["error"] for record in records)


def test_doctor_speaks_when_the_library_cannot_be_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "library.sqlite").write_text("no database, but long enough to be read as one" * 50)
    status, out, errors = run(capsys, "--library", tmp_path, "doctor", "--json")
    findings = {one["part"]: one for one in json.loads(out)["findings"]}
    assert (status, errors) == (1, "")
    assert list(findings) == ["settings", "library", "endpoint"]
    assert findings["library"]["well"] is False
    assert "file is not a database" in findings["library"]["says"]
    assert findings["library"]["remedy"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("with_model", [True, False])
def test_missing_terms_are_told_before_anything_else(
    with_model: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    openai_server: OpenAIServer,
) -> None:
    openai_server.reply = "Grokking is delayed [1]."
    if with_model:
        monkeypatch.setenv("FOOTNOTE_LLM__BASE_URL", openai_server.base_url)
    status, out, _ = run(capsys, "ask", "What causes grokking when training with Muon?")
    first, blank, third = out.splitlines()[:3]
    assert (status, first, blank) == (0, "No paper here mentions “Muon”.", "")
    assert third.startswith("Grokking")
    assert bool(openai_server.chats) is with_model
