"""Commands that are killed in the middle, at a moment told in advance.

`Killer` is another process that has imported everything. It forks one that runs a command and
tells when it has made so many calls of Python; a little later, be it in the midst of SQLite or
of Chroma, it sends SIGKILL. So the moments are spread over the work and not over the clock,
however busy the machine is.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from libraries import numbered_page, start_process
from word_model import put_in_place, write_page

import rag.index
from rag.library import Library

SERVE = "import kills\nkills.serve()\n"
LATER = 0.004  # seconds after the moment, at most: longer than most calls take
QUESTIONS = ("What is subject1?", "What does part2 help?", "Compare subject0 and subject2")


class Killer:
    """The other process, as the tests see it."""

    def __init__(self) -> None:
        self._process = start_process(SERVE)

    def run(
        self, *arguments: str | Path, at: int = 0, later: float = 0.0, only: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Run a command and kill it after so many calls and `later` seconds; 0: let it end.

        `only`: calls of these C functions alone ("posix.rename"); killed before the last is made.

        What is told: "killed", "calls", "status", and "acknowledged", what was safe by its
        own word.
        """
        told_to = [str(one) for one in arguments]
        order = {"arguments": told_to, "at": at, "later": later, "only": list(only)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def close(self) -> None:
        self._process.communicate(timeout=30)


def serve() -> None:
    """Do what the lines of standard input say, until there is none."""
    put_in_place()
    rag.index.BATCH = 4
    _import_all()
    for line in sys.stdin:
        print(json.dumps(_fork(**json.loads(line))), flush=True)


def _import_all() -> None:
    """Once for all that are forked: or most moments would be in the midst of importing.

    Chroma is not opened, since its threads would be lost in a fork.
    """
    import chromadb  # noqa: F401
    import gradio  # noqa: F401
    import test_app  # noqa: F401

    import rag.assemble  # noqa: F401
    import ui.handlers  # noqa: F401
    from rag.chunks import cut_paper
    from rag.cli import make_parser
    from rag.pages import open_pages

    make_parser()
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        library.add(open_pages([str(write_page(Path(folder), 0))]))
        for paper in library.papers():
            cut_paper(paper)
        library.close()


def _fork(arguments: list[str], at: int, later: float, only: list[str]) -> dict[str, Any]:
    hears, tells = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hears)
        _be_the_command(arguments, _Counter(at, only), tells)
    os.close(tells)
    said = _listen(hears, child, later)
    os.close(hears)
    _, status = os.waitpid(child, 0)
    ended = [one for one in said if one.startswith("ended ")]
    return {
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
        "calls": int(ended[0].split()[1]) if ended else 0,
        "status": int(ended[0].split()[2]) if ended else None,
        "acknowledged": [one for one in said if not one.startswith(("ended ", "now"))],
    }


def _listen(hears: int, child: int, later: float) -> list[str]:
    """The lines that the command tells. It is killed `later` than it says "now"."""
    heard, due = b"", float("inf")
    while True:
        wait = max(0.0, due - time.monotonic()) if due < float("inf") else 60.0
        if not select.select([hears], [], [], wait)[0]:
            os.kill(child, signal.SIGKILL)
            due = float("inf")
            continue
        piece = os.read(hears, 65536)
        if not piece:
            return heard.decode().splitlines()
        heard += piece
        if b"now\n" in piece:
            due = time.monotonic() + later


def _be_the_command(arguments: list[str], counter: _Counter, tells: int) -> None:
    """In the forked process, which does not come back from here."""
    tell: Callable[[str], object] = lambda text: os.write(tells, text.encode() + b"\n")  # noqa: E731
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    _acknowledge(tell)
    counter.begin(tell)
    if arguments[0] == "chat":
        status = asyncio.run(_chat(Path(arguments[1]), tell))
    else:
        from rag.cli import main

        status = main(arguments)
    sys.setprofile(None)
    tell(f"ended {counter.calls} {status}")
    os._exit(0)


def _name(function: Any) -> str:
    return f"{function.__module__}.{function.__name__}"


class _Counter:
    """Counts the calls of all threads, and says "now" at the one that was asked for; where
    only some are counted, there is no time left after it."""

    def __init__(self, at: int, only: Sequence[str]) -> None:
        self.calls = 0
        self._at = at
        self._only = frozenset(only)

    def begin(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        threading.setprofile(self._count)
        sys.setprofile(self._count)

    def _count(self, frame: Any, event: str, argument: Any) -> None:
        del frame
        if event not in ("call", "c_call"):
            return
        if self._only and (event == "call" or _name(argument) not in self._only):
            return
        self.calls += 1
        if self.calls == self._at:
            if self._only:
                os.kill(os.getpid(), signal.SIGKILL)
            self._tell("now")


def _acknowledge(tell: Callable[[str], object]) -> None:
    """Tell when papers are in the library, or out of it, for good."""
    for name in ("add", "remove"):
        plain = getattr(Library, name)

        def told(self: Library, *rest: Any, plain: Any = plain, name: str = name) -> Any:
            result = plain(self, *rest)
            tell(name)
            return result

        setattr(Library, name, told)


async def _chat(folder: Path, tell: Callable[[str], object]) -> int:
    """The chat's own insides without a browser: questions while a job adds papers."""
    from e2e.fake_engine import FakeEngine
    from house import make_page

    from rag import Footnote
    from rag.history import History
    from ui.adding.jobs import Work
    from ui.handlers import Handlers
    from ui.house import House
    from ui.keeping import Keeper

    footnote = Footnote.open(library=folder)
    house = House(footnote, Keeper(History(folder)), FakeEngine(pace=0.001))
    pages = [numbered_page(number) for number in range(3, 6)]
    house.jobs.put(Work(footnote.sync, partial(footnote.library.add, pages)))
    await ask_all(Handlers(house, make_page()), tell)
    while house.jobs.line().running:
        await asyncio.sleep(0.01)
    return 0


async def ask_all(handlers: Any, tell: Callable[[str], object]) -> None:
    """Ask in one conversation; after each answer, tell how many turns are kept."""
    from test_app import hello, request

    from ui.turns import Chat

    chat = Chat()
    await handlers.open(hello("browser-1", ""), chat, request())
    for number, question in enumerate(QUESTIONS, 1):
        await handlers.take(question, chat)
        async for _ in handlers.answer(chat):
            pass
        assert chat.turns[-1].kept == number
        tell(f"kept {chat.saved_id} {number}")


def copy_library(base: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(base, folder))
