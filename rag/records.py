"""The records that pass between the stages: frozen, plain, and free of any vendor's type.

    page -> Entry -> Paper -> Chunk -> Hit -> Offer -> Sentence -> Answer

Owns their fields and their JSON form where a command prints one; knows nothing
about how any of them is made.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
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


class Mode(StrEnum):
    """Who answered."""

    MODEL = "model"
    QUOTING = "quoting"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence of an abstract that a sentence of the answer rests on."""

    paper_id: str
    sentence: str
    start: int
    end: int

    def to_record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, without its marks; `citations` are the papers' numbers."""

    text: str
    citations: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def to_record(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "citations": list(self.citations),
            "evidence": [item.to_record() for item in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper that the answerer was given, under the number that cites it."""

    number: int
    paper: Paper
    cited: bool = False

    def to_record(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "paper_id": self.paper.paper_id,
            "title": self.paper.title,
            "authors": list(self.paper.authors) or None,
            "date": str(self.paper.date) if self.paper.date else None,
            "url": self.paper.url,
            "cited": self.cited,
        }


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds from the question's arrival."""

    retrieve_ms: float = 0.0
    first_token_ms: float = 0.0
    total_ms: float = 0.0

    def to_record(self) -> dict[str, float]:
        return {name: round(value, 1) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whole: its `text` with the marks `[n]`, and its `sentences` in order.

    `refused` says that these papers do not answer; `notice` says in a sentence what the
    reader must know first (a fall back to quoting, an incomplete stream), or is empty.
    `complete` is False where the model's stream ended without saying so.
    """

    question: str
    text: str
    mode: Mode
    sentences: tuple[Sentence, ...] = ()
    papers: tuple[Offer, ...] = ()
    refused: bool = False
    missing_terms: tuple[str, ...] = ()
    complete: bool = True
    notice: str = ""
    dropped_papers: int = 0
    invalid_citations: int = 0
    model: str | None = None
    timings: Timings = field(default_factory=Timings)

    def to_record(self, answer_id: str) -> dict[str, Any]:
        """The JSON object that `footnote ask --json` prints."""
        return {
            "id": answer_id,
            "question": self.question,
            "answer": self.text,
            "mode": self.mode.value,
            "model": self.model,
            "refused": self.refused,
            "missing_terms": list(self.missing_terms),
            "complete": self.complete,
            "notice": self.notice,
            "sentences": [sentence.to_record() for sentence in self.sentences],
            "papers": [offer.to_record() for offer in self.papers],
            "dropped_papers": self.dropped_papers,
            "invalid_citations": self.invalid_citations,
            "timings": self.timings.to_record(),
        }


@dataclass(frozen=True, slots=True)
class Found:
    """Streamed first: the papers offered, and the terms to tell of before a real answer."""

    papers: tuple[Offer, ...]
    retrieve_ms: float
    missing_terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Streamed next, many times: a stretch of the answer, invalid marks already removed."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """Streamed last: the answer, whole. Its text is authoritative over the deltas."""

    answer: Answer


Event = Found | TextDelta | Done


@dataclass(frozen=True, slots=True)
class Conversation:
    """What an answer must know of the answers before it: which number each paper has.

    A paper keeps the number under which it was first offered; `numbers[n - 1]` is the
    paper_id that `[n]` means.
    """

    numbers: tuple[str, ...] = ()

    def number(self, papers: tuple[Paper, ...]) -> tuple[Offer, ...]:
        """Offer papers under their numbers: known ones keep theirs, new ones take the next."""
        known = {paper_id: number for number, paper_id in enumerate(self.numbers, start=1)}
        for paper in papers:
            known.setdefault(paper.paper_id, len(known) + 1)
        return tuple(Offer(known[paper.paper_id], paper) for paper in papers)

    def after(self, answer: Answer) -> Conversation:
        """The conversation once this answer has been given."""
        known = dict.fromkeys(self.numbers)
        known.update(
            (offer.paper.paper_id, None)
            for offer in sorted(answer.papers, key=lambda offer: offer.number)
        )
        return Conversation(tuple(known))
