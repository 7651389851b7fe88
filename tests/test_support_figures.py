"""How well the shipped judge tells support, on claims that it did not learn from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from eval.papers import Claim
from eval.support import compute_auc, judge_all, split_kinds
from eval.support_sets import read_measured_edits, read_set
from rag.replies import Support
from rag.support.judging import Judgement, SupportJudge
from rag.support.model import DEFAULT_FILE

PAPERS = 120


def measure(claims: tuple[Claim, ...]) -> float:
    judged, _ = judge_all(SupportJudge(), claims)
    truth = np.array([claim.is_true for claim in claims])
    return compute_auc(truth, np.array([one.score for one in judged]))


@cache
def judge_edits(shared: Path) -> dict[str, list[tuple[Claim, Judgement]]]:
    """The claims of held-out papers, by set and false kind, with those that are true."""
    found = {}
    for labelled in read_measured_edits(shared, PAPERS):
        judged, _ = judge_all(SupportJudge(), labelled.claims)
        for name, rows in split_kinds(labelled):
            found[name] = [(labelled.claims[row], judged[row]) for row in rows]
    return found


def test_the_file_is_small() -> None:
    assert DEFAULT_FILE.stat().st_size < 3_000_000


@pytest.mark.parametrize(("name", "floor"), [("scifact_dev", 0.80), ("wice_oracle_dev", 0.74)])
def test_claims_written_by_people_are_told_apart(shared: Path, name: str, floor: float) -> None:
    assert measure(read_set(shared / "faithfulness", name).claims) >= floor


@pytest.mark.parametrize(
    ("kind", "floor"),
    [
        ("edits: number", 0.95),
        ("edits: unit", 0.95),
        ("edits: negation", 0.90),
        ("edits: direction", 0.85),
        ("edits: names swapped", 0.85),
        ("edits: name", 0.85),
        ("edits apart: number", 0.95),
        ("edits apart: negation", 0.90),
        ("edits apart: direction", 0.85),
        ("edits apart: names swapped", 0.85),
        ("edits apart: name of another paper", 0.85),
    ],
)
def test_edits_of_held_out_papers_are_told_from_true_claims(
    shared: Path, kind: str, floor: float
) -> None:
    rows = judge_edits(shared)[kind]
    truth = np.array([claim.is_true for claim, _ in rows])
    assert (~truth).sum() >= 10
    assert compute_auc(truth, np.array([judged.score for _, judged in rows])) >= floor


def test_a_verbatim_sentence_is_supported_and_hardly_ever_contradicted(shared: Path) -> None:
    rows = judge_edits(shared)["edits: number"]
    verdicts = [judged.support for claim, judged in rows if claim.kind == "verbatim"]
    assert verdicts.count(Support.SUPPORTED) / len(verdicts) >= 0.98
    assert verdicts.count(Support.CONTRADICTED) / len(verdicts) <= 0.01


def test_a_reworded_sentence_is_mostly_supported(shared: Path) -> None:
    rows = judge_edits(shared)["edits apart: number"]
    verdicts = [judged.support for claim, judged in rows if claim.kind == "reworded"]
    assert verdicts.count(Support.SUPPORTED) / len(verdicts) >= 0.85
    assert verdicts.count(Support.CONTRADICTED) / len(verdicts) <= 0.05
