"""The questions that a newcomer is offered: they fit the library, and it answers them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Footnote
from rag.merge import start_paper
from rag.pages import open_pages
from rag.records import Paper
from rag.suggest import find_subjects, suggest_questions


@pytest.fixture(scope="module")
def footnote(starter_folder: Path) -> Iterator[Footnote]:
    with Footnote.open(library=starter_folder) as opened:
        yield opened


def make_paper(title: str, abstract: str = "We study it.") -> Paper:
    return Paper(f"{abs(hash(title)) % 16**12:012x}", title, abstract)


def test_the_starter_papers_suggest_six_different_questions(footnote: Footnote) -> None:
    assert footnote.engine().examples() == (
        "What do these papers find about length generalization?",
        "How do SAM3D and MediViSTA-SAM differ?",
        "What do these papers say about grokking, and do they agree?",
        "What helps with anomaly detection?",
        "What is Easy2Hard-Bench, and what did it show?",
        "Which papers study compositional generalization, and what do they conclude?",
    )


def test_the_starter_papers_answer_what_they_suggest(footnote: Footnote) -> None:
    engine = footnote.engine()
    for question in engine.examples():
        answer = engine.ask(question)
        assert not answer.refused, question
        assert answer.missing_terms == (), question
        assert answer.sentences, question


def test_the_shared_papers_answer_what_they_suggest(shared_library: Footnote) -> None:
    engine = shared_library.engine()
    questions = engine.examples()
    assert len(questions) == 6
    for question in questions:
        answer = engine.ask(question)
        assert not answer.refused, question
        assert answer.missing_terms == (), question


def test_a_named_paper_that_is_suggested_is_quoted_first(footnote: Footnote) -> None:
    answer = footnote.engine().ask("What is Easy2Hard-Bench, and what did it show?")
    assert answer.text.startswith("**Easy2Hard-Bench: ")


def test_a_comparison_that_is_suggested_quotes_both(footnote: Footnote) -> None:
    answer = footnote.engine().ask("How do SAM3D and MediViSTA-SAM differ?")
    cited = [offer.paper.title.partition(":")[0] for offer in answer.papers if offer.cited]
    assert {"SAM3D", "MediViSTA-SAM"} <= set(cited)


def test_an_empty_library_suggests_nothing() -> None:
    assert suggest_questions([]) == ()


def test_one_paper_is_asked_about_by_its_title_or_its_name() -> None:
    assert suggest_questions([make_paper("On the Pitfalls of Bias")]) == (
        "What is “On the Pitfalls of Bias” about?",
    )
    assert suggest_questions([make_paper("BEIR: A Benchmark")]) == (
        "What is BEIR, and what did it show?",
    )


def test_no_more_questions_than_asked_for_and_none_twice(footnote: Footnote) -> None:
    papers = list(footnote.library.papers())
    for size in (1, 2, 5, 20, 72):
        for count in (0, 1, 3, 6, 9):
            questions = suggest_questions(papers[:size], count)
            assert len(questions) <= count
            assert len(set(questions)) == len(questions)
    assert len(suggest_questions(papers[:5])) == 5


def test_subjects_are_what_several_titles_share_each_once() -> None:
    titles = [
        "Diffusion Models for Planning",
        "A Diffusion Model of Sound",
        "Fast Diffusion Models",
        "Robustness of Plans",
        "Robustness and Rules",
        "On Robustness",
        "Certified Robustness: A Survey",
        "Large Language Models",
        "Large Language Models Again",
        "Large Language Models Thrice",
    ]
    assert find_subjects(titles, 4) == ["diffusion models", "robustness"]
    assert find_subjects(titles, 1) == ["diffusion models"]
    assert find_subjects([], 4) == []


def test_titles_in_any_script_and_without_words_do_no_harm() -> None:
    papers = [make_paper(title) for title in ("学習について", "???", ":", "A: B", "x" * 5000)]
    assert suggest_questions(papers) == (
        "What is “学習について” about?",
        "What is “???” about?",
        "What is “:” about?",
        "What is “A: B” about?",
    )


def test_ten_thousand_papers_take_no_time(shared: Path) -> None:
    pages = open_pages([str(shared / "daily-papers-10k.jsonl.gz")])
    papers = [start_paper(entry) for page in pages for entry in page.entries]
    assert len(papers) > 9_800
    suggest_questions(papers[:50])  # loads the stemmer
    started = time.process_time()
    questions = suggest_questions(papers)
    seconds = time.process_time() - started
    assert len(questions) == 6
    assert seconds < 0.5, f"{seconds:.2f} s"
