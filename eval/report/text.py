"""A summary and a difference as plain text, for the terminal.

Owns the tables' layout; leaves figures to `eval.report.words`. Pure: the same records, the
same text. A mean is never written without its n and its failures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eval.metrics import BY_NAME, Group
from eval.paired import Change, Compared, Difference, Flip, Lost
from eval.records import Mean, Summary
from eval.report.words import (
    count_of,
    name_kind,
    name_spread,
    tell_gaps,
    tell_pairs,
    tell_refusal,
    write_figure,
    write_probability,
    write_range,
    write_signed,
    write_signed_range,
    write_spread,
)

KINDS_ABREAST = 3  # so that a line keeps within 80 columns
LISTED = 20  # ids or flips that are named
Cells = Sequence[str]


def write_summary_text(summary: Summary) -> str:
    """Every metric's mean with interval, n and failures; then by type; then the times."""
    blocks = [
        f"{count_of(summary.questions, 'question')}, {tell_gaps(summary)}",
        *(_write_group(group, means) for group, means in group_means(summary.means)),
        *_write_kinds(summary),
        *_write_spreads(summary),
    ]
    return "\n\n".join(blocks) + "\n"


def write_difference_text(difference: Difference) -> str:
    """Every metric before and after, with its test; then what flipped and what is missing."""
    blocks = [
        f"{count_of(difference.questions, 'question')} in both runs (A before, B after)",
        *(f"Beware: {warning}" for warning in difference.warnings),
        *_write_compared(difference.metrics),
        *_write_flips(difference.flips),
        *_write_missing(difference),
    ]
    return "\n\n".join(blocks) + "\n"


def group_means(means: Sequence[Mean]) -> Iterator[tuple[Group, tuple[Mean, ...]]]:
    """The means by what they look at; groups without any are left out."""
    for group in Group:
        inside = tuple(mean for mean in means if BY_NAME[mean.metric].group is group)
        if inside:
            yield group, inside


def select_kinds(summary: Summary) -> dict[str, dict[str, Mean]]:
    """Kind -> metric -> mean, of the kinds that have any."""
    kinds = summary.by_kind.items()
    return {kind: {mean.metric: mean for mean in means} for kind, means in kinds if means}


def list_spreads(summary: Summary) -> list[tuple[str, str, str, int]]:
    """(what, p50, p95, n) of what was measured at all."""
    told = [one for one in summary.spreads if one.n]
    return [(name_spread(one.name), *write_spread(one), one.n) for one in told]


# --- a summary ----------------------------------------------------------------------


def _write_group(group: Group, means: Sequence[Mean]) -> str:
    rows = [
        (
            f"  {mean.metric}",
            write_figure(mean.mean),
            write_range(mean.low, mean.high),
            str(mean.n),
            str(mean.failed),
        )
        for mean in means
    ]
    return _lay_out([(group.value, "mean", "95 % interval", "n", "failed"), *rows], 28)


def _write_kinds(summary: Summary) -> Iterator[str]:
    kinds = select_kinds(summary)
    names = list(kinds)
    metrics = [mean.metric for mean in summary.means]
    for start in range(0, len(names), KINDS_ABREAST):
        abreast = names[start : start + KINDS_ABREAST]
        head = ("By type: mean (n; failed)", *map(name_kind, abreast))
        rows = [
            (f"  {metric}", *(_write_cell(kinds[kind].get(metric)) for kind in abreast))
            for metric in metrics
            if any(metric in kinds[kind] for kind in abreast)
        ]
        yield _lay_out([head, *rows], 28)


def _write_cell(mean: Mean | None) -> str:
    return f"{write_figure(mean.mean, 2)} ({mean.n}; {mean.failed})" if mean else ""


def _write_spreads(summary: Summary) -> Iterator[str]:
    rows = [(f"  {what}", p50, p95, str(n)) for what, p50, p95, n in list_spreads(summary)]
    if rows:
        yield _lay_out([("Times and tokens", "p50", "p95", "n"), *rows], 28)


# --- a difference -------------------------------------------------------------------


def _write_compared(metrics: Sequence[Compared]) -> Iterator[str]:
    if not metrics:
        yield "No metric has a value in both runs."
        return
    counted = "n +one" if any(one.unpaired for one in metrics) else "n"
    figures = ("95 % interval", counted, "failed A, B", "p", "by Holm")
    head = ("Metric", "A", "B", "B - A", *figures)
    rows = [
        (
            one.metric,
            write_figure(one.mean_a),
            write_figure(one.mean_b),
            write_signed(one.difference),
            write_signed_range(one.low, one.high),
            tell_pairs(one),
            f"{one.failed_a}, {one.failed_b}",
            write_probability(one.p),
            write_probability(one.adjusted),
        )
        for one in metrics
    ]
    yield _lay_out([head, *rows], 0)
    if counted != "n":
        yield "+one: questions with a value in one of the runs only, which are not compared"


def _write_flips(flips: Sequence[Flip]) -> Iterator[str]:
    if not flips:
        yield "No question flipped."
        return
    lines = [f"{count_of(len(flips), 'question')} flipped, the worst first"]
    for flip in flips[:LISTED]:
        lines.append(f"  {in_line(flip.question_id)}  {in_line(flip.text)}")
        lines += [f"      {line}" for line in tell_flip(flip)]
    if len(flips) > LISTED:
        lines.append(f"  and {len(flips) - LISTED} more")
    yield "\n".join(lines)


def tell_flip(flip: Flip) -> list[str]:
    """What changed, a line each."""
    refusal = tell_refusal(flip.refused_before, flip.refused)
    return [*filter(None, [refusal]), *(_tell_change(change) for change in flip.changes)]


def _tell_change(change: Change) -> str:
    before, after = write_figure(change.before, 2), write_figure(change.after, 2)
    return f"{change.metric} {before} → {after}"


def _write_missing(difference: Difference) -> Iterator[str]:
    for what, ids in list_missing(difference).items():
        more = f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""
        yield f"{what}: {in_line(', '.join(ids[:LISTED]))}{more}"
    for run, lost in (("A", difference.lost_a), ("B", difference.lost_b)):
        if lost:
            lines = [f"  {tell_lost(one)}" for one in lost[:LISTED]]
            if len(lost) > LISTED:
                lines.append(f"  and {len(lost) - LISTED} more")
            yield "\n".join([f"Failed in {run} only", *lines])


def list_missing(difference: Difference) -> Mapping[str, Sequence[str]]:
    """What is said of questions that were not compared -> their ids."""
    told = {
        "In A only": difference.only_a,
        "In B only": difference.only_b,
        "In both, in other words": difference.reworded,
    }
    return {what: ids for what, ids in told.items() if ids}


def tell_lost(lost: Lost) -> str:
    """What one run did not get, and why."""
    return f"{in_line(lost.question_id)}, {lost.metric or 'no answer'}: {in_line(lost.reason)}"


def in_line(text: str) -> str:
    """Text in one line, without what would steer a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _lay_out(rows: Sequence[Cells], first: int) -> str:
    """Columns of even width, the first flush left and at least `first` wide."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths[0] = max(first, widths[0])
    padded = (
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in padded)
