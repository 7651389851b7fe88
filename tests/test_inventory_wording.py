"""Questions about the library in many wordings: which are taken, which are not, and for what."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag.inventory import (
    Fact,
    InventoryAnswer,
    Kind,
    answer_inventory,
    find_inventory_question,
    names_paper,
)
from rag.inventory.naming import find_named
from rag.inventory.neutral import repair
from rag.library import Library
from rag.pages import open_pages
from rag.replies import Offer

DATA = Path(__file__).parent / "data"
CORPUS = Path(__file__).parents[1] / "eval" / "corpus"
TODAY = date(2026, 11, 21)
CONTENT = ("answerable_a", "answerable_b", "unanswerable", "offtopic", "comparative")

# Content, in the words of records.
NOT_TAKEN = [
    "When did deep learning take off?",
    "Which paper first showed grokking?",
    "Which paper was the first to study length generalization?",
    "How many people annotated the data?",
    "Which papers use more than two models?",
    "What is the latest on double descent?",
    "When does grokking appear?",
    "How old are the images?",
    "Who wrote the instructions for crowdworkers?",
    "Which paper has the largest dataset?",
    "What do the authors of RT-1 claim?",
    "Who are the authors arguing against?",
    "What does the oldest paper say?",
    "Tell me about the RT-1 paper.",
    "Which is better, SAM3D or MediViSTA-SAM?",
    "Which came first, memorization or generalization?",
    "How far apart are the train and test losses?",
    "Where did you find the effect strongest?",
    "What year does the data in BEIR cover?",
    "Do papers with more authors generalize better?",
    "Which papers lack theory?",
    "Which papers have no experiments?",
    "Papers on grokking?",
    "List papers on length generalization from 2025",
    "show me papers about grokking, newest first",
    "What's new in 2025?",
    "What about 2025?",
    "only 2025",
    "What day is it?",
    "When was AlexNet published?",
    "Who wrote Attention is All You Need?",
    "How many authors wrote the Bible?",
    "Which list is the longest?",
    "What is the most recent benchmark?",
    "What does the first paper find?",
    "tell me more about the first one",
    "What links are missing?",
    "Why is the oldest paper from 2021?",
    "Who published first, and did they find grokking?",
    "What work has been done since 2024?",
    "Where does this claim come from?",
    "How do majority votes help?",
    "Was RT-1 trained in 2022?",
    "Which papers are not from 2025?",
    "Which other papers list this?",
    "What Algorithms can Transformers Learn?",
    "Can Models Learn Skill Composition from Examples?",
    "How Does Information Bottleneck Help Deep Learning?",
]
NAMES = [
    ("task hinting paper", "Improving Length-Generalization in Transformers via Task Hinting"),
    ("Task Hinting", "Improving Length-Generalization in Transformers via Task Hinting"),
    ("RT-1", "RT-1: Robotics Transformer for Real-World Control at Scale"),
    ("BEIR paper", "BEIR: A Heterogenous Benchmark for Zero-shot Evaluation"),
    ("debunk SFT paper", "Debunk the Myth of SFT Generalization"),
    ("Information Bottleneck Help Deep Learning", "How Does Information Bottleneck Help"),
    ("Grokking Tickets", "Grokking Tickets: Lottery Tickets Accelerate Grokking"),
]


def read(name: str) -> list[dict[str, Any]]:
    text = (DATA / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The starter papers, without vectors: nothing here is searched for by meaning."""
    library = Library(tmp_path_factory.mktemp("starter"))
    library.add(open_pages([str(CORPUS)]))
    return library


def answer(question: str, library: Library, refers: bool = False) -> InventoryAnswer | None:
    asked = find_inventory_question(
        question, refers, TODAY, lambda words: names_paper(words, library)
    )
    return answer_inventory(asked, library) if asked else None


def write(question: str, library: Library) -> str:
    found = answer(question, library)
    assert found is not None
    return found.write([Offer(n, paper) for n, paper in enumerate(found.papers, start=1)])[0]


def is_right(record: dict[str, Any], library: Library) -> bool | None:
    """None where the question is not taken for one about the library."""
    found = answer(record["question"], library)
    if found is None:
        return None
    text = write(record["question"], library)
    wanted = record["expects"]
    said = all(part in text for part in wanted.get("says", ()))
    counted = "count" not in wanted or text.startswith(f"{wanted['count']} of the 72 papers")
    titles = {paper.title for paper in found.papers}
    return said and counted and titles == set(wanted.get("titles", titles))


@pytest.mark.parametrize(("group", "at_least"), [("tune", 30), ("check", 30), ("judge", 27)])
def test_library_questions_are_taken_and_answered_exactly(
    group: str, at_least: int, library: Library
) -> None:
    records = [one for one in read("library_questions") if one["group"] == group]
    judged = {one["question"]: is_right(one, library) for one in records}
    assert len(judged) == 30
    assert [one for one, right in judged.items() if right is False] == []
    missed = [one for one, right in judged.items() if right is None]
    assert len(judged) - len(missed) >= at_least, missed


@pytest.mark.parametrize("refers", [False, True], ids=["first", "in a conversation"])
@pytest.mark.parametrize("name", [*CONTENT, "false_premises"])
def test_no_question_about_content_is_taken(name: str, refers: bool, library: Library) -> None:
    questions = [one[key] for one in read(name) for key in ("question", "true_twin") if key in one]
    assert questions
    assert [one for one in questions if answer(one, library, refers)] == []


