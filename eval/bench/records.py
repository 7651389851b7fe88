"""What a benchmark tells: lines against goals, and points of growth.

Owns the records and whether a goal is met; knows nothing about how anything is measured.
All goals are upper bounds: a share of something that must be large is told the other way
round.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

TIMES = "times"  # the unit of a ratio


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `value` is held against `goal`, both in `unit`; it is None where
    nothing could be measured, and `note` says why. `measured` and `beside` are in words."""

    case: str
    what: str
    measured: str
    beside: str
    value: float | None
    unit: str
    goal: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """None where there is no goal, or no value to hold against it."""
        if self.goal is None or self.value is None:
            return None
        return self.value <= self.goal

    def to_record(self) -> dict[str, Any]:
        return asdict(self) | {"met": self.met}


@dataclass(frozen=True, slots=True)
class Point:
    """A figure at one size of the library, for the plots of growth. One plot has all `plot`
    of the same name, and a curve a `series`."""

    plot: str
    series: str
    papers: int
    value: float
    unit: str

    def to_record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one case found."""

    lines: tuple[Line, ...]
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run: what it was made on and of, in words, and what it found."""

    created: str
    machine: str
    made_of: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    points: tuple[Point, ...]

    @property
    def missed(self) -> tuple[Line, ...]:
        """The lines that do not reach their goal."""
        return tuple(line for line in self.lines if line.met is False)

    def to_record(self) -> dict[str, Any]:
        return {
            "created": self.created,
            "machine": self.machine,
            "made_of": dict(self.made_of),
            "lines": [line.to_record() for line in self.lines],
            "points": [point.to_record() for point in self.points],
        }


def join_outcomes(outcomes: Iterable[Outcome]) -> Outcome:
    """All lines and all points, in their order."""
    found = list(outcomes)
    return Outcome(
        tuple(line for one in found for line in one.lines),
        tuple(point for one in found for point in one.points),
    )


def tell_missing(case: str, what: str, reason: str) -> Line:
    """The line of what cannot be measured here."""
    return Line(case, what, "not measured", "", None, "", note=reason)
