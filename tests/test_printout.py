"""Answers as lines for a terminal."""

from __future__ import annotations

from dataclasses import replace

from rag.printout import write_after, write_before, write_text
from rag.question import Field, Filter, Selection, Understood
from rag.records import Paper
from rag.replies import (
    Answer,
    Aspect,
    Column,
    Comparison,
    Mode,
    Offer,
    Sentence,
    Support,
    Timings,
    Verdict,
)

PAPER = Paper("a" * 12, "On Delay", "Decay shortens the delay.")
FOUND = Verdict(Support.SUPPORTED, 0.9, "The wording is in the abstract.")
LOST = Verdict(Support.NOT_FOUND, 0.1, "The wording was not found in the abstract.")
ANSWER = Answer(
    "?",
    "Decay shortens the delay [1]. Penguins swim [1].",
    Mode.MODEL,
    (
        Sentence("Decay shortens the delay.", (1,), (), FOUND),
        Sentence("Penguins swim.", (1,), (), LOST),
    ),
    (Offer(1, PAPER, cited=True),),
    model="m",
    timings=Timings(total_ms=12.0),
)


def test_what_was_understood_is_told_before_the_answer() -> None:
    understood = Understood(
        "and it?",
        "How does “On Delay” work?",
        (1,),
        (Filter(Field.DATE, "in", "2025", "from 2025"),),
        follows=True,
    )
    premise = Sentence("The question takes for granted that “x”", (1,))
    assert write_before(understood, Selection(16, 23, 307), premise) == (
        "Understood as: How does “On Delay” work?\n\n"
        "Only papers: from 2025.\n\n"
        "16 papers kept, 23 left out. Of 307 papers that is not known: left out too.\n\n"
        "The question takes for granted that “x” [1]\n\n"
    )


def test_a_question_that_stands_alone_needs_no_telling() -> None:
    assert write_before(Understood("What?", "What?"), None, None) == ""


def test_the_count_and_what_was_not_found_stand_behind_the_answer() -> None:
    assert write_text(ANSWER) == "Decay shortens the delay [1]. Penguins swim [1].\n"
    assert write_after(ANSWER) == (
        "1 of 2 sentences supported, by the wording of their abstracts.\n\n"
        "  not found: “Penguins swim.” The wording was not found in the abstract.\n\n"
        "[1] On Delay\n\n"
        "By m, in 12 ms."
    )


def test_what_has_no_support_is_left_out_where_it_is_to_be_hidden() -> None:
    hidden = replace(ANSWER, hidden=1)
    assert write_text(hidden) == "Decay shortens the delay [1].\n"
    assert write_after(hidden).startswith(
        "1 without support left out; see them with ask --json.\n\n1 of 2 sentences supported"
    )
    assert "Penguins" not in write_after(hidden)


def test_a_comparison_is_told_aspect_by_aspect() -> None:
    cells = (Sentence("shortens it", (1,)), Sentence("not stated in the abstract"))
    table = Comparison((Column("decay", (1,)), Column("dropout", ())), (Aspect("Finding", cells),))
    assert write_after(replace(ANSWER, comparison=table)).startswith(
        "FINDING\n  decay: shortens it [1]\n  dropout: not stated in the abstract\n\n"
    )


def test_the_library_speaks_for_itself() -> None:
    answer = replace(ANSWER, mode=Mode.LIBRARY, sentences=(), papers=())
    assert write_after(answer) == "From the library's records, in 12 ms."
