"""The plots: figures of a run -> SVG.

Owns what is drawn and how it is read out; leaves colours and type to `eval.report.svg`, and
knows nothing about pages. Each is some 340 px wide, so that a narrow screen shows it whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eval.intervals import wilson
from eval.labelled import Bin
from eval.records import Mean
from eval.report.svg import (
    ACCENT,
    INK,
    LINE,
    PAGE,
    SOFT,
    TYPE,
    WASH,
    clear_frame,
    draw,
    write_svg,
)
from eval.report.words import (
    count_of,
    name_kind,
    write_counts,
    write_figure,
    write_range,
    write_time,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 340
SMALL = TYPE - 1
BINS = 10


# --- scores by type -----------------------------------------------------------------


def draw_kinds(name: str, label: str, means: Sequence[tuple[str, Mean]]) -> str:
    """A metric's mean with its interval for each kind of question, one under the other."""
    height = 26 * len(means) + 30
    with draw(WIDTH, height) as figure:
        axes = figure.add_axes((0.28, 25 / height, 0.43, 1 - 29 / height))
        clear_frame(axes)
        for row, (_, mean) in enumerate(means):
            _draw_mean(axes, row, mean)
        axes.set_xlim(-0.03, 1.03)
        axes.set_ylim(len(means) - 0.5, -0.5)
        axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"], fontsize=SMALL)
        axes.set_yticks(range(len(means)), [name_kind(kind) for kind, _ in means], color=INK)
        axes.grid(axis="x", linewidth=1)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", pad=6, labelcolor=INK)
        said = "; ".join(f"{name_kind(kind)} {_say_mean(mean)}" for kind, mean in means)
        return write_svg(figure, name, f"{label} by type of question: {said}.")


def _draw_mean(axes: Axes, row: int, mean: Mean) -> None:
    axes.text(1.09, row, write_counts(mean), va="center", color=SOFT, fontsize=SMALL)
    if mean.mean is None or mean.low is None or mean.high is None:
        return
    axes.plot([mean.low, mean.high], [row, row], color=WASH, linewidth=5)
    axes.plot(mean.mean, row, "o", color=ACCENT, markersize=7.5, markeredgecolor=PAGE)


def _say_mean(mean: Mean) -> str:
    if mean.mean is None:
        return f"no value ({write_counts(mean)})"
    interval = write_range(mean.low, mean.high, 2)
    return f"{write_figure(mean.mean, 2)}, {interval} ({write_counts(mean)})"


# --- times --------------------------------------------------------------------------


