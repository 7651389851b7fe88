"""`make pictures`: the README's pictures, taken of the real chat with the starter papers.

python tests/e2e/pictures.py FOLDER
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
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
SHOTS = (
    ("chat", QUESTION, 1440, 900),
    ("comparison", COMPARES, 1440, 1000),
    ("phone", QUESTION, 390, 844),
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def take_pictures(folder: Path, url: str) -> None:
    """An answer and a comparison on a laptop, and an answer on a phone, a source open."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name, question, width, height in SHOTS:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(url)
            page.locator("#fn-box textarea").fill(question)
            page.locator("#fn-box textarea").press("Enter")
            page.locator("#t1.fn-done .cite").first.wait_for(timeout=60_000)
            page.locator("#t1.fn-done .cite").nth(1).click()
            page.wait_for_timeout(1000)
            page.screenshot(path=folder / f"{name}.png")
        browser.close()


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
