"""A run in numbers: what is counted over what, and that failures are never averaged."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.intervals import wilson
from eval.metrics import METRICS
from eval.records import Kind, Mean, Question, Row, Score, Scored
from eval.summary import measure_spread, summarise
from rag.replies import Answer, Mode, Timings, Tokens


def scored(
    number: int, *scores: Score, kind: Kind = Kind.SINGLE, answer: Answer | None = None
) -> Scored:
    error = "" if answer else "the endpoint closed the connection"
    row = Row(Question(f"q{number}", kind, f"Question {number}?"), answer, error=error)
    return Scored(row, scores)


def answered(total_ms: float, read: int | None = None) -> Answer:
    return Answer(
        "Q?", "A.", Mode.MODEL, timings=Timings(1, 2, total_ms, 3), tokens=Tokens(read, None)
    )


def test_means_are_over_the_questions_that_a_metric_applies_to() -> None:
    summary = summarise(
        [
            scored(1, Score("recall@5", 0.5), answer=answered(10)),
            scored(2, Score("recall@5", 1.0), answer=answered(10)),
            scored(3, answer=answered(10), kind=Kind.METADATA),
        ]
    )
    mean = summary.find("recall@5")
    assert mean is not None
    assert (mean.n, mean.failed, mean.mean) == (2, 0, 0.75)
    assert summary.find("mrr") is None
    assert (summary.questions, summary.errors) == (3, 0)
    assert summary.by_kind == {"single": (mean,), "metadata": ()}


def test_a_failure_is_counted_and_not_averaged() -> None:
    failed = Score("faithfulness", None, failure="the judge's reply was no JSON")
    summary = summarise(
        [
            scored(1, Score("faithfulness", 0.8), answer=answered(10)),
            scored(2, failed, answer=answered(10)),
        ]
    )
    mean = summary.find("faithfulness")
    assert mean is not None
    assert (mean.n, mean.failed, mean.mean) == (1, 1, 0.8)


def test_a_metric_that_failed_everywhere_has_no_mean_and_is_still_told() -> None:
    summary = summarise([scored(1, Score("mrr", None, failure="no ranking"))])
    assert summary.means == (Mean("mrr", 0, 1, None, None, None),)
    assert summary.errors == 1


def test_a_proportion_has_wilsons_interval() -> None:
    rows = [scored(i, Score("both_sides", float(i < 3)), kind=Kind.COMPARATIVE) for i in range(4)]
    mean = summarise(rows).find("both_sides")
    assert mean is not None
    assert (mean.low, mean.high) == wilson(3, 4)


def test_means_and_kinds_stand_in_their_own_order() -> None:
    scores = [Score(metric.name, 1.0) for metric in reversed(METRICS)]
    summary = summarise(
        [scored(1, *scores, kind=Kind.METADATA), scored(2, *scores, kind=Kind.SINGLE)]
    )
    names = [metric.name for metric in METRICS]
    assert [mean.metric for mean in summary.means] == names
    assert list(summary.by_kind) == ["single", "metadata"]
    assert [mean.metric for mean in summary.by_kind["metadata"]] == names


def test_times_are_spread_over_the_answers_and_tokens_over_those_told() -> None:
    rows = [scored(n, answer=answered(n * 10.0, 100 if n < 3 else None)) for n in range(1, 12)]
    spreads = {one.name: one for one in summarise([*rows, scored(99)]).spreads}
    total, read, written = spreads["total_ms"], spreads["tokens_read"], spreads["tokens_written"]
    assert (total.unit, total.n, total.p50, total.p95) == ("ms", 11, 60.0, 105.0)
    assert (read.unit, read.n, read.p50, read.p95) == ("tokens", 2, 100.0, 100.0)
    assert (written.n, written.p50, written.p95) == (0, None, None)
    assert list(spreads)[:4] == ["retrieve_ms", "first_token_ms", "total_ms", "support_ms"]


def test_one_value_is_its_own_median() -> None:
    spread = measure_spread("total_ms", "ms", [7.5])
    assert (spread.p50, spread.p95) == (7.5, 7.5)


def test_no_question_gives_an_empty_summary() -> None:
    summary = summarise([])
    assert (summary.questions, summary.means, summary.by_kind) == (0, (), {})


values = st.one_of(st.none(), st.floats(0, 1))


@settings(max_examples=25, deadline=None)
@given(st.lists(values, max_size=20))
def test_every_mean_has_its_n_its_failures_and_an_interval_around_it(
    given_values: list[float | None],
) -> None:
    rows = [
        scored(number, Score("mrr", value, failure="" if value is not None else "no"))
        for number, value in enumerate(given_values)
    ]
    summary = summarise(rows)
    counted = [value for value in given_values if value is not None]
    if not given_values:
        assert summary.means == ()
        return
    (mean,) = summary.means
    assert (mean.n, mean.failed) == (len(counted), len(given_values) - len(counted))
    assert (mean.mean is None) == (mean.n == 0)
    if mean.mean is not None and mean.low is not None and mean.high is not None:
        assert mean.mean == pytest.approx(sum(counted) / len(counted))
        assert 0 <= mean.low <= mean.mean + 1e-12
        assert mean.mean - 1e-12 <= mean.high <= 1