def draw_times(name: str, times: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Each time of every answer as a stroke, with the median and the 95th percentile.

    `times` has (what, milliseconds); the axis is logarithmic, less than 1 ms stands at 1 ms.
    """
    from matplotlib.ticker import FixedLocator, NullLocator

    height = 58 * len(times) + 34
    highest = max((one for _, some in times for one in some), default=1.0)
    said = []
    with draw(WIDTH, height) as figure:
        axes = figure.add_axes((0.035, 26 / height, 0.93, 1 - 28 / height))
        clear_frame(axes)
        axes.set_xscale("log")
        axes.set_xlim(0.85, max(highest, 10) * 1.25)
        axes.set_ylim(len(times) - 0.42, -0.68)
        for row, (what, some) in enumerate(times):
            said.append(_draw_time(axes, row, what, some))
        ticks = [10.0**power for power in range(7) if 10.0**power <= max(highest, 10)]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticklabels([_write_tick(one) for one in ticks], fontsize=SMALL)
        axes.set_yticks([])
        axes.grid(axis="x", linewidth=1)
        axes.set_axisbelow(True)
        return write_svg(figure, name, f"Times of the answers: {'; '.join(said)}.")


def _draw_time(axes: Axes, row: int, what: str, some: Sequence[float]) -> str:
    """Draw a row, and say what it shows."""
    import numpy as np

    p50, p95 = (float(one) for one in np.percentile(some, [50, 95]))
    figures = f"p50 {write_time(p50)} · p95 {write_time(p95)}"
    axes.vlines(np.maximum(some, 1), row - 0.02, row + 0.26, color=WASH, linewidth=2)
    for value, wide in ((p50, 3.2), (p95, 2.0)):
        axes.vlines(max(value, 1), row - 0.12, row + 0.36, color=ACCENT, linewidth=wide)
    over_lines: dict[str, Any] = {"facecolor": PAGE, "edgecolor": "none", "pad": 1.5}
    placed: dict[str, Any] = {
        "va": "center",
        "transform": axes.get_yaxis_transform(),
        "bbox": over_lines,
    }
    axes.text(0, row - 0.36, what, color=INK, **placed)
    axes.text(1, row - 0.36, figures, color=SOFT, ha="right", **placed)
    return f"{what} p50 {write_time(p50)}, p95 {write_time(p95)}, {count_of(len(some), 'answer')}"


def _write_tick(milliseconds: float) -> str:
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.0f} s"


# --- the judge's scores -------------------------------------------------------------


def draw_calibration(bins: Sequence[Bin], name: str) -> str:
    """A reliability diagram (Niculescu-Mizil and Caruana 2005): of the claims with such a
    score, how many are supported, with Wilson's interval; and below, how many claims.

    A judge that means what it says lies on the dashed line. `name` says which claims.
    """
    with draw(WIDTH, 380) as figure:
        axes = figure.add_axes((0.13, 0.39, 0.83, 0.55))
        counts = figure.add_axes((0.13, 0.12, 0.83, 0.19))
        for one in (axes, counts):
            clear_frame(one)
            one.set_xlim(-0.02, 1.02)
            one.set_axisbelow(True)
        axes.set_title(name, loc="left", fontsize=TYPE, color=INK, pad=9)
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle=(0, (3, 3)))
        for one_bin in bins:
            low, high = wilson(round(one_bin.share_true * one_bin.n), one_bin.n)
            axes.vlines(one_bin.mean_score, low, high, color=WASH, linewidth=5)
        scores = [one.mean_score for one in bins]
        shares = [one.share_true for one in bins]
        axes.plot(scores, shares, "o-", color=ACCENT, linewidth=1.5, markeredgecolor=PAGE)
        axes.set_ylim(-0.03, 1.03)
        _label_share(axes, "share supported")
        axes.set_xticks([0, 0.5, 1], [])
        _draw_counts(counts, [(one.low, one.high, one.n) for one in bins])
        counts.set_xlabel("support score (0 to 1)", fontsize=SMALL)
        return write_svg(figure, "calibration", f"Calibration, {name}: {_say_bins(bins)}.")


def draw_support(scores: Sequence[float]) -> str:
    """How many sentences of a run have which support score."""
    edges = [place / BINS for place in range(BINS + 1)]
    places = [min(int(score * BINS), BINS - 1) for score in scores]
    bars = [(edges[i], edges[i + 1], places.count(i)) for i in range(BINS)]
    with draw(WIDTH, 210) as figure:
        axes = figure.add_axes((0.035, 0.2, 0.93, 0.7))
        clear_frame(axes)
        axes.set_xlim(-0.02, 1.02)
        _draw_counts(axes, bars)
        axes.set_xlabel("support score (0 to 1)", fontsize=SMALL)
        said = "; ".join(f"{low:.1f} to {high:.1f}: {n}" for low, high, n in bars if n)
        label = f"Support scores of {count_of(len(scores), 'sentence')}: {said or 'none'}."
        return write_svg(figure, "support", label)


def _label_share(axes: Axes, label: str) -> None:
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"], fontsize=SMALL)
    axes.set_ylabel(label, fontsize=SMALL, labelpad=2)
    axes.grid(linewidth=1)


def _draw_counts(axes: Axes, bars: Sequence[tuple[float, float, int]]) -> None:
    """Bars from `low` to `high` with their counts above; each a gap narrower than its bin."""
    for low, high, n in bars:
        axes.bar((low + high) / 2, n, width=(high - low) * 0.86, color=WASH)
        if n:
            at: dict[str, Any] = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center"}
            axes.annotate(str(n), ((low + high) / 2, n), color=SOFT, fontsize=SMALL, **at)
    axes.axhline(0, color=LINE, linewidth=1)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"], fontsize=SMALL)
    axes.set_yticks([])
    axes.set_ylim(0, max([n for _, _, n in bars] + [1]) * 1.22)


def _say_bins(bins: Sequence[Bin]) -> str:
    said = (
        f"score {one.mean_score:.2f}, {one.share_true:.0%} of {count_of(one.n, 'claim')} supported"
        for one in bins
    )
    return "; ".join(said)
