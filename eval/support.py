"""How well the local judge tells support: `python -m eval.support` prints the table.

Owns the measuring and its baselines; knows nothing about how the judge was trained. A set of
`../shared/faithfulness` is measured as supported against the rest (partly supported is not);
of the edits, each false kind against all true claims. Baselines: the majority, whose balanced
accuracy and AUC are 0.5 on every set; containment (the share of the claim's stems that the
evidence has); and the largest cosine with a sentence of it, on a sample, half of it supported.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from eval.measures import balance_accuracy, compute_auc
from eval.papers import Claim
from eval.support_sets import (
    DEV_SETS,
    SHARED,
    TRAINING_SETS,
    LabelledSet,
    read_measured_edits,
    read_set,
)
from rag.embedder import SentenceEmbedder
from rag.replies import Support
from rag.sentences import split_sentences
from rag.support.judging import SUPPORTED_FROM, Judgement, SupportJudge
from rag.wording import contain, stem_words

SENTENCES_A_CLAIM = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `accuracy` is balanced, `cosine` and `containment` are AUCs."""

    name: str
    count: int
    positive: float
    auc: float
    accuracy: float
    containment: float
    cosine: float | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--cosines", type=int, default=100, help="claims a set, 0 for none")
    chosen = parser.parse_args()
    judge = SupportJudge()
    cosine = Cosine(chosen.cosines) if chosen.cosines else None
    print("| set | n | supported | AUC | balanced accuracy | containment AUC | cosine AUC |")
    print("|---|---|---|---|---|---|---|")
    learnt = [read_set(chosen.shared / "faithfulness", name) for name in TRAINING_SETS]
    dev = [read_set(chosen.shared / "faithfulness", name) for name in DEV_SETS]
    times: list[float] = []
    verdicts: list[str] = []
    for labelled in dev + learnt + read_measured_edits(chosen.shared):
        judged, took = judge_all(judge, labelled.claims)
        times += took
        for row in measure_set(labelled, judged, cosine):
            print(write_row(row, learnt=labelled in learnt), flush=True)
        verdicts += list(count_verdicts(labelled.name, labelled.claims, judged))
    print(f"\nmedian {median(times) * 1000:.1f} ms a sentence, ", end="")
    print(f"95 % under {np.quantile(times, 0.95) * 1000:.1f} ms\n")
    print("\n".join(verdicts))


def judge_all(judge: SupportJudge, claims: Sequence[Claim]) -> tuple[list[Judgement], list[float]]:
    """The judgements, and the seconds that each took."""
    judged, took = [], []
    for claim in claims:
        start = time.perf_counter()
        judged.append(judge.judge(claim.text, [claim.source]))
        took.append(time.perf_counter() - start)
    return judged, took


def measure_set(
    labelled: LabelledSet, judged: Sequence[Judgement], cosine: Cosine | None
) -> Iterator[Row]:
    """One row for a set, or one for each false kind of a set of edits."""
    scores = np.array([one.score for one in judged])
    words = np.array(
        [contain(stem_words(one.text), stem_words(one.source)) for one in labelled.claims]
    )
    for name, rows in split_kinds(labelled):
        truth = np.array([labelled.claims[row].is_true for row in rows])
        near = None if cosine is None else cosine.measure([labelled.claims[row] for row in rows])
        yield Row(
            name,
            len(rows),
            float(truth.mean()),
            compute_auc(truth, scores[rows]),
            balance_accuracy(truth, scores[rows] >= SUPPORTED_FROM),
            compute_auc(truth, words[rows]),
            near,
        )


def split_kinds(labelled: LabelledSet) -> list[tuple[str, list[int]]]:
    """The rows of a set; for edits, each false kind's rows with those of all true claims."""
    claims = labelled.claims
    if not labelled.name.startswith("edits"):
        return [(labelled.name, list(range(len(claims))))]
    kinds = sorted({claim.kind for claim in claims if not claim.is_true})
    return [
        (
            f"{labelled.name}: {kind}",
            [row for row, one in enumerate(claims) if one.is_true or one.kind == kind],
        )
        for kind in kinds
    ]


class Cosine:
    """The largest cosine of a claim with a sentence of its evidence, on a sample of a set."""

    def __init__(self, claims: int) -> None:
        self._claims = claims
        self._embedder = SentenceEmbedder()

    def measure(self, claims: Sequence[Claim]) -> float:
        """The AUC of that cosine on at most so many claims, drawn with a fixed seed."""
        rng = random.Random(0)
        drawn: list[Claim] = []
        for side in (True, False):
            group = [claim for claim in claims if claim.is_true is side]
            drawn += rng.sample(group, min(self._claims // 2, len(group)))
        truth = np.array([claim.is_true for claim in drawn])
        return compute_auc(truth, np.array([self._find_largest(claim) for claim in drawn]))

    def _find_largest(self, claim: Claim) -> float:
        spans = split_sentences(claim.source)[:SENTENCES_A_CLAIM]
        sentences = [claim.source[start:end][:1_000] for start, end in spans]
        vectors = self._embedder.embed_texts([claim.text, *sentences])
        return float((vectors[1:] @ vectors[0]).max()) if sentences else 0.0


def write_row(row: Row, *, learnt: bool) -> str:
    name = f"{row.name} (learnt from)" if learnt else row.name
    cosine = "" if row.cosine is None else f"{row.cosine:.3f}"
    return (
        f"| {name} | {row.count} | {row.positive:.0%} | {row.auc:.3f} | {row.accuracy:.3f} "
        f"| {row.containment:.3f} | {cosine} |"
    )


def count_verdicts(
    name: str, claims: Sequence[Claim], judged: Sequence[Judgement]
) -> Iterator[str]:
    """How often claims of each kind got each verdict."""
    for kind in sorted({claim.kind for claim in claims}):
        got = [one.support for one, claim in zip(judged, claims, strict=True) if claim.kind == kind]
        shares = (f"{one.value} {got.count(one) / len(got):.0%}" for one in Support if one in got)
        yield f"{name}, {kind} ({len(got)}): {', '.join(shares)}"


if __name__ == "__main__":
    main()
