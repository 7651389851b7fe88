"""The file that the local judge has learnt: what it knows of words, and a classifier.

Owns the file's fields and what is computed from them; knows nothing about claims. It is
written by `python -m eval.train_support`. The classifier adds the log odds of a logistic
regression over a few features, those of containment, and of gradient-boosted trees
(Friedman 2001) over all of them, and scales the sum to a probability (Platt 1999).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.lexicon import list_alike, list_opposites

DEFAULT_FILE = Path(__file__).with_name("model.npz")
UNKNOWN_WEIGHT = 1.0
ALIKE_BY_LIST = 0.8
ROOT = 5  # letters
FULL_BYTE = 255.0
# What the regression counts beside the trees: 1.5 and the square were chosen on scifact_dev,
# where 1 to 3 give an AUC of 0.802 to 0.811 and none 0.786 (eval/LOG.md).
REGRESSION = 1.5


@dataclass(frozen=True, eq=False)
class Words:
    """What is known of n stems.

    `weights` (n,) is how rare each is, of 255; `vectors` (n, dimension) are bytes whose
    direction counts; `nearest` (n, neighbours) are the rows of the words that are near it in
    meaning and `likeness` how near, of 255, 0 where there is none.
    """

    stems: tuple[str, ...]
    weights: NDArray[np.uint8]
    vectors: NDArray[np.int8]
    nearest: NDArray[np.uint16]
    likeness: NDArray[np.uint8]

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {one: place for place, one in enumerate(self.stems)}

    @property
    def dimension(self) -> int:
        return int(self.vectors.shape[1])

    def weigh(self, stem: str) -> float:
        """How rare a stem is: 0 to 1, 1 for one that is not known."""
        place = self._places.get(stem)
        return UNKNOWN_WEIGHT if place is None else float(self.weights[place]) / FULL_BYTE

    def look_up(self, stems: Sequence[str]) -> NDArray[np.float32]:
        """The stems' unit vectors, zeros for unknown ones: (len(stems), dimension)."""
        places = [self._places.get(stem, -1) for stem in stems]
        found = self.vectors[np.array(places, dtype=np.intp)].astype(np.float32)
        found[[place < 0 for place in places]] = 0.0
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
        return found

    def list_near(self, stem: str) -> dict[str, float]:
        """The stems that are near a stem in meaning, and how near, 0 to 1; opposites are not."""
        near = self._list_nearest(stem) | dict.fromkeys(list_alike(stem), ALIKE_BY_LIST)
        for other in list_opposites(stem):
            near.pop(other, None)
        return near

    def _list_nearest(self, stem: str) -> dict[str, float]:
        place = self._places.get(stem)
        if place is None:
            return {}
        pairs = zip(self.nearest[place].tolist(), self.likeness[place].tolist(), strict=True)
        return {self.stems[other]: near / FULL_BYTE for other, near in pairs if near}

    def compare(self, claim: Sequence[str], source: Sequence[str]) -> NDArray[np.float32]:
        """How alike each stem of the claim (row) is to each of the source (column): 0 to 1.

        1 where they are the same; words of opposite directions are not alike, however near
        they are in use.
        """
        likeness = np.zeros((len(claim), len(source)), dtype=np.float32)
        columns: dict[str, list[int]] = {}
        roots: dict[str, list[str]] = {}
        for column, stem in enumerate(source):
            if stem not in columns:
                roots.setdefault(stem[:ROOT], []).append(stem)
            columns.setdefault(stem, []).append(column)
        for row, stem in enumerate(claim):
            near = self.list_near(stem)
            for other in roots.get(stem[:ROOT], ()):
                if _share_root(stem, other):
                    near[other] = ALIKE_BY_LIST
            near[stem] = 1.0
            for other in near.keys() & columns.keys():
                likeness[row, columns[other]] = near[other]
        return likeness


def _share_root(one: str, other: str) -> bool:
    """`regul` and `regulatori`: long words of which one is the other's beginning."""
    short, long = sorted((one, other), key=len)
    return len(short) >= ROOT and long.startswith(short) and len(short) >= 0.6 * len(long)


@dataclass(frozen=True, eq=False)
class Classifier:
    """A logistic regression and trees over features in the order of `names`.

    `linear` (features,) and `intercept` are the regression's. Node i of the trees asks
    whether `feature[i]` is at most `threshold[i]` and goes on to `left[i]` or `right[i]`; a
    leaf has the feature -1 and adds `value[i]`; `roots` are the first nodes. `scale` (2,)
    turns the sum into log odds: factor and offset.
    """

    names: tuple[str, ...]
    linear: NDArray[np.float64]
    intercept: NDArray[np.float64]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float64]
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    value: NDArray[np.float32]
    roots: NDArray[np.int32]
    scale: NDArray[np.float64]

    @cached_property
    def _aligned(self) -> int:
        return self.names.index("aligned_weight")

    @cached_property
    def _nodes(self) -> list[tuple[int, float, int, int, float]]:
        columns = (self.feature, self.threshold, self.left, self.right, self.value)
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def sum_odds(self, features: Sequence[float]) -> float:
        """The trees' log odds, and the regression's for as much as the claim is not aligned.

        Where a claim follows a sentence word by word, containment says nothing more.
        """
        aligned = features[self._aligned]
        linear = float(self.linear @ np.asarray(features, dtype=np.float64) + self.intercept.sum())
        return self._sum_leaves(features) + REGRESSION * linear * (1.0 - aligned * aligned)

    def _sum_leaves(self, features: Sequence[float]) -> float:
        total = 0.0
        nodes = self._nodes
        for root in self.roots.tolist():
            feature, threshold, left, right, value = nodes[root]
            while feature >= 0:
                place = root + (left if features[feature] <= threshold else right)
                feature, threshold, left, right, value = nodes[place]
            total += value
        return total

    def estimate(self, features: Sequence[float]) -> float:
        """The probability, 0 to 1, that a claim with these features is supported."""
        factor, offset = self.scale.tolist()
        odds = max(-30.0, min(30.0, factor * self.sum_odds(features) + offset))
        return 1.0 / (1.0 + math.exp(-odds))


@dataclass(frozen=True, eq=False)
class SupportModel:
    """All that the local judge has learnt."""

    words: Words
    classifier: Classifier

    @classmethod
    def load(cls, path: Path = DEFAULT_FILE) -> SupportModel:
        """Read the file. Raises FileNotFoundError where the installation lacks it."""
        with np.load(path) as stored:
            words = {one.name: stored[f"words_{one.name}"] for one in fields(Words)}
            learnt = {one.name: stored[f"classifier_{one.name}"] for one in fields(Classifier)}
        words["stems"] = _split(words["stems"])
        learnt["names"] = _split(learnt["names"])
        return cls(Words(**words), Classifier(**learnt))

    def save(self, path: Path) -> None:
        """Write the file, the same bytes for the same model."""
        arrays = {
            f"{prefix}_{one.name}": _pack(getattr(part, one.name))
            for prefix, part in (("words", self.words), ("classifier", self.classifier))
            for one in fields(part)
        }
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def _pack(value: NDArray[np.generic] | tuple[str, ...]) -> NDArray[np.generic]:
    if isinstance(value, tuple):
        return np.frombuffer("\n".join(value).encode(), dtype=np.uint8)
    return value


def _split(packed: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(packed.tobytes().decode().split("\n"))
