"""The records of what is answered: frozen, plain, and free of any vendor's type.

    Hit -> Offer -> Sentence -> Verdict -> Answer, and the Conversation that they make

Owns their fields and their JSON form where a command prints one; knows nothing
about how any of them is made.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from rag.question import Selection, Understood
from rag.records import Paper


class Mode(StrEnum):
    """Who answered: a model, the abstracts' own sentences, or the library's records."""

    MODEL = "model"
    QUOTING = "quoting"
    LIBRARY = "library"


class Support(StrEnum):
    """Whether the cited abstracts say what a sentence says, as far as was checked."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    NOT_FOUND = "not found"
    CONTRADICTED = "contradicted"
    NOT_NEEDED = "no citation needed"


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
class Verdict:
    """What was found when a sentence was held against the abstracts that it cites.

    `score` is the estimated probability, 0 to 1, that they support it; `reason` says in a
    short sentence what was checked and claims no more than that.
    """

    support: Support
    score: float
    reason: str

    def to_record(self) -> dict[str, Any]:
        return {
            "support": self.support.value,
            "support_score": round(self.score, 3),
            "support_reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, without its marks; `citations` are the papers' numbers.

    `verdict` is None as long as the sentence has not been checked.
    """

    text: str
    citations: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    verdict: Verdict | None = None

    @property
    def is_unsupported(self) -> bool:
        """Whether it was checked and not found, or found to say otherwise."""
        unsupported = (Support.NOT_FOUND, Support.CONTRADICTED)
        return self.verdict is not None and self.verdict.support in unsupported

    def to_record(self) -> dict[str, Any]:
        unchecked = {"support": None, "support_score": None, "support_reason": ""}
        return {
            "text": self.text,
            "citations": list(self.citations),
            "evidence": [item.to_record() for item in self.evidence],
        } | (self.verdict.to_record() if self.verdict else unchecked)


@dataclass(frozen=True, slots=True)
class Aspect:
    """A row of a comparison: one cell a side, in the order of the sides.

    A cell is a Sentence; one that no abstract of its side speaks to cites nothing.
    """

    name: str
    cells: tuple[Sentence, ...]

    def to_record(self) -> dict[str, Any]:
        return {"name": self.name, "cells": [cell.to_record() for cell in self.cells]}


@dataclass(frozen=True, slots=True)
class Column:
    """A side of a comparison and the numbers of its papers, best first.

    `found` is False where no paper speaks to the side; its papers are then the nearest.
    """

    name: str
    papers: tuple[int, ...]
    found: bool = True

    def to_record(self) -> dict[str, Any]:
        return {"name": self.name, "papers": list(self.papers), "found": self.found}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A table: sides as columns, aspects as rows."""

    sides: tuple[Column, ...]
    aspects: tuple[Aspect, ...]

    def to_record(self) -> dict[str, Any]:
        return {
            "sides": [side.to_record() for side in self.sides],
            "aspects": [aspect.to_record() for aspect in self.aspects],
        }

    def to_markdown(self) -> str:
        """The table in Markdown, its cells with their marks `[n]`."""
        rows = [["", *(side.name for side in self.sides)]]
        rows += [[aspect.name, *map(_write_cell, aspect.cells)] for aspect in self.aspects]
        lines = [f"| {' | '.join(map(_in_table, row))} |" for row in rows]
        return "\n".join([lines[0], "|---" * (len(self.sides) + 1) + "|", *lines[1:]])


def _write_cell(cell: Sentence) -> str:
    return f"{cell.text} {''.join(f'[{number}]' for number in cell.citations)}".strip()


def _in_table(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


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
    """Milliseconds from the question's arrival; `support_ms` is what checking took in all."""

    retrieve_ms: float = 0.0
    first_token_ms: float = 0.0
    total_ms: float = 0.0
    support_ms: float = 0.0

    def to_record(self) -> dict[str, float]:
        return {name: round(value, 1) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens that the model read and wrote, as the server counts them; None where it does
    not tell."""

    read: int | None = None
    written: int | None = None

    def to_record(self) -> dict[str, int | None]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whole: its `text` with the marks `[n]`, and its `sentences` in order.

    `refused` says that these papers do not answer; `notice` says in a sentence what the
    reader must know first (a fall back to quoting, an incomplete stream), or is empty.
    `fell_back`: these are quotations because the endpoint failed, and the notice says how.
    `premise` names what the question takes for granted and an abstract contradicts.
    `complete` is False where the model's stream ended without saying so. `judged` says what
    the support was judged by: "wording" or "meaning". `hidden` counts the sentences and cells
    that are not to be shown at first because no support was found for them.
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
    fell_back: bool = False
    premise: Sentence | None = None
    understood: Understood | None = None
    selection: Selection | None = None
    comparison: Comparison | None = None
    judged: str = "wording"
    hidden: int = 0
    dropped_papers: int = 0
    invalid_citations: int = 0
    model: str | None = None
    timings: Timings = field(default_factory=Timings)
    tokens: Tokens = field(default_factory=Tokens)

    @property
    def whole_text(self) -> str:
        """The text with the table of the comparison, in Markdown."""
        table = self.comparison.to_markdown() if self.comparison else ""
        return f"{self.text}\n\n{table}".strip() if table else self.text

    @property
    def cells(self) -> tuple[Sentence, ...]:
        """The cells of the comparison, row by row; none without one."""
        rows = self.comparison.aspects if self.comparison else ()
        return tuple(cell for row in rows for cell in row.cells)

    def count_support(self) -> tuple[int, int]:
        """(sentences supported, sentences that need support), of those that were checked."""
        checked = [one.verdict.support for one in self.sentences if one.verdict]
        needing = [one for one in checked if one is not Support.NOT_NEEDED]
        return needing.count(Support.SUPPORTED), len(needing)

    def to_record(self, answer_id: str) -> dict[str, Any]:
        """The JSON object that `footnote ask --json` prints."""
        supported, needing = self.count_support()
        return {
            "id": answer_id,
            "question": self.question,
            "understood": self.understood.to_record() if self.understood else None,
            "answer": self.whole_text,
            "mode": self.mode.value,
            "model": self.model,
            "refused": self.refused,
            "missing_terms": list(self.missing_terms),
            "complete": self.complete,
            "notice": self.notice,
            "fell_back": self.fell_back,
            "premise": self.premise.to_record() if self.premise else None,
            "selection": self.selection.to_record() if self.selection else None,
            "sentences": [sentence.to_record() for sentence in self.sentences],
            "supported": {"supported": supported, "of": needing, "by": self.judged},
            "hidden": self.hidden,
            "comparison": self.comparison.to_record() if self.comparison else None,
            "papers": [offer.to_record() for offer in self.papers],
            "dropped_papers": self.dropped_papers,
            "invalid_citations": self.invalid_citations,
            "timings": self.timings.to_record(),
            "tokens": self.tokens.to_record(),
        }
