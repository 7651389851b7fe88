"""What is asked of the library's own records: how many papers, the oldest, who wrote [3].

Owns the records; knows nothing about how a question is read, nor about the papers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rag.question import Field, Filter


class Kind(StrEnum):
    """What is asked for."""

    COUNT = "count"
    LIST = "list"
    ORDER = "order"  # the newest, the most authors
    TELL = "tell"  # facts of papers that are meant outright
    APART = "apart"  # how far apart the dates of two papers are
    DATES = "dates"
    PAGES = "pages"


class Fact(StrEnum):
    """Something that is known of a paper, or not."""

    AUTHORS = "authors"  # who
    AUTHOR_COUNT = "author_count"
    DATE = "date"
    YEAR = "year"
    LINK = "link"
    ARXIV = "arxiv"
    UPVOTES = "upvotes"
    TITLE = "title"
    PAGES = "pages"
    HERE = "here"  # whether there is such a paper


@dataclass(frozen=True, slots=True)
class Topic:
    """Phrases that an abstract or a title must mention: all of them, or any."""

    phrases: tuple[str, ...] = ()
    every: bool = True


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that is asked of the library's records.

    `given`: of the papers that the conversation speaks of; `numbers`, `titles`: of the papers
    that the question itself names. `number` are how many the order wants, 0 where it is one
    and its ties. `lacks` and `has` name a fact that must be unknown or known, `page` the file
    of a page that must list a paper.
    """

    kind: Kind
    filters: tuple[Filter, ...] = ()
    topic: Topic = Topic()
    given: bool = False
    numbers: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    field: Field | None = None
    relation: str = "most"
    number: int = 0
    wants: tuple[Fact, ...] = ()
    lacks: Fact | None = None
    has: Fact | None = None
    page: str = ""


@dataclass(frozen=True, slots=True)
class InventoryQuestion:
    """What is asked, in the order of the question."""

    asks: tuple[Ask, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The papers that it names as `[n]`."""
        return tuple(dict.fromkeys(number for ask in self.asks for number in ask.numbers))

    @property
    def given(self) -> bool:
        """Whether it asks of the papers that the conversation spoke of last."""
        return any(ask.given for ask in self.asks)
