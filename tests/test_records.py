"""The records: dates as far as they are known, JSON forms, and numbers that stay."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation import Conversation
from rag.question import Field, Filter, Selection, Side, Understood
from rag.records import AddReport, Failure, Hit, Paper, PartialDate, Span
from rag.replies import (
    Answer,
    Aspect,
    Column,
    Comparison,
    Evidence,
    Mode,
    Offer,
    Sentence,
    Support,
    Timings,
    Verdict,
)

YEARS, MONTHS, DAYS = st.integers(1, 9999), st.integers(1, 12), st.integers(1, 31)
DATES = (
    st.builds(PartialDate, YEARS)
    | st.builds(PartialDate, YEARS, MONTHS)
    | st.builds(PartialDate, YEARS, MONTHS, DAYS)
    | st.builds(PartialDate, st.none(), MONTHS, DAYS)
)
PAPER = Paper(
    "0123456789ab",
    "On Grokking",
    "It happens. Late.",
    authors=("Ada One",),
    author_count=1,
    date=PartialDate(2025, 6, 26),
    arxiv_id="2506.00001",
    url="https://arxiv.org/abs/2506.00001",
    upvotes=7,
    categories=("cs.LG",),
    pages=("a.txt",),
)
BARE = Paper("ba9876543210", "Bare", "Little is known.")


@given(DATES)
def test_a_date_reads_back_as_it_was_written(date: PartialDate) -> None:
    assert PartialDate.parse(str(date)) == date


@pytest.mark.parametrize(
    ("date", "written", "in_words"),
    [
        (PartialDate(2025, 6, 26), "2025-06-26", "26 Jun 2025"),
        (PartialDate(2025, 6), "2025-06", "Jun 2025"),
        (PartialDate(2025), "2025", "2025"),
        (PartialDate(None, 3, 2), "--03-02", "2 Mar, year not stated"),
        (PartialDate(987, 12), "0987-12", "Dec 987"),
    ],
)
def test_a_date_has_two_written_forms(date: PartialDate, written: str, in_words: str) -> None:
    assert str(date) == written
    assert date.in_words() == in_words


@pytest.mark.parametrize("text", ["", "June", "2025-xx", "--03", "2025-06-26-01"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        PartialDate.parse(text)


def test_a_papers_record_has_every_field_and_null_for_what_is_unknown() -> None:
    assert PAPER.to_record() == {
        "paper_id": "0123456789ab",
        "title": "On Grokking",
        "abstract": "It happens. Late.",
        "authors": ["Ada One"],
        "author_count": 1,
        "date": "2025-06-26",
        "arxiv_id": "2506.00001",
        "url": "https://arxiv.org/abs/2506.00001",
        "upvotes": 7,
        "categories": ["cs.LG"],
        "pages": ["a.txt"],
    }
    bare = BARE.to_record()
    assert bare.keys() == PAPER.to_record().keys()
    assert [name for name, value in bare.items() if value is None] == [
        "authors",
        "author_count",
        "date",
        "arxiv_id",
        "url",
        "upvotes",
        "categories",
    ]


def test_a_hits_record_has_its_three_best_sentences() -> None:
    spans = tuple(Span(f"S{n}.", n, n + 3, 0.123456) for n in range(5))
    assert Hit(PAPER, 0.654321, spans).to_record(2) == {
        "rank": 2,
        "paper_id": "0123456789ab",
        "title": "On Grokking",
        "score": 0.6543,
        "sentences": [
            {"text": f"S{n}.", "start": n, "end": n + 3, "score": 0.1235} for n in range(3)
        ],
    }


def test_a_reports_record_lists_what_failed() -> None:
    report = AddReport(3, 1, 1, 1, (Failure("a.txt", None, "no title"),))
    assert report.to_record() == {
        "read": 3,
        "added": 1,
        "merged": 1,
        "unchanged": 1,
        "failed": [{"source": "a.txt", "line": None, "reason": "no title"}],
    }


def test_an_answers_record_is_json_with_every_field() -> None:
    evidence = Evidence(PAPER.paper_id, "Late.", 12, 17)
    verdict = Verdict(Support.SUPPORTED, 0.98765, "The wording is in the abstract.")
    understood = Understood(
        "When?",
        "When is it?",
        (1,),
        (Filter(Field.DATE, ">=", "2024", "since 2024"),),
        (Side("early", "early"), Side("late", "late")),
        follows=True,
    )
    cells = (Sentence("Late | so.", (1,)), Sentence("not stated in the abstract"))
    sides = (Column("early", (1,)), Column("late", (), found=False))
    table = Comparison(sides, (Aspect("Finding", cells),))
    answer = Answer(
        "When?",
        "Late [1].",
        Mode.MODEL,
        sentences=(Sentence("Late.", (1,), (evidence,), verdict),),
        understood=understood,
        selection=Selection(2, 1, 3),
        comparison=table,
        papers=(Offer(1, PAPER, cited=True), Offer(2, BARE)),
        model="m",
        timings=Timings(1.23, 4.56, 7.89),
    )
    assert json.loads(json.dumps(answer.to_record("q7"))) == {
        "id": "q7",
        "question": "When?",
        "answer": "Late [1].\n\n|  | early | late |\n|---|---|---|\n"
        "| Finding | Late \\| so. [1] | not stated in the abstract |",
        "mode": "model",
        "model": "m",
        "refused": False,
        "missing_terms": [],
        "complete": True,
        "notice": "",
        "fell_back": False,
        "sentences": [
            {
                "text": "Late.",
                "citations": [1],
                "evidence": [
                    {"paper_id": "0123456789ab", "sentence": "Late.", "start": 12, "end": 17}
                ],
                "support": "supported",
                "support_score": 0.988,
                "support_reason": "The wording is in the abstract.",
            }
        ],
        "supported": {"supported": 1, "of": 1, "by": "wording"},
        "hidden": 0,
        "understood": {
            "question": "When is it?",
            "follows": True,
            "about": [1],
            "filters": [
                {
                    "key": "date>=2024",
                    "field": "date",
                    "relation": ">=",
                    "value": "2024",
                    "words": "since 2024",
                }
            ],
            "sides": ["early", "late"],
        },
        "selection": {"kept": 2, "left_out": 1, "unknown": 3},
        "premise": None,
        "comparison": {
            "sides": [
                {"name": "early", "papers": [1], "found": True},
                {"name": "late", "papers": [], "found": False},
            ],
            "aspects": [
                {
                    "name": "Finding",
                    "cells": [
                        {
                            "text": "Late | so.",
                            "citations": [1],
                            "evidence": [],
                            "support": None,
                            "support_score": None,
                            "support_reason": "",
                        },
                        {
                            "text": "not stated in the abstract",
                            "citations": [],
                            "evidence": [],
                            "support": None,
                            "support_score": None,
                            "support_reason": "",
                        },
                    ],
                }
            ],
        },
        "papers": [
            {
                "number": 1,
                "paper_id": "0123456789ab",
                "title": "On Grokking",
                "authors": ["Ada One"],
                "date": "2025-06-26",
                "url": "https://arxiv.org/abs/2506.00001",
                "cited": True,
            },
            {
                "number": 2,
                "paper_id": "ba9876543210",
                "title": "Bare",
                "authors": None,
                "date": None,
                "url": None,
                "cited": False,
            },
        ],
        "dropped_papers": 0,
        "invalid_citations": 0,
        "timings": {"retrieve_ms": 1.2, "first_token_ms": 4.6, "total_ms": 7.9, "support_ms": 0.0},
        "tokens": {"read": None, "written": None},
    }


def offer_numbers(conversation: Conversation, *papers: Paper) -> list[int]:
    return [offer.number for offer in conversation.number(papers)]


def test_a_paper_keeps_its_number_and_a_new_one_takes_the_next() -> None:
    third = Paper("cccccccccccc", "Third", "New.")
    first = Conversation()
    assert offer_numbers(first, PAPER, BARE) == [1, 2]
    second = first.after(Answer("", "", Mode.QUOTING, papers=first.number((PAPER, BARE))))
    assert offer_numbers(second, third, BARE, PAPER) == [3, 2, 1]
    third_turn = second.after(Answer("", "", Mode.QUOTING, papers=second.number((third, BARE))))
    assert third_turn.numbers == ("0123456789ab", "ba9876543210", "cccccccccccc")


def test_an_answer_without_papers_leaves_the_numbers_as_they_are() -> None:
    conversation = Conversation(("a", "b"))
    assert conversation.after(Answer("", "", Mode.MODEL)).numbers == ("a", "b")


@given(st.lists(st.lists(st.integers(0, 20), unique=True, max_size=8), max_size=6))
def test_numbers_never_change_and_never_meet(turns: list[list[int]]) -> None:
    conversation = Conversation()
    seen: dict[str, int] = {}
    for turn in turns:
        papers = tuple(Paper(f"{one:012d}", str(one), "") for one in turn)
        offers = conversation.number(papers)
        for offer in offers:
            assert seen.setdefault(offer.paper.paper_id, offer.number) == offer.number
        conversation = conversation.after(Answer("", "", Mode.QUOTING, papers=offers))
    assert sorted(seen.values()) == list(range(1, len(seen) + 1))


def test_an_exchange_keeps_what_a_later_question_may_refer_to() -> None:
    cell = Sentence("Late.", (2,))
    answer = Answer(
        "and that?",
        "So [1].",
        Mode.QUOTING,
        sentences=(Sentence("So.", (1,)),),
        papers=(Offer(1, PAPER), Offer(2, BARE)),
        comparison=Comparison((Column("early", (1,)),), (Aspect("Finding", (cell,)),)),
        understood=Understood("and that?", "And when is it?"),
    )
    last = Conversation().after(answer).last
    assert last is not None
    assert (last.question, last.cited, last.offered) == ("And when is it?", (1, 2), (1, 2))
    assert last.sides == (Column("early", (1,)),)


def test_a_conversation_remembers_its_last_six_exchanges() -> None:
    conversation = Conversation()
    for number in range(9):
        conversation = conversation.after(Answer(f"Q{number}", "", Mode.QUOTING))
    assert [one.question for one in conversation.exchanges] == [f"Q{n}" for n in range(3, 9)]
