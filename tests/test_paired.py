"""Two runs compared: the tests by hand, and which questions are named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.paired import (
    Change,
    Lost,
    adjust,
    compare,
    find_warnings,
    weigh_flips,
    weigh_signs,
)
from eval.records import Kind, Manifest, Question, Row, Score, Scored
from rag.replies import Answer, Mode

MANIFEST = Manifest(
    name="a", created="2026-01-01", version="1", revision="", machine="", questions="q",
    questions_hash="hash q", planned=3, library="l", papers=3, corpus_hash="hash p", model="",
    embedding="m",
)  # fmt: skip


def scored(name: str, *scores: Score, refused: bool = False, text: str = "What?") -> Scored:
    answer = Answer(text, "So.", Mode.QUOTING, refused=refused)
    return Scored(Row(Question(name, Kind.SINGLE, text), answer), scores)


def failed(name: str, error: str = "the endpoint gave 500") -> Scored:
    failure = Score("faithfulness", None, failure=f"no answer: {error}")
    return Scored(Row(Question(name, Kind.SINGLE, "What?"), None, error=error), (failure,))


def run(metric: str, *values: float) -> list[Scored]:
    return [scored(f"q{i}", Score(metric, value)) for i, value in enumerate(values, start=1)]


# --- tests of significance ----------------------------------------------------------


@pytest.mark.parametrize(
    ("differences", "p"),
    [
        ([0.1, 0.2, 0.3], 0.25),  # of 8 ways to set the signs, +++ and --- are as far
        ([0.1, 0.2, -0.1], 0.75),  # 6 of 8: sums 0.4, 0.2, 0.2 and their opposites
        ([0.1, 0.2, -0.1, 0.0, 0.0], 0.75),  # what did not move has no sign
        ([0.3, 0.3, 0.3, 0.3, 0.3, 0.3], 2 / 64),
        ([0.4], 1.0),
        ([0.0, 0.0], 1.0),
        ([], 1.0),
    ],
)
def test_sign_flips_are_counted_out(differences: list[float], p: float) -> None:
    assert weigh_signs(differences) == pytest.approx(p)


def test_many_sign_flips_are_drawn_and_the_one_seen_is_among_them() -> None:
    assert weigh_signs([0.2] * 40) == pytest.approx(2 / 10_000)


def test_mcnemars_test_counts_the_pairs_that_differ() -> None:
    assert weigh_flips(1, 6) == pytest.approx(2 * (1 + 7) / 128)
    assert weigh_flips(6, 1) == weigh_flips(1, 6)
    assert weigh_flips(3, 3) == 1.0
    assert weigh_flips(0, 0) == 1.0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 6), st.integers(0, 6))
def test_sign_flips_of_ones_are_mcnemars_test(worse: int, better: int) -> None:
    flipped = weigh_signs([-1.0] * worse + [1.0] * better)
    assert flipped == pytest.approx(weigh_flips(worse, better))


def test_holm_multiplies_by_the_tests_that_are_left() -> None:
    assert adjust([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert adjust([0.5, 0.9]) == (1.0, 1.0)
    assert adjust([]) == ()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=12))
def test_an_adjusted_p_is_never_smaller_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = adjust(p_values)
    assert all(p <= fair <= 1 for p, fair in zip(p_values, adjusted, strict=True))
    by_p = [fair for _, fair in sorted(zip(p_values, adjusted, strict=True))]
    assert by_p == sorted(by_p)


# --- metrics ------------------------------------------------------------------------


def test_a_metric_is_compared_over_the_questions_with_a_value_in_both() -> None:
    a = [*run("recall@5", 0.2, 0.4, 0.6), scored("q4", Score("recall@5", None, failure="no"))]
    b = [*run("recall@5", 0.3, 0.6, 0.9), scored("q4", Score("recall@5", 1.0))]
    (compared,) = compare(a, b).metrics
    assert (compared.metric, compared.n) == ("recall@5", 3)
    assert (compared.failed_a, compared.failed_b) == (1, 0)
    assert compared.mean_a == pytest.approx(0.4)
    assert compared.mean_b == pytest.approx(0.6)
    assert compared.difference == pytest.approx(0.2)
    assert (compared.low, compared.high) == pytest.approx((0.1, 0.3))
    assert compared.p == compared.adjusted == pytest.approx(0.25)


def test_binary_metrics_are_tested_by_mcnemar_and_all_adjusted_by_holm() -> None:
    before, after = [1.0] * 6 + [0.0] * 2, [0.0] * 6 + [0.0, 1.0]
    a = [
        replace(one, scores=(Score("mrr", 0.5), *one.scores)) for one in run("both_sides", *before)
    ]
    b = [replace(one, scores=(Score("mrr", 0.5), *one.scores)) for one in run("both_sides", *after)]
    steady, sides = compare(a, b).metrics
    assert (sides.metric, sides.p, sides.adjusted) == ("both_sides", 0.125, 0.25)
    assert (steady.metric, steady.p, steady.adjusted) == ("mrr", 1.0, 1.0)


def test_a_run_against_itself_shows_no_difference() -> None:
    a = run("ndcg@10", 0.2, 0.9, 1.0, 0.0)
    difference = compare(a, a)
    (compared,) = difference.metrics
    assert (compared.difference, compared.p, difference.flips) == (0.0, 1.0, ())
    assert compared.low < 0 < compared.high


def test_the_interval_of_a_difference_may_lie_below_0() -> None:
    (compared,) = compare(run("mrr", 1.0, 0.9, 0.8), run("mrr", 0.1, 0.2, 0.3)).metrics
    assert compared.low == pytest.approx(-0.9)
    assert compared.high == pytest.approx(-0.5)


# --- questions ----------------------------------------------------------------------


def test_flips_are_named_the_worst_first() -> None:
    a = run("recall@5", 0.5, 1.0, 0.5, 0.5)
    b = run("recall@5", 1.0, 0.2, 0.74, 0.25)
    flips = compare(a, b).flips
    assert [flip.question_id for flip in flips] == ["q2", "q4", "q1"]
    assert flips[0].changes == (Change("recall@5", 1.0, 0.2),)
    assert flips[0].moved == pytest.approx(-0.8)


def test_a_move_of_a_quarter_flips_whatever_its_last_bit() -> None:
    assert len(compare(run("mrr", 0.55), run("mrr", 0.3)).flips) == 1


def test_a_question_that_is_now_refused_is_a_flip() -> None:
    (flip,) = compare([scored("q1")], [scored("q1", refused=True)]).flips
    assert (flip.question_id, flip.refused_before, flip.refused) == ("q1", False, True)


def test_questions_of_one_run_only_are_named() -> None:
    difference = compare(
        [scored("q1"), scored("q2"), scored("q3", text="Who?")],
        [scored("q2"), scored("q3", text="Which?"), scored("q4")],
    )
    assert (difference.only_a, difference.only_b) == (("q1",), ("q4",))
    assert (difference.reworded, difference.questions) == (("q3",), 1)


def test_what_one_run_only_did_not_get_is_named() -> None:
    score = Score("faithfulness", 1.0)
    unjudged = Score("faithfulness", None, failure="the judge timed out")
    a = [failed("q1"), scored("q2", score), failed("q3")]
    b = [scored("q1", score), scored("q2", unjudged), failed("q3")]
    difference = compare(a, b)
    assert difference.lost_a == (Lost("q1", "", "the endpoint gave 500"),)
    assert difference.lost_b == (Lost("q2", "faithfulness", "the judge timed out"),)


def test_runs_of_other_questions_or_papers_are_warned_of() -> None:
    other = replace(MANIFEST, questions_hash="x", corpus_hash="y")
    assert find_warnings(MANIFEST, replace(MANIFEST, name="b")) == ()
    assert find_warnings(MANIFEST, other) == (
        "The two runs asked different questions, or held them to different answers.",
        "The two runs searched different papers.",
    )
    assert compare([], [], find_warnings(MANIFEST, other)).warnings != ()


def test_a_difference_can_be_printed_as_json() -> None:
    difference = compare(run("both_sides", 1.0), run("both_sides", 0.0))
    record = json.loads(json.dumps(difference.to_record()))
    assert record["metrics"][0]["difference"] == -1.0
    (flip,) = record["flips"]
    assert flip["kind"] == "single"
    assert flip["changes"] == [{"metric": "both_sides", "before": 1.0, "after": 0.0}]
