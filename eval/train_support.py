"""Train the local support judge: `python -m eval.train_support` writes rag/support/model.npz.

Owns the training; knows nothing about verdicts. Seeded, on one processor three to four
minutes. What it learns from is `eval.support_sets.read_training_sets`; every set counts the
same whatever its size, in each set supported claims as much as the others, and in the edits
every kind as much as another. `--keep-words` takes the table of words from the present file.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.papers import Claim, read_papers
from eval.support_sets import SHARED, LabelledSet, read_training_sets
from eval.support_words import build_words
from rag.embedder import SentenceEmbedder
from rag.support.features import measure
from rag.support.model import DEFAULT_FILE, Classifier, SupportModel, Words
from rag.support.overlap import lay_over

SEED = 0
FOLDS = 4
DIGITS = 4  # of coefficients: the last bits of a solver's result are not the same everywhere
# Containment decides where a claim is in other words than its source; the regression over it
# alone keeps the trees, which see edits of sentences more than anything, from unlearning it.
CONTAINMENT = ("whole_hard", "whole_soft", "best_soft", "two_soft", "plain_hard", "missing_most")
RISING = frozenset(
    """whole_hard whole_soft best_hard best_soft two_soft pair_soft plain_hard plain_best aligned
    aligned_weight longest_run bigrams bigrams_best trigrams gist_best gist_whole""".split()
)
FALLING = frozenset(
    """missing_most missing_next missing_sum numbers_absent numbers_absent_share
    numbers_away_share numbers_strange names_absent names_absent_share names_away_share
    names_strange names_disorder turned_number tight_number turned_negation tight_negation
    turned_direction tight_direction turned_name tight_name tight_word replaced_tight
    replaced_tight_unlike denied opposites opposites_whole negates_more numbers_disorder sure
    sure_number sure_negation sure_direction sure_name sure_order tight_order""".split()
)
ITERATIONS, RATE, LEAVES, LEAST_IN_LEAF, SHARE_OF_FEATURES = 100, 0.06, 6, 60, 0.3


@dataclass(frozen=True, eq=False)
class Table:
    """Features (n, features) of n claims; whether each is supported, its weight, its evidence's
    hash and whether it is an edit, (n,) each."""

    names: tuple[str, ...]
    features: NDArray[np.float64]
    supported: NDArray[np.bool_]
    weights: NDArray[np.float64]
    evidence: NDArray[np.int64]
    of_edits: NDArray[np.bool_]

    def take(self, rows: NDArray[np.bool_]) -> Table:
        return Table(
            self.names,
            self.features[rows],
            self.supported[rows],
            self.weights[rows],
            self.evidence[rows],
            self.of_edits[rows],
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--output", type=Path, default=DEFAULT_FILE)
    parser.add_argument("--keep-words", action="store_true")
    chosen = parser.parse_args()
    if chosen.keep_words:
        words = SupportModel.load(chosen.output).words
    else:
        papers = read_papers(chosen.shared / "daily-papers-10k.jsonl.gz")
        words = build_words(papers, SentenceEmbedder(precision="fp32", batch_size=256))
    table = build_table(read_training_sets(chosen.shared), words)
    SupportModel(words, train(table)).save(chosen.output)
    print(f"{chosen.output}: {chosen.output.stat().st_size / 1e6:.2f} MB, {len(words.stems)} stems")


def build_table(sets: Sequence[LabelledSet], words: Words) -> Table:
    """The features of every claim that has a word and a source."""
    names: tuple[str, ...] = ()
    rows: list[list[float]] = []
    kept: list[tuple[Claim, float, bool]] = []
    for one in sets:
        for claim, weight in zip(one.claims, weigh_claims(one), strict=True):
            overlap = lay_over(claim.text, [claim.source], (), words)
            if overlap.claim and overlap.segments:
                features = measure(overlap, words).features
                names = tuple(features)
                rows.append(list(features.values()))
                kept.append((claim, weight, one.name == "edits"))
    weights = np.array([weight for _, weight, _ in kept])
    return Table(
        names,
        np.array(rows, dtype=np.float64),
        np.array([claim.is_true for claim, _, _ in kept]),
        weights / weights.mean(),
        np.array([_hash(claim.source) for claim, _, _ in kept], dtype=np.int64),
        np.array([of_edits for _, _, of_edits in kept]),
    )


def weigh_claims(labelled: LabelledSet) -> list[float]:
    """A weight for each claim, in sum the set's: half for the true ones, half for the others.

    Within the true and the others each kind counts the same if the set is of edits.
    """
    by_kind = labelled.name == "edits"
    groups = [(claim.is_true, claim.kind if by_kind else "") for claim in labelled.claims]
    sizes = Counter(groups)
    kinds = Counter(is_true for is_true, _ in sizes)
    return [labelled.weight / 2 / kinds[group[0]] / sizes[group] for group in groups]


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def train(table: Table) -> Classifier:
    """Fit the classifier; its scale on folds in which no evidence was learnt from."""
    sums = np.zeros((len(table.supported), 1))
    for fold in range(FOLDS):
        inside = table.evidence % FOLDS == fold
        learnt = fit(table.take(~inside), np.array([1.0, 0.0]))
        sums[inside, 0] = [learnt.sum_odds(row) for row in table.features[inside].tolist()]
    scaled = _regress(sums, table.supported, table.weights, strength=1.0)
    return fit(table, np.round([*scaled.coef_[0], *scaled.intercept_], DIGITS))


def fit(table: Table, scale: NDArray[np.float64]) -> Classifier:
    """The regression over containment on others' sets, and the trees on everything."""
    linear, intercept = _fit_linear(table.take(~table.of_edits))
    return Classifier(table.names, linear, intercept, **_flatten(_fit_trees(table)), scale=scale)


