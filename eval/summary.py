"""A run in numbers: scored rows -> the means of its metrics and the spread of its times.

Owns what is counted over what; leaves intervals to `eval.intervals`, and knows nothing about
how numbers are shown. A failed judgement is never averaged: it is counted beside the mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

import numpy as np

from eval.intervals import estimate_interval
from eval.metrics import METRICS, Metric
from eval.records import Kind, Mean, Scored, Spread, Summary
from rag.replies import Answer

TIMES = ("retrieve_ms", "first_token_ms", "total_ms", "support_ms")
TOKENS = ("read", "written")


def summarise(scored: Sequence[Scored]) -> Summary:
    """Every metric that applies to a question, over all and over those of each kind, in the
    order of METRICS; and the spread of times and tokens over the answers."""
    by_kind = {kind: [one for one in scored if one.row.question.kind is kind] for kind in Kind}
    answers = [one.row.answer for one in scored if one.row.answer]
    return Summary(
        questions=len(scored),
        errors=len(scored) - len(answers),
        means=tuple(_average(scored)),
        by_kind={kind.value: tuple(_average(some)) for kind, some in by_kind.items() if some},
        spreads=(*_spread_times(answers), *_spread_tokens(answers)),
        incomplete=sum(not answer.complete for answer in answers),
    )


def average(metric: Metric, scored: Sequence[Scored]) -> Mean:
    """A metric over questions."""
    scores = [score for one in scored if (score := one.find(metric.name))]
    values = [score.value for score in scores if score.value is not None]
    interval = estimate_interval(values, binary=metric.binary)
    return Mean(
        metric=metric.name,
        n=len(values),
        failed=len(scores) - len(values),
        mean=fmean(values) if values else None,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
    )


def measure_spread(name: str, unit: str, values: Sequence[float]) -> Spread:
    """The median and the 95th percentile, between the two nearest values as numpy's are."""
    if not values:
        return Spread(name, unit, 0, None, None)
    p50, p95 = np.percentile(values, [50, 95])
    return Spread(name, unit, len(values), float(p50), float(p95))


def _average(scored: Sequence[Scored]) -> Iterator[Mean]:
    means = (average(metric, scored) for metric in METRICS)
    return (mean for mean in means if mean.n or mean.failed)


def _spread_times(answers: Sequence[Answer]) -> Iterator[Spread]:
    for name in TIMES:
        yield measure_spread(name, "ms", [getattr(one.timings, name) for one in answers])


def _spread_tokens(answers: Sequence[Answer]) -> Iterator[Spread]:
    """Over the answers whose server told how many there were."""
    for name in TOKENS:
        told = [getattr(one.tokens, name) for one in answers]
        counts = [count for count in told if count is not None]
        yield measure_spread(f"tokens_{name}", "tokens", counts)
