"""Conversations in the browser that are there again: kept, listed, opened, asked anew."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from e2e.fake_engine import FOLLOWUPS, PAPERS, FakeEngine
from house import make_house, make_page
from test_app import ask, drain, hello, request, tell, until

from rag.conversation import Conversation
from rag.errors import LibraryError
from rag.history import History, Listed
from rag.replies import Answer
from ui.handlers import Handlers, read_hello
from ui.onward import render_onward
from ui.shelf import Shelf, name_day, render_shelf
from ui.turns import Chat, Rated, Stage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def make_handlers(folder: Path, engine: FakeEngine | None = None) -> Handlers:
    """As after a start of the server: nothing is remembered but what the folder holds."""
    engine = engine or FakeEngine(pace=0.002)
    return Handlers(make_house(folder, engine), make_page())


async def visit(handlers: Handlers, owner: str = "browser-1", opened: str = "") -> tuple[Chat, Any]:
    chat = Chat()
    return chat, await handlers.open(hello(owner, opened), chat, request())


async def test_an_answer_is_kept_and_listed_as_soon_as_it_is_there(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, shown = await visit(handlers)
    assert "Your conversations will be listed here." in shown["shelf"]
    shown = await ask(handlers, chat, "What is <cheaper>?")
    assert ">What is &lt;cheaper&gt;?</button>" in shown["shelf"]
    assert f'data-open="{chat.saved_id}"' in shown["shelf"]
    assert [turn.kept for turn in chat.turns] == [1]


async def test_a_conversation_is_whole_after_a_restart_and_goes_on(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "What is cheaper?")
    before = await ask(handlers, chat, "Compare sparse attention with evicting the cache")
    engine = FakeEngine(pace=0.002)
    again = make_handlers(folder, engine)
    reopened, shown = await visit(again, opened=chat.saved_id)
    assert [turn.question for turn in reopened.turns] == [turn.question for turn in chat.turns]
    assert reopened.conversation == chat.conversation
    assert before["live"] in shown["history"]
    assert shown["sources"] == before["sources"]
    await ask(again, reopened, "And which of these is newest?")
    assert engine.conversations[0].numbers == tuple(paper.paper_id for paper in PAPERS)
    assert len(engine.conversations[0].exchanges) == 2


async def test_browsers_do_not_see_each_others_conversations(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "What is cheaper?")
    _, shown = await visit(handlers, "browser-2")
    assert "What is cheaper?" not in shown["shelf"]


async def test_a_link_shows_another_browser_a_copy_of_its_own(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "What is cheaper?")
    guest, shown = await visit(handlers, "browser-2", chat.saved_id)
    assert "What is cheaper?" in shown["history"]
    assert guest.saved_id not in ("", chat.saved_id)
    await ask(handlers, guest, "And why?")
    _, host_sees = await visit(handlers, opened=chat.saved_id)
    assert "And why?" not in host_sees["history"]


async def test_a_link_to_nothing_opens_an_empty_page(folder: Path) -> None:
    chat, shown = await visit(make_handlers(folder), opened="no-such-conversation")
    assert (chat.turns, chat.saved_id) == ([], "")
    assert "no-such-conversation" in shown["announcer"] or "conversation" in shown["announcer"]


async def test_a_question_asked_again_takes_the_place_of_its_answer(folder: Path) -> None:
    engine = FakeEngine(pace=0.002)
    handlers = make_handlers(folder, engine)
    chat, _ = await visit(handlers)
    for question in ("One?", "Two?", "Three?"):
        await ask(handlers, chat, question)
    await handlers.act(tell("retry", turn=2), chat)
    await drain(handlers.answer(chat))
    assert [turn.question for turn in chat.turns] == ["One?", "Two?"]
    assert engine.conversations[3].exchanges == engine.conversations[1].exchanges
    reopened, _ = await visit(make_handlers(folder), opened=chat.saved_id)
    assert [turn.question for turn in reopened.turns] == ["One?", "Two?"]


async def test_an_edited_question_takes_the_place_of_the_old_one(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    for question in ("One?", "Two?"):
        await ask(handlers, chat, question)
    told = await handlers.act(tell("edit", turn=1), chat)
    assert told["box"] == "One?"
    assert "Sending replaces this answer and those after it." in told["waiting"]
    taken = await handlers.take("One, better?", chat)
    assert taken["waiting"] == ""
    await drain(handlers.answer(chat))
    assert [turn.question for turn in chat.turns] == ["One, better?"]
    reopened, _ = await visit(make_handlers(folder), opened=chat.saved_id)
    assert [turn.question for turn in reopened.turns] == ["One, better?"]


async def test_an_edit_may_be_given_up(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "One?")
    await handlers.act(tell("edit", turn=1), chat)
    assert await handlers.act(tell("keep"), chat) == {"act": "", "box": "", "waiting": ""}
    await ask(handlers, chat, "Two?")
    assert [turn.question for turn in chat.turns] == ["One?", "Two?"]


async def test_a_failed_answer_with_papers_is_kept_with_its_reason(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "please fail")
    assert chat.turns[0].stage is Stage.FAILED
    _, shown = await visit(make_handlers(folder), opened=chat.saved_id)
    assert "nothing answers at http://127.0.0.1:11434/v1" in shown["history"]


async def test_a_conversation_is_renamed_deleted_and_had_back(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "One?")
    kept = chat.saved_id
    shown = await handlers.act(tell("renaming", id=kept), chat)
    assert f'class="fn-rename" data-id="{kept}" value="One?"' in shown["shelf"]
    shown = await handlers.act(tell("rename", id=kept, title='"A & B"'), chat)
    assert "&quot;A &amp; B&quot;</button>" in shown["shelf"]
    shown = await handlers.act(tell("delete", id=kept), chat)
    assert 'Deleted. <button type="button" data-do="undelete"' in shown["shelf"]
    assert (shown["history"], chat.turns, chat.saved_id) == ("", [], "")
    shown = await handlers.act(tell("undelete", id=kept), chat)
    assert "&quot;A &amp; B&quot;</button>" in shown["shelf"]
    shown = await handlers.act(tell("open", id=kept), chat)
    assert 'id="t1"' in shown["history"]


async def test_another_browsers_conversation_is_neither_renamed_nor_deleted(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "One?")
    stranger, _ = await visit(handlers, "browser-2")
    for message in (tell("rename", id=chat.saved_id, title="x"), tell("delete", id=chat.saved_id)):
        shown = await handlers.act(message, stranger)
        assert "no conversation" in shown["told"].lower()
    _, shown = await visit(handlers)
    assert ">One?</button>" in shown["shelf"]


async def test_conversations_are_found_by_their_words(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "What is cheaper?")
    assert "What is cheaper?" in (await handlers.find("cheap", chat))["shelf"]
    assert "No conversation has “ze&lt;bra”." in (await handlers.find("ze<bra ", chat))["shelf"]
    assert "What is cheaper?" in (await handlers.find("", chat))["shelf"]


@pytest.mark.parametrize(
    ("kind", "begins"),
    [("markdown", "# "), ("html", "<!doctype html>"), ("bibtex", "@"), ("ris", "TY  - ")],
)
async def test_an_answer_is_handed_over_in_each_format(
    folder: Path, kind: str, begins: str
) -> None:
    from html import unescape

    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "What is cheaper?")
    shown = await handlers.act(tell("export", kind=kind, turn=1), chat)
    head, _, rest = shown["parcel"].partition(">")
    assert 'data-how="export"' in head
    assert unescape(rest).lower().lstrip().startswith(begins.lower())


async def test_a_parcel_is_told_from_the_one_before(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "What is cheaper?")
    first = await handlers.act(tell("copy", turn=1), chat)
    second = await handlers.act(tell("copy", turn=1), chat)
    assert 'data-how="copy"' in first["parcel"]
    assert first["parcel"] != second["parcel"]


async def test_an_answer_is_liked_commented_and_the_liking_taken_back(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "One?")
    shown = await handlers.act(tell("rate", turn=1, liked="no"), chat)
    assert 'data-liked="no" aria-label="Bad answer" aria-pressed="true"' in shown["history"]
    assert 'placeholder="What was wrong with it?"' in shown["history"]
    await handlers.act(tell("comment", turn=1, text='It missed "NeedleYard" & more'), chat)
    reopened, shown = await visit(make_handlers(folder), opened=chat.saved_id)
    assert (reopened.turns[0].liked, reopened.turns[0].comment) == (
        False,
        'It missed "NeedleYard" & more',
    )
    assert 'value="It missed &quot;NeedleYard&quot; &amp; more"' in shown["history"]
    shown = await handlers.act(tell("rate", turn=1, liked="no"), chat)
    assert "fn-comment" not in shown["history"]
    assert History(folder).ratings.list_feedback() == ()


COMPARES = "Compare sparse attention with evicting the cache"


@pytest.mark.parametrize(
    ("kind", "begins"),
    [("table", "|  | Sparse attention (2 papers) |"), ("csv", "Aspect,Sparse attention,Evicting")],
)
async def test_a_table_is_handed_over_to_be_copied(folder: Path, kind: str, begins: str) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, COMPARES)
    shown = await handlers.act(tell("copy", kind=kind, turn=1), chat)
    head, _, rest = shown["parcel"].partition(">")
    assert 'data-how="copy"' in head
    assert rest.startswith(begins)


async def test_there_is_no_table_of_an_answer_without_one_nor_of_all(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "What is cheaper?")
    assert "parcel" not in await handlers.act(tell("copy", kind="csv", turn=1), chat)
    await ask(handlers, chat, COMPARES)
    assert "parcel" not in await handlers.act(tell("copy", kind="table"), chat)
    assert "parcel" in await handlers.act(tell("copy", kind="csv", turn=2), chat)


async def test_a_sentence_is_disliked_commented_and_there_again_after_a_restart(
    folder: Path,
) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "One?")
    shown = await handlers.act(tell("rate", turn=1, sentence=3, liked="no"), chat)
    assert 'data-sentence="3" data-liked="no" data-comment=""' in shown["history"]
    assert 'aria-pressed="true"' not in shown["history"]
    await handlers.act(tell("comment", turn=1, sentence=3, text=" It says four. "), chat)
    await handlers.act(tell("rate", turn=1, sentence=1, liked="yes"), chat)
    await handlers.act(tell("rate", turn=1, liked="yes"), chat)
    reopened, shown = await visit(make_handlers(folder), opened=chat.saved_id)
    assert reopened.turns[0].rated == (Rated(0, True), Rated(2, False, "It says four."))
    assert (reopened.turns[0].liked, reopened.turns[0].comment) == (True, "")
    assert 'data-sentence="3" data-liked="no" data-comment="It says four."' in shown["history"]
    kept = History(folder).ratings.list_feedback()
    assert [(one.sentence, one.liked, one.comment) for one in kept] == [
        (2, False, "It says four."),
        (0, True, ""),
        (None, True, ""),
    ]


async def test_a_sentence_is_liked_after_all_and_the_liking_taken_back(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "One?")
    await handlers.act(tell("rate", turn=1, sentence=2, liked="no"), chat)
    await handlers.act(tell("comment", turn=1, sentence=2, text="Hm."), chat)
    await handlers.act(tell("rate", turn=1, sentence=2, liked="yes"), chat)
    assert chat.turns[0].rated == (Rated(1, True, "Hm."),)
    await handlers.act(tell("rate", turn=1, sentence=2, liked="yes"), chat)
    await handlers.act(tell("comment", turn=1, sentence=2, text="Nobody rated it."), chat)
    assert chat.turns[0].rated == ()
    assert History(folder).ratings.list_feedback() == ()


async def test_a_sentence_that_is_not_there_is_told_and_not_rated(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "One?")
    shown = await handlers.act(tell("rate", turn=1, sentence=99, liked="no"), chat)
    assert "has no sentence 98; it has 6" in shown["told"]
    assert chat.turns[0].rated == ()


async def test_a_click_in_one_tab_while_another_is_answered_changes_nothing(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "What is cheaper?")
    other, _ = await visit(handlers, "browser-2")
    await handlers.take("What is dearer?", other)
    answering = handlers.answer(other)
    await anext(answering)
    await anext(answering)  # it is in the line by now
    said = [updates async for updates in handlers.answer(chat)]
    await answering.aclose()
    assert [set(updates) for updates in said] == [{"stop"}]


async def test_an_answer_is_kept_though_the_reader_begins_anew_as_it_ends(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "What is cheaper?")
    desk, kept = handlers._desk, list[str]()
    keeper = SimpleNamespace(keep=lambda _, turn: (kept.append(turn.question), 7)[1])
    monkeypatch.setattr(desk, "_keeper", keeper)
    keeping = desk.keep(chat)
    chat.clear()
    assert await keeping == {}
    assert (kept, chat.turns) == (["What is cheaper?"], [])


async def test_questions_to_go_on_with_are_offered_when_the_answer_is_there(folder: Path) -> None:
    engine = FakeEngine(pace=0.002)
    handlers = make_handlers(folder, engine)
    chat, _ = await visit(handlers)
    shown = await ask(handlers, chat, "One?")
    assert shown["waiting"] == render_onward(FOLLOWUPS)
    assert "fn-onward" not in shown["live"]
    taken = await handlers.act(tell("ask", text=f" {FOLLOWUPS[0]} "), chat)
    assert taken["waiting"] == ""
    shown = await drain(handlers.answer(chat))
    assert engine.asked == ["One?", FOLLOWUPS[0]]
    assert shown["waiting"] == render_onward(FOLLOWUPS[1:])
    assert "waiting" not in await handlers.act(tell("ask", text="  "), chat)


async def test_no_questions_are_offered_for_an_answer_that_is_no_longer_the_last(
    folder: Path,
) -> None:
    held = threading.Event()

    class Slow(FakeEngine):
        def followups(self, answer: Answer, conversation: Conversation) -> tuple[str, ...]:
            held.wait(5)
            return super().followups(answer, conversation)

    handlers = make_handlers(folder, Slow(pace=0.002))
    chat, _ = await visit(handlers)
    answering = asyncio.create_task(ask(handlers, chat, "One?"))
    await until(lambda: bool(chat.turns) and not chat.busy)
    assert chat.turns[0].stage is Stage.DONE
    await handlers.clear(chat)
    held.set()
    assert "fn-onward" not in str((await answering)["waiting"])


async def test_a_library_that_is_gone_offers_nothing_and_breaks_nothing(folder: Path) -> None:
    class Gone(FakeEngine):
        def followups(self, answer: Answer, conversation: Conversation) -> tuple[str, ...]:
            raise LibraryError(f"gone: {answer.question}, {conversation}", remedy="none")

    handlers = make_handlers(folder, Gone(pace=0.002))
    chat, _ = await visit(handlers)
    shown = await ask(handlers, chat, "One?")
    assert "fn-onward" not in str(shown["waiting"])
    assert chat.turns[0].stage is Stage.DONE


async def test_a_rating_tells_the_settings(folder: Path) -> None:
    house = make_house(folder)
    house.keeper.settings = {"retrieval": {"papers": 8}}
    handlers = Handlers(house, make_page())
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "One?")
    await handlers.act(tell("rate", turn=1, liked="yes"), chat)
    (feedback,) = History(folder).ratings.list_feedback()
    assert (feedback.liked, feedback.question) == (True, "One?")
    assert feedback.settings == {"retrieval": {"papers": 8}}


def test_who_logged_in_is_known_by_the_name() -> None:
    assert read_hello(hello("b1", "c1"), None) == ("b1", "c1")
    assert read_hello(hello("b1", "c1"), "ada") == ("user ada", "c1")
    assert read_hello("", None) == ("", "")


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "day"),
    [(0, "Today"), (1, "Yesterday"), (3, "The last seven days"), (60, "September 2026")],
)
def test_conversations_stand_under_their_day(ago: int, day: str) -> None:
    assert name_day(NOW - timedelta(days=ago), NOW) == day


def test_titles_are_escaped_wherever_they_stand() -> None:
    listed = Listed('"><script>', '<img src=x onerror="alert(1)">', NOW, 1)
    html = render_shelf(Shelf((listed,)), NOW) + render_shelf(
        Shelf((listed,), renamed=listed.id), NOW
    )
    assert "<script" not in html
    assert "<img" not in html


async def interrupted(handlers: Handlers, chat: Chat, question: str) -> Any:
    """The question, with its answer half there; ends once the reader is gone."""
    await handlers.take(question, chat)
    running = asyncio.create_task(drain(handlers.answer(chat)))
    await until(lambda: chat.turns and chat.turns[-1].question == question)
    await until(lambda: chat.turns[-1].text)
    return running


async def test_a_closed_tab_leaves_its_half_answer_in_the_conversation(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "What is cheaper?")
    running = await interrupted(handlers, chat, "please stall")
    await handlers.leave(request())
    await running
    again, shown = await visit(make_handlers(folder), opened=chat.saved_id)
    assert [turn.question for turn in again.turns] == ["What is cheaper?", "please stall"]
    assert "You stopped this answer: it is incomplete." in shown["history"]


async def test_a_tab_closed_before_anything_came_leaves_its_question(folder: Path) -> None:
    handlers = make_handlers(folder, FakeEngine(pace=0.5))
    chat, _ = await visit(handlers)
    await handlers.take("What is cheaper?", chat)
    running = asyncio.create_task(drain(handlers.answer(chat)))
    await until(lambda: chat.busy and chat.turns)
    await handlers.leave(request())
    await running
    again, _ = await visit(make_handlers(folder), opened=chat.saved_id)
    assert [turn.question for turn in again.turns] == ["What is cheaper?"]


async def test_opening_another_conversation_keeps_what_was_being_answered(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "One?")
    first = chat.saved_id
    await handlers.clear(chat)
    running = await interrupted(handlers, chat, "please stall")
    shown = await handlers.act(tell("open", id=first), chat)
    await running
    assert [turn.question for turn in chat.turns] == ["One?"]
    assert "please stall" in shown["shelf"]


async def test_the_open_conversation_opened_once_more_goes_on_answering(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "One?")
    running = await interrupted(handlers, chat, "please stall")
    await handlers.act(tell("open", id=chat.saved_id), chat)
    assert [turn.question for turn in chat.turns] == ["One?", "please stall"]
    assert chat.busy
    await handlers.stop(chat)
    await running


async def test_a_conversation_deleted_elsewhere_is_kept_anew_as_this_tab_shows_it(
    folder: Path,
) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await ask(handlers, chat, "One?")
    gone = chat.saved_id
    other, _ = await visit(handlers, opened=gone)
    await handlers.act(tell("delete", id=gone), other)
    await ask(handlers, chat, "Two?")
    assert chat.saved_id != gone
    again, _ = await visit(handlers, opened=chat.saved_id)
    assert [turn.question for turn in again.turns] == ["One?", "Two?"]


@pytest.mark.parametrize("ended", [True, False])
async def test_asking_an_earlier_question_again_can_be_undone(folder: Path, ended: bool) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    for question in ("One?", "Two?", "Three?"):
        await ask(handlers, chat, question)
    shown = await handlers.act(tell("retry", turn=1), chat)
    assert "Asked again, and 2 later answers taken away." in shown["told"]
    if ended:
        await drain(handlers.answer(chat))
        assert [turn.question for turn in chat.turns] == ["One?"]
    shown = await handlers.act(tell("undo-retry"), chat)
    assert [turn.question for turn in chat.turns] == ["One?", "Two?", "Three?"]
    assert "Three?" in shown["history"]
    assert not chat.waiting
    assert (await handlers.act(tell("undo-retry"), chat))["told"] == ""


async def test_halves_of_surrogate_pairs_neither_jam_a_tab_nor_break_a_list(folder: Path) -> None:
    handlers = make_handlers(folder)
    chat, _ = await visit(handlers)
    await handlers.act('{"do": "ask", "text": "\\ud800 hello?"}', chat)
    await drain(handlers.answer(chat))
    await ask(handlers, chat, "\ud800 and this?")
    assert [turn.question for turn in chat.turns] == ["? hello?", "? and this?"]
    shown = await handlers.act('{"do": "go", "place": "library", "paper": "\\ud800"}', chat)
    assert "not in the library" in shown["paper"]