def _fit_linear(table: Table) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    places = [table.names.index(name) for name in CONTAINMENT]
    chosen = table.features[:, places]
    mean, spread = chosen.mean(axis=0), chosen.std(axis=0)
    model = _regress((chosen - mean) / spread, table.supported, table.weights, strength=0.1)
    linear = np.zeros(len(table.names))
    linear[places] = np.round(model.coef_[0] / spread, DIGITS)
    return linear, np.round(model.intercept_ - linear[places] @ mean, DIGITS)


def _regress(
    features: NDArray[np.float64],
    supported: NDArray[np.bool_],
    weights: NDArray[np.float64],
    strength: float,
) -> Any:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=2_000, tol=1e-8)
    return model.fit(features, supported, sample_weight=weights)


def _fit_trees(table: Table) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    signs = [(name in RISING) - (name in FALLING) for name in table.names]
    model = HistGradientBoostingClassifier(
        max_iter=ITERATIONS,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_IN_LEAF,
        max_features=SHARE_OF_FEATURES,
        l2_regularization=5.0,
        monotonic_cst=signs,
        random_state=SEED,
    )
    return model.fit(table.features, table.supported, sample_weight=table.weights)


def _flatten(model: Any) -> dict[str, NDArray[Any]]:
    """scikit-learn's trees as the arrays of `Classifier`, their baseline among the leaves."""
    trees = [predictor.nodes for (predictor,) in model._predictors]
    nodes = np.concatenate(trees)
    leaf = nodes["is_leaf"].astype(bool)
    value = np.where(leaf, nodes["value"], 0.0)
    value[: len(trees[0])][trees[0]["is_leaf"].astype(bool)] += float(
        model._baseline_prediction.item()
    )
    return {
        "feature": np.where(leaf, -1, nodes["feature_idx"]).astype(np.int16),
        "threshold": np.where(leaf, 0.0, nodes["num_threshold"]),
        "left": nodes["left"].astype(np.int16),
        "right": nodes["right"].astype(np.int16),
        "value": value.astype(np.float32),
        "roots": np.cumsum([0, *(len(tree) for tree in trees)])[:-1].astype(np.int32),
    }


if __name__ == "__main__":
    main()
