"""Intervals of means: values known from tables and worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.intervals import estimate_interval, resample, wilson


def about(*expected: float) -> object:
    return pytest.approx(expected, abs=5e-5)


def test_wilsons_interval_is_that_of_the_tables() -> None:
    assert wilson(8, 10) == about(0.4902, 0.9433)
    assert wilson(0, 10) == about(0, 0.2775)
    assert wilson(10, 10) == about(0.7225, 1)


def test_a_binary_metric_has_wilsons_interval() -> None:
    assert estimate_interval([1.0] * 8 + [0.0] * 2, binary=True) == wilson(8, 10)


def test_the_bootstrap_is_that_of_all_samples_counted_out() -> None:
    # Of the 256 samples of four, 5 have a mean below 0.1 and 10 one of 0.1; 5 have one above
    # 0.65 and 4 one of 0.65: the 2.5 % and 97.5 % points lie on these two.
    assert estimate_interval([0.0, 0.2, 0.4, 0.8]) == about(0.1, 0.65)


def test_the_same_values_give_the_same_interval() -> None:
    values = [0.1, 0.7, 0.7, 0.9, 0.35]
    assert estimate_interval(values) == estimate_interval(values)


def test_no_values_have_no_interval() -> None:
    assert estimate_interval([]) is None
    assert estimate_interval([], binary=True) is None


def test_a_value_alone_claims_no_certainty() -> None:
    # z² / (1 + z²) = 0.79345: so many of the questions may have another value.
    assert estimate_interval([0.5]) == about(0.10327, 0.89673)
    assert estimate_interval([1.0]) == about(0.20655, 1)


@pytest.mark.parametrize(("value", "n"), [(0.0, 12), (1.0, 12), (1.0, 200)])
def test_values_all_0_or_all_1_have_wilsons_interval_though_not_binary(
    value: float, n: int
) -> None:
    assert estimate_interval([value] * n) == about(*wilson(int(value) * n, n))


def test_differences_that_are_all_none_may_go_either_way() -> None:
    low, high = resample([0.0] * 20, floor=-1.0)
    assert (low, high) == about(-0.1611, 0.1611)


def test_a_long_list_is_resampled_within_memory() -> None:
    low, high = resample([0.25, 0.75] * 15_000)
    assert low == pytest.approx(0.4972, abs=5e-4)
    assert high == pytest.approx(0.5028, abs=5e-4)


def test_a_binary_metric_with_another_value_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^a metric has 0 and 1 only, not 0\.5$"):
        estimate_interval([1.0, 0.5], binary=True)


@pytest.mark.parametrize("value", [1.2, -0.1, float("nan")])
def test_a_value_that_no_metric_has_is_an_error(value: float) -> None:
    with pytest.raises(ValueError, match=r"^a metric has values from 0 to 1, not "):
        estimate_interval([0.5, value])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_an_interval_contains_its_mean_and_lies_within_0_and_1(values: list[float]) -> None:
    interval = estimate_interval(values)
    assert interval is not None
    mean = sum(values) / len(values)
    assert 0 <= interval[0] <= mean + 1e-12
    assert mean - 1e-12 <= interval[1] <= 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=60))
def test_wilsons_contains_the_proportion_and_lies_within_0_and_1(values: list[float]) -> None:
    interval = estimate_interval(values, binary=True)
    assert interval is not None
    assert 0 <= interval[0] <= sum(values) / len(values) <= interval[1] <= 1
    assert interval[0] < interval[1]
