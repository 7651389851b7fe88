"""Twenty people who ask at once.

Owns these lines; the people are `python -m load people` of tests/load.
"""

from __future__ import annotations

import json

from eval.bench.plan import Bench, python_command, with_path
from eval.bench.records import Line, Outcome, tell_missing
from eval.bench.timing import run_command
from eval.report.words import write_time

CASE = "crowd"
PEOPLE = 20


def measure(bench: Bench) -> Outcome:
    """Errors, and the 95th percentile to the last words."""
    what = f"{PEOPLE} people at once, quoting, {bench.plan.papers:,} papers"
    with bench.shelf.copy(bench.plan.papers) as folder:
        arguments = ["-m", "load", "people", "--library", str(folder), "--people", str(PEOPLE)]
        command = python_command(arguments)
        ended = run_command(command, bench.scratch, with_path("tests", "."))
    try:
        told = json.loads(ended.out[ended.out.index("{") :])
        first, last = (f"{one}_p50_ms" for one in ("first", "last"))
        beside = f"p50 {write_time(told[last])}; first words {write_time(told[first])}"
        slowest = float(told["last_p95_ms"])
        errors = float(told["errors"])
    except (KeyError, ValueError):
        return Outcome((tell_missing(CASE, what, ended.err.strip()[-300:]),))
    return Outcome(
        (
            Line(CASE, f"{what}: errors", f"{errors:.0f}", "", errors, "errors", 0),
            Line(
                CASE,
                f"{what}: last words, p95",
                write_time(slowest),
                beside,
                slowest,
                "ms",
                1000,
            ),
        )
    )
