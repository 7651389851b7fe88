"""A real Chromium on a real server of the chat, with a scripted engine behind it."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from e2e.fake_engine import FakeEngine
from house import make_house

from ui.house import House

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@dataclass
class Watch:
    """What the browser did that it should not have done."""

    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def follow(self, page: Any) -> None:
        page.on("request", lambda request: self._note(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob"):
            self.hosts.add(parts.hostname or "")

    def _listen(self, message: Any) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.complaints.append(message.text)


@pytest.fixture(scope="session")
def chromium() -> str:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path:
        return path
    reason = "no Chromium here: `apt-get install chromium`, or set CHROMIUM to its path"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """One a module: while Playwright runs, no other test could start an event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@contextmanager
def serve_house(house: House) -> Iterator[str]:
    """A chat that stands on this house, in a thread of its own; its address."""
    import uvicorn

    from ui.app import _address, _listen, _mount, build

    with _listen("127.0.0.1", 0) as listener:
        app = _mount(build(house), None)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield _address(listener)
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, FakeEngine]]:
    """The address of a running chat, and the engine behind it."""
    engine = FakeEngine()
    with serve_house(make_house(tmp_path_factory.mktemp("library"), engine)) as address:
        yield address, engine


@pytest.fixture
def engine(served: tuple[str, FakeEngine]) -> FakeEngine:
    served[1].__init__(pace=0.01)  # type: ignore[misc]
    return served[1]


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    assert watch.hosts == {"127.0.0.1"}
    assert watch.complaints == []


@contextmanager
def opening(browser: Any, watch: Watch, seconds: int = 15) -> Iterator[Callable[..., Any]]:
    """What opens a chat by its address in a window of its own, watched, until the end."""
    contexts = []

    def open_page(url: str, width: int = 1440, height: int = 900, scheme: str = "light") -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        context.set_default_timeout(seconds * 1000)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        page.goto(url)
        page.locator("#fn-header .fn-count").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def visit(
    browser: Any, served: tuple[str, FakeEngine], engine: FakeEngine, watch: Watch
) -> Iterator[Any]:
    """Opens the chat in a window of its own, of any width and scheme."""
    assert engine.asked == []
    with opening(browser, watch) as open_page:
        yield partial(open_page, served[0])


@pytest.fixture
def open_page(browser: Any, watch: Watch) -> Iterator[Callable[..., Any]]:
    """Opens a chat by its address, in a window of its own; the real engine takes its time."""
    with opening(browser, watch, seconds=60) as open_one:
        yield open_one
