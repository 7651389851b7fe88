"""The records of an evaluation, from a question to its scores: frozen and plain.

    Question -> Row (its answer) -> Score, many a row -> Mean, one a metric

Owns their fields and their JSON forms; knows nothing about how any of them is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from rag.records import Paper
from rag.replies import Answer
from rag.restore import restore_answer, restore_paper


class Kind(StrEnum):
    """What a question asks for; the values are those of a set's `type`."""

    SINGLE = "single"  # one paper answers it
    TOPICAL = "topical"  # several papers do
    COMPARATIVE = "comparative"  # it sets papers against each other
    UNANSWERABLE = "unanswerable"  # no paper answers it
    FALSE_PREMISE = "false_premise"  # it takes for granted what a paper contradicts
    METADATA = "metadata"  # it asks for dates, authors, counts
    OPEN = "open"  # nothing is known yet of its right answer


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of an abstract, verbatim."""

    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is known of its right answer.

    `sides` are, for a comparative question, the titles that speak for each side; where a set
    does not name them, each gold paper is a side of its own.
    """

    id: str
    kind: Kind
    text: str
    gold_titles: tuple[str, ...] = ()
    evidence: tuple[Quote, ...] = ()
    answer: str = ""
    key_facts: tuple[str, ...] = ()
    sides: tuple[tuple[str, ...], ...] = ()

    @property
    def is_answerable(self) -> bool:
        return self.kind is not Kind.UNANSWERABLE

    def to_record(self) -> dict[str, Any]:
        """A line of a set."""
        record: dict[str, Any] = {
            "id": self.id,
            "type": self.kind.value,
            "question": self.text,
            "gold_titles": list(self.gold_titles),
            "evidence": [asdict(quote) for quote in self.evidence],
            "answer": self.answer,
            "key_facts": list(self.key_facts),
        }
        return record | ({"sides": [list(side) for side in self.sides]} if self.sides else {})

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Question:
        """The inverse of `to_record`, for a record that `eval.questions` has found sound."""
        return cls(
            id=record["id"],
            kind=Kind(record["type"]),
            text=record["question"],
            gold_titles=tuple(record["gold_titles"]),
            evidence=tuple(Quote(one["title"], one["sentence"]) for one in record["evidence"]),
            answer=record["answer"],
            key_facts=tuple(record["key_facts"]),
            sides=tuple(tuple(side) for side in record.get("sides", ())),
        )


@dataclass(frozen=True, slots=True)
class Ranked:
    """A paper of the ranking that retrieval alone gives for a question, best first."""

    paper_id: str
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Row:
    """A question of a run with what came of it: an answer, or the error in its place.

    `ranking` is that of retrieval alone, for the question as it stands.
    """

    question: Question
    answer: Answer | None
    ranking: tuple[Ranked, ...] = ()
    error: str = ""

    def to_record(self) -> dict[str, Any]:
        """A line of answers.jsonl; the papers' abstracts stand in it once."""
        papers = [offer.paper for offer in self.answer.papers] if self.answer else []
        return {
            "question": self.question.to_record(),
            "answer": self.answer.to_record(self.question.id) if self.answer else None,
            "papers": [paper.to_record() for paper in papers],
            "ranking": [asdict(one) for one in self.ranking],
            "error": self.error,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Row:
        """The inverse of `to_record`. Raises KeyError, TypeError or ValueError on another."""
        papers: dict[str, Paper] = {one["paper_id"]: restore_paper(one) for one in record["papers"]}
        answer = record["answer"]
        return cls(
            question=Question.from_record(record["question"]),
            answer=restore_answer(answer, papers) if answer is not None else None,
            ranking=tuple(Ranked(**one) for one in record["ranking"]),
            error=record["error"],
        )


@dataclass(frozen=True, slots=True)
class Score:
    """What one metric gave for one question; a metric that does not apply gives no Score.

    `value` is None where judging failed, and `failure` then says why in a short sentence.
    `note` says what the value counts ("4 of 5 sentences").
    """

    metric: str
    value: float | None
    note: str = ""
    failure: str = ""

    def to_record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Scored:
    """A row with its scores, in the order of `eval.metrics.METRICS`."""

    row: Row
    scores: tuple[Score, ...]

    def find(self, metric: str) -> Score | None:
        """The score of a metric, or None where it does not apply."""
        return next((one for one in self.scores if one.metric == metric), None)


@dataclass(frozen=True, slots=True)
class Mean:
    """A metric over questions: never shown without `n` and `failed`.

    `n` counts the questions with a value, `failed` those whose judging failed. `mean` and its
    95 % interval `low` to `high` are over the `n`, and None where n is 0.
    """

    metric: str
    n: int
    failed: int
    mean: float | None
    low: float | None
    high: float | None

    def to_record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and the 95th percentile of something measured at `n` questions."""

    name: str
    unit: str
    n: int
    p50: float | None
    p95: float | None

    def to_record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers: each metric over all questions and over those of each kind.

    `errors` counts the questions that got an error in place of an answer, `incomplete` the
    answers that broke off, `unasked` the questions that the run has not come to. `by_kind` has
    the kinds' values as keys. `judge` says who gave RAGAS's scores; empty without any.
    """

    questions: int
    errors: int
    means: tuple[Mean, ...]
    by_kind: Mapping[str, tuple[Mean, ...]] = field(default_factory=dict)
    spreads: tuple[Spread, ...] = ()
    incomplete: int = 0
    unasked: int = 0
    judge: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every question has a whole answer."""
        return not (self.errors or self.incomplete or self.unasked)

    def find(self, metric: str) -> Mean | None:
        """A metric's mean over all questions, or None where it applies to none."""
        return next((one for one in self.means if one.metric == metric), None)

    def to_record(self) -> dict[str, Any]:
        return {
            "questions": self.questions,
            "errors": self.errors,
            "incomplete": self.incomplete,
            "unasked": self.unasked,
            "judge": self.judge,
            "means": [one.to_record() for one in self.means],
            "by_kind": {
                kind: [one.to_record() for one in means] for kind, means in self.by_kind.items()
            },
            "spreads": [one.to_record() for one in self.spreads],
        }


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run was made of (run.json), so that two runs can be told apart.

    `questions` and `library` say where these came from in words, `planned` how many questions
    there are to ask; the hashes are SHA-256 of
    the set's lines and of the papers' contents. `settings` has no key in it. `revision` is
    the code's git commit, with "+" where files differed from it, or empty outside a checkout.
    `machine` is what the timings hang on.
    """

    name: str
    created: str
    version: str
    revision: str
    questions: str
    questions_hash: str
    planned: int
    library: str
    papers: int
    corpus_hash: str
    model: str
    embedding: str
    machine: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def to_record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Manifest:
        """Raises TypeError on a record with other fields."""
        return cls(**record)
