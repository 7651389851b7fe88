"""Questions about the library itself: what its records answer, to the letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from libraries import entry, page

from rag.inventory import answer_inventory, find_inventory_question
from rag.library import Library
from rag.pages import open_pages
from rag.records import PartialDate
from rag.replies import Offer

TODAY = date(2026, 11, 21)


def write(question: str, library: Library, offers: Sequence[Offer] = ()) -> str:
    """The answer, its papers numbered behind those offered."""
    asked = find_inventory_question(
        question, bool(offers), TODAY, lambda title: bool(library.find_titled(title))
    )
    assert asked is not None
    answer = answer_inventory(asked, library, offers)
    known = {offer.paper.paper_id: offer for offer in offers}
    numbered = list(offers)
    for paper in answer.papers:
        if paper.paper_id not in known:
            numbered.append(Offer(len(numbered) + 1, paper))
    text, sentences = answer.write(numbered)
    for sentence in sentences:
        assert sentence.text in text
        assert sentence.verdict is None
        assert "".join(f"[{one}]" for one in sentence.citations) in text
    return text


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library(tmp_path_factory.mktemp("inventory"))
    add = [
        entry(
            "Apples fall",
            "Apples fall because of gravity. Code is at https://github.com/a/b.",
            authors=("Isaac Newton", "Émilie du Châtelet"),
            date=PartialDate(2024, 3, 2),
            arxiv_id="2403.00001",
            url="https://arxiv.org/abs/2403.00001",
            upvotes=7,
        ),
        entry("Pears roll", "Pears roll, apples do not.", author_count=5, date=PartialDate(2024)),
        entry("Plums [2] rest", "Plums rest.", author_count=5, date=PartialDate(None, 3, 2)),
        entry("Figs wait", "Figs wait.", date=PartialDate(2025, 12, 10), upvotes=7),
        entry("Dates pass?", "Nothing is known."),
    ]
    again = replace(add[0], source="more.txt")
    library.add([page(*(replace(one, source="/home/me/fruit.txt") for one in add)), page(again)])
    return library


@pytest.fixture
def offers(library: Library) -> tuple[Offer, ...]:
    return tuple(Offer(number, paper) for number, paper in enumerate(library.papers(), start=1))


ANSWERS = [
    ("How many papers do you have?", "The library holds 5 papers."),
    (
        "How many papers are from 2024?",
        "2 of the 5 papers here are known to be from 2024; 1 states no year and 1 has no date:\n"
        "- Pears roll (2024; 5 authors) [2]\n- Apples fall (2 Mar 2024; 2 authors; 7 upvotes) [1]",
    ),
    (
        "How many papers are from 2019?",
        "No paper here is known to be from 2019; 1 states no year and 1 has no date.",
    ),
    (
        "Which papers since June 2024 are there?",
        "1 of the 5 papers here is known to be from Jun 2024 or later; 1 has a date too coarse to"
        " tell, 1 states no year and 1 has no date:\n- Figs wait (10 Dec 2025; 7 upvotes) [4]",
    ),
    (
        "Which papers were posted in March?",
        "2 of the 5 papers here are known to be from March, any year; 1 has a date too coarse to"
        " tell and 1 has no date:\n- Plums (2) rest (2 Mar, year not stated; 5 authors) [3]\n"
        "- Apples fall (2 Mar 2024; 2 authors; 7 upvotes) [1]",
    ),
    (
        "Which papers have more than 4 authors?",
        "2 of the 5 papers here are known to have more than 4 authors; 2 have no number of"
        " authors:\n- Pears roll (2024; 5 authors) [2]\n"
        "- Plums (2) rest (2 Mar, year not stated; 5 authors) [3]",
    ),
    (
        "Which papers from 2025 have more than 4 authors?",
        "No paper here is known to be from 2025 and to have more than 4 authors; of 3 more it is"
        " not known (1 states no year, 2 have no number of authors, 1 has no date).",
    ),
    (
        "How many papers are by Du Chatelet?",
        "1 of the 5 papers here is known to be by Du Chatelet; 4 name no authors:\n"
        "- Apples fall (2 Mar 2024; 2 authors; 7 upvotes) [1]",
    ),
    (
        "How many papers release code?",
        "1 of the 5 papers here mentions code that is released:\n"
        "- Apples fall (2 Mar 2024; 2 authors; 7 upvotes) [1]",
    ),
    (
        "How many papers mention an apple?",
        "2 of the 5 papers here mention “apple”:\n"
        "- Apples fall (2 Mar 2024; 2 authors; 7 upvotes) [1]\n- Pears roll (2024; 5 authors) [2]",
    ),
    (
        "How many papers mention apples and gravity?",
        "1 of the 5 papers here mentions “apples” and “gravity”:\n"
        "- Apples fall (2 Mar 2024; 2 authors; 7 upvotes) [1]",
    ),
    ("How many papers mention quinces?", "No paper here mentions “quinces”."),
    (
        "Which papers have no date?",
        "1 of the 5 papers here has no date:\n- Dates pass? [5]",
    ),
    (
        "Which is the oldest?",
        "Of the 3 papers here whose date is known with its year, “Pears roll” is the oldest:"
        " 2024. [2]\n\n1 other may be older: the dates are too coarse to say. [1]\n\n"
        "1 of the 5 papers here has no date, and 1 states no year.",
    ),
    (
        "What is the newest paper, and who wrote it?",
        "Of the 3 papers here whose date is known with its year, “Figs wait” is the newest:"
        " 10 Dec 2025. [4] No authors are known for it: page fruit.txt gives none. [4]\n\n"
        "1 of the 5 papers here has no date, and 1 states no year.",
    ),
    (
        "Which paper lists the most authors?",
        "Of the 3 papers here whose number of authors is known, 2 list the most authors:"
        " 5 authors.\n- Pears roll (2024; 5 authors) [2]\n"
        "- Plums (2) rest (2 Mar, year not stated; 5 authors) [3]\n\n"
        "2 of the 5 papers here have no number of authors.",
    ),
    (
        "What is the newest paper that mentions apples?",
        "Of the 2 papers that mention “apples”, “Apples fall” is the newest: 2 Mar 2024. [1]\n\n"
        "1 other may be newer: the dates are too coarse to say. [2]",
    ),
    (
        "What are the 2 newest papers?",
        "Of the 3 papers here whose date is known with its year, these 2 are the newest:\n"
        "- Figs wait (10 Dec 2025; 7 upvotes) [4]\n"
        "- Apples fall (2 Mar 2024; 2 authors; 7 upvotes) [1]\n\n"
        "1 of the 5 papers here has no date, and 1 states no year.",
    ),
    (
        "Which is the oldest of the papers from 2019?",
        "No paper here is known to be from 2019; 1 states no year and 1 has no date.",
    ),
    (
        "What dates do you cover?",
        "The 3 papers whose date is known with its year are from 2024 to 10 Dec 2025. [2][4]\n\n"
        "By year: 2 from 2024, 1 from 2025.\n\n"
        "1 of the 5 papers here has no date, and 1 states no year.",
    ),
    (
        "Where do the papers come from?",
        "5 papers come from 2 pages, some from several of them:\n- fruit.txt: 5 papers\n"
        "- more.txt: 1 paper",
    ),
    ("Who wrote [1]?", "“Apples fall” is by Isaac Newton and Émilie du Châtelet. [1]"),
    ("Who wrote [2]?", "“Pears roll” has 5 authors, whose names are not known here. [2]"),
    (
        "How many authors does [4] have?",
        "No number of authors is known for “Figs wait”: page fruit.txt gives none. [4]",
    ),
    (
        "When was [3] posted, and what is its link?",
        "“Plums (2) rest” is dated 2 Mar, year not stated. [3]"
        " No link is known for it: page fruit.txt gives none. [3]",
    ),
    ("What is the arXiv id of [1]?", "“Apples fall” has the arXiv id 2403.00001. [1]"),
    ("What is the link to [1]?", "“Apples fall” is at https://arxiv.org/abs/2403.00001 [1]"),
    ("How many upvotes does [1] have?", "“Apples fall” has 7 upvotes. [1]"),
    ("Where does [1] come from?", "“Apples fall” is listed on fruit.txt, more.txt. [1]"),
    ("Who wrote [9]?", "No paper has the number 9 in this conversation."),
    ("When was pears roll posted?", "“Pears roll” is dated 2024. [2]"),
    ('Is "Apples fall" in the library?', "“Apples fall” is in the library. [1]"),
    ('Do you have "Quinces rot"?', "No paper here has the title “Quinces rot”."),
]


@pytest.mark.parametrize(("question", "answer"), ANSWERS)
def test_the_records_answer_exactly(
    question: str, answer: str, library: Library, offers: tuple[Offer, ...]
) -> None:
    assert write(question, library, offers) == answer


def test_these_are_the_papers_that_are_offered(library: Library, offers: tuple[Offer, ...]) -> None:
    assert write("Which of these is newest?", library, offers[:2]) == (
        "Of these 2 papers, “Apples fall” is the newest: 2 Mar 2024. [1]\n\n"
        "1 other may be newer: the dates are too coarse to say. [2]"
    )
    assert write("Which of these are from 2025?", library, offers[:2]) == (
        "None of these papers is known to be from 2025."
    )


def test_where_none_has_a_number_of_upvotes_none_is_the_most_upvoted(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.add([page(entry("One"), entry("Two"))])
    assert write("What is the most upvoted paper?", library) == (
        "None of the 2 papers here has a known number of upvotes."
    )
    assert write("Which is the newest?", library) == "None of the 2 papers here has a known date."


def test_of_many_papers_twenty_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.add([page(*(entry(f"Paper {n}", date=PartialDate(2024, 5, 1)) for n in range(30)))])
    text = write("List the papers from 2024", library)
    assert text.startswith("All of the 30 papers here are known to be from 2024:\n- Paper 0 ")
    assert text.count("\n- ") == 20
    assert text.endswith("\n\n10 more are not named here.")
    assert write("How many papers are from 2024?", library) == (
        "All of the 30 papers here are known to be from 2024."
    )
    oldest = write("Which is the oldest?", library)
    assert oldest.startswith("Of the 30 papers here, 30 are the oldest: 1 May 2024.\n- Paper 0 ")
    assert oldest.endswith("\n\n10 more are not named here.")


# Answers, over the 346 papers of the shared pages


@pytest.fixture(scope="module")
def shared_papers(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The shared pages' papers, without vectors: nothing here is searched for by meaning."""
    library = Library(tmp_path_factory.mktemp("shared"))
    library.add(open_pages([str(shared / "pages")]))
    return library


