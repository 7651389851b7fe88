"""Numbers and names as a report says them.

Owns how figures, times and counts are written; knows nothing about pages.
"""

from __future__ import annotations

from collections.abc import Mapping

from eval.metrics import BY_NAME
from eval.paired import Compared
from eval.records import Kind, Mean, Spread, Summary

NOTHING = "—"
KINDS: Mapping[str, str] = {
    Kind.SINGLE: "Single paper",
    Kind.TOPICAL: "Topical",
    Kind.COMPARATIVE: "Comparative",
    Kind.UNANSWERABLE: "Unanswerable",
    Kind.FALSE_PREMISE: "False premise",
    Kind.METADATA: "Metadata",
    Kind.OPEN: "Open",
}
SPREADS: Mapping[str, str] = {
    "retrieve_ms": "Papers found",
    "first_token_ms": "First words",
    "total_ms": "Whole answer",
    "support_ms": "Checking support",
    "tokens_read": "Tokens read",
    "tokens_written": "Tokens written",
}


def tell_gaps(summary: Summary) -> str:
    """What of a run is not there, and who judged: `2 without an answer, 1 incomplete`."""
    said = [f"{summary.errors} without an answer"]
    if summary.incomplete:
        said.append(f"{summary.incomplete} incomplete")
    if summary.unasked:
        said.append(f"{summary.unasked} not asked yet")
    if summary.judge:
        said.append(f"RAGAS judged by {summary.judge}")
    return ", ".join(said)


def tell_pairs(one: Compared) -> str:
    """How many questions were compared, `+` how many had a value in one run only."""
    return f"{one.n} +{one.unpaired}" if one.unpaired else str(one.n)


def name_kind(kind: str) -> str:
    """The name of a type of question; a type that is not known is its own."""
    return KINDS.get(kind, kind)


def name_spread(name: str) -> str:
    """What a spread measures, in words."""
    return SPREADS.get(name, name)


def name_metric(metric: str) -> str:
    """A metric's label."""
    return BY_NAME[metric].label


def name_metric_fully(metric: str) -> str:
    """A metric's label; with its judge where two judges give one of the same label."""
    label = BY_NAME[metric].label
    twins = [one for one in BY_NAME.values() if one.label == label]
    return f"{label} (RAGAS)" if len(twins) > 1 and metric.startswith("ragas_") else label


def write_figure(value: float | None, places: int = 3) -> str:
    """A score from 0 to 1."""
    return NOTHING if value is None else f"{value:.{places}f}"


def write_signed(value: float, places: int = 3) -> str:
    """A difference, with a sign unless it rounds to nothing."""
    digits = f"{abs(value):.{places}f}"
    if not float(digits):
        return digits
    return f"{'+' if value > 0 else '−'}{digits}"


def write_range(low: float | None, high: float | None, places: int = 3) -> str:
    """An interval."""
    if low is None or high is None:
        return NOTHING
    return f"{low:.{places}f} to {high:.{places}f}"


def write_signed_range(low: float, high: float) -> str:
    """An interval of a difference."""
    return f"{write_signed(low)} to {write_signed(high)}"


def write_probability(p: float) -> str:
    """A p value."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def write_time(milliseconds: float | None) -> str:
    """A time as short as it can be read."""
    if milliseconds is None:
        return NOTHING
    if milliseconds >= 950:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.1f} ms" if milliseconds < 9.95 else f"{milliseconds:.0f} ms"


def write_measured(value: float | None, unit: str) -> str:
    """Something measured, with its unit."""
    if value is None:
        return NOTHING
    return write_time(value) if unit == "ms" else f"{value:,.0f} {unit}"


def write_spread(spread: Spread) -> tuple[str, str]:
    """(p50, p95) with their unit."""
    return write_measured(spread.p50, spread.unit), write_measured(spread.p95, spread.unit)


def write_counts(mean: Mean) -> str:
    """What stands beside every mean."""
    return f"n {mean.n} · {mean.failed} failed"


def count_of(count: int, noun: str) -> str:
    """`1 paper`, `2 papers`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def tell_refusal(before: bool | None, after: bool | None) -> str:
    """Whether a refusal changed, in words; empty where it did not, or is not known."""
    if before is None or after is None or before == after:
        return ""
    return "refused now, answered before" if after else "answered now, refused before"
