"""Two runs held against each other, question by question.

Owns the pairing, the tests and what flipped; knows nothing about how it is shown. Run `a` is
the one before, `b` the one after: a difference is b - a. Only questions with a value in both
are compared, so that neither run gains from the failures of the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

import numpy as np

from eval.intervals import SEED, resample
from eval.metrics import BY_NAME, METRICS, Metric
from eval.records import Kind, Manifest, Scored

FLIPPED = 0.25  # a score that moved by this much
FLIPS = 9_999  # drawn at random where there are more than can be counted out
_DRAWN_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Compared:
    """A metric over the `n` questions that have a value in both runs.

    `unpaired` counts the questions with a value in one run only. `low` to `high` is the 95 %
    bootstrap interval of `difference`; `p` is two-sided, and
    `adjusted` is p by Holm over all metrics compared. `failed_a` and `failed_b` count, of the
    questions in both runs, those whose judging failed.
    """

    metric: str
    n: int
    unpaired: int
    failed_a: int
    failed_b: int
    mean_a: float
    mean_b: float
    difference: float
    low: float
    high: float
    p: float
    adjusted: float


@dataclass(frozen=True, slots=True)
class Change:
    """A metric's value for one question, before and after."""

    metric: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that came out otherwise; `refused` and `refused_before` are None where it
    got an error in place of an answer."""

    question_id: str
    kind: Kind
    text: str
    changes: tuple[Change, ...]
    refused_before: bool | None
    refused: bool | None

    @property
    def moved(self) -> float:
        """How much better (above 0) or worse its scores became, together."""
        return sum(change.after - change.before for change in self.changes)


@dataclass(frozen=True, slots=True)
class Lost:
    """What one run did not get and the other did: an answer (`metric` is empty), or a score."""

    question_id: str
    metric: str
    reason: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs compared. `only_a`, `only_b` and `reworded` are ids of questions that stand in
    one run only, or with other words in each; `flips` has the worst first."""

    questions: int
    metrics: tuple[Compared, ...]
    flips: tuple[Flip, ...] = ()
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    reworded: tuple[str, ...] = ()
    lost_a: tuple[Lost, ...] = ()
    lost_b: tuple[Lost, ...] = ()
    warnings: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """The JSON object that `footnote eval compare --json` prints."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Pair:
    a: Scored
    b: Scored


def compare(a: Sequence[Scored], b: Sequence[Scored], warnings: Sequence[str] = ()) -> Difference:
    """Run `b` against run `a`; `warnings` are those of `find_warnings`."""
    in_a = {one.row.question.id: one for one in a}
    in_b = {one.row.question.id: one for one in b}
    both = [_Pair(in_a[name], in_b[name]) for name in in_a if name in in_b]
    pairs = [one for one in both if one.a.row.question.text == one.b.row.question.text]
    reworded = {one.a.row.question.id for one in both} - {one.a.row.question.id for one in pairs}
    return Difference(
        questions=len(pairs),
        metrics=_compare_metrics(pairs),
        flips=_find_flips(pairs),
        only_a=tuple(name for name in in_a if name not in in_b),
        only_b=tuple(name for name in in_b if name not in in_a),
        reworded=tuple(name for name in in_a if name in reworded),
        lost_a=tuple(lost for one in pairs for lost in _find_lost(one.a, one.b)),
        lost_b=tuple(lost for one in pairs for lost in _find_lost(one.b, one.a)),
        warnings=tuple(warnings),
    )


def find_warnings(a: Manifest, b: Manifest, judges: Sequence[str] = ()) -> tuple[str, ...]:
    """What makes two runs hard to compare, a sentence each; `judges` gave RAGAS's scores."""
    warnings = []
    if len(set(filter(None, judges))) > 1:
        warnings.append(f"RAGAS was judged by different judges: {' and '.join(judges)}.")
    if a.questions_hash != b.questions_hash:
        warnings.append(
            "The two runs asked different questions, or held them to different answers."
        )
    if a.corpus_hash != b.corpus_hash:
        warnings.append("The two runs searched different papers.")
    return tuple(warnings)


# --- tests --------------------------------------------------------------------------


