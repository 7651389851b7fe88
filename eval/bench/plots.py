"""The plots of growth: points -> SVG, both axes logarithmic.

Owns what is drawn and how it is read out; leaves colours and type to `eval.report.svg`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from eval.bench.records import Point
from eval.bench.words import write_value
from eval.report.svg import ACCENT, INK, LINE, PAGE, SOFT, TYPE, clear_frame, draw, write_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 340, 250
SMALL = TYPE - 1
COLOURS = (ACCENT, INK, SOFT)
MARKS = ("o", "s", "^")


def draw_growth(points: Sequence[Point]) -> list[tuple[str, str]]:
    """(what, plot) for every plot that has more than one size, in the points' order."""
    drawn = []
    for place, name in enumerate(dict.fromkeys(point.plot for point in points)):
        some = [point for point in points if point.plot == name]
        if len({point.papers for point in some}) > 1:
            drawn.append((name, _draw(f"g{place}", name, some)))
    return drawn


def _draw(key: str, name: str, points: Sequence[Point]) -> str:
    with draw(WIDTH, HEIGHT) as figure:
        axes = figure.add_axes((0.17, 0.15, 0.77, 0.66))
        clear_frame(axes)
        axes.set_xscale("log")
        axes.set_yscale("log")
        said = []
        for place, series in enumerate(dict.fromkeys(point.series for point in points)):
            some = sorted((one for one in points if one.series == series), key=_size)
            axes.plot(
                [one.papers for one in some],
                [one.value for one in some],
                marker=MARKS[place % len(MARKS)],
                color=COLOURS[place % len(COLOURS)],
                linewidth=1.5,
                markersize=6,
                markeredgecolor=PAGE,
                label=series,
            )
            said.append(f"{series}: {_say(some)}")
        _label(axes, points)
        figure.legend(loc="upper left", ncols=2, frameon=False, fontsize=SMALL, labelcolor=INK)
        return write_svg(figure, key, f"{name} by the number of papers. {'; '.join(said)}.")


def _label(axes: Axes, points: Sequence[Point]) -> None:
    from matplotlib.ticker import FixedLocator, NullLocator

    sizes = _thin({point.papers for point in points})
    low, high = (edge(point.value for point in points) for edge in (min, max))
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.set_xticklabels([f"{one:,.0f}" for one in sizes], fontsize=SMALL)
    ticks = choose_ticks(low, high)
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.set_yticklabels([write_value(one, points[0].unit) for one in ticks], fontsize=SMALL)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylim(min(low, ticks[0]) * 0.8, max(high, ticks[-1]) * 1.25)
    axes.set_xlabel("papers", fontsize=SMALL)
    axes.grid(linewidth=1, color=LINE)
    axes.set_axisbelow(True)


def choose_ticks(low: float, high: float) -> list[float]:
    """Round figures (1, 3, 10, ...) that enclose a range of positive values."""
    steps = [factor * 10.0**power for power in range(-6, 10) for factor in (1, 3)]
    start = max(place for place, step in enumerate(steps) if step <= max(low, steps[0]))
    end = min(place for place, step in enumerate(steps) if step >= min(high, steps[-1]))
    return steps[start : max(end, start) + 1]


def _thin(sizes: Iterable[int]) -> list[int]:
    """The sizes that have room for their figure on a logarithmic axis, the largest among them."""
    kept: list[int] = []
    for one in sorted(sizes, reverse=True):
        if not kept or kept[-1] / one >= 2.4:
            kept.append(one)
    return kept[::-1]


def _size(point: Point) -> int:
    return point.papers


def _say(points: Sequence[Point]) -> str:
    return ", ".join(f"{one.papers:,} papers {write_value(one.value, one.unit)}" for one in points)
