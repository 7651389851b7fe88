"""When the papers are from: a bar for each month, or for each year where the time is long.

Owns the bars and the words on what is not known; knows nothing about the map. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rag.browse import Months
from rag.records import PartialDate
from ui.atlas.choice import is_of
from ui.atlas.lit import Lit

MOST_MONTHS = 132
"""Months beyond which their bars would be too thin to hit, and years stand in their place."""
TICKS = 9


@dataclass(frozen=True, slots=True)
class Bar:
    """`time` is the year or month in ISO 8601; `at` is where it begins, 0 to 1."""

    time: str
    count: int
    at: float


@dataclass(frozen=True, slots=True)
class Bars:
    """`width` is that of a bar, 0 to 1; `years` of (year, where it begins)."""

    bars: tuple[Bar, ...] = ()
    width: float = 1.0
    years: tuple[tuple[int, float], ...] = ()
    by_year: bool = False


def make_bars(months: Months) -> Bars:
    """Bars from the first year to the last, in months if these are not too many."""
    known = [year for year, _, _ in months.months]
    if not known and not months.years:
        return Bars()
    known += [year for year, _ in months.years]
    first, last = min(known), max(known)
    span = last - first + 1
    by_year = span * 12 > MOST_MONTHS or not months.months
    counted: Counter[str] = Counter()
    for year, month, count in months.months:
        counted[f"{year:04d}" if by_year else f"{year:04d}-{month:02d}"] += count
    for year, count in months.years if by_year else ():
        counted[f"{year:04d}"] += count
    slots = span if by_year else span * 12
    bars = tuple(
        Bar(time, count, _slot(time, first, by_year) / slots)
        for time, count in sorted(counted.items())
    )
    step = -(-span // TICKS)
    years = tuple((year, (year - first) / span) for year in range(first, last + 1, step))
    return Bars(bars, 1 / slots, years, by_year)


def _slot(time: str, first: int, by_year: bool) -> int:
    year = int(time[:4]) - first
    return year if by_year else year * 12 + int(time[5:]) - 1


def render_time(months: Months, lit: Sequence[Lit], chosen: str) -> str:
    """The time line; `chosen` is the key of a choice."""
    made = make_bars(months)
    return (
        '<section class="fn-map-time" aria-labelledby="fn-map-time-h">'
        f'<header><h3 id="fn-map-time-h">When they are from</h3>{_say_known(months, made)}'
        '<p class="fn-bar-said" aria-hidden="true"></p></header>'
        f"{_render_bars(made, lit, chosen) if made.bars else ''}</section>"
    )


def _render_bars(made: Bars, lit: Sequence[Lit], chosen: str) -> str:
    most = max(bar.count for bar in made.bars)
    names = "years" if made.by_year else "months"
    bars = "".join(
        _render_bar(bar, most, sum(is_of(one.date, bar.time) for one in lit), chosen)
        for bar in made.bars
    )
    ticks = "".join(f'<span style="--at:{at:.4f}">{year}</span>' for year, at in made.years)
    return (
        f'<div class="fn-bars" role="toolbar" aria-label="Papers by {names}"'
        f' style="--wide:{made.width:.5f}">{bars}</div>'
        f'<div class="fn-years" aria-hidden="true">{ticks}</div>'
    )


def _render_bar(bar: Bar, most: int, lit: int, chosen: str) -> str:
    papers = "1 paper" if bar.count == 1 else f"{bar.count:,} papers"
    words = f"{PartialDate.parse(bar.time).in_words()}: {papers}{f', {lit} lit' if lit else ''}"
    pressed = "true" if chosen == f"t{bar.time}" else "false"
    share = min(1.0, lit / bar.count)
    return (
        f'<button type="button" class="fn-bar{" has-lit" if lit else ""}" tabindex="-1"'
        f' data-pick="t{bar.time}" aria-pressed="{pressed}" aria-label="{escape(words)}"'
        f' style="--at:{bar.at:.5f};--high:{bar.count / most:.4f};--lit:{share:.4f}"></button>'
    )


def _say_known(months: Months, made: Bars) -> str:
    dated = sum(count for _, _, count in months.months)
    of_years = sum(count for _, count in months.years)
    parts = []
    if made.by_year:
        parts.append(f"{_count(dated + of_years)} shown by year.")
    elif dated:
        parts.append(f"{_count(dated)} shown by month.")
    if of_years and not made.by_year:
        years = ", ".join(f"{count:,} of {year}" for year, count in months.years)
        parts.append(f"{_verb(of_years, 'tells', 'tell')} only the year: {years}.")
    if months.yearless:
        parts.append(f"{_verb(months.yearless, 'tells', 'tell')} a day but no year.")
    if months.undated:
        parts.append(f"{_verb(months.undated, 'has', 'have')} no known date.")
    return f"<p>{' '.join(parts)}</p>"


def _count(papers: int) -> str:
    return "1 paper" if papers == 1 else f"{papers:,} papers"


def _verb(papers: int, one: str, more: str) -> str:
    return f"{_count(papers)} {one if papers == 1 else more}"
