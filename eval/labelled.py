"""The local judge on labelled claims: `footnote eval judge`.

Owns reading the claims, and what is told of the judge; knows nothing about answers. A line
of the file is an object with `claim`, `evidence` (a text, or a list of them) and `label`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.errors import BadQuestions
from eval.measures import Flags, Scores, balance_accuracy, compute_auc
from rag.support.judging import SUPPORTED_FROM, SupportJudge

BINS = 10
NAMED = 8  # faults that a message names


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A claim with its evidence, and what a human found of it."""

    claim: str
    evidence: str
    label: str


@dataclass(frozen=True, slots=True)
class Bin:
    """The claims whose score is from `low` to below `high`; the last bin has 1 as well.

    `mean_score` is what the judge expects, `share_true` what is so.
    """

    low: float
    high: float
    n: int
    mean_score: float
    share_true: float


@dataclass(frozen=True, slots=True)
class JudgeFigures:
    """How well the judge tells the positive label, at the shipped threshold.

    `positive_rate` is the share of the claims that have a positive label; `brier` the mean
    squared error of the scores (Brier 1950), `calibration_error` the mean distance of score
    and truth over the bins, weighted by their claims (Naeini et al. 2015).
    """

    n: int
    auc: float
    balanced_accuracy: float
    positive_rate: float
    brier: float
    calibration_error: float
    bins: tuple[Bin, ...]

    def to_record(self) -> dict[str, Any]:
        """What `footnote eval judge --json` prints."""
        return {
            "n": self.n,
            "auc": round(self.auc, 4),
            "balanced_accuracy": round(self.balanced_accuracy, 4),
            "positive_rate": round(self.positive_rate, 4),
        }


def read_labelled(path: Path) -> tuple[LabelledClaim, ...]:
    """The claims of a file. Raises BadQuestions naming the lines that hold none."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestions(f"the claims {path} cannot be read: {error}") from error
    claims, faults = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            claims.append(_read_claim(json.loads(line)))
        except (ValueError, RecursionError) as error:
            faults.append(f"{path.name}:{number}: {error}")
    if faults:
        more = f"\n  and {len(faults) - NAMED} more" if len(faults) > NAMED else ""
        raise BadQuestions(
            f"the claims {path} have faults:\n  " + "\n  ".join(faults[:NAMED]) + more,
            remedy='a line is {"claim": TEXT, "evidence": TEXT or [TEXT, ...], "label": TEXT}',
        )
    if not claims:
        raise BadQuestions(f"{path} holds no claim")
    return tuple(claims)


def _read_claim(record: object) -> LabelledClaim:
    """Raises ValueError saying what is missing."""
    if not isinstance(record, dict):
        raise ValueError("no JSON object")
    claim, evidence, label = (record.get(name) for name in ("claim", "evidence", "label"))
    if not isinstance(claim, str) or not claim.strip():
        raise ValueError('no "claim"')
    texts = [evidence] if isinstance(evidence, str) else evidence
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise ValueError('"evidence" is neither a text nor a list of texts')
    if label is None or isinstance(label, (dict, list)):
        raise ValueError('no "label"')
    return LabelledClaim(claim, "\n".join(texts), str(label))


def measure_judge(
    claims: Sequence[LabelledClaim],
    positive: Collection[str],
    progress: Callable[[int, int], None],
) -> JudgeFigures:
    """Judge every claim. Raises BadQuestions where a positive label is not there, or no other."""
    truth = mark_positive(claims, positive)
    judge = SupportJudge()
    scores = np.zeros(len(claims))
    for place, one in enumerate(claims):
        scores[place] = judge.judge(one.claim, [one.evidence]).score
        progress(place + 1, len(claims))
    bins = tuple(make_bins(truth, scores))
    return JudgeFigures(
        n=len(claims),
        auc=compute_auc(truth, scores),
        balanced_accuracy=balance_accuracy(truth, scores >= SUPPORTED_FROM),
        positive_rate=float(truth.mean()),
        brier=float(np.mean((scores - truth) ** 2)),
        calibration_error=sum(one.n * abs(one.mean_score - one.share_true) for one in bins)
        / len(claims),
        bins=bins,
    )


def mark_positive(claims: Sequence[LabelledClaim], positive: Collection[str]) -> Flags:
    """Which claims have a positive label, as booleans."""
    counts = Counter(one.label for one in claims)
    if not positive:
        raise BadQuestions("no label is said to be the true one", remedy="--positive LABEL")
    there = ", ".join(f"{label!r} ({count})" for label, count in counts.most_common(8))
    for label in positive:
        if label not in counts:
            raise BadQuestions(
                f"no claim has the label {label!r}; there are {there}",
                remedy=f"--positive {counts.most_common(1)[0][0]}",
            )
    if not set(counts) - set(positive):
        raise BadQuestions(f"all claims have a positive label ({there}): nothing to tell apart")
    return np.array([one.label in positive for one in claims])


def make_bins(truth: Flags, scores: Scores) -> Iterator[Bin]:
    """The claims by their scores, in ten bins of the same width; empty ones are left out."""
    edges = np.linspace(0.0, 1.0, BINS + 1)
    places = np.clip(np.digitize(scores, edges[1:-1]), 0, BINS - 1)
    for place in range(BINS):
        inside = places == place
        if inside.any():
            low, high = place / BINS, (place + 1) / BINS
            mean_score, share = float(scores[inside].mean()), float(truth[inside].mean())
            yield Bin(low, high, int(inside.sum()), mean_score, share)
