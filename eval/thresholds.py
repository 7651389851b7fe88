"""The floor of a run: `--fail-under ndcg@10=0.8`.

Owns reading and holding it; knows nothing about where scores come from. A failed judgement
counts as 0 here, so that a score cannot pass because judging failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.metrics import BY_NAME
from eval.records import Mean, Summary
from rag.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that a metric must reach, 0 to 1."""

    metric: str
    least: float


@dataclass(frozen=True, slots=True)
class Below:
    """A metric that did not reach its floor; `reached` counts failures as 0."""

    floor: Floor
    reached: float
    n: int
    failed: int

    def __str__(self) -> str:
        counted = f"n={self.n}" + (
            f", {self.failed} failed and counted as 0" if self.failed else ""
        )
        return f"{self.floor.metric} is {self.reached:.3f} ({counted}), below {self.floor.least:g}"


def parse_floor(text: str) -> Floor:
    """`metric=0.9`. Raises SettingsError for an unknown metric or a value that is no share."""
    name, _, value = text.partition("=")
    if name not in BY_NAME:
        raise SettingsError(
            f"--fail-under {text}: {name!r} is no metric",
            remedy=f"one of {', '.join(BY_NAME)}",
        )
    try:
        least = float(value)
    except ValueError:
        least = -1.0
    if not 0.0 <= least <= 1.0:
        raise SettingsError(
            f"--fail-under {text}: {value!r} is not between 0 and 1", remedy=f"{name}=0.9"
        )
    return Floor(name, least)


def find_below(floors: Sequence[Floor], summary: Summary) -> Iterator[Below]:
    """The floors that were not reached; a metric that was not measured reaches none."""
    for floor in floors:
        mean = summary.find(floor.metric) or Mean(floor.metric, 0, 0, None, None, None)
        counted = mean.n + mean.failed
        reached = (mean.mean or 0.0) * mean.n / counted if counted else 0.0
        if counted == 0 or reached < floor.least:
            yield Below(floor, reached, mean.n, mean.failed)
