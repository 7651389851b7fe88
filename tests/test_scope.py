"""Whether a library speaks to a question: what is refused, what is not, what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Footnote
from rag.records import Entry, Page
from rag.scope import Scope, judge_scope

DATA = Path(__file__).parent / "data"
PAPERS = 8


@pytest.fixture(scope="module")
def footnote(starter_folder: Path) -> Iterator[Footnote]:
    with Footnote.open(library=starter_folder) as opened:
        yield opened


@pytest.fixture(params=["starter papers", "shared papers"])
def either(request: pytest.FixtureRequest) -> Footnote:
    """The library of the starter papers, then that of the shared pages."""
    name = "footnote" if request.param == "starter papers" else "shared_library"
    library: Footnote = request.getfixturevalue(name)
    return library


def read_questions(path: Path, *kinds: str) -> list[str]:
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [record["question"] for record in records if record["type"] in kinds]


def judge(footnote: Footnote, question: str) -> Scope:
    hits = footnote.retriever.find(question, PAPERS).hits
    return judge_scope(question, hits, footnote.library)


def judge_all(footnote: Footnote, questions: list[str]) -> dict[str, Scope]:
    assert questions
    return {question: judge(footnote, question) for question in questions}


def test_every_off_topic_question_is_refused(either: Footnote) -> None:
    scopes = judge_all(either, read_questions(DATA / "offtopic.jsonl", "offtopic"))
    let_in = {question: scope for question, scope in scopes.items() if not scope.refused}
    assert len(scopes) == 60
    assert not let_in, f"{len(let_in)} of {len(scopes)} are not refused: {let_in}"


def test_hardly_any_question_that_can_be_answered_is_refused(either: Footnote) -> None:
    questions = [
        question
        for name in ("answerable_a.jsonl", "answerable_b.jsonl")
        for question in read_questions(
            DATA / name, "single", "topical", "comparative", "false_premise"
        )
    ]
    scopes = judge_all(either, questions)
    refused = [question for question, scope in scopes.items() if scope.refused]
    assert len(scopes) == 64
    assert len(refused) <= len(scopes) / 20, f"{len(refused)} of {len(scopes)}: {refused}"


def test_half_of_what_cannot_be_answered_is_refused_or_warned_of(either: Footnote) -> None:
    scopes = judge_all(either, read_questions(DATA / "unanswerable.jsonl", "unanswerable"))
    told = [one for one in scopes.values() if one.refused or one.missing_terms]
    assert len(told) >= len(scopes) / 2, f"{len(told)} of {len(scopes)}"


def test_the_development_questions_are_judged_as_well(
    shared_library: Footnote, shared: Path
) -> None:
    path = shared / "questions" / "dev.jsonl"
    kinds = ("single", "topical", "comparative", "false_premise")
    scopes = judge_all(shared_library, read_questions(path, *kinds))
    refused = [question for question, scope in scopes.items() if scope.refused]
    assert len(refused) <= len(scopes) / 20, f"{len(refused)} of {len(scopes)}: {refused}"
    scopes = judge_all(shared_library, read_questions(path, "unanswerable"))
    told = [one for one in scopes.values() if one.refused or one.missing_terms]
    assert len(told) >= len(scopes) / 2, f"{len(told)} of {len(scopes)}"


def test_no_hits_are_a_refusal(footnote: Footnote) -> None:
    scope = judge_scope("What is RT-1?", (), footnote.library)
    assert scope == Scope(True, (), 0.0)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_small_library_answers_what_it_holds_and_refuses_the_rest(
    footnote: Footnote, tmp_path: Path, count: int
) -> None:
    papers = list(footnote.library.papers())
    entries = tuple(Entry(one.title, one.abstract, "small", 1) for one in papers[:count])
    off_topic = read_questions(DATA / "offtopic.jsonl", "offtopic")[::4]
    with Footnote.open(library=tmp_path) as small:
        small.library.add([Page("small", "test", entries)])
        small.sync()
        let_in = [question for question in off_topic if not judge(small, question).refused]
        assert not let_in, f"{len(let_in)} of {len(off_topic)}: {let_in}"
        for question in (
            "What is simplicity bias in neural networks, and is it harmful?",
            "Do neural networks rely on the simplest feature only?",
        ):
            assert not judge(small, question).refused, judge(small, question)
            assert not small.engine().ask(question).refused
