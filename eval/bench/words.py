"""Figures and the machine in words, and the table for the terminal.

Owns how a line is written; knows nothing about how it was measured.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.bench.records import TIMES, Line
from eval.bench.timing import Spread
from eval.report.words import write_time

SIGNS = {True: "met", False: "MISSED", None: ""}


def write_value(value: float | None, unit: str) -> str:
    """`1.08 times`, `84 ms`, `2.4 s`, `812 MB`; a dash where there is none."""
    if value is None:
        return "–"
    if unit == "ms":
        return write_time(value)
    if unit == TIMES:
        return f"{value:.2f} {unit}"
    return f"{value:,.0f} {unit}" if unit == "MB" or value >= 100 else f"{value:,.3g} {unit}"


def write_goal(line: Line) -> str:
    """What the value may come to; a dash where nobody set a goal."""
    return "–" if line.goal is None else f"≤ {line.goal:,g} {line.unit}".rstrip()


def write_verdict(line: Line) -> str:
    """`met`, `MISSED`; `not here` for what could not be measured; else nothing."""
    return "not here" if line.value is None else SIGNS[line.met]


def write_spread(spread: Spread) -> str:
    """`p50 12 ms, p95 20 ms (n 44)`"""
    return f"p50 {write_time(spread.p50)}, p95 {write_time(spread.p95)} (n {spread.n})"


def write_table(lines: Sequence[Line]) -> str:
    """The table: what, what was measured, beside what, the figure, its goal."""
    heads = ("what", "measured", "beside, in the same run", "figure", "goal", "")
    rows = [heads, *(_write_row(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    text = []
    for row, notes in zip(rows, ["", *(line.note for line in lines)], strict=True):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        text.append("  ".join(cells).rstrip())
        text += [f"    {note}" for note in _fold(notes)]
    return "\n".join(text)


def tell_machine() -> str:
    """The machine: processor, cores, memory, what else keeps it busy."""
    busy = os.getloadavg()[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{_name_processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB,"
        f" {'with' if has_amx() else 'without'} AMX; {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}; {busy:.1f} processes running when it began"
    )


def has_amx() -> bool:
    """Whether the processor multiplies matrices of bf16 by itself."""
    return " amx_bf16" in _read_cpuinfo()


def _name_processor() -> str:
    for line in _read_cpuinfo().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _read_cpuinfo() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.read_text(encoding="utf-8", errors="ignore") if cpuinfo.exists() else ""


def _write_row(line: Line) -> tuple[str, ...]:
    value = write_value(line.value, line.unit)
    return line.what, line.measured, line.beside, value, write_goal(line), write_verdict(line)


def _fold(note: str, width: int = 110) -> Iterator[str]:
    """A note, cut between words."""
    line = ""
    for word in note.split():
        if line and len(line) + len(word) >= width:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    if line:
        yield line
