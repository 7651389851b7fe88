"""`make bench`, or `python -m eval.bench`: the table of how fast Footnote is.

Owns the command line and the order of the cases. Without options it measures 9,877 real
papers and 50,000 recombined ones, the first time for 70 minutes on two cores; `--quick`
takes some minutes, and `--full` goes to 200,000. Exit status: 0 all was measured that can be,
1 a goal is missed and `--hold` was said, 2 it could not be run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import platformdirs

from eval.bench import adding, answering, crowd, peers, precision, searching, starting
from eval.bench.plan import EVERY, Bench, Plan, make_plan
from eval.bench.records import Outcome, Report, join_outcomes, tell_missing
from eval.bench.report import write_files
from eval.bench.shelf import Shelf
from eval.bench.words import tell_machine, write_table
from eval.manifest import find_revision
from rag.errors import FootnoteError

CASES: Mapping[str, Sequence[Callable[[Bench], Outcome]]] = {
    "adding": (adding.measure,),  # first: the library it makes is kept for the others
    "precision": (precision.measure,),
    "again": (adding.measure_again, adding.measure_new),
    "retrieval": (searching.measure,),
    "filter": (searching.measure_filter,),
    "size": (searching.measure_size,),
    "answers": (answering.measure, answering.measure_endpoint),
    "cold": (starting.measure, starting.measure_growth),
    "chat": (starting.measure_chat,),
    "crowd": (crowd.measure,),
    "peers": (peers.measure,),
}

FAILURES = (FootnoteError, OSError, ValueError, LookupError, RuntimeError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, write the report."""
    options = read_options(arguments)
    plan = make_plan(options)
    wanted = [name for name in CASES if name in options.only]
    if not plan.peers and "peers" in wanted and len(wanted) > 1:
        wanted.remove("peers")
    report = run(plan, wanted, Path(options.cache))
    folder = write_files(report)
    print(f"{report.machine}\n\n{write_table(report.lines)}\n\n{folder / 'report.html'}")
    return 1 if options.hold and report.missed else 0


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line. `only` has the names of the cases."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="346 and 1,500 papers, no peers")
    size.add_argument("--full", action="store_true", help="also 200,000 papers")
    size.add_argument("--papers", type=_count, help=f"so many daily papers, not {EVERY:,}")
    parser.add_argument(
        "--only", type=_names, default=list(CASES), help=f"of {', '.join(CASES)}; with commas"
    )
    parser.add_argument("--hold", action="store_true", help="fail where a goal is missed")
    cache = Path(platformdirs.user_cache_dir("footnote", appauthor=False)) / "bench"
    parser.add_argument("--cache", default=str(cache), help="where libraries are kept")
    return parser.parse_args(arguments)


def run(plan: Plan, wanted: Sequence[str], cache: Path) -> Report:
    """Measure the cases wanted, each as it is named on the way."""
    created = datetime.now().astimezone().isoformat(timespec="seconds")
    machine = tell_machine()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        bench = Bench(plan, Shelf(cache, plan.papers), Path(scratch))
        outcomes = [attempt(name, measure, bench) for name in wanted for measure in CASES[name]]
    found = join_outcomes(outcomes)
    made_of = (
        ("Code", find_revision()),
        ("Papers", f"{plan.papers:,} daily papers; libraries of {_list(plan.sizes)}"),
        ("Cases", ", ".join(wanted)),
    )
    return Report(created, machine, made_of, found.lines, found.points)


def attempt(name: str, measure: Callable[[Bench], Outcome], bench: Bench) -> Outcome:
    """Measure one thing and say on the way what was found. What fails is told, and does not
    take with it what was measured in the hour before."""
    print(f"measuring: {name}", file=sys.stderr, flush=True)
    try:
        found = measure(bench)
    except FAILURES as error:
        found = Outcome((tell_missing(name, name, f"it failed: {error!r}"),))
    print(write_table(found.lines), file=sys.stderr, flush=True)
    return found


def _list(sizes: Sequence[int]) -> str:
    return ", ".join(f"{one:,}" for one in sizes)


def _count(text: str) -> int:
    number = int(text)
    if not 50 <= number <= EVERY:
        raise argparse.ArgumentTypeError(f"{number} is not between 50 and {EVERY}")
    return number


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in CASES]
    if unknown:
        raise argparse.ArgumentTypeError(f"no case is named {', '.join(unknown)}")
    return names


if __name__ == "__main__":
    try:
        sys.exit(main())
    except FootnoteError as error:
        print(f"bench: {error}", file=sys.stderr)
        if error.remedy:
            print(f"  try: {error.remedy}", file=sys.stderr)
        sys.exit(2)