def test_no_sentence_of_a_paper_is_taken(library: Library) -> None:
    sentences = [one["sentence"] for one in read("roles")]
    assert [one for one in sentences if answer(one, library, True)] == []


def test_no_development_question_but_the_two_about_records_is_taken(
    library: Library, shared: Path
) -> None:
    lines = (shared / "questions" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    taken = [one["type"] for one in records if answer(one["question"], library)]
    assert taken == ["metadata", "metadata"]


@pytest.mark.parametrize(
    "form",
    [
        "What does {} say?",
        "What do the authors of {} find?",
        "How does {} work?",
        "Which papers discuss {}?",
        "How many experiments does {} run?",
        "{}",
    ],
)
def test_what_a_title_says_is_content(form: str, library: Library) -> None:
    questions = [form.format(paper.title) for paper in library.papers()]
    assert [one for one in questions if answer(one, library, True)] == []


@pytest.mark.parametrize("question", NOT_TAKEN)
def test_content_in_the_words_of_records_is_not_taken(question: str, library: Library) -> None:
    assert answer(question, library) is None
    assert answer(question, library, refers=True) is None


@pytest.mark.parametrize(("words", "title"), NAMES)
def test_a_paper_is_named_by_parts_of_its_title(words: str, title: str, library: Library) -> None:
    (found,) = library.get(find_named(words, library)).values()
    assert found.title.startswith(title)


@pytest.mark.parametrize(
    "words", ["grokking paper", "generalization", "length generalization", "the", "find grokking"]
)
def test_words_of_many_papers_name_none(words: str, library: Library) -> None:
    assert find_named(words, library) == []


def test_words_that_are_misspelt_are_put_right_and_no_others() -> None:
    assert repair("wich pappers have eight auhtors") == "which papers have eight authors"
    assert repair("Does pager LaTeX groking dates") == "Does pager LaTeX groking dates"


def test_what_a_record_does_not_say_is_told_with_its_page(library: Library) -> None:
    assert write("When was RT-1 posted?", library) == (
        "No date is known for “RT-1: Robotics Transformer for Real-World Control at Scale”:"
        " page compact.txt gives none. [1]"
    )


def test_two_papers_are_put_in_order_and_the_days_between_them_counted(library: Library) -> None:
    question = "Which came first, ProtoReasoning or PEER pressure, and how far apart are they?"
    assert write(question, library) == (
        "Of these 2 papers, “PEER pressure: Model-to-Model Regularization for Single Source Domain"
        " Generalization” is the oldest: 18 May 2025. [1]\n\nThey are 31 days apart. [1][2]"
    )
    asked = find_inventory_question(
        question, False, TODAY, lambda words: names_paper(words, library)
    )
    assert asked is not None
    assert [ask.kind for ask in asked.asks] == [Kind.ORDER, Kind.APART]


def test_how_far_apart_papers_are_is_not_guessed(library: Library) -> None:
    text = write("How far apart are RT-1 and PEER pressure in time?", library)
    assert text.startswith("No date is known for “RT-1")
    assert text.endswith("How far apart they are cannot be told without the day of each. [1][2]")


def test_a_title_that_no_paper_has_is_told_before_the_rest_are_put_in_order(
    library: Library,
) -> None:
    assert write('Which is older, "Quinces rot" or "PEER pressure"?', library) == (
        "No paper here has the title “Quinces rot”.\n\nOf this 1 paper, “PEER pressure:"
        " Model-to-Model Regularization for Single Source Domain Generalization” is the oldest:"
        " 18 May 2025. [1]"
    )
    assert write('How far apart are "Quinces rot" and "Figs fall"?', library) == (
        "No paper here has the title “Quinces rot”.\n\nNo paper here has the title “Figs fall”."
    )


def test_a_question_after_a_list_is_asked_of_its_papers(library: Library) -> None:
    assert write("How many are by five authors, and which page are they on?", library) == (
        "“Robust Finetuning of Vision-Language-Action Robot Policies via Parameter Merging” is"
        " listed on dated.txt. [1]\n\n“Cauchy-Schwarz Divergence Information Bottleneck for"
        " Regression” is listed on dated.txt. [2]"
    )


def test_a_list_can_be_wanted_newest_first(library: Library) -> None:
    text = write("Papers from 2024, newest first", library)
    titles = [line[2:8] for line in text.splitlines() if line.startswith("- ")]
    assert titles == ["Cauchy", "Inform", "Deep N", "The Ef"]


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("Is the date of RT-1 known?", Fact.DATE),
        ("Was PEER pressure posted in 2024?", Fact.DATE),
        ("Does PEER pressure have more than five authors?", Fact.AUTHOR_COUNT),
        ("Do you have the BEIR paper?", Fact.HERE),
    ],
)
def test_yes_or_no_is_asked_of_a_record(question: str, fact: Fact, library: Library) -> None:
    asked = find_inventory_question(
        question, False, TODAY, lambda words: names_paper(words, library)
    )
    assert asked is not None
    assert [ask.wants for ask in asked.asks] == [(fact,)]
