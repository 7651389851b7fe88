"""A newcomer's way, whole: `footnote chat` with the real engine, seen through Chromium."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from e2e.steps import FOOTNOTE, LIT, ask, run_chat
from openai_server import OpenAIServer

from rag import Footnote

pytestmark = pytest.mark.browser

CORPUS = Path(__file__).resolve().parents[2] / "eval" / "corpus"


def test_a_newcomer_asks_follows_a_citation_adds_pages_and_asks_again(
    open_page: Callable[[str], Any], tmp_path: Path
) -> None:
    first, second = sorted(CORPUS.glob("20*.txt"))
    with run_chat(tmp_path, "--starter", str(first)) as url:
        page = open_page(url)
        assert "18 papers" in page.locator("#fn-header").inner_text()
        page.locator(".fn-example:visible").first.click()
        page.locator("#t1.fn-done .cite").first.click()
        with Footnote.open(library=tmp_path) as footnote:
            abstracts = [paper.abstract for paper in footnote.library.papers()]
        lit = page.locator(LIT).first.inner_text()
        assert any(lit in abstract for abstract in abstracts)

        subprocess.run(
            [*FOOTNOTE, "--library", str(tmp_path), "add", str(second)], check=True, timeout=120
        )
        ask(page, "What causes grokking, and do the papers agree?")
        answer = page.locator("#t2.fn-done")
        answer.wait_for()
        assert "Grokking at the Edge of Numerical Stability" in answer.inner_text()

        ask(page, "How long do I boil an egg?")
        refused = page.locator("#t3.fn-done .fn-refused")
        refused.wait_for()
        assert "Nothing in these papers is about this." in refused.inner_text()
        page.close()


def test_a_models_answer_is_stopped_at_once_and_its_stream_closed(
    open_page: Callable[[str], Any], starter_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(starter_folder, tmp_path / "copy")
    with OpenAIServer(reply="Grokking is delayed generalization [1]. " * 60) as server:
        server.delay = 0.1
        server.fault = "slow"
        with run_chat(tmp_path / "copy", FOOTNOTE_LLM__BASE_URL=server.base_url) as url:
            page = open_page(url)
            assert server.base_url in page.locator("#fn-header").inner_text()
            ask(page, "What causes grokking?")
            page.locator("#t1.fn-writing .fn-answer", has_text="Grokking is").wait_for()
            page.locator("#fn-stop").click()
            page.locator("#t1.fn-stopped").wait_for()
            chat = server.chats[0]
            assert chat.ended.wait(2.0)
            assert chat.client_closed
            assert "Grokking is" in page.locator("#t1 .fn-answer").inner_text()
            page.close()


def test_an_endpoint_that_dies_is_named_and_the_answer_quoted(
    open_page: Callable[[str], Any], starter_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(starter_folder, tmp_path / "copy")
    with OpenAIServer() as server:
        address = server.base_url
    with run_chat(
        tmp_path / "copy", FOOTNOTE_LLM__BASE_URL=address, FOOTNOTE_LLM__MODEL="gone"
    ) as url:
        page = open_page(url)
        ask(page, "What causes grokking?")
        answer = page.locator("#t1.fn-done")
        answer.wait_for()
        assert "Quoted from the abstracts" in answer.inner_text()
        assert "These are quotations instead." in answer.locator(".fn-note").inner_text()
        page.close()
