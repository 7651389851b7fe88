"""How sure a mean is: its 95 % interval over questions.

Owns the intervals and the resampling; knows nothing about metrics. The questions are taken
as drawn from all that could have been asked: an interval says nothing about other papers, and
with fewer than some 20 questions one by resampling is too narrow (Efron and Tibshirani 1993).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
RESAMPLES = 10_000
SEED = 20_261
_DRAWN_AT_ONCE = 2_000_000  # values in memory

Values = NDArray[np.float64]


def estimate_interval(
    values: Sequence[float], *, binary: bool = False
) -> tuple[float, float] | None:
    """(low, high) around the mean of values between 0 and 1; None where there are none.

    Wilson's score interval (1927) where `binary`, else `resample`. Raises ValueError for a
    binary metric with a value other than 0 and 1, and for a value outside 0 to 1.
    """
    if not values:
        return None
    wrong = [one for one in values if not 0 <= one <= 1 or (binary and one not in (0, 1))]
    if wrong:
        allowed = "0 and 1 only" if binary else "values from 0 to 1"
        raise ValueError(f"a metric has {allowed}, not {wrong[0]!r}")
    if binary:
        return wilson(sum(map(round, values)), len(values))
    return resample(values)


def wilson(count: int, n: int) -> tuple[float, float]:
    """Wilson's score interval (1927) of the proportion `count` of `n`, n at least 1."""
    from scipy.stats import binomtest

    interval = binomtest(count, n).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


def resample(values: Sequence[float], floor: float = 0.0) -> tuple[float, float]:
    """The percentile bootstrap (Efron 1979) of the mean of values between `floor` and 1.

    One value alone, or values that are all the same, resample to themselves: an interval of
    no width, which would claim certainty from having seen no difference. What they do tell is
    how rare another value must be: at most Wilson's upper limit p of 0 in n. The interval then
    is where the mean can lie if a share p of the questions had the lowest value, or the
    highest. At 0 and at 1 this is Wilson's own interval for a proportion.
    """
    mean = float(np.mean(values))
    if min(values) == max(values):
        mean = float(values[0])
        _, rare = wilson(0, len(values))
        return mean - (mean - floor) * rare, mean + (1 - mean) * rare
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(_draw_means(np.asarray(values, float)), [tail, 100 - tail])
    return max(floor, min(float(low), mean)), min(1.0, max(float(high), mean))


def _draw_means(values: Values) -> Values:
    """The means of RESAMPLES samples of as many values, drawn with replacement."""
    generator = np.random.default_rng(SEED)
    at_once = max(1, _DRAWN_AT_ONCE // len(values))
    sizes = [min(at_once, RESAMPLES - done) for done in range(0, RESAMPLES, at_once)]
    drawn = (generator.integers(0, len(values), (size, len(values))) for size in sizes)
    return np.concatenate([values[places].mean(axis=1) for places in drawn])
