"""What starts cold: commands from the shell, and the chat's server.

Owns these lines and the server's process. A command is run by itself, in turns with what it
stands beside; the page's cache of the system is warm, as it is from the second time on.
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from os import environ
from pathlib import Path

from eval.bench.plan import ENVIRONMENT, Bench, footnote_command, python_command
from eval.bench.records import Line, Outcome, Point, join_outcomes, tell_missing
from eval.bench.shelf import LISTED
from eval.bench.timing import measure_memory, run_command, sum_up, wait_until_idle
from eval.bench.words import write_value

CASE = "cold"
STARTS_WITHIN = 60.0
RESTS_WITHIN = 60.0
QUIET = 5.0  # seconds without work after which a server rests


def measure(bench: Bench) -> Outcome:
    """`footnote --help` and `footnote search`, beside a bare import."""
    folder = bench.shelf.find(LISTED)
    question = bench.questions[0]
    helping = _race(bench, footnote_command(folder, ["--help"]), python_command(["-c", "pass"]))
    searching = _race(
        bench,
        footnote_command(folder, ["search", question]),
        python_command(["-c", "import sentence_transformers"]),
    )
    return Outcome(
        (
            _tell("footnote --help", helping, "python -c pass", 0.3),
            _tell(
                f"footnote search, {LISTED} papers",
                searching,
                "python -c 'import sentence_transformers'",
                2.5,
            ),
        )
    )


def measure_growth(bench: Bench) -> Outcome:
    """`footnote search` from the shell, for every size."""
    return join_outcomes(_search_cold(bench, size) for size in bench.plan.sizes)


def _search_cold(bench: Bench, size: int) -> Outcome:
    command = footnote_command(bench.shelf.find(size), ["search", bench.questions[0]])
    taken = [run_command(command, bench.scratch, ENVIRONMENT).seconds for _ in range(3)]
    point = Point("footnote search, cold", "median", size, statistics.median(taken) * 1000, "ms")
    return Outcome((), (point,))


def _race(
    bench: Bench, command: Sequence[str], beside: Sequence[str]
) -> tuple[list[float], list[float]]:
    """Seconds of both commands, in turns, after one run of each that is not counted."""
    took: tuple[list[float], list[float]] = ([], [])
    for turn in range(bench.plan.rounds + 1):
        for times, one in zip(took, (command, beside), strict=True):
            ended = run_command(one, bench.scratch, ENVIRONMENT)
            if turn and not ended.status:
                times.append(ended.seconds)
    return took


def _tell(what: str, took: tuple[list[float], list[float]], beside: str, goal: float) -> Line:
    if not all(took):
        return tell_missing(CASE, f"{what}, median", "the command failed")
    mine, bare = (sum_up(times) for times in took)
    return Line(
        CASE,
        f"{what}, median",
        f"{mine.p50:.2f} s, from {mine.low:.2f} to {mine.high:.2f} (n {mine.n})",
        f"{beside} {bare.p50:.2f} s",
        mine.p50,
        "s",
        goal,
    )


def measure_chat(bench: Bench) -> Outcome:
    """From the command to the page, and what the server holds when it rests."""
    bare = run_command(
        python_command(["-c", "import sentence_transformers"]), bench.scratch, ENVIRONMENT
    )
    with bench.shelf.copy(LISTED) as folder:
        chat = start_chat(folder, bench.scratch)
    beside = f"python -c 'import sentence_transformers' {bare.seconds:.2f} s"
    page = Line(
        CASE, "chat: from command to page", f"{chat.ready_s:.2f} s", beside, chat.ready_s, "s", 4.0
    )
    memory = Line(
        CASE,
        "chat: memory at rest, the model loaded",
        write_value(chat.resting_mb, "MB"),
        f"{write_value(chat.early_mb, 'MB')} when the page was there",
        chat.resting_mb,
        "MB",
        900,
        "" if chat.rested else f"It was still at work after {RESTS_WITHIN:.0f} s.",
    )
    return Outcome((page, memory))


@dataclass(frozen=True, slots=True)
class Chat:
    """A server that was started: seconds from the command to its page, MB at that moment and
    later; whether it had come to rest by then."""

    ready_s: float
    early_mb: float
    resting_mb: float
    rested: bool


def start_chat(folder: Path, scratch: Path) -> Chat:
    """Start the chat of a library, watch it come to rest, and stop it. Raises TimeoutError
    where there is no page in time."""
    port = _find_port()
    command = footnote_command(folder, ["chat", "--port", str(port)])
    with (scratch / "chat.txt").open("wb") as said:
        started = time.perf_counter()
        server = subprocess.Popen(command, stdout=said, stderr=said, env={**environ, **ENVIRONMENT})
        try:
            _wait_for_page(f"http://127.0.0.1:{port}/")
            ready = time.perf_counter() - started
            early = measure_memory(server.pid)
            rested = wait_until_idle(server.pid, RESTS_WITHIN, QUIET)
            return Chat(ready, early, measure_memory(server.pid), rested)
        finally:
            server.terminate()
            server.wait()


def _wait_for_page(url: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=STARTS_WITHIN) as page:
                page.read()
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    raise TimeoutError(f"no page at {url} within {STARTS_WITHIN:.0f} s")


def _find_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
