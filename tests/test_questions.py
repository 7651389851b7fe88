"""Sets of questions: read, held to their format and to their papers."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.errors import BadQuestions
from eval.plan import choose
from eval.questions import SHIPPED, check_against, hash_questions, read_questions
from eval.records import Kind, Question, Quote
from rag import Footnote
from rag.records import Paper

PAPER = Paper("p1", "On Rivers", "Rivers run. They end\nin the sea.")
GOOD: dict[str, Any] = {
    "id": "q1",
    "type": "single",
    "question": "Where do rivers end?",
    "gold_titles": ["On Rivers"],
    "evidence": [{"title": "On Rivers", "sentence": "They end in the sea."}],
    "answer": "In the sea.",
    "key_facts": ["rivers end in the sea"],
}


def write(folder: Path, *records: object) -> Path:
    path = folder / "set.jsonl"
    lines = [one if isinstance(one, str) else json.dumps(one) for one in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_question_is_read_as_it_is_written(tmp_path: Path) -> None:
    (question,) = read_questions(write(tmp_path, GOOD))
    assert question == Question(
        "q1",
        Kind.SINGLE,
        "Where do rivers end?",
        ("On Rivers",),
        (Quote("On Rivers", "They end in the sea."),),
        "In the sea.",
        ("rivers end in the sea",),
    )
    assert question.to_record() == GOOD
    check_against([question], [PAPER])


def test_the_sides_of_a_comparison_are_kept(tmp_path: Path) -> None:
    sides = [["A", "B"], ["C"]]
    record = GOOD | {"type": "comparative", "gold_titles": ["A", "B", "C"], "sides": sides}
    (question,) = read_questions(write(tmp_path, record))
    assert question.sides == (("A", "B"), ("C",))
    assert question.to_record() == record


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        ("{oops", "no JSON: Expecting property name"),
        ("[1]", "no JSON object"),
        ('{"id": "\\ud800", "type": "single", "question": "?"}', "half of a character"),
        ({"id": "q1", "type": "single"}, 'there is no "question"'),
        (GOOD | {"question": 7}, '"question" is no text (it is 7)'),
        (GOOD | {"id": " "}, '"id" is empty'),
        (GOOD | {"type": "hard"}, "'hard' is no type; there are single, topical, comparative"),
        (GOOD | {"gold_titles": "On Rivers"}, '"gold_titles" is no list of texts'),
        (GOOD | {"key_facts": [""]}, '"key_facts" is no list of texts'),
        (GOOD | {"evidence": ["x"]}, '"evidence" is no list of objects'),
        (GOOD | {"sides": ["x"]}, '"sides" is no list of lists of titles'),
        (GOOD | {"gold_titles": []}, "it is single and has no gold titles"),
        (GOOD | {"type": "unanswerable"}, "it is unanswerable and has gold titles"),
        (GOOD | {"sides": [["On Rivers"], ["X"]]}, "its sides together are not its gold titles"),
        (GOOD | {"sides": [["On Rivers"]]}, "it has one side only"),
        (
            {"id": "1", "type": "metadata", "question": "?", "gold_title": ["x"]},
            '"gold_title" is no field; is it "gold_titles"?',
        ),
    ],
)
def test_what_is_wrong_with_a_line_is_told(tmp_path: Path, record: object, fault: str) -> None:
    with pytest.raises(BadQuestions) as caught:
        read_questions(write(tmp_path, GOOD | {"id": "first"}, record))
    assert "have faults:\n  set.jsonl:2: " in str(caught.value)
    assert fault in str(caught.value)


def test_all_faults_are_told_at_once_and_many_are_counted(tmp_path: Path) -> None:
    with pytest.raises(BadQuestions) as caught:
        read_questions(write(tmp_path, *["{" for _ in range(15)]))
    assert str(caught.value).endswith("and 3 more")


def test_an_id_stands_for_one_question(tmp_path: Path) -> None:
    with pytest.raises(BadQuestions, match=r"set\.jsonl:2: the id 'q1' is there twice"):
        read_questions(write(tmp_path, GOOD, GOOD))


def test_a_set_that_is_empty_or_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadQuestions, match="holds no question"):
        read_questions(write(tmp_path, ""))
    with pytest.raises(BadQuestions, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")


def test_fields_of_other_sets_are_passed_over(tmp_path: Path) -> None:
    (question,) = read_questions(write(tmp_path, GOOD | {"difficulty": "hard", "notes": 3}))
    assert question.id == "q1"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"gold_titles": ["On Lakes"]}, "q1: no paper has the title 'On Lakes'"),
        (
            {"evidence": [{"title": "On Rivers", "sentence": "They end in a lake."}]},
            "q1: the abstract of 'On Rivers' does not have its evidence",
        ),
        (
            {"evidence": [{"title": "On Lakes", "sentence": "x"}]},
            "q1: no paper has the title 'On Lakes' of its evidence",
        ),
    ],
)
def test_a_question_that_does_not_fit_the_papers_is_named(
    tmp_path: Path, changed: dict[str, Any], problem: str
) -> None:
    with pytest.raises(BadQuestions) as caught:
        check_against(read_questions(write(tmp_path, GOOD | changed)), [PAPER])
    assert problem in str(caught.value)
    assert "--pages PATH" in caught.value.remedy


def test_evidence_may_stand_in_an_older_abstract(tmp_path: Path) -> None:
    newer = replace(PAPER, abstract="Quite new.", older_abstracts=(PAPER.abstract,))
    check_against(read_questions(write(tmp_path, GOOD)), [newer])


def test_the_hash_knows_the_questions_and_not_their_order(tmp_path: Path) -> None:
    one, other = read_questions(write(tmp_path, GOOD, GOOD | {"id": "q2"}))
    assert hash_questions([one, other]) == hash_questions([other, one])
    assert hash_questions([one]) != hash_questions([one, other])
    assert hash_questions([one]) != hash_questions([replace(one, text="Why?")])


def test_the_shipped_set_is_sound_and_fits_its_papers(starter: Footnote) -> None:
    questions = read_questions(SHIPPED)
    check_against(questions, starter.library.papers())
    counts = Counter(one.kind for one in questions)
    assert len(questions) >= 80
    assert counts[Kind.OPEN] == 0
    assert all(counts[kind] >= 10 for kind in Kind if kind is not Kind.OPEN)
    for one in questions:
        assert one.answer
        assert not one.is_answerable or len(one.key_facts) >= 2
        assert one.kind in (Kind.UNANSWERABLE, Kind.METADATA) or one.evidence
        if one.kind is Kind.COMPARATIVE:
            assert len(one.sides) >= 2
        if one.kind is Kind.FALSE_PREMISE:
            assert one.key_facts[0] == "premise is false"


def test_the_shared_questions_fit_the_shared_pages(shared: Path, shared_library: Footnote) -> None:
    questions = read_questions(shared / "questions" / "dev.jsonl")
    check_against(questions, shared_library.library.papers())
    assert len(questions) == 44


def test_a_limit_takes_of_each_type_in_turn() -> None:
    kinds = [Kind.SINGLE] * 4 + [Kind.TOPICAL] * 2 + [Kind.METADATA]
    questions = [Question(str(place), kind, "?") for place, kind in enumerate(kinds)]

    def take(limit: int | None, *types: Kind) -> list[str]:
        return [one.id for one in choose(questions, types, limit)]

    assert take(None) == list("0123456")
    assert take(3) == ["0", "4", "6"]
    assert take(5) == ["0", "1", "4", "5", "6"]
    assert take(2, Kind.SINGLE) == ["0", "1"]
    assert take(9, Kind.TOPICAL, Kind.METADATA) == ["4", "5", "6"]
