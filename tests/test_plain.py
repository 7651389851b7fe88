"""What is printed, plainly: nothing that a terminal would obey."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from house import open_footnote
from openai_server import OpenAIServer

from rag import Footnote
from rag.assemble import assemble_engine
from rag.cli import main
from rag.plain import OBEYED, escape_json, make_plain, print_plainly
from rag.records import Paper
from rag.settings import load_settings
from rag.titles import make_paper_id

LINK = "\x1b]8;;http://evil.invalid/\x07link\x1b]8;;\x07"
HOSTILE = f"\x1b[31mred\x1b[0m {LINK} \x9b2Jgone \u202edlog\u202c"
TITLE = f"Pruning of Networks {HOSTILE}\r"


@pytest.fixture
def hostile(tmp_path: Path) -> Footnote:
    abstract = f"Pruning removes weights from networks. {HOSTILE} Pruning keeps the accuracy."
    paper = Paper(make_paper_id(TITLE), TITLE, abstract, (f"Eve {HOSTILE}",))
    return open_footnote(tmp_path / "library", [paper])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07", "]0;title"),
        ("\x9b2J", "2J"),
        ("a\rb\x08c\x7fd", "abcd"),
        ("a\u202eb\u2066c\u200fd\ue000", "abcd"),
        ("tab\tline\nöé “x” — 漢字 \u200d", "tab\tline\nöé “x” — 漢字 \u200d"),
    ],
)
def test_what_a_terminal_would_obey_is_left_out_and_nothing_else(text: str, plain: str) -> None:
    assert make_plain(text) == plain


def test_json_says_the_same_without_such_a_character() -> None:
    told = {"title": "\x9b2J \u202e \x1b \U000e0041 é"}
    line = escape_json(json.dumps(told, ensure_ascii=False))
    assert not OBEYED.search(line)
    assert json.loads(line) == told
    assert "é" in line


def test_both_streams_are_plain_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with print_plainly():
        print("a\x1b[2Jb\r")
        print("\rbar", file=sys.stderr, end="")
        print("x\ry", file=sys.stderr)
        sys.stdout.writelines(["\x07", "c\n"])
    assert (out.getvalue(), err.getvalue()) == ("a[2Jb\nc\n", "\rbarxy\n")
    assert (sys.stdout, sys.stderr) == (out, err)


def run(monkeypatch: pytest.MonkeyPatch, footnote: Footnote, *said: str) -> int:
    monkeypatch.setattr("rag.cli.open_footnote", lambda _: footnote)
    return main([*said])


@pytest.mark.parametrize("flags", [(), ("--json",)])
@pytest.mark.parametrize("said", ["papers", "search pruning", "doctor", "ask pruning networks"])
def test_no_command_prints_what_a_terminal_obeys(
    hostile: Footnote,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    said: str,
    flags: tuple[str, ...],
) -> None:
    command, _, question = said.partition(" ")
    asked = [question] if question else []
    hostile.embedder.load = lambda: None  # type: ignore[method-assign]
    hostile.embedder.describe = lambda: "words"  # type: ignore[method-assign]
    assert run(monkeypatch, hostile, command, *asked, *flags) in (0, 1)
    printed = "".join(capfd.readouterr())
    assert printed
    assert not OBEYED.search(printed)
    if flags:
        assert HOSTILE not in printed
        assert all(json.loads(line) for line in printed.splitlines())


def test_what_a_model_says_is_printed_plainly(
    hostile: Footnote,
    openai_server: OpenAIServer,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    openai_server.reply = f"Pruning {HOSTILE} removes weights [1]."
    llm = {"base_url": openai_server.base_url, "model": "test-model", "timeout": 5}
    engine: Any = assemble_engine(hostile.library, hostile.retriever, load_settings({"llm": llm}))
    monkeypatch.setattr(hostile, "engine", lambda: engine)
    hostile.embedder.load = lambda: None  # type: ignore[method-assign]
    assert run(monkeypatch, hostile, "ask", "What does pruning networks do?") == 0
    printed = capfd.readouterr().out
    assert "removes weights" in printed
    assert not OBEYED.search(printed)
