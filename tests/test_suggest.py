"""The questions that a newcomer is offered: they fit the library, and it answers them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag import Footnote
from rag.conversation import Conversation
from rag.merge import start_paper
from rag.onward import suggest_followups
from rag.pages import open_pages
from rag.records import Paper
from rag.replies import Answer, Column, Comparison, Mode, Offer, Sentence
from rag.suggest import find_shared, find_subjects, suggest_questions


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


# --- questions to go on with -----------------------------------------------------------

CITED = (
    make_paper("GATE: Sparse Attention", "Long documents, sparse attention, pruning of heads."),
    make_paper("EVICT: Small Caches", "Caches are made small by eviction."),
    make_paper("Reading in Pages", "A book is read in pages."),
)
READ = (
    make_paper("Structured Pruning of Heads", "Heads are pruned."),
    make_paper("Sound", "A tone."),
)


def make_answer(*numbers: int, refused: bool = False, question: str = "What is cheap?") -> Answer:
    """An answer that cites these, the first most often, of five papers that were read."""
    papers = (*CITED, *READ)
    sentences = [Sentence(f"Sentence {one}.", (one,)) for one in (*numbers, *numbers[:1])]
    offers = tuple(Offer(n, one, n in numbers) for n, one in enumerate(papers, start=1))
    return Answer(question, "Text.", Mode.QUOTING, tuple(sentences), offers, refused=refused)


def suggest(answer: Answer, *asked: str, refuses: str = "nothing") -> tuple[str, ...]:
    conversation = Conversation()
    for question in asked:
        conversation = conversation.after(Answer(question, "", Mode.QUOTING))
    return suggest_followups(answer, conversation, lambda one: refuses not in one)


def test_two_named_papers_one_of_them_and_a_subject_they_share_are_offered() -> None:
    assert suggest(make_answer(2, 1, 3)) == (
        "How do EVICT and GATE differ?",
        "What is EVICT, and what did it show?",
        "What do other papers find about pruning?",
    )


def test_papers_without_names_are_meant_by_their_numbers() -> None:
    assert suggest(make_answer(3, 1))[:2] == (
        "How do [3] and [1] differ?",
        "Tell me more about [3]",
    )


def test_what_would_be_refused_or_was_asked_is_not_offered() -> None:
    assert suggest(make_answer(1, 2), refuses="differ") == (
        "What is GATE, and what did it show?",
        "What do other papers find about pruning?",
        "What is EVICT, and what did it show?",
    )
    asked = "what is gate, and what did it show?"
    assert suggest(make_answer(1), asked)[0] == "What do other papers find about pruning?"
    assert suggest(make_answer(1, 2), refuses="") == ()


def test_a_paper_that_was_asked_for_is_not_offered_again() -> None:
    answer = make_answer(1, question="What is GATE, and how does it work?")
    assert suggest(answer) == (
        "What do other papers find about pruning?",
        "How do [1] and [2] differ?",
        "How do [1] and [3] differ?",
    )


def test_after_a_comparison_its_sides_are_offered_and_not_compared_again() -> None:
    answer = make_answer(1, 2)
    sides = (Column("Gates", (1,)), Column("Eviction", (2,)))
    compared = suggest(replace(answer, comparison=Comparison(sides, ())))
    assert compared[0] == "What is GATE, and what did it show?"
    assert "How do GATE and EVICT differ?" not in compared


def test_a_refusal_offers_what_the_nearest_papers_do_speak_of() -> None:
    assert suggest(make_answer(1, 3, refused=True)) == (
        "What do the papers here say about pruning?",
        "What is GATE, and what did it show?",
        "Tell me more about [3]",
    )


def test_a_shared_subject_is_in_a_title_in_two_papers_and_not_in_the_question() -> None:
    assert find_shared(CITED, READ, "What is cheap?", 3) == ["pruning"]
    assert find_shared(CITED, READ, "What prunes heads?", 3) == []
    assert find_shared(CITED[1:], READ, "What is cheap?", 3) == []


@pytest.mark.parametrize(
    "question",
    [
        "What do these papers find about length generalization?",
        "How do SAM3D and MediViSTA-SAM differ?",
        "Who won the football world cup in 2022?",
        "How many papers are there?",
    ],
)
def test_the_starter_papers_answer_what_they_offer_to_go_on_with(
    footnote: Footnote, question: str
) -> None:
    engine = footnote.engine()
    answer = engine.ask(question)
    conversation = Conversation().after(answer)
    offered = engine.followups(answer, conversation)
    assert 2 <= len(offered) <= 3
    assert question not in offered
    assert [one for one in offered if engine.ask(one, conversation).refused] == []


def test_what_was_asked_in_other_words_is_not_offered_again(footnote: Footnote) -> None:
    engine = footnote.engine()
    answer = engine.ask("What do these papers find about length generalization?")
    conversation = Conversation().after(answer)
    more = next(one for one in engine.followups(answer, conversation) if "more about" in one)
    again = engine.ask(more, conversation)
    assert more not in engine.followups(again, conversation.after(again))
