"""`make bench-browser`: what a reader waits for in the browser, on a warm server.

PYTHONPATH=tests python -m e2e.speed

With the 346 papers of ../shared/pages, and the 9,877 that lie beside them.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from e2e.conftest import CHROMIUM_FLAGS
from e2e.pictures import wait_until_ready
from playwright.sync_api import sync_playwright

from rag import Footnote
from rag.history import History
from rag.pages import open_pages
from ui.app import serve
from ui.house import House
from ui.keeping import Keeper

SHARED = Path(__file__).resolve().parents[3] / "shared"
PORT = 7898
ROUNDS = 10
QUESTIONS = (
    "What makes attention over long documents cheaper?",
    "What causes grokking?",
    "How are reward models trained?",
    "Which papers study data contamination?",
    "What helps small models to reason?",
)
# The time from the key that sends the question to the first letter of its answer.
WATCH = """(turn) => {
  window.asked = performance.now();
  window.answered = new Promise((done) => {
    const look = () => {
      const answer = document.querySelector(`#t${turn} .fn-answer`);
      if (!answer?.textContent.trim()) return;
      seen.disconnect();
      done(performance.now() - window.asked);
    };
    const seen = new MutationObserver(look);
    seen.observe(document.body, {subtree: true, childList: true, characterData: true});
  });
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
READY = "performance.now()"


@contextmanager
def serving(footnote: Footnote, port: int) -> Iterator[str]:
    """The chat of a library, until the process ends."""
    house = House(footnote, Keeper(History(footnote.library.folder)))
    options: dict[str, Any] = {"host": "127.0.0.1", "port": port}
    threading.Thread(target=serve, args=(house,), kwargs=options, daemon=True).start()
    url = f"http://127.0.0.1:{port}"
    wait_until_ready(url)
    yield url


def measure_opening(browser: Any, url: str, place: str, shown: str) -> tuple[float, float]:
    """(first paint, what is `shown` is there), in ms, of a browser that has been here."""
    page = browser.new_page()
    page.goto(url + place)
    page.locator(shown).first.wait_for()
    page.reload()
    page.locator(shown).first.wait_for()
    times = float(page.evaluate(PAINT)), float(page.evaluate(READY))
    page.close()
    return times


def measure_answers(browser: Any, url: str) -> list[float]:
    """ms to the first words of an answer, question after question of one conversation each."""
    times = []
    for question in QUESTIONS * (ROUNDS // len(QUESTIONS)):
        page = browser.new_page()
        page.goto(url)
        page.locator("#fn-header .fn-count").wait_for()
        page.fill("#fn-box textarea", question)
        page.evaluate(WATCH, 1)
        page.press("#fn-box textarea", "Enter")
        times.append(float(page.evaluate("window.answered")))
        page.close()
    return times


def measure_place(browser: Any, url: str, place: str, shown: str) -> list[float]:
    """ms from a click on a place's name until its first content is painted."""
    times = []
    for _ in range(ROUNDS):
        page = browser.new_page()
        page.goto(url)
        page.locator("#fn-header .fn-count").wait_for()
        began = page.evaluate("performance.now()")
        page.locator(f".fn-nav a[data-place={place}]").click()
        page.locator(shown).first.wait_for()
        times.append(page.evaluate("performance.now()") - began)
        page.close()
    return times


def say(what: str, times: Sequence[float], goal: float) -> None:
    median, worst = statistics.median(times), max(times)
    print(f"{what:<58}{median:7.0f} ms {worst:7.0f} ms {goal:7.0f} ms", flush=True)


def measure_small(browser: Any, folder: str) -> None:
    with Footnote.open(folder) as footnote:
        footnote.add([str(SHARED / "pages")])
        footnote.embedder.load()
        with serving(footnote, PORT) as url:
            opened = [measure_opening(browser, url, "", "#fn-header .fn-count") for _ in range(5)]
            say("first paint, 346 papers", [first for first, _ in opened], 1000)
            say("the conversation can be typed in", [ready for _, ready in opened], 1000)
            measure_answers(browser, url)
            say("first words of an answer, quoting", measure_answers(browser, url), 300)
            say("library opened", measure_place(browser, url, "library", BOOKS), 1000)


def measure_large(browser: Any, folder: str) -> None:
    with Footnote.open(folder) as footnote:
        footnote.library.add(open_pages([str(SHARED / "daily-papers-10k.jsonl.gz")]))
        with serving(footnote, PORT + 1) as url:
            times = measure_place(browser, url, "library", BOOKS)
            say("library opened, 9,877 papers", times, 1000)


BOOKS = "#fn-books a[href^='#library=']"


def main() -> None:
    print(f"{'':<58}{'median':>10} {'worst':>10} {'goal':>10}")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as small,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as large,
        sync_playwright() as playwright,
    ):
        launch = playwright.chromium.launch
        browser = launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        measure_small(browser, small)
        measure_large(browser, large)
        browser.close()


if __name__ == "__main__":
    main()
