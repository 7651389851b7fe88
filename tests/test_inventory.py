"""Questions about the library itself: which questions are, and what they ask for."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.inventory import Fact, InventoryQuestion, Kind, Topic, find_inventory_question
from rag.question import Field

TODAY = date(2026, 11, 21)

COUNTS = [
    "How many papers do you have?",
    "how many papers are in the library?",
    "Please tell me how many papers there are.",
    "What's the total number of papers in your collection?",
    "How big is this library?",
    "How many papers do you have from 2025?",
    "how many papers are there by more than five authors from 2025?",
    "How many of the papers are from 2024?",
    "How many were posted in 2025?",
    "How many papers mention grokking?",
    "How many papers are about double descent or grokking?",
    "How many papers from 2025 discuss backdoors?",
    "How many papers have no date?",
    "how many papers are by a single author?",
    "How many papers release code?",
    "How many papers are by Zhang?",
]
LISTS = [
    "What was posted in December 2025 according to the dates you have?",
    "List the papers from 2025",
    "show me all papers from March 2024, please",
    "Which papers were published in 2024?",
    "Which papers have more than 8 authors?",
    "Are there any papers from 2019?",
    "do you have anything from 2019?",
    "What papers do you have?",
    "Which papers have no date?",
    "Which papers do not state a date?",
    "Which papers are by a single author?",
    "Which of these are from 2025?",
    "Which papers were posted between March and May 2024?",
    "Which papers did Ada Lovelace write?",
]
ORDERS = [
    ("which is the oldest?", Field.DATE, "least", 0),
    ("Which paper is the oldest?", Field.DATE, "least", 0),
    ("What is the newest paper you have?", Field.DATE, "most", 0),
    ("Which of these is newest?", Field.DATE, "most", 0),
    ("which one is the most recent?", Field.DATE, "most", 0),
    ("Show me the five newest papers", Field.DATE, "most", 5),
    ("list the 3 oldest papers", Field.DATE, "least", 3),
    ("What are the latest papers?", Field.DATE, "most", 5),
    ("Which paper has the fewest authors?", Field.AUTHORS, "least", 0),
    ("What is the paper with the most authors?", Field.AUTHORS, "most", 0),
    ("Which paper has the longest author list?", Field.AUTHORS, "most", 0),
    ("What is the most upvoted paper?", Field.UPVOTES, "most", 0),
    ("top 5 by upvotes", Field.UPVOTES, "most", 5),
    ("Which of them got the fewest upvotes?", Field.UPVOTES, "least", 0),
    ("What is the newest paper on grokking?", Field.DATE, "most", 0),
    ("what is the oldest paper from 2025?", Field.DATE, "least", 0),
    ("Who wrote the newest paper?", Field.DATE, "most", 0),
]
TOLD = [
    ("Who wrote [3]?", Fact.AUTHORS),
    ("who are the authors of paper 3?", Fact.AUTHORS),
    ("How many authors does [2] have?", Fact.AUTHOR_COUNT),
    ("When was it posted?", Fact.DATE),
    ("When were these published?", Fact.DATE),
    ("In which year did [2] appear?", Fact.DATE),
    ("how old is that paper?", Fact.DATE),
    ("what is its date?", Fact.DATE),
    ("what is the arXiv id of [2]?", Fact.ARXIV),
    ("Give me the link to [1]", Fact.LINK),
    ("where can I find [1]?", Fact.LINK),
    ("How many upvotes did these get?", Fact.UPVOTES),
    ("What is the title of [2]?", Fact.TITLE),
    ("Which page is [2] on?", Fact.PAGES),
    ('When was "A walk on the moon" published?', Fact.DATE),
    ('Do you have a paper called "A walk on the moon"?', Fact.HERE),
    ("When was A walk on the moon posted?", Fact.DATE),
]
OTHER = [
    ("What dates do you cover?", Kind.DATES),
    ("How far back do you go?", Kind.DATES),
    ("What years do the papers span?", Kind.DATES),
    ("How many pages are there?", Kind.PAGES),
    ("Where do the papers come from?", Kind.PAGES),
    ("Which pages did I add?", Kind.PAGES),
]
NOT_OF_THE_LIBRARY = [
    "how many tokens per parameter?",
    "what is the oldest trick against overfitting?",
    "how many layers do they use?",
    "which is newest: mixup or cutmix?",
    "How many papers show that tuning generalises worse?",
    "How many papers agree?",
    "Who wrote the code?",
    "How many examples does it need?",
    "What does the newest paper say about grokking?",
    "What is the most upvoted paper about?",
    "When does grokking happen?",
    "When was dropout invented?",
    "What do these papers find?",
    "Which of these is best?",
    "which is the most popular method?",
    "Which papers from 2024 discuss grokking?",
    "What was posted in December 2025 about robots?",
    "list the papers on grokking",
    "How many authors agree that scaling helps?",
    "How many parameters does it have?",
    "who is behind it all?",
    "Where does the generalization gap come from?",
    "Where do these errors come from?",
    "what is the date of the cutoff?",
    "how old is the idea of dropout?",
    "How many of these use ImageNet?",
    "What is the link between grokking and double descent?",
    "Is there a link to double descent?",
    "Which has the most parameters?",
    "what is the most recent approach to pruning?",
    "how many are there?",
    "Give me the title",
    "what is it called when networks memorize first?",
    "Which papers are there on grokking?",
    "What's the latest?",
    "which of them generalizes best and when was it posted?",
    "Who wrote it, and what does it find?",
    "How many papers are there, and what do they find about grokking?",
    "Which years of data were used?",
    "from which year is the data?",
    "How large is the library of motions?",
    "Which authors disagree?",
    "How does accuracy change with date?",
    "Do the oldest layers matter?",
    "What do papers from 2025 say about generalization?",
    "",
    "?!",
]


def find(question: str, refers: bool = True) -> InventoryQuestion | None:
    known = {"a walk on the moon"}
    return find_inventory_question(question, refers, TODAY, lambda title: title.lower() in known)


def read(question: str, refers: bool = True) -> InventoryQuestion:
    asked = find(question, refers)
    assert asked is not None
    return asked


@pytest.mark.parametrize("question", COUNTS)
def test_a_count_of_papers_is_a_question_about_the_library(question: str) -> None:
    assert [ask.kind for ask in read(question).asks] == [Kind.COUNT]


@pytest.mark.parametrize("question", LISTS)
def test_a_list_of_papers_is_a_question_about_the_library(question: str) -> None:
    assert [ask.kind for ask in read(question).asks] == [Kind.LIST]


@pytest.mark.parametrize(("question", "field", "relation", "number"), ORDERS)
def test_a_superlative_is_an_order(question: str, field: Field, relation: str, number: int) -> None:
    (ask,) = read(question).asks
    assert (ask.kind, ask.field, ask.relation, ask.number) == (
        Kind.ORDER,
        field,
        relation,
        number,
    )


@pytest.mark.parametrize(("question", "fact"), TOLD)
def test_a_fact_of_a_paper_is_asked_for(question: str, fact: Fact) -> None:
    (ask,) = read(question).asks
    assert (ask.kind, ask.wants) == (Kind.TELL, (fact,))


@pytest.mark.parametrize(("question", "kind"), OTHER)
def test_dates_and_pages_are_asked_for(question: str, kind: Kind) -> None:
    assert [ask.kind for ask in read(question, refers=False).asks] == [kind]


@pytest.mark.parametrize("question", NOT_OF_THE_LIBRARY)
def test_a_question_about_what_papers_say_is_not_about_the_library(question: str) -> None:
    assert find(question) is None


def test_a_pronoun_means_papers_only_where_the_conversation_has_some() -> None:
    assert find("When was it posted?", refers=False) is None
    assert read("Which of these papers is the newest?", refers=False).given is False
    assert read("Which of these papers is the newest?").given is True


def test_the_question_says_which_papers_it_names() -> None:
    assert read("Who wrote [3] and [12]?").numbers == (3, 12)
    assert read("When were papers [2, 4] posted?").numbers == (2, 4)
    assert read("How many papers are there?").numbers == ()


def test_several_things_can_be_asked_of_the_first_paper_of_an_order() -> None:
    (ask,) = read(
        "Which entry lists the most authors, how many is it, and when was it posted?"
    ).asks
    assert ask.wants == (Fact.AUTHOR_COUNT, Fact.DATE)


def test_a_second_question_is_asked_of_the_papers_of_the_first() -> None:
    first, second = read("How many papers from 2025 mention cats, and which is the oldest?").asks
    assert (first.kind, second.kind) == (Kind.COUNT, Kind.ORDER)
    assert (second.topic, second.filters) == (Topic(("cats",)), first.filters)


@given(st.text(max_size=300) | st.lists(st.sampled_from(
    ["how many", "papers", "the newest", "[3]", "\"", "which", "of these", "from 2025", "and", ",",
     "who wrote", "it", "when", "\ue001", "\ue002", "mention", "no date", "authors", "most", "?"]
), max_size=40).map(" ".join))  # fmt: skip
def test_any_text_can_be_asked(text: str) -> None:
    asked = find(text)
    assert asked is None or asked.asks


def test_a_long_question_is_read_at_once() -> None:
    started = time.process_time()
    for piece in ("how many papers ", "which of these ", '"title" ', "the newest [3] and "):
        find_inventory_question(piece * 2000, True, TODAY)
        find_inventory_question((piece * 40)[:400], True, TODAY)
    assert time.process_time() - started < 1