def weigh_signs(differences: Sequence[float]) -> float:
    """The two-sided p of a paired permutation test of the mean difference (Fisher 1935).

    The sign of each difference is flipped: all ways are counted where there are at most 13
    differences that are not 0, else FLIPS are drawn, the one seen among them (Phipson and
    Smyth 2010).
    """
    from scipy.stats import permutation_test

    moved = np.asarray([one for one in differences if one], float)
    if moved.size < 2:
        return 1.0
    tested = permutation_test(
        (moved,),
        lambda values, axis: np.sum(values, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=FLIPS,
        batch=_DRAWN_AT_ONCE,
        rng=np.random.default_rng(SEED),
    )
    return min(1.0, float(tested.pvalue))


def weigh_flips(worse: int, better: int) -> float:
    """The two-sided p of McNemar's exact test (1947): binomial over the pairs that differ."""
    from scipy.stats import binomtest

    return float(binomtest(worse, worse + better).pvalue) if worse + better else 1.0


def adjust(p_values: Sequence[float]) -> tuple[float, ...]:
    """p values for as many tests as there are, by Holm's step-down method (1979)."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return tuple(adjusted)


# --- metrics ------------------------------------------------------------------------


def _compare_metrics(pairs: Sequence[_Pair]) -> tuple[Compared, ...]:
    found = []
    for metric in (one for one in METRICS if one.paired):
        changes = [change for pair in pairs for change in _find_changes(pair, metric)]
        if changes:
            found.append((metric, changes, _test(metric, changes)))
    adjusted = adjust([p for _, _, p in found])
    return tuple(
        _put_together(metric, changes, pairs, (p, fair))
        for (metric, changes, p), fair in zip(found, adjusted, strict=True)
    )


def _find_changes(pair: _Pair, metric: Metric) -> Iterator[Change]:
    """The metric before and after, where it has both; a change may be none."""
    before, after = pair.a.find(metric.name), pair.b.find(metric.name)
    if before and after and before.value is not None and after.value is not None:
        yield Change(metric.name, before.value, after.value)


def _test(metric: Metric, changes: Sequence[Change]) -> float:
    differences = [one.after - one.before for one in changes]
    if metric.binary:
        return weigh_flips(sum(one < 0 for one in differences), sum(one > 0 for one in differences))
    return weigh_signs(differences)


def _put_together(
    metric: Metric,
    changes: Sequence[Change],
    pairs: Sequence[_Pair],
    p_values: tuple[float, float],
) -> Compared:
    low, high = resample([one.after - one.before for one in changes], floor=-1.0)
    return Compared(
        metric=metric.name,
        n=len(changes),
        unpaired=sum(_has_value(pair.a, metric) != _has_value(pair.b, metric) for pair in pairs),
        failed_a=_count_failed([pair.a for pair in pairs], metric),
        failed_b=_count_failed([pair.b for pair in pairs], metric),
        mean_a=fmean(one.before for one in changes),
        mean_b=fmean(one.after for one in changes),
        difference=fmean(one.after - one.before for one in changes),
        low=low,
        high=high,
        p=p_values[0],
        adjusted=p_values[1],
    )


def _has_value(scored: Scored, metric: Metric) -> bool:
    score = scored.find(metric.name)
    return score is not None and score.value is not None


def _count_failed(scored: Sequence[Scored], metric: Metric) -> int:
    found = [one.find(metric.name) for one in scored]
    return sum(score is not None and score.value is None for score in found)


# --- questions ----------------------------------------------------------------------


def _find_flips(pairs: Sequence[_Pair]) -> tuple[Flip, ...]:
    flips = [_make_flip(pair) for pair in pairs]
    told = [one for one in flips if one.changes or _changed_refusal(one)]
    return tuple(sorted(told, key=lambda flip: flip.moved))


def _make_flip(pair: _Pair) -> Flip:
    changes = (change for metric in METRICS for change in _find_changes(pair, metric))
    before, after = pair.a.row.answer, pair.b.row.answer
    return Flip(
        question_id=pair.a.row.question.id,
        kind=pair.a.row.question.kind,
        text=pair.a.row.question.text,
        changes=tuple(change for change in changes if _is_flip(change)),
        refused_before=before.refused if before else None,
        refused=after.refused if after else None,
    )


def _is_flip(change: Change) -> bool:
    moved = abs(change.after - change.before)
    return moved > 0 if BY_NAME[change.metric].binary else round(moved, 9) >= FLIPPED


def _changed_refusal(flip: Flip) -> bool:
    known = flip.refused is not None and flip.refused_before is not None
    return known and flip.refused != flip.refused_before


def _find_lost(here: Scored, there: Scored) -> Iterator[Lost]:
    """What the run of `here` did not get for a question, and the other did."""
    name = here.row.question.id
    if here.row.answer is None:
        if there.row.answer is not None:
            yield Lost(name, "", here.row.error)
        return
    for score in here.scores:
        other = there.find(score.metric)
        if score.value is None and other and other.value is not None:
            yield Lost(name, score.metric, score.failure)
