"""Ratings: kept with all that is needed to look into them, and made into questions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from kept import NOON, OWNER, Clock, ask_all

import rag.cli
from eval.questions import check_against, read_questions
from eval.records import Kind
from rag import Footnote, load_settings
from rag.cli import main
from rag.history import (
    ConversationNotFound,
    Feedback,
    History,
    HistoryError,
    TurnNotFound,
    tell_settings,
    to_question,
)
from rag.printout import wrap
from rag.replies import Answer, Mode, Sentence

SETTINGS = {"llm": {"model": "a-model"}}


@pytest.fixture(scope="module")
def answers(starter_folder: Path) -> dict[str, Answer]:
    return ask_all(starter_folder)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path, Clock())
    yield opened
    opened.close()


def keep(history: History, *answers: Answer) -> str:
    conversation = history.start(OWNER)
    for answer in answers:
        history.keep(OWNER, conversation, answer)
    return conversation


def rate(history: History, answer: Answer, *, liked: bool = True, **rated: Any) -> Feedback:
    return history.ratings.rate(OWNER, keep(history, answer), 1, liked=liked, **rated)


def cited_titles(answer: Answer) -> list[str]:
    return [offer.paper.title for offer in answer.papers if offer.cited]


def test_a_rating_keeps_the_answer_whole(history: History, answers: dict[str, Answer]) -> None:
    answer = answers["quoted"]
    conversation = keep(history, answers["recorded"], answer)
    rated = history.ratings.rate(
        OWNER, conversation, 2, liked=False, sentence=1, comment="Wrong.", settings=SETTINGS
    )
    assert (rated.owner, rated.conversation_id, rated.turn) == (OWNER, conversation, 2)
    assert (rated.liked, rated.sentence, rated.comment) == (False, 1, "Wrong.")
    assert (rated.question, rated.settings) == (answer.question, SETTINGS)
    assert rated.answer.to_record("1") == answer.to_record("1")
    assert rated.evidence == answer.sentences[1].evidence
    assert NOON < rated.created == rated.changed < NOON + timedelta(minutes=1)
    assert History(history.path.parent).ratings.list_feedback() == (rated,)


def test_rating_again_changes_the_rating(history: History, answers: dict[str, Answer]) -> None:
    conversation = keep(history, answers["quoted"])
    ratings = history.ratings
    first = ratings.rate(OWNER, conversation, 1, liked=False, comment="Wrong.")
    again = ratings.rate(OWNER, conversation, 1, liked=True, settings=SETTINGS)
    assert again == replace(first, liked=True, comment="", changed=again.changed, settings=SETTINGS)
    assert again.changed > first.changed
    ratings.rate(OWNER, conversation, 1, liked=True, sentence=0)
    assert [one.sentence for one in ratings.of(OWNER, conversation)] == [None, 0]
    assert len(ratings.list_feedback()) == 2


def test_a_rating_is_taken_back(history: History, answers: dict[str, Answer]) -> None:
    conversation = keep(history, answers["quoted"], answers["recorded"])
    for turn, sentence in ((1, None), (1, 0), (2, None)):
        history.ratings.rate(OWNER, conversation, turn, liked=True, sentence=sentence)
    assert history.ratings.unrate(OWNER, conversation, 1)
    assert not history.ratings.unrate(OWNER, conversation, 1)
    assert not history.ratings.unrate(OWNER, conversation, 9)
    left = [(one.turn, one.sentence) for one in history.ratings.of(OWNER, conversation)]
    assert left == [(1, 0), (2, None)]


def test_what_is_not_there_cannot_be_rated(history: History, answers: dict[str, Answer]) -> None:
    conversation = keep(history, answers["recorded"])
    told = {
        (2, None): "the conversation has no turn 2; it has 1",
        (0, None): "the conversation has no turn 0; it has 1",
        (1, 99): "the answer of turn 1 has no sentence 99; it has 2",
        (1, -1): "the answer of turn 1 has no sentence -1; it has 2",
    }
    for (turn, sentence), message in told.items():
        with pytest.raises(TurnNotFound) as caught:
            history.ratings.rate(OWNER, conversation, turn, liked=True, sentence=sentence)
        assert str(caught.value) == message
        assert caught.value.remedy == "reload the page: the conversation was changed elsewhere"
    with pytest.raises(ConversationNotFound):
        history.ratings.rate("another", conversation, 1, liked=True)
    with pytest.raises(HistoryError) as long:
        history.ratings.rate(OWNER, conversation, 1, liked=True, comment="x" * 10_001)
    assert str(long.value) == "the comment has 10001 characters; it may have 10000"
    assert history.ratings.list_feedback() == ()


def test_a_rating_belongs_to_its_answer_not_to_its_place(
    history: History, answers: dict[str, Answer]
) -> None:
    conversation = keep(history, answers["quoted"])
    bad = history.ratings.rate(OWNER, conversation, 1, liked=False, comment="Wrong.")
    history.replace_from(OWNER, conversation, 1, answers["filtered"])
    assert history.ratings.of(OWNER, conversation) == ()
    history.undo_replace(OWNER, conversation)
    assert history.ratings.of(OWNER, conversation) == (bad,)
    history.replace_from(OWNER, conversation, 1, answers["filtered"])
    good = history.ratings.rate(OWNER, conversation, 1, liked=True)
    assert history.ratings.of(OWNER, conversation) == (good,)
    assert history.ratings.list_feedback() == (bad, good)


def test_a_rating_outlives_its_conversation(history: History, answers: dict[str, Answer]) -> None:
    rated = rate(history, answers["quoted"], liked=False, comment="Wrong.")
    history.delete(OWNER, rated.conversation_id)
    late = Clock()
    late.now += timedelta(days=2)
    (left,) = History(history.path.parent, late).ratings.list_feedback()
    assert left == rated
    assert left.answer.papers[0].paper.abstract


@pytest.mark.parametrize("text", ["\ud800", "\x00", "'; DROP TABLE feedback; --", "🙂\u202e"])
def test_a_comment_may_hold_anything(
    history: History, answers: dict[str, Answer], text: str
) -> None:
    rated = rate(history, answers["quoted"], comment=text, settings={"odd": text})
    assert rated.comment == text.encode("utf-8", "replace").decode()
    assert history.ratings.list_feedback() == (rated,)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("quoted", "topical"),
        ("compared", "comparative"),
        ("recorded", "metadata"),
        ("filtered", "single"),
        ("corrected", "false_premise"),
    ],
)
def test_a_liked_answer_is_a_question_with_its_papers(
    history: History, answers: dict[str, Answer], name: str, kind: str
) -> None:
    answer = answers[name]
    line = to_question(rate(history, answer))
    assert (line["type"], line["question"]) == (kind, answer.question)
    assert line["gold_titles"] == cited_titles(answer)
    assert {quote["title"] for quote in line["evidence"]} <= set(line["gold_titles"])
    assert line["evidence"] or kind == "metadata"
    assert all(sentence.text in line["answer"] for sentence in answer.sentences)
    assert "[1]" not in line["answer"]
    assert (line["key_facts"], line["feedback"]["fill_in"]) == ([], ["key_facts"])


def test_a_liked_comparison_has_its_sides(history: History, answers: dict[str, Answer]) -> None:
    answer = answers["compared"]
    line = to_question(rate(history, answer))
    assert answer.comparison is not None
    assert len(line["sides"]) == len(answer.comparison.sides)
    assert {title for side in line["sides"] for title in side} == set(line["gold_titles"])


def test_of_a_liked_sentence_only_its_own_papers_are_gold(
    history: History, answers: dict[str, Answer]
) -> None:
    answer = answers["quoted"]
    place, sentence = next(
        (place, one) for place, one in enumerate(answer.sentences) if one.evidence
    )
    line = to_question(rate(history, answer, sentence=place))
    titles = {offer.number: offer.paper.title for offer in answer.papers}
    assert line["type"] == "single"
    assert line["gold_titles"] == [titles[sentence.citations[0]]]
    assert [quote["sentence"] for quote in line["evidence"]] == [
        one.sentence for one in sentence.evidence
    ]
    assert line["answer"] == line["feedback"]["sentence"] == sentence.text


def test_a_liked_refusal_is_a_question_that_nothing_answers(
    history: History, answers: dict[str, Answer]
) -> None:
    answer = answers["refused"]
    line = to_question(rate(history, answer))
    assert line["type"] == "unanswerable"
    assert (line["gold_titles"], line["evidence"], line["key_facts"]) == ([], [], [])
    assert line["answer"] == answer.text
    assert line["feedback"]["fill_in"] == []


def test_a_liked_answer_that_cites_nothing_leaves_its_papers_to_be_filled_in(
    history: History,
) -> None:
    line = to_question(rate(history, Answer("Why?", "So.", Mode.MODEL, (Sentence("So."),))))
    assert (line["type"], line["answer"]) == ("open", "So.")
    assert line["feedback"]["fill_in"] == ["type", "gold_titles", "key_facts"]


@pytest.mark.parametrize("name", ["quoted", "compared", "refused"])
def test_of_a_disliked_answer_only_the_question_is_known(
    history: History, answers: dict[str, Answer], name: str
) -> None:
    answer = answers[name]
    rated = rate(history, answer, liked=False, comment="Not what I asked.", settings=SETTINGS)
    told = {
        "liked": False,
        "comment": "Not what I asked.",
        "created": rated.created.isoformat(timespec="microseconds"),
        "sentence": None,
        "given": answer.whole_text,
        "cited": [] if answer.refused else cited_titles(answer),
        "mode": "quoting",
        "model": None,
        "refused": answer.refused,
        "settings": SETTINGS,
        "fill_in": ["type", "gold_titles", "evidence", "answer", "key_facts"],
    }
    assert to_question(rated) == {
        "id": f"feedback-{rated.id}",
        "type": "open",
        "question": answer.question,
        "gold_titles": [],
        "evidence": [],
        "answer": "",
        "key_facts": [],
        "feedback": told,
    }


def test_the_lines_are_a_set_that_fits_the_papers(
    history: History, answers: dict[str, Answer], starter: Footnote, tmp_path: Path
) -> None:
    for answer in answers.values():
        for liked in (True, False):
            rate(history, answer, liked=liked)
            rate(history, answer, liked=liked, sentence=0)
    lines = [json.dumps(to_question(one)) for one in history.ratings.list_feedback()]
    path = tmp_path / "rated.jsonl"
    path.write_text("\n".join(lines))
    questions = read_questions(path)
    check_against(questions, starter.library.papers())
    assert len(questions) == 24
    assert {one.kind for one in questions} == set(Kind)


def test_no_line_names_who_rated(history: History, answers: dict[str, Answer]) -> None:
    rated = rate(history, answers["quoted"], liked=False)
    line = json.dumps(to_question(rated))
    assert rated.owner not in line
    assert rated.conversation_id not in line


def test_settings_are_told_without_keys() -> None:
    settings = load_settings(
        {
            "llm": {"base_url": "http://me:secret@127.0.0.1:1/v1", "api_key": "sk-secret"},
            "judge": {"api_key": "sk-secret"},
            "library": {"path": "/home/me"},
        }
    )
    told = tell_settings(settings)
    assert set(told) == {"llm", "embedding", "retrieval", "answer", "support"}
    assert "secret" not in json.dumps(told)
    assert told["llm"]["base_url"] == "http://127.0.0.1:1/v1"
    assert "api_key" not in told["llm"]


@pytest.fixture
def _with_feedback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command as its entry point adds it."""
    added = EntryPoint("feedback", "rag.feedback:add_feedback", "footnote.commands")
    monkeypatch.setattr(rag.cli, "entry_points", lambda **_: [added])


