"""The training of the local judge: the same claims give the same file."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from eval.edit_rules import FALSE_RULES, TRUE_RULES
from eval.edits import make_claims
from eval.edits_apart import FALSE_APART
from eval.papers import Claim, Draft, Paper, is_held_out
from eval.support import balance_accuracy, compute_auc
from eval.support_sets import LabelledSet, read_learnt_edits, read_measured_edits, read_set
from eval.support_sets import read_training_sets as read_sets
from eval.train_support import build_table, train, weigh_claims
from rag.support.model import SupportModel

SENTENCE = "Tarn improves recall by 41% on Fjord, and KelpNet is faster than Tarn in 35 ms."
PAPER = Paper("2501.00001", "Windows over documents", f"{SENTENCE} GullNet was first in 2019.")


def draft(text: str = SENTENCE, seed: int = 0) -> Draft:
    return Draft(text, PAPER, random.Random(seed))


@pytest.fixture(scope="module")
def model() -> SupportModel:
    return SupportModel.load()


def few_claims(shared: Path) -> Sequence[LabelledSet]:
    scifact = read_set(shared / "faithfulness", "scifact_train").claims[:120]
    return [LabelledSet("scifact", scifact), LabelledSet("edits", read_learnt_edits(shared, 25))]


def test_training_again_writes_the_same_bytes(
    shared: Path, tmp_path: Path, model: SupportModel
) -> None:
    for name in ("one.npz", "other.npz"):
        table = build_table(few_claims(shared), model.words)
        SupportModel(model.words, train(table)).save(tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()


def test_a_saved_model_is_read_back_as_it_was(tmp_path: Path, model: SupportModel) -> None:
    model.save(tmp_path / "copy.npz")
    copy = SupportModel.load(tmp_path / "copy.npz")
    assert copy.words.stems == model.words.stems
    features = [0.5] * len(model.classifier.names)
    assert copy.classifier.estimate(features) == model.classifier.estimate(features)


def test_the_trees_give_what_scikit_learn_gives(shared: Path, model: SupportModel) -> None:
    from eval.train_support import _fit_trees

    table = build_table(few_claims(shared), model.words)
    ours, theirs = train(table), _fit_trees(table)
    expected = theirs.decision_function(table.features)
    found = [ours._sum_leaves(row) for row in table.features.tolist()]
    assert np.abs(expected - found).max() < 1e-4


def test_no_evidence_of_scifact_dev_is_learnt_from(shared: Path) -> None:
    kept_back = {claim.source for claim in read_set(shared / "faithfulness", "scifact_dev").claims}
    learnt = {claim.source for one in read_sets(shared) for claim in one.claims}
    assert len(learnt) > 1_000
    assert learnt & kept_back == set()


def test_papers_that_measure_are_not_learnt_from(shared: Path) -> None:
    learnt = {claim.source for claim in read_learnt_edits(shared, 200)}
    measured = {claim.source for one in read_measured_edits(shared, 200) for claim in one.claims}
    assert learnt & measured == set()


def test_every_set_and_in_it_each_verdict_weighs_as_much() -> None:
    claims = tuple(Claim(str(n), "", n == 0, "a" if n < 3 else "b") for n in range(5))
    assert weigh_claims(LabelledSet("one", claims)) == pytest.approx([0.5] + [0.125] * 4)
    edits = weigh_claims(LabelledSet("edits", claims))
    assert edits == pytest.approx([0.5, 0.125, 0.125, 0.125, 0.125])


@pytest.mark.parametrize("kind", [*FALSE_RULES])
def test_a_false_claim_differs_from_its_sentence_and_comes_out_the_same_again(kind: str) -> None:
    made = [FALSE_RULES[kind](draft(seed=seed)) for seed in range(5)]
    assert SENTENCE not in made
    assert made == [FALSE_RULES[kind](draft(seed=seed)) for seed in range(5)]


@pytest.mark.parametrize("kind", [*FALSE_APART])
def test_the_rules_that_only_measure_make_false_claims_too(kind: str) -> None:
    sentence = SENTENCE.replace("faster", "longer")
    assert FALSE_APART[kind](draft(sentence)) != sentence


def test_a_changed_number_is_nowhere_in_the_abstract() -> None:
    for seed in range(20):
        text = FALSE_RULES["number"](draft(seed=seed))
        (new,) = set(text.split()) - set(SENTENCE.split())
        assert new.rstrip("%") not in PAPER.abstract


def test_names_of_one_list_are_not_swapped() -> None:
    text = "We compare Tarn, KelpNet, and GullNet."
    assert FALSE_RULES["names swapped"](draft(text)) == text


def test_rewording_keeps_the_figures_and_the_names() -> None:
    text = TRUE_RULES["reworded"](draft("We show that Tarn significantly improves recall by 41%."))
    assert "Tarn" in text
    assert "41" in text
    assert "significantly" not in text or "improves" not in text


def test_papers_are_split_one_in_four() -> None:
    papers = [Paper(f"2501.{number:05}", "", "") for number in range(2_000)]
    assert 400 < sum(map(is_held_out, papers)) < 600


def test_a_sentence_beside_another_paper_is_false() -> None:
    papers = [PAPER, Paper("2501.00002", "Windows of ships", "Ships have windows. " * 3)]
    found = [claim for claim in make_claims(papers, 1) if claim.kind == "elsewhere"]
    assert [(claim.text, claim.source, claim.is_true) for claim in found] == [
        (sentence, papers[1].abstract, False) for sentence in {claim.text for claim in found}
    ]


def test_measures_count_ties_as_half() -> None:
    truth = np.array([True, True, False, False])
    assert compute_auc(truth, np.array([0.9, 0.5, 0.5, 0.1])) == 0.875
    assert balance_accuracy(truth, np.array([True, False, False, False])) == 0.75
