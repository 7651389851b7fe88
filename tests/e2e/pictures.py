"""`make pictures`: the README's pictures, taken of the real chat with the starter papers.

python tests/e2e/pictures.py FOLDER
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

from rag import Footnote
from rag.history import History
from ui.app import serve
from ui.house import House
from ui.keeping import Keeper

ROOT = Path(__file__).resolve().parents[2]
PORT = 7899
QUESTION = "What causes grokking?"
COMPARES = "How do LM-Infinite and randomized positional encodings differ?"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def take_pictures(folder: Path, url: str) -> None:
    """Each picture in a window of its own, of its own size."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name, (width, height, arrange) in PICTURES.items():
            context = browser.new_context(viewport={"width": width, "height": height})
            page = context.new_page()
            page.goto(url)
            page.locator("#fn-header .fn-count").wait_for(state="attached")
            arrange(page)
            page.wait_for_timeout(1500)
            page.screenshot(path=folder / f"{name}.png")
            context.close()
        browser.close()


def ask(page: Any, question: str) -> None:
    """An answer with a source open at the sentence that is cited."""
    page.locator("#fn-box textarea").fill(question)
    page.locator("#fn-box textarea").press("Enter")
    page.locator("#t1.fn-done .cite").first.wait_for(timeout=60_000)
    page.locator("#t1.fn-done .cite").nth(1).click()
    page.mouse.move(0, 0)


def show_library(page: Any) -> None:
    """A search, and one of the papers found."""
    page.locator(".fn-nav a[data-place=library]").click()
    page.locator("#fn-filters input[type=search]").fill("grokking")
    page.wait_for_timeout(1500)
    page.locator("#fn-books a[href^='#library=']").first.click()
    page.locator("#fn-paper .fn-panel").wait_for()


def show_map(page: Any) -> None:
    """The papers of an answer on the map."""
    ask(page, QUESTION)
    page.locator(".fn-nav a[data-place=map]").click()
    page.locator("#fn-atlas canvas").wait_for(timeout=60_000)
    page.wait_for_timeout(1500)


PICTURES: dict[str, tuple[int, int, Callable[[Any], None]]] = {
    "chat": (1440, 900, lambda page: ask(page, QUESTION)),
    "comparison": (1440, 1000, lambda page: ask(page, COMPARES)),
    "library": (1440, 900, show_library),
    "map": (1440, 1000, show_map),
    "phone": (390, 844, lambda page: ask(page, QUESTION)),
}


def serve_starter(folder: str) -> None:
    footnote = Footnote.open(library=folder)
    footnote.add([str(ROOT / "eval" / "corpus")])
    footnote.embedder.load()
    house = House(footnote, Keeper(History(Path(folder))))
    serve(house, host="127.0.0.1", port=PORT)


def wait_until_ready(url: str) -> None:
    for _ in range(600):
        try:
            with urlopen(url):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"no chat at {url} within two minutes")


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{PORT}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as library:
        server: Any = threading.Thread(target=serve_starter, args=(library,), daemon=True)
        server.start()
        wait_until_ready(url)
        take_pictures(folder, url)


if __name__ == "__main__":
    main(sys.argv[1:])
