"""The command `footnote eval`: what it takes, prints and returns.

Owns arguments and words on the terminal; knows nothing about how anything is measured. Exit
status: 0 done, 1 done but below a floor or with questions that got no answer, 2 not done.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.cli import add_plain_command, print_json

if TYPE_CHECKING:
    from eval.evaluating import Evaluated
    from eval.labelled import JudgeFigures
    from eval.thresholds import Below

DESCRIPTION = "measure how faithful the answers are, and whether a change helped"


def add_eval(commands: Any) -> None:
    """Add the command to the terminal's; called by the entry point `footnote.commands`."""
    evaluate = add_plain_command(commands, "eval", run_eval, DESCRIPTION)
    _add_run_options(evaluate)
    parts = evaluate.add_subparsers(required=False, metavar="PART")
    report = add_plain_command(parts, "report", run_report, "write a run's report anew")
    report.add_argument("run", type=Path, metavar="RUN")
    report.add_argument("--claims", type=Path, metavar="FILE", help="calibrate on these claims")
    report.add_argument("--positive", action="append", metavar="LABEL", help="their true label")
    compare = add_plain_command(parts, "compare", run_compare, "hold two runs against each other")
    compare.add_argument("before", type=Path, metavar="A")
    compare.add_argument("after", type=Path, metavar="B")
    check = add_plain_command(parts, "check", run_check, "hold a set of questions to its papers")
    check.add_argument("questions", type=Path, nargs="?", metavar="FILE")
    check.add_argument("--pages", type=Path, metavar="PATH", help="the pages that it asks about")
    judge = add_plain_command(
        parts, "judge", run_judge, "measure the local judge on labelled claims"
    )
    judge.add_argument("claims", type=Path, metavar="FILE")
    judge.add_argument(
        "--positive", action="append", required=True, metavar="LABEL", help="may be given again"
    )
    judge.add_argument("--plot", type=Path, metavar="SVG", help="where the calibration plot goes")


def _add_run_options(evaluate: argparse.ArgumentParser) -> None:
    add = evaluate.add_argument
    add("--questions", type=Path, metavar="FILE", help="another set than the shipped one")
    add("--pages", type=Path, metavar="PATH", help="ask about these pages, not the library")
    add("--name", help="what the run is called (default: who answers)")
    add("--runs", type=Path, metavar="PATH", help="where runs are kept (default: eval/runs)")
    add("--run", type=Path, metavar="RUN", help="go on with this run")
    add("--retry", action="store_true", help="ask and judge again what failed")
    add("--types", metavar="A,B", help="only questions of these types")
    add("--limit", type=_count, metavar="N", help="only N questions, of each type in turn")
    add("--concurrency", type=_count, metavar="N", help="how many at once (1; with a model 4)")
    add(
        "--fail-under",
        action="append",
        default=[],
        metavar="METRIC=X",
        help="exit with 1 where a metric is below X; may be given again",
    )


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def run_eval(parsed: argparse.Namespace) -> int:
    """Answer, judge and report; go on where a run was stopped."""
    from eval.evaluating import evaluate
    from eval.thresholds import find_below, parse_floor

    floors = [parse_floor(text) for text in parsed.fail_under]
    evaluated = evaluate(_make_plan(parsed, floors))
    below = list(find_below(floors, evaluated.summary))
    _print_evaluated(evaluated, below, as_json=parsed.json)
    return 0 if not below and evaluated.summary.is_whole else 1


def _make_plan(parsed: argparse.Namespace, floors: Any) -> Any:
    from eval.metrics import BY_NAME, Group
    from eval.plan import Plan, parse_types

    return Plan(
        library=parsed.library,
        questions=parsed.questions,
        pages=parsed.pages,
        name=parsed.name or "",
        runs=parsed.runs,
        run=parsed.run,
        retry=parsed.retry,
        types=parse_types(parsed.types),
        limit=parsed.limit,
        concurrency=parsed.concurrency,
        needs_ragas=any(BY_NAME[one.metric].group is Group.RAGAS for one in floors),
    )


