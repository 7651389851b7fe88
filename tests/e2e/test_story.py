"""A newcomer's way, whole: `footnote chat` with the real engine, seen through Chromium."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from openai_server import OpenAIServer

from rag import Footnote

pytestmark = pytest.mark.browser

CORPUS = Path(__file__).resolve().parents[2] / "eval" / "corpus"
BOX = "#fn-box textarea"
LIT = ".fn-sources:not([hidden]) mark.is-lit"
FOOTNOTE = [sys.executable, "-m", "rag.cli"]


@contextmanager
def run_chat(library: Path, *arguments: str, **settings: str) -> Iterator[str]:
    """`footnote chat` in a process of its own; its address, once it says that it is ready."""
    command = [*FOOTNOTE, "--library", str(library), "chat", "--port", "0", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **settings}
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"Footnote is ready: (\S+)", line):
                yield found.group(1)
                return
        raise AssertionError(f"the chat ended with {process.wait()} before it was ready")
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def open_page(browser: Any, watch: Any) -> Iterator[Callable[[str], Any]]:
    contexts = []

    def open_page(url: str) -> Any:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        page.goto(url)
        page.locator("#fn-header .fn-count").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()


def ask(page: Any, question: str) -> None:
    page.fill(BOX, question)
    page.press(BOX, "Enter")


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


def test_a_models_answer_is_stopped_at_once_and_its_stream_closed(
    open_page: Callable[[str], Any], starter_folder: Path
) -> None:
    with OpenAIServer(reply="Grokking is delayed generalization [1]. " * 60) as server:
        server.delay = 0.1
        server.fault = "slow"
        with run_chat(starter_folder, FOOTNOTE_LLM__BASE_URL=server.base_url) as url:
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


def test_an_endpoint_that_dies_is_named_and_the_answer_quoted(
    open_page: Callable[[str], Any], starter_folder: Path
) -> None:
    with OpenAIServer() as server:
        address = server.base_url
    with run_chat(
        starter_folder, FOOTNOTE_LLM__BASE_URL=address, FOOTNOTE_LLM__MODEL="gone"
    ) as url:
        page = open_page(url)
        ask(page, "What causes grokking?")
        answer = page.locator("#t1.fn-done")
        answer.wait_for()
        assert "Quoted from the abstracts" in answer.inner_text()
        assert "These are quotations instead." in answer.locator(".fn-note").inner_text()
