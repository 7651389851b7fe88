"""The floor of a run."""

from __future__ import annotations

import pytest

from eval.records import Mean, Summary
from eval.thresholds import Floor, find_below, parse_floor
from rag.errors import SettingsError


def summary(n: int, failed: int, mean: float | None) -> Summary:
    return Summary(n + failed, 0, (Mean("faithfulness", n, failed, mean, mean, mean),))


@pytest.mark.parametrize("text", ["faithfulness=0.9", "ndcg@10=1", "recall@5=0"])
def test_a_floor_names_a_metric_and_a_share(text: str) -> None:
    name, value = text.split("=")
    assert parse_floor(text) == Floor(name, float(value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("truth=0.9", "--fail-under truth=0.9: 'truth' is no metric"),
        ("mrr", "--fail-under mrr: '' is not between 0 and 1"),
        ("mrr=high", "--fail-under mrr=high: 'high' is not between 0 and 1"),
        ("mrr=90", "--fail-under mrr=90: '90' is not between 0 and 1"),
        ("mrr=nan", "--fail-under mrr=nan: 'nan' is not between 0 and 1"),
    ],
)
def test_a_floor_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_floor(text)
    assert str(caught.value) == message


def test_what_reaches_its_floor_passes() -> None:
    assert list(find_below([Floor("faithfulness", 0.9)], summary(10, 0, 0.9))) == []


def test_what_stays_below_is_told_with_its_n() -> None:
    (below,) = find_below([Floor("faithfulness", 0.95)], summary(10, 0, 0.9))
    assert str(below) == "faithfulness is 0.900 (n=10), below 0.95"


def test_a_failed_judgement_counts_as_nothing() -> None:
    (below,) = find_below([Floor("faithfulness", 0.8)], summary(6, 4, 1.0))
    assert str(below) == "faithfulness is 0.600 (n=6, 4 failed and counted as 0), below 0.8"


@pytest.mark.parametrize("counted", [Summary(3, 0, ()), summary(0, 5, None)])
def test_what_was_not_measured_reaches_no_floor(counted: Summary) -> None:
    (below,) = find_below([Floor("faithfulness", 0.0)], Summary(3, 0, ()))
    assert (below.reached, below.n) == (0.0, 0)
    assert list(find_below([Floor("faithfulness", 0.1)], counted))