def _print_evaluated(evaluated: Evaluated, below: list[Below], *, as_json: bool) -> None:
    from eval.report import write_summary_text

    run = evaluated.run
    if as_json:
        told = [str(one) for one in below]
        print_json({"run": str(run.folder), **evaluated.summary.to_record(), "below": told})
    else:
        print(write_summary_text(evaluated.summary))
        print(f"\n{run.folder / 'report.html'}")
    for line in (*evaluated.notes, *map(str, below)):
        print(f"footnote: {line}", file=sys.stderr)


def run_report(parsed: argparse.Namespace) -> int:
    """Write the report of a run as it is."""
    from eval.evaluating import gather, report
    from eval.run import Run

    curve = None
    if parsed.claims:
        curve = _measure(parsed.claims, parsed.positive or ()).bins
    files = report(gather(Run.open(parsed.run)), curve)
    if parsed.json:
        print_json({"html": str(files.html), "markdown": str(files.markdown)})
    else:
        print(f"{files.html}\n{files.markdown}")
    return 0


def run_compare(parsed: argparse.Namespace) -> int:
    """Print what changed between two runs, and write it beside the later one."""
    from eval.errors import BadRun
    from eval.evaluating import gather
    from eval.paired import compare, find_warnings
    from eval.report import write_difference, write_difference_text
    from eval.run import Run

    a, b = (gather(Run.open(folder)) for folder in (parsed.before, parsed.after))
    judges = (a.summary.judge, b.summary.judge)
    warnings = find_warnings(a.run.manifest, b.run.manifest, judges)
    difference = compare(a.scored, b.scored, warnings)
    if parsed.json:
        print_json(difference.to_record())
        return 0
    print(write_difference_text(difference))
    path = b.run.folder / f"against-{a.run.folder.name}.html"
    try:
        print(f"\n{write_difference(a.run.manifest, b.run.manifest, difference, path)}")
    except OSError as error:
        raise BadRun(f"{path} cannot be written: {error.strerror or error}") from error
    return 0


def run_check(parsed: argparse.Namespace) -> int:
    """Say whether a set is sound and fits its papers."""
    from eval.plan import open_library, read_set
    from eval.questions import SHIPPED, check_against

    questions = read_set(parsed.questions)
    with open_library(parsed.library, parsed.questions, parsed.pages) as footnote:
        check_against(questions, footnote.library.papers())
    kinds = [one.kind.value for one in questions]
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    if parsed.json:
        print_json({"questions": len(questions), "types": counts})
    else:
        listed = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        print(f"{parsed.questions or SHIPPED}: {len(questions)} questions fit: {listed}")
    return 0


def run_judge(parsed: argparse.Namespace) -> int:
    """Measure the local judge on claims that humans have labelled."""
    from eval.run import RUNS

    figures = _measure(parsed.claims, parsed.positive)
    if parsed.json:
        print_json(figures.to_record())
    else:
        _print_figures(figures)
    if parsed.plot or not parsed.json:
        from eval.report import draw_calibration

        path = parsed.plot or RUNS / f"calibration-{parsed.claims.stem}.svg"
        write_plot(path, draw_calibration(figures.bins, parsed.claims.stem))
        print(f"\n{path}", file=sys.stderr if parsed.json else sys.stdout)
    return 0


def _measure(path: Path, positive: Sequence[str]) -> JudgeFigures:
    from eval.labelled import measure_judge, read_labelled
    from rag.terminal import show_progress

    claims = read_labelled(path)
    with show_progress("judging", "claims") as progress:
        return measure_judge(claims, set(positive), progress)


def write_plot(path: Path, drawn: str) -> None:
    """Keep a plot. Raises SettingsError where the file cannot be written."""
    from rag.errors import SettingsError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"--plot {path} cannot be written: {error}") from error


def _print_figures(figures: JudgeFigures) -> None:
    print(f"claims             {figures.n}")
    print(f"positive           {figures.positive_rate:.1%} of them")
    print(f"AUC                {figures.auc:.3f}")
    print(f"balanced accuracy  {figures.balanced_accuracy:.3f} at the shipped threshold")
    print(f"Brier score        {figures.brier:.3f}")
    print(f"calibration error  {figures.calibration_error:.3f}\n")
    print(f"{'score':<12} {'claims':>7} {'expected':>9} {'true':>7}")
    for one in figures.bins:
        span = f"{one.low:.1f} to {one.high:.1f}"
        print(f"{span:<12} {one.n:>7} {one.mean_score:>9.1%} {one.share_true:>7.1%}")
