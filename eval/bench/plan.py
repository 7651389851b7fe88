"""What a run measures, on which libraries, and what all cases share.

Owns the sizes and the questions; knows nothing about any measurement.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from eval.bench.plain import Plain
from eval.bench.shelf import LISTED, QUOTING, Shelf
from eval.questions import SHIPPED, read_questions
from eval.retrieval import SHARED
from rag.footnote import Footnote
from rag.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = SHARED / "questions" / "dev.jsonl"
EVERY = 9_877  # the daily papers
QUICK = 1_500
WARM_UP = ("What makes training stable?", "Which papers are about agents?", "How are images made?")
# What the user's own settings say of endpoints must not be measured.
ENVIRONMENT = {"FOOTNOTE_ANSWER__MODE": "quoting", "OPENAI_BASE_URL": ""}


@dataclass(frozen=True, slots=True)
class Plan:
    """`papers`: the daily papers that are embedded, the main size. `adding`: how many of them
    are added under the clock. `beyond`: sizes that are recombined."""

    papers: int = EVERY
    adding: int = EVERY
    beyond: tuple[int, ...] = (50_000,)
    peers: bool = True
    rounds: int = 5

    @property
    def sizes(self) -> tuple[int, ...]:
        """All sizes of a library that are measured, ascending."""
        between = [one for one in (3_000,) if one < self.papers]
        return tuple(sorted({LISTED, *between, self.papers, *self.beyond}))


def make_plan(options: argparse.Namespace) -> Plan:
    """The plan that the command line asks for."""
    if options.quick:
        return Plan(QUICK, LISTED, (3 * QUICK,), peers=False, rounds=3)
    papers = options.papers or EVERY
    small = papers < EVERY
    beyond = (5 * papers,) if small else (50_000, *((200_000,) if options.full else ()))
    return Plan(papers, papers, beyond)


@dataclass
class Bench:
    """One run: its plan, its libraries, a folder that goes away, and what it found so far."""

    plan: Plan
    shelf: Shelf
    scratch: Path
    added: dict[int, float] = field(default_factory=dict)  # seconds, by the number of papers

    @cached_property
    def plain(self) -> Plain:
        """sentence-transformers alone, warm."""
        plain = Plain(load_settings().embedding)
        plain.embed(WARM_UP)
        for one in WARM_UP:
            plain.embed_question(one)
        return plain

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """The development questions, with or without an answer in the papers."""
        return tuple(one.text for one in read_questions(QUESTIONS))

    @cached_property
    def many_questions(self) -> tuple[str, ...]:
        """These and the shipped ones: each is asked once, so that no cache answers."""
        shipped = (one.text for one in read_questions(SHIPPED))
        return tuple(dict.fromkeys([*self.questions, *shipped]))

    def open(self, papers: int) -> Footnote:
        """The library of this size, its model warm, answering by quotations."""
        footnote = Footnote.open(self.shelf.find(papers), **QUOTING)
        for one in WARM_UP:
            footnote.search(one, 10)
        return footnote


def footnote_command(folder: Path, arguments: Sequence[str]) -> list[str]:
    """The command as it is installed beside this Python."""
    return [str(Path(sys.executable).with_name("footnote")), "--library", str(folder), *arguments]


def python_command(arguments: Sequence[str]) -> list[str]:
    """This Python, run from the checkout."""
    return [sys.executable, *arguments]


def with_path(*folders: str) -> Mapping[str, str]:
    """The environment of a measured process that imports from these folders of the checkout."""
    return ENVIRONMENT | {"PYTHONPATH": ":".join(str(ROOT / one) for one in folders)}
