"""Kept conversations: nothing lost, nothing told to others, and what is opened is what was."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kept import ASKED, CHANGE, KEEP_SOME, NOON, OWNER, Clock, ask_all, write_answers
from libraries import run_process, start_process

import rag.history.store
from rag import Conversation, Footnote
from rag.errors import FootnoteError
from rag.history import (
    ConversationNotFound,
    History,
    HistoryError,
    HistoryTooNew,
    TurnNotFound,
)
from rag.history.wording import shorten_title
from rag.question import Field, Filter
from rag.records import Paper
from rag.replies import Answer, Mode, Offer, Sentence

OTHER = "another browser"
GONE = "it was deleted, or belongs to another browser: choose one from the list, or begin a new one"


@pytest.fixture(scope="module")
def answers(starter_folder: Path) -> dict[str, Answer]:
    return ask_all(starter_folder)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(tmp_path: Path, clock: Clock) -> Iterator[History]:
    opened = History(tmp_path, clock)
    yield opened
    opened.close()


def say(question: str, text: str = "It is so.", paper: str = "p1", number: int = 1) -> Answer:
    """A small answer that cites one paper."""
    cited = (Sentence(text, (number,)),)
    offered = (Offer(number, Paper(paper, f"Title {paper}", "It is so."), cited=True),)
    return Answer(question, f"{text} [{number}]", Mode.QUOTING, cited, offered)


def begin(history: History, *asked: str, owner: str = OWNER) -> str:
    """A conversation in which these questions were asked."""
    conversation = history.start(owner)
    for question in asked or ("Why?",):
        history.keep(owner, conversation, say(question))
    return conversation


def questions(history: History, conversation: str, owner: str = OWNER) -> list[str]:
    return [turn.answer.question for turn in history.open(owner, conversation).turns]


def titles(history: History, words: str = "", owner: str = OWNER) -> list[str]:
    return [listed.title for listed in history.list(owner, words)]


def count(history: History, table: str) -> int:
    with sqlite3.connect(history.path) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_opens_as_it_was_kept_without_the_library(
    history: History, answers: dict[str, Answer], name: str
) -> None:
    answer, conversation = answers[name], history.start(OWNER)
    assert history.keep(OWNER, conversation, answer, answer_id="a1") == 1
    (turn,) = History(history.path.parent).open(OWNER, conversation).turns
    assert turn.answer.to_record("a1") == answer.to_record("a1")
    assert turn.answer.text == answer.text
    assert [offer.paper for offer in turn.answer.papers] == [
        replace(offer.paper, older_abstracts=()) for offer in answer.papers
    ]
    assert (turn.number, turn.answer_id) == (1, "a1")


def test_a_conversation_goes_on_where_it_ended(history: History, starter: Footnote) -> None:
    engine, live, kept = starter.engine(), Conversation(), history.start(OWNER)
    for question in (
        "What causes grokking?",
        "Compare SFT and RL for generalization to unseen tasks",
        "What do papers from 2023 say about length generalization?",
    ):
        answer = engine.ask(question, live)
        live = live.after(answer)
        history.keep(OWNER, kept, answer)
    opened = History(history.path.parent).open(OWNER, kept)
    assert opened.conversation == live
    follow_up = "And what does [2] say about it?"
    there, here = (engine.ask(follow_up, one).to_record("1") for one in (opened.conversation, live))
    assert there.pop("timings").keys() == here.pop("timings").keys()
    assert there == here
    assert 2 in there["understood"]["about"]


def test_only_the_last_exchanges_are_remembered_but_all_numbers(history: History) -> None:
    live, kept = Conversation(), history.start(OWNER)
    for place in range(9):
        offered = live.number((Paper(f"p{place}", f"Title {place}", "So."),))
        answer = say(f"Question {place}?", paper=f"p{place}", number=offered[0].number)
        live = live.after(answer)
        history.keep(OWNER, kept, answer)
    saved = history.open(OWNER, kept)
    assert saved.conversation == live
    assert (len(live.numbers), len(live.exchanges)) == (9, 6)
    assert saved.before(3).numbers == ("p0", "p1")
    assert [one.question for one in saved.before(3).exchanges] == ["Question 0?", "Question 1?"]


def test_a_number_whose_answer_was_never_kept_goes_to_no_other_paper(history: History) -> None:
    kept = history.start(OWNER)
    history.keep(OWNER, kept, say("One?", paper="p1", number=1))
    history.keep(OWNER, kept, say("Three?", paper="p4", number=4))
    conversation = history.open(OWNER, kept).conversation
    assert conversation.numbers == ("p1", "(number 2)", "(number 3)", "p4")
    (offer,) = conversation.number((Paper("p5", "New", "So."),))
    assert offer.number == 5


def test_the_filters_that_were_taken_off_are_kept(history: History) -> None:
    dropped = (Filter(Field.DATE, ">=", "2024", "since 2024"), Filter(Field.UPVOTES, ">", 5, "+5"))
    kept = history.start(OWNER)
    history.keep(OWNER, kept, say("Why?"), dropped=dropped)
    assert history.open(OWNER, kept).turns[0].dropped == dropped


def test_a_conversation_comes_to_be_with_its_first_answer(history: History) -> None:
    started = {history.start(OWNER) for _ in range(50)}
    assert len(started) == 50
    assert {len(one) for one in started} == {22}
    assert history.list(OWNER) == ()
    with pytest.raises(ConversationNotFound):
        history.open(OWNER, started.pop())
    assert count(history, "conversations") == 0


def test_conversations_are_listed_newest_first(history: History) -> None:
    first, second = begin(history, "First?"), begin(history, "Second?", "And then?")
    assert titles(history) == ["Second?", "First?"]
    listed = history.list(OWNER)[0]
    assert (listed.id, listed.turns) == (second, 2)
    assert NOON < listed.updated < NOON + timedelta(minutes=1)
    assert listed.updated == history.open(OWNER, second).turns[1].asked_at
    history.keep(OWNER, first, say("Once more?"))
    assert titles(history) == ["First?", "Second?"]
    history.rename(OWNER, second, "By hand")
    assert titles(history) == ["First?", "By hand"]
    assert len(history.list(OWNER, limit=1)) == 1


def test_an_answer_kept_twice_is_there_once(history: History) -> None:
    kept = history.start(OWNER)
    for _ in range(2):
        assert history.keep(OWNER, kept, say("Why?"), answer_id="same") == 1
    assert history.keep(OWNER, kept, say("How?"), answer_id="next") == 2
    assert history.replace_from(OWNER, kept, 1, say("Why not?"), answer_id="new") == 1
    assert history.replace_from(OWNER, kept, 1, say("Why not?"), answer_id="new") == 1
    assert questions(history, kept) == ["Why not?"]
    history.undo_replace(OWNER, kept)
    assert questions(history, kept) == ["Why?", "How?"]


def test_a_question_edited_takes_the_place_of_all_that_follows(history: History) -> None:
    kept = begin(history, "One?", "Two?", "Three?")
    assert history.replace_from(OWNER, kept, 2, say("Two, edited?", paper="p9")) == 2
    assert questions(history, kept) == ["One?", "Two, edited?"]
    assert history.list(OWNER)[0].turns == 2
    assert (titles(history, "three"), titles(history, "edited")) == ([], ["One?"])
    assert history.keep(OWNER, kept, say("Four?")) == 3
    assert history.cited_papers(OWNER) == {"p1", "p9"}


def test_what_was_replaced_comes_back_and_goes_again(history: History) -> None:
    kept = begin(history, "One?", "Two?", "Three?")
    history.replace_from(OWNER, kept, 2, say("Edited?"))
    history.keep(OWNER, kept, say("Later?"))
    assert history.undo_replace(OWNER, kept) == 2
    assert questions(history, kept) == ["One?", "Two?", "Three?"]
    assert (titles(history, "three"), titles(history, "edited")) == (["One?"], [])
    assert history.undo_replace(OWNER, kept) == 2
    assert questions(history, kept) == ["One?", "Edited?", "Later?"]
    assert (titles(history, "three"), titles(history, "later")) == ([], ["One?"])


def test_the_title_follows_the_first_question_until_it_is_given_by_hand(history: History) -> None:
    kept = begin(history, "First?")
    history.replace_from(OWNER, kept, 1, say("First, edited?"))
    assert titles(history) == ["First, edited?"]
    assert titles(history, "first") == titles(history, "edited") == ["First, edited?"]
    assert history.rename(OWNER, kept, "  By\n hand ") == "By hand"
    history.replace_from(OWNER, kept, 1, say("Edited again?"))
    assert titles(history) == titles(history, "hand") == ["By hand"]
    assert history.rename(OWNER, kept, " ") == "Edited again?"
    assert titles(history, "hand") == []


def test_the_question_after_the_last_may_be_replaced_and_none_further_on(history: History) -> None:
    kept = history.start(OWNER)
    assert history.replace_from(OWNER, kept, 1, say("One?")) == 1
    assert history.replace_from(OWNER, kept, 2, say("Two?")) == 2
    for turn in (0, 4):
        with pytest.raises(TurnNotFound) as caught:
            history.replace_from(OWNER, kept, turn, say("Far?"))
        assert str(caught.value) == f"the conversation has no turn {turn}; it has 2"
        assert caught.value.remedy == "reload the page: the conversation was changed elsewhere"
    assert questions(history, kept) == ["One?", "Two?"]
    with pytest.raises(HistoryError, match="nothing was replaced in this conversation"):
        history.undo_replace(OWNER, kept)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("grok", True),
        ("GROKKING", True),
        ("naive resume", True),
        ("naïve RÉSUMÉ", True),
        ("nai\u0308ve", True),
        ("second delays", True),
        ("few-shot", True),
        ("rokking", False),
        ("grokking absent", False),
        ("!?", False),
        ("   ", True),
    ],
)
def test_words_are_found_in_questions_and_answers(
    history: History, words: str, found: bool
) -> None:
    kept = history.start(OWNER)
    history.keep(OWNER, kept, say("What is grokking?", "A naïve Résumé of few-shot work."))
    history.keep(OWNER, kept, say("A second question?", "It delays."))
    begin(history, "Something else?", owner=OTHER)
    assert titles(history, words) == (["What is grokking?"] if found else [])


HOSTILE = [
    '"', 'say "grok', "grokking AND", "NEAR(a b, 2)", "text: grokking", "NOT OR", "-a ^b {c}",
    "grok\x00king", "🙂", "\ud800 grok", "'; DROP TABLE turns; --", "%_", "*", "𞤀𞤁 ²½ ﷽",
    "word " * 5000, "x" * 100_000, "\u202eevil", "<script>alert(1)</script>",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_anything(history: History, text: str) -> None:
    assert history.list(OWNER, text) == ()
    kept = history.start(OWNER)
    history.keep(OWNER, kept, say(text, text), answer_id=text)
    begin(history, "Else?", owner=text)
    assert history.rename(OWNER, kept, text) == titles(history)[0]
    assert len(titles(history)[0]) <= 121
    assert [one.title for one in history.list(text)] == ["Else?"]
    (turn,) = history.open(OWNER, kept).turns
    assert turn.answer.question == text.encode("utf-8", "replace").decode()
    history.list(OWNER, text)
    history.citing(text, text)
    for unknown in (text, kept + text):
        with pytest.raises(ConversationNotFound):
            history.open_link(unknown)
        with pytest.raises(ConversationNotFound):
            history.keep(OWNER, unknown, say("Why?"))
    assert (count(history, "conversations"), history.check()) == (2, "")


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.text(st.characters(), max_size=40))
def test_no_words_at_all_break_the_search(history: History, words: str) -> None:
    assert len(history.list(OWNER, words)) <= 1


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("What causes grokking?", "What causes grokking?"),
        (" What\n\tcauses   grokking? ", "What causes grokking?"),
        (
            "How do the authors of all of these papers explain, in detail, what they saw?",
            "How do the authors of all of these papers explain, in…",
        ),
        ("short " + "x" * 80, "short " + "x" * 53 + "…"),
        ("x" * 80, "x" * 59 + "…"),
        ("x" * 60, "x" * 60),
        ("\x1b[31mred\x07 \u202ederongi\u2066", "[31mred derongi"),
        ("\x00\n", "A question without words"),
    ],
)
def test_a_question_is_shortened_to_a_title_at_a_word(question: str, title: str) -> None:
    assert shorten_title(question) == title
    assert len(title) <= 60


def unknown_to(history: History, conversation: str) -> dict[str, Callable[[], object]]:
    """Everything that another owner may not do."""
    return {
        "open": lambda: history.open(OTHER, conversation),
        "keep": lambda: history.keep(OTHER, conversation, say("Mine?")),
        "replace": lambda: history.replace_from(OTHER, conversation, 1, say("Mine?")),
        "undo": lambda: history.undo_replace(OTHER, conversation),
        "rename": lambda: history.rename(OTHER, conversation, "Mine"),
        "delete": lambda: history.delete(OTHER, conversation),
        "undelete": lambda: history.undelete(OTHER, conversation),
        "rate": lambda: history.ratings.rate(OTHER, conversation, 1, liked=True),
        "unrate": lambda: history.ratings.unrate(OTHER, conversation, 1),
        "ratings": lambda: history.ratings.of(OTHER, conversation),
    }


def test_one_owner_knows_nothing_of_anothers(history: History) -> None:
    kept = begin(history, "Mine alone?", "And this?")
    history.replace_from(OWNER, kept, 2, say("And that?"))
    before = history.open(OWNER, kept)
    for done, act in unknown_to(history, kept).items():
        with pytest.raises(ConversationNotFound) as caught:
            act()
        assert str(caught.value) == f"there is no conversation {kept!r} here", done
        assert caught.value.remedy == GONE
    assert history.open(OWNER, kept) == before
    assert (titles(history, owner=OTHER), titles(history, "alone", OTHER)) == ([], [])
    assert (history.citing(OTHER, "p1"), history.cited_papers(OTHER)) == ((), frozenset())


def test_what_was_never_there_is_a_named_error_with_a_way_out(history: History) -> None:
    for act in unknown_to(history, "nothere").values():
        with pytest.raises(ConversationNotFound) as caught:
            act()
        assert str(caught.value) == "there is no conversation 'nothere' here"
        assert caught.value.remedy == GONE
    assert isinstance(caught.value, FootnoteError)


def test_who_is_told_the_id_may_read_and_go_on_in_a_copy(history: History) -> None:
    kept = begin(history, "First?", "Second?")
    history.rename(OWNER, kept, "By hand")
    assert history.open_link(kept) == history.open(OWNER, kept)
    copied = history.copy(OTHER, kept)
    assert copied != kept
    assert history.open(OTHER, copied).turns == history.open(OWNER, kept).turns
    assert titles(history, "second", OTHER) == ["By hand"]
    assert history.keep(OTHER, copied, say("Third?")) == 3
    history.delete(OWNER, kept)
    assert questions(history, copied, OTHER) == ["First?", "Second?", "Third?"]
    with pytest.raises(ConversationNotFound):
        history.open_link(kept)
    with pytest.raises(ConversationNotFound):
        history.copy(OTHER, kept)


def test_nobody_without_a_name_keeps_anything(history: History) -> None:
    kept = begin(history)
    for act in (
        lambda: history.start(" "),
        lambda: history.keep("", kept, say("Why?")),
        lambda: history.copy("", kept),
    ):
        with pytest.raises(HistoryError) as caught:
            act()
        assert str(caught.value) == "a conversation cannot be kept without an owner"
        assert caught.value.remedy == "reload the page, and let the browser keep this site's data"


def test_a_deleted_conversation_can_be_had_back_for_a_day(history: History, clock: Clock) -> None:
    kept = begin(history, "Gone?")
    history.delete(OWNER, kept)
    assert (titles(history), titles(history, "gone")) == ([], [])
    assert (history.citing(OWNER, "p1"), history.cited_papers(OWNER)) == ((), frozenset())
    for act in (
        lambda: history.open(OWNER, kept),
        lambda: history.keep(OWNER, kept, say("More?")),
        lambda: history.delete(OWNER, kept),
    ):
        with pytest.raises(ConversationNotFound):
            act()
    clock.now += timedelta(hours=23)
    History(history.path.parent, clock).undelete(OWNER, kept)
    assert titles(history, "gone") == ["Gone?"]
    history.undelete(OWNER, kept)
    assert questions(history, kept) == ["Gone?"]


@pytest.mark.parametrize("by", ["opening", "deleting another"])
def test_after_a_day_what_was_deleted_is_gone_with_its_papers(
    history: History, clock: Clock, by: str
) -> None:
    gone = history.start(OWNER)
    history.keep(OWNER, gone, say("Gone?", paper="p7"))
    stays, other = begin(history, "Stays?"), begin(history, "Other?")
    history.delete(OWNER, gone)
    clock.now += timedelta(hours=25)
    if by == "opening":
        History(history.path.parent, clock)
    else:
        history.delete(OWNER, other)
    with pytest.raises(ConversationNotFound):
        history.undelete(OWNER, gone)
    assert (count(history, "conversations"), count(history, "turns")) == (2, 2)
    assert (count(history, "papers"), count(history, "words")) == (1, 4)
    assert questions(history, stays) == ["Stays?"]


def test_after_a_day_what_was_replaced_is_gone(history: History, clock: Clock) -> None:
    kept = begin(history, "One?", "Two?")
    history.replace_from(OWNER, kept, 1, say("One, edited?"))
    clock.now += timedelta(hours=25)
    assert count(history, "turns") == 3
    History(history.path.parent, clock)
    assert count(history, "turns") == 1
    with pytest.raises(HistoryError) as caught:
        history.undo_replace(OWNER, kept)
    assert str(caught.value) == "nothing was replaced in this conversation"
    assert caught.value.remedy == "what was, is kept for a day"


def test_conversations_that_cite_a_paper_are_found(
    history: History, answers: dict[str, Answer]
) -> None:
    kept = {name: history.start(OWNER) for name in ("quoted", "refused", "compared")}
    for name, conversation in kept.items():
        history.keep(OWNER, conversation, answers[name])
    cited = {
        name: {offer.paper.paper_id for offer in answers[name].papers if offer.cited}
        for name in kept
    }
    assert history.cited_papers(OWNER) == cited["quoted"] | cited["compared"]
    for paper_id in cited["quoted"] - cited["compared"]:
        assert [one.id for one in history.citing(OWNER, paper_id)] == [kept["quoted"]]
    uncited = {offer.paper.paper_id for offer in answers["quoted"].papers if not offer.cited}
    assert all(
        kept["quoted"] not in {one.id for one in history.citing(OWNER, paper_id)}
        for paper_id in uncited
    )


def test_an_answer_that_was_stopped_cites_by_its_sentences(history: History) -> None:
    whole = say("Why?")
    stopped = replace(whole, papers=(replace(whole.papers[0], cited=False),), complete=False)
    history.keep(OWNER, history.start(OWNER), stopped)
    assert history.cited_papers(OWNER) == {"p1"}


def test_each_version_of_a_paper_is_kept_once(history: History) -> None:
    begin(history, "One?", "Two?", "Three?")
    assert (count(history, "papers"), count(history, "offers")) == (1, 3)
    newer, kept = say("Four?"), history.start(OWNER)
    newer = replace(newer, papers=(Offer(1, Paper("p1", "Title p1", "New words."), cited=True),))
    history.keep(OWNER, kept, say("Before?"))
    history.keep(OWNER, kept, newer)
    assert count(history, "papers") == 2
    abstracts = [turn.answer.papers[0].paper.abstract for turn in history.open(OWNER, kept).turns]
    assert abstracts == ["It is so.", "New words."]


def test_a_file_of_a_later_version_is_not_touched(history: History) -> None:
    begin(history)
    history.close()
    with sqlite3.connect(history.path) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    before = history.path.read_bytes()
    with pytest.raises(HistoryTooNew) as caught:
        History(history.path.parent)
    assert str(caught.value) == f"{history.path} has schema 9; this Footnote knows schemas up to 2"
    assert caught.value.remedy == "update Footnote: git pull && make install"
    assert history.path.read_bytes() == before


def test_a_file_that_is_no_database_is_named_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    path.write_text("no database at all" * 100)
    with pytest.raises(HistoryError) as caught:
        History(tmp_path)
    assert (
        str(caught.value) == f"the conversations at {path} cannot be opened: file is not a database"
    )
    assert caught.value.remedy == (
        "restore a copy of conversations.sqlite, or move it and what lies beside it by that name"
        " out of the folder: a new one is then begun, the papers stay"
    )
    assert path.read_text() == "no database at all" * 100


def test_a_page_overwritten_is_told_and_not_taken_for_an_empty_list(tmp_path: Path) -> None:
    history = History(tmp_path)
    for number in range(40):
        begin(history, f"Question {number}?")
    history.close()
    with sqlite3.connect(history.path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    size = history.path.stat().st_size
    with history.path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    with pytest.raises(HistoryError, match=r"cannot be (opened|read): ") as caught:
        History(tmp_path).list(OWNER)
    assert caught.value.remedy.startswith("restore a copy of conversations.sqlite, or move it")
    assert history.path.stat().st_size == size


@pytest.mark.parametrize(
    ("table", "column", "what"),
    [("turns", "answer", "turn 1 of “Why?”"), ("papers", "record", "a paper of “Why?”")],
)
def test_an_answer_that_cannot_be_read_back_is_named(
    history: History, table: str, column: str, what: str
) -> None:
    kept = begin(history)
    with sqlite3.connect(history.path) as connection:
        connection.execute(f"UPDATE {table} SET {column} = '{{}}'")
    with pytest.raises(HistoryError) as caught:
        history.open(OWNER, kept)
    assert str(caught.value).startswith(f"{what} cannot be read back: KeyError: ")
    assert caught.value.remedy == (
        "it is still in the file: update Footnote, or restore a copy of the file"
    )
    assert titles(history) == ["Why?"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(HistoryError, match="cannot be opened: ") as caught:
        History(tmp_path / "taken")
    assert caught.value.remedy == (
        "make the folder writable, or put it elsewhere with --library PATH"
    )


def test_a_file_that_another_writes_to_for_long_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.history.store, "WAIT_SECONDS", 0.2)
    history = History(tmp_path)
    kept = begin(history)
    with sqlite3.connect(history.path, isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(HistoryError) as caught:
            history.keep(OWNER, kept, say("More?"))
        assert questions(history, kept) == ["Why?"]
        holder.execute("ROLLBACK")
    assert str(caught.value) == (
        f"the conversations at {history.path} cannot be written: database is locked"
    )
    assert caught.value.remedy == (
        "wait for the other Footnote that writes to it to end, then try again"
    )
    assert history.keep(OWNER, kept, say("More?")) == 2


def test_a_change_that_fails_leaves_all_as_it_was(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = begin(history, "One?", "Two?")
    before, words = history.open(OWNER, kept), count(history, "words")

    def fail(*_: Any) -> None:
        raise HistoryError("a test")

    monkeypatch.setattr("rag.history.changes.refresh", fail)
    with pytest.raises(HistoryError, match="a test"):
        history.replace_from(OWNER, kept, 1, say("Edited?", paper="p9"))
    assert history.open(OWNER, kept) == before
    assert (count(history, "words"), count(history, "papers")) == (words, 1)


def test_what_is_kept_is_on_the_disk(history: History) -> None:
    assert history._store.read("PRAGMA synchronous") == [(2,)]
    assert history._store.read("PRAGMA journal_mode") == [("wal",)]


def check_sound(folder: Path) -> dict[str, int]:
    """Every conversation is whole, and found by what it says; how many turns each has."""
    history = History(folder)
    assert history.check() == ""
    lengths = {}
    for listed in history.list(OWNER, limit=-1):
        saved = history.open(OWNER, listed.id)
        assert [turn.number for turn in saved.turns] == list(range(1, listed.turns + 1))
        assert listed.title == shorten_title(saved.turns[0].answer.question)
        lengths[listed.id] = listed.turns
    indexed: Counter[int] = Counter()
    with sqlite3.connect(history.path) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for row, text in connection.execute("SELECT rowid, text FROM words"):
            indexed[row >> 20] += bool(text)
        keys = dict(connection.execute("SELECT id, key FROM conversations").fetchall())
    assert {one: indexed[keys[one]] - 1 for one in lengths} == lengths
    history.close()
    return lengths


@pytest.mark.timeout(240)
def test_a_kill_at_any_moment_leaves_whole_conversations(
    tmp_path: Path, answers: dict[str, Answer]
) -> None:
    written, folder, chance = tmp_path / "answers.json", tmp_path / "kept", random.Random(11)
    write_answers(answers, written)
    promised: dict[str, int] = {}
    for _ in range(10):
        process = start_process(CHANGE, folder, written)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.5))
        process.kill()
        lines = process.stdout.read().splitlines(keepends=True)
        told = [line.split() for line in lines if line.endswith("\n")]
        process.communicate()
        promised |= {conversation: int(turns) for conversation, turns in told}
        last = told[-1][0] if told else ""
        if last:
            History(folder).undelete(OWNER, last)
        found = check_sound(folder)
        # What was said to be done is done; to the last conversation perhaps one thing more.
        assert {one: found[one] for one in promised if one != last} == {
            one: turns for one, turns in promised.items() if one != last
        }
        assert not last or abs(found[last] - promised[last]) <= 1
        promised = found
    assert len(promised) > 10


def test_processes_and_threads_write_at_the_same_time(
    tmp_path: Path, answers: dict[str, Answer]
) -> None:
    written = tmp_path / "answers.json"
    write_answers(answers, written)
    history = History(tmp_path / "kept")
    shared = begin(history)
    processes = [start_process(KEEP_SOME, tmp_path / "kept", written, shared) for _ in range(2)]
    problems: list[FootnoteError] = []

    def work() -> None:
        try:
            for _ in range(10):
                history.keep(OWNER, shared, answers["quoted"])
        except FootnoteError as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outs = [process.communicate(timeout=60) for process in processes]
    assert problems == []
    assert [errors for _, errors in outs] == ["", ""]
    found = check_sound(tmp_path / "kept")
    assert found[shared] == 1 + 4 * 10
    assert [found[out.strip()] for out, _ in outs] == [10, 10]


def test_threads_may_open_a_new_file_all_at_once(tmp_path: Path) -> None:
    start, problems = threading.Barrier(8), list[FootnoteError]()

    def work() -> None:
        start.wait()
        try:
            begin(History(tmp_path))
        except FootnoteError as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(History(tmp_path).list(OWNER)) == 8


def test_what_another_process_keeps_is_seen_at_once(
    tmp_path: Path, answers: dict[str, Answer]
) -> None:
    written, history = tmp_path / "answers.json", History(tmp_path)
    write_answers(answers, written)
    shared = begin(history, "Shared?")
    own = run_process(KEEP_SOME, tmp_path, written, shared)
    assert {one.id: one.turns for one in history.list(OWNER)} == {shared: 11, own: 10}


# The first version's answer, as it lies in files by now: whoever gives an answer a new field
# must still read the answers that do not have it.
FIRST_ANSWER = {
    "id": "a1",
    "question": "Which ovens rise?",
    "understood": {
        "question": "Which ovens rise?",
        "follows": True,
        "about": [1],
        "filters": [
            {"key": "date>=2024", "field": "date", "relation": ">=", "value": "2024", "words": "x"}
        ],
        "sides": [],
    },
    "answer": "Ovens rise late. [1]",
    "mode": "model",
    "model": "a-model",
    "refused": False,
    "missing_terms": ["yeast"],
    "complete": True,
    "notice": "",
    "premise": None,
    "selection": {"kept": 1, "left_out": 2, "unknown": 3},
    "sentences": [
        {
            "text": "Ovens rise late.",
            "citations": [1],
            "evidence": [{"paper_id": "p1", "sentence": "They rise.", "start": 0, "end": 10}],
            "support": "supported",
            "support_score": 0.9,
            "support_reason": "The wording is there.",
        }
    ],
    "supported": {"supported": 1, "of": 1, "by": "wording"},
    "hidden": 0,
    "comparison": None,
    "papers": [
        {
            "number": 1,
            "paper_id": "p1",
            "title": "Ovens",
            "authors": ["Ada"],
            "date": "2024-05",
            "url": None,
            "cited": True,
        }
    ],
    "dropped_papers": 0,
    "invalid_citations": 0,
    "timings": {"retrieve_ms": 1.0, "first_token_ms": 2.0, "total_ms": 3.0, "support_ms": 0.5},
    "tokens": {"read": 10, "written": None},
}
FIRST_PAPER = {
    "paper_id": "p1",
    "title": "Ovens",
    "abstract": "They rise.",
    "authors": ["Ada"],
    "author_count": 1,
    "date": "2024-05",
    "arxiv_id": None,
    "url": None,
    "upvotes": None,
    "categories": None,
    "pages": ["a.txt"],
}


def test_an_answer_of_the_first_version_still_opens(history: History) -> None:
    kept = begin(history)
    with sqlite3.connect(history.path) as connection:
        connection.execute("UPDATE turns SET answer = ?", (json.dumps(FIRST_ANSWER),))
        connection.execute("UPDATE papers SET record = ?", (json.dumps(FIRST_PAPER),))
    (turn,) = history.open(OWNER, kept).turns
    record = turn.answer.to_record("a1")
    assert {name: record[name] for name in FIRST_ANSWER} == FIRST_ANSWER
    paper = turn.answer.papers[0].paper.to_record()
    assert {name: paper[name] for name in FIRST_PAPER} == FIRST_PAPER