SHARED = [
    ("How many papers do you have?", "The library holds 346 papers."),
    (
        "What was posted in December 2025 according to the dates you have?",
        "4 of the 346 papers here are known to be from Dec 2025; 303 have no date:\n"
        "- From Atomic to Composite: Reinforcement Learning Enables Generalization in"
        " Complementary Reasoning (1 Dec 2025; 8 authors) [1]\n"
        "- Robust Finetuning of Vision-Language-Action Robot Policies via Parameter Merging"
        " (9 Dec 2025; 5 authors) [2]\n"
        "- Weird Generalization and Inductive Backdoors: New Ways to Corrupt LLMs"
        " (10 Dec 2025; 7 authors) [3]\n"
        "- Scaling Up AI-Generated Image Detection via Generator-Aware Prototypes"
        " (14 Dec 2025; 7 authors) [4]",
    ),
    (
        "Which entry lists the most authors, how many is it, and when was it posted?",
        "Of the 43 papers here whose number of authors is known, “How Well Does GPT-4V(ision)"
        " Adapt to Distribution Shifts? A Preliminary Investigation” lists the most authors:"
        " 11 authors. [1] It is dated 12 Dec 2023. [1]\n\n"
        "303 of the 346 papers here have no number of authors.",
    ),
    (
        "Which is the oldest?",
        "Of the 39 papers here whose date is known with its year, “Train longer, generalize"
        " better: closing the generalization gap in large batch training of neural networks” is"
        " the oldest: 24 May 2017. [1]\n\n"
        "303 of the 346 papers here have no date, and 4 state no year.",
    ),
    (
        "Do you have anything from 2019?",
        "No paper here is known to be from 2019; 303 have no date and 4 state no year.",
    ),
    ("How many papers have no date?", "303 of the 346 papers here have no date."),
    (
        "When was Boule or Baguette posted?",
        "“Boule or Baguette? A Study on Task Topology, Length Generalization, and the Benefit of"
        " Reasoning Traces” is dated 15 Feb, year not stated. [1]",
    ),
]


@pytest.mark.parametrize(("question", "answer"), SHARED)
def test_the_shared_pages_are_answered_from(
    question: str, answer: str, shared_papers: Library
) -> None:
    assert write(question, shared_papers) == answer


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        (
            "How many papers do you have from 2025?",
            "16 of the 346 papers here are known to be from 2025;"
            " 303 have no date and 4 state no year:\n- Revisiting Graph Neural Networks",
        ),
        ("How many papers mention grokking?", "12 of the 346 papers here mention “grokking”:\n"),
        (
            "What dates do you cover?",
            "The 39 papers whose date is known with its year are from 24 May 2017 to"
            " 14 Dec 2025. [1][2]\n\nBy year: 1 from 2017, 2 from 2020, 1 from 2021, 3 from 2022,"
            " 6 from 2023, 10 from 2024, 16 from 2025.\n\n",
        ),
        ("How many pages are there?", "346 papers come from 4 pages, some from several of them:\n"),
    ],
)
def test_the_shared_pages_are_counted(question: str, opening: str, shared_papers: Library) -> None:
    assert write(question, shared_papers).startswith(opening)