@pytest.mark.usefixtures("_with_feedback")
def test_the_command_lists_what_was_rated(
    history: History, answers: dict[str, Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    library = ["--library", str(history.path.parent)]
    assert main([*library, "feedback"]) == 0
    assert capsys.readouterr().out == "no answer has been rated yet\n"
    rate(history, answers["recorded"])
    rate(history, answers["recorded"], liked=False, comment="No:\n\x1b[2Jthe other.", sentence=0)
    assert main([*library, "feedback"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "liked     2026-03-01 12:00  Which paper has the most authors?",
        "disliked  2026-03-01 12:00  Which paper has the most authors?",
        *wrap(f"sentence: “{answers['recorded'].sentences[0].text}”", " " * 10).splitlines(),
        "          comment: No: [2Jthe other.",
        "2 rated: 1 liked, 1 disliked",
    ]
    assert main([*library, "feedback", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [to_question(one) for one in history.ratings.list_feedback()]


@pytest.mark.usefixtures("_with_feedback")
def test_the_command_says_what_is_wrong_with_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "conversations.sqlite").write_text("no database at all" * 100)
    assert main(["--library", str(tmp_path), "feedback"]) == 2
    told = capsys.readouterr().err.splitlines()
    path = tmp_path / "conversations.sqlite"
    assert told[0] == (
        f"footnote: the conversations at {path} cannot be opened: file is not a database"
    )
    assert told[1].startswith("  try: restore a copy of conversations.sqlite, or move it")
