"""The records from a page to what is found: frozen, plain, and free of any vendor's type.

    page -> Entry -> Paper -> Chunk -> Hit

Owns their fields and their JSON form where a command prints one; knows nothing
about how any of them is made. `rag.question` goes on with what is asked, `rag.replies`
with what is answered.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rag.partial_date import MONTHS as MONTHS
from rag.partial_date import PartialDate as PartialDate


@dataclass(frozen=True, slots=True)
class Entry:
    """What one page says about one paper. `line` counts from 1 in the page."""

    title: str
    abstract: str
    source: str
    line: int
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    date: PartialDate | None = None
    arxiv_id: str | None = None
    url: str | None = None
    upvotes: int | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Something in a page that could not be read. `line` is None where lines mean nothing."""

    source: str
    line: int | None
    reason: str

    def to_record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Page:
    """A listing or an export, read. `date` is the page's own, never a paper's."""

    source: str
    shape: str
    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...] = ()
    date: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as the library knows it, merged from all pages that list it."""

    paper_id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    date: PartialDate | None = None
    arxiv_id: str | None = None
    url: str | None = None
    upvotes: int | None = None
    categories: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    older_abstracts: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """The JSON object that `footnote papers --json` prints; what is unknown is null."""
        return {
            "paper_id": self.paper_id,
            "title": self.title,
            "abstract": self.abstract,
            "authors": list(self.authors) or None,
            "author_count": self.author_count,
            "date": str(self.date) if self.date else None,
            "arxiv_id": self.arxiv_id,
            "url": self.url,
            "upvotes": self.upvotes,
            "categories": list(self.categories) or None,
            "pages": list(self.pages),
        }


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of the entries of one `add`: read = added + merged + unchanged."""

    read: int = 0
    added: int = 0
    merged: int = 0
    unchanged: int = 0
    failed: tuple[Failure, ...] = ()

    def to_record(self) -> dict[str, Any]:
        return asdict(self) | {"failed": [failure.to_record() for failure in self.failed]}


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence of an abstract: `abstract[start:end] == text`. `score` is its relevance."""

    text: str
    start: int
    end: int
    score: float = 0.0

    def to_record(self) -> dict[str, Any]:
        return asdict(self) | {"score": round(self.score, 4)}


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper found for a question, best sentences first. `score` is 0 to 1, higher is better."""

    paper: Paper
    score: float
    sentences: tuple[Span, ...]

    def to_record(self, rank: int) -> dict[str, Any]:
        """One hit of `footnote search --json`, with its three best sentences."""
        return {
            "rank": rank,
            "paper_id": self.paper.paper_id,
            "title": self.paper.title,
            "score": round(self.score, 4),
            "sentences": [span.to_record() for span in self.sentences[:3]],
        }
