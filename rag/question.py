"""The records of what is asked: a question, as it was understood.

Owns their fields and their JSON form; knows nothing about how a question is understood.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Field(StrEnum):
    """What a filter looks at."""

    DATE = "date"
    AUTHORS = "authors"  # how many
    AUTHOR = "author"  # who
    UPVOTES = "upvotes"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on what is known of a paper, as a question says it.

    `relation` is one of `in`, `>=`, `<=`, `>`, `<`, `=`, `has`, or, for an order rather than
    a condition, `most` and `least`. A DATE's value is an ISO 8601 prefix (`2024`, `2024-03`,
    `2024-03-05`), `--03` for a month of any year; an AUTHOR's a name; a number otherwise,
    for an order how many papers are wanted (0: not said). `words` are the question's own.
    """

    field: Field
    relation: str
    value: str | int
    words: str

    @property
    def key(self) -> str:
        """What names this filter when it is taken off: `date>=2024-03`."""
        return f"{self.field}{self.relation}{self.value}"

    @property
    def orders(self) -> bool:
        """Whether it puts papers in an order rather than leaving some out."""
        return self.relation in ("most", "least")

    def to_record(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "field": self.field.value,
            "relation": self.relation,
            "value": self.value,
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class Side:
    """One of the things that a question compares.

    `name` is how it is shown, in the question's words; `query` what is searched for;
    `numbers` the papers that it means outright ("[3]"), else empty.
    """

    name: str
    query: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it was understood: `question` stands alone, filters taken out of it or not.

    `about` are the numbers of papers that it means outright. `follows`: something was taken
    from the answers before it. `compares`: it asks how the `sides` compare.
    """

    asked: str
    question: str
    about: tuple[int, ...] = ()
    filters: tuple[Filter, ...] = ()
    sides: tuple[Side, ...] = ()
    follows: bool = False

    @property
    def compares(self) -> bool:
        return len(self.sides) > 1

    def to_record(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "follows": self.follows,
            "about": list(self.about),
            "filters": [one.to_record() for one in self.filters],
            "sides": [side.name for side in self.sides],
        }


@dataclass(frozen=True, slots=True)
class Selection:
    """What the filters did: how many papers they kept, left out, and could not judge.

    `unknown` counts the papers for which what a filter looks at is not known; they are left
    out, and told.
    """

    kept: int
    left_out: int
    unknown: int

    def to_record(self) -> dict[str, int]:
        return {"kept": self.kept, "left_out": self.left_out, "unknown": self.unknown}
