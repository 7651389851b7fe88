"""What a run is to ask, and of which library.

Owns choosing questions and papers; knows nothing about answers or scores.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.library import open_own, open_pages_library
from eval.questions import SHIPPED, SHIPPED_PAGES, read_questions
from eval.records import Kind, Question
from eval.run import RUNS
from rag.errors import SettingsError
from rag.footnote import Footnote


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for on the command line; None and empty where it was not said.

    `limit` is the number of questions. `needs_ragas`: a floor was set that only
    RAGAS can reach.
    """

    library: str | None = None
    questions: Path | None = None
    pages: Path | None = None
    name: str = ""
    runs: Path | None = None
    run: Path | None = None
    retry: bool = False
    types: frozenset[Kind] = frozenset()
    limit: int | None = None
    concurrency: int | None = None
    needs_ragas: bool = False

    @property
    def runs_folder(self) -> Path:
        return self.runs or RUNS

    def choose(self) -> tuple[Question, ...]:
        """The questions to ask. Raises BadQuestions, or SettingsError where none is left."""
        questions = tuple(choose(read_set(self.questions), self.types, self.limit))
        if not questions:
            wanted = ", ".join(sorted(kind.value for kind in self.types))
            raise SettingsError(f"{self.questions or SHIPPED} has no question of type {wanted}")
        return questions


def choose(
    questions: Sequence[Question], types: Collection[Kind], limit: int | None
) -> Iterator[Question]:
    """The questions of these types (all where none is named), `limit` of them: of each type in
    turn, its first ones first. They keep their order."""
    wanted = [one for one in questions if not types or one.kind in types]
    turns = dict.fromkeys(Kind, 0)
    in_turn = []
    for place, question in enumerate(wanted):
        in_turn.append((turns[question.kind], place))
        turns[question.kind] += 1
    kept = {place for _, place in sorted(in_turn)[:limit]}
    yield from (one for place, one in enumerate(wanted) if place in kept)


def parse_types(text: str | None) -> frozenset[Kind]:
    """`single,topical`. Raises SettingsError naming what is no type."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    known = {kind.value for kind in Kind}
    wrong = [name for name in names if name not in known]
    if wrong:
        there = ", ".join(kind.value for kind in Kind)
        raise SettingsError(
            f"--types: {', '.join(map(repr, wrong))} is no type", remedy=f"some of {there}"
        )
    return frozenset(map(Kind, names))


def read_set(path: Path | None) -> tuple[Question, ...]:
    """The questions of a file, or the shipped ones."""
    return read_questions(path or SHIPPED)


def open_library(library: str | None, questions: Path | None, pages: Path | None) -> Footnote:
    """The library of the pages named; of the shipped set its own pages; else the user's."""
    if pages is None and questions is None and library is None:
        pages = SHIPPED_PAGES
    return open_own(library) if pages is None else open_pages_library(pages)


def name_library(library: str | None, questions: Path | None, pages: Path | None) -> str:
    """The same in words, without a folder of the user's."""
    if pages is not None:
        return f"the pages {pages.name}"
    if questions is None and library is None:
        return "the shipped pages"
    return f"the library {Path(library).name}" if library else "the user's library"
