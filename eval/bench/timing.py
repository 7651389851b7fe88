"""Times and memory: taken, interleaved and summed up.

Owns the clock, the spread of many times and what the system says of a process; knows nothing
about what is timed.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
MEGABYTE = 1e6
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Spread:
    """What many measurements of the same come to, in their own unit."""

    n: int
    low: float
    p50: float
    p95: float
    high: float


def sum_up(values: Iterable[float]) -> Spread:
    """Raises ValueError where there is no value."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("there is nothing to sum up")
    p50, p95 = percentile(ordered, 50), percentile(ordered, 95)
    return Spread(len(ordered), ordered[0], p50, p95, ordered[-1])


def percentile(ordered: Sequence[float], share: float) -> float:
    """The percentile of ascending values, linear between two of them (R's and NumPy's default)."""
    place = (len(ordered) - 1) * share / 100
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def clock(do: Callable[[], object]) -> float:
    """How many milliseconds it takes."""
    started = time.perf_counter()
    do()
    return (time.perf_counter() - started) * 1000


def interleave(
    ways: Mapping[str, Callable[[T], object]], given: Sequence[T]
) -> dict[str, list[float]]:
    """Milliseconds of each way for each thing given, one thing after the other by every way,
    so that what else the machine does falls on all. The order of the ways turns each time."""
    names = list(ways)
    times: dict[str, list[float]] = {name: [] for name in names}
    for turn, one in enumerate(given):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            way = ways[name]
            began = time.perf_counter()
            way(one)
            times[name].append((time.perf_counter() - began) * 1000)
    return times


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that ran to its end: seconds, and the largest memory it held, in MB."""

    status: int
    seconds: float
    peak_mb: float
    out: str
    err: str


def run_command(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Ended:
    """Run a command to its end with its output in files of `folder`."""
    out, err = folder / "stdout.txt", folder / "stderr.txt"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        started = time.perf_counter()
        child = subprocess.Popen(
            command, stdout=stdout, stderr=stderr, env={**os.environ, **(environment or {})}
        )
        peak = _Peak(child.pid)
        child.wait()
        seconds = time.perf_counter() - started
    said = out.read_text("utf-8", "replace"), err.read_text("utf-8", "replace")
    return Ended(child.returncode, seconds, peak.stop(), *said)


class _Peak(threading.Thread):
    """The most memory that a process ever held, looked up while it runs: what the system tells
    at its end (`ru_maxrss`) counts its parent too, of which it began as a copy."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._peak, self._ended = pid, 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self._ended.wait(0.01):
            found = re.search(r"VmHWM:\s+(\d+) kB", _read(f"/proc/{self._pid}/status"))
            self._peak = max(self._peak, int(found[1]) * 1024 / MEGABYTE if found else 0.0)

    def stop(self) -> float:
        """The peak, in MB."""
        self._ended.set()
        self.join()
        return self._peak


def measure_memory(pid: int) -> float:
    """What a process and all below it hold in memory now, in MB (their resident sets)."""
    pages = 0
    for one in _list_tree(pid):
        held = _read(f"/proc/{one}/statm").split()
        pages += int(held[1]) if held else 0
    return pages * PAGE_BYTES / MEGABYTE


def measure_work(pid: int) -> float:
    """Seconds of processor time that a process and all below it have used."""
    ticks = 0
    for one in _list_tree(pid):
        fields = _read(f"/proc/{one}/stat").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12]) if fields else 0
    return ticks / TICKS


def wait_until_idle(pid: int, within: float, quiet: float = 2.0) -> bool:
    """Wait until a process has used hardly any processor time for `quiet` seconds; False where
    it has not come to rest `within` seconds."""
    until = time.monotonic() + within
    used = measure_work(pid)
    while time.monotonic() < until:
        time.sleep(quiet)
        before, used = used, measure_work(pid)
        if used - before < 0.1 * quiet:  # Gradio looks for news twenty times a second
            return True
    return False


def measure_disk(folder: Path) -> float:
    """What the files of a folder take, in MB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MEGABYTE


def _list_tree(pid: int) -> list[int]:
    """A process and all below it, whichever of its threads began them."""
    tasks = Path(f"/proc/{pid}/task")
    threads = [path.name for path in tasks.iterdir()] if tasks.exists() else []
    below = [one for name in threads for one in _read(f"{tasks}/{name}/children").split()]
    return [pid, *(deeper for one in below for deeper in _list_tree(int(one)))]


def _read(path: str) -> str:
    """A file of the system's; empty where the process has gone."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
