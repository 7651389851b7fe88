"""The labelled claims that the local judge learns from and is measured on.

Owns where they lie and what counts as supported; knows nothing about features. The sets of
`../shared/faithfulness` are others' work (its README names them); the claims made of papers
are `eval.edits` and `eval.edits_apart`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from eval.edits import make_claims
from eval.edits_apart import make_claims_apart
from eval.labelled import read_labelled
from eval.papers import Claim, Paper, is_held_out, read_papers

SHARED = Path(__file__).resolve().parents[2] / "shared"
SUPPORTING = frozenset({"SUPPORT", "Supports", "supported", "attributable", "consistent"})
DEV_SETS = ("scifact_dev", "wice_oracle_dev", "healthver_dev")
TRAINING_SETS = ("scifact_train", "attributionbench_dev", "summedits_other_domains")
TRAINING_PAPERS = 1_200
MEASURED_PAPERS = 450
LEARNT_SEED, MEASURED_SEED, APART_SEED = 1, 2, 3


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Claims under a name; `weight` is what the set counts for in training."""

    name: str
    claims: tuple[Claim, ...]
    weight: float = 1.0


def read_set(folder: Path, name: str) -> LabelledSet:
    """A set of `folder`; a claim's kind is its label, a list of evidence is joined by newlines."""
    claims = tuple(
        Claim(one.claim, one.evidence, one.label in SUPPORTING, one.label)
        for one in read_labelled(folder / f"{name}.jsonl")
    )
    return LabelledSet(name, claims)


def read_training_sets(shared: Path = SHARED) -> list[LabelledSet]:
    """What is learnt from. Pairs whose evidence is in `scifact_dev` are left out."""
    folder = shared / "faithfulness"
    kept_back = {claim.source for claim in read_set(folder, "scifact_dev").claims}
    sets = []
    for name in TRAINING_SETS:
        claims = read_set(folder, name).claims
        learnt = tuple(claim for claim in claims if claim.source not in kept_back)
        sets.append(LabelledSet(name, learnt, 0.5 if name.startswith("summedits") else 1.0))
    return [*sets, LabelledSet("edits", read_learnt_edits(shared, TRAINING_PAPERS))]


def read_learnt_edits(shared: Path, papers: int) -> tuple[Claim, ...]:
    """Claims made of the first training papers by the rules that are learnt from."""
    return _make(shared, papers, lambda kept: make_claims(kept, LEARNT_SEED), held_out=False)


def read_measured_edits(shared: Path = SHARED, papers: int = MEASURED_PAPERS) -> list[LabelledSet]:
    """Claims made of held-out papers: by the rules that were learnt from, and by others."""
    same = _make(shared, papers, lambda kept: make_claims(kept, MEASURED_SEED), held_out=True)
    apart = _make(shared, papers, lambda kept: make_claims_apart(kept, APART_SEED), held_out=True)
    return [LabelledSet("edits", same), LabelledSet("edits apart", apart)]


def _make(
    shared: Path,
    count: int,
    make: Callable[[list[Paper]], Iterable[Claim]],
    *,
    held_out: bool,
) -> tuple[Claim, ...]:
    papers = read_papers(shared / "daily-papers-10k.jsonl.gz")
    return tuple(make([one for one in papers if is_held_out(one) is held_out][:count]))
