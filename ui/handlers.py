"""What happens when the reader does something in the chat.

Owns what is asked, in which order, and what opening, stopping and beginning anew change on
the page; leaves answers to `ui.answering`, actions to the rooms. Knows nothing about the
layout.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import FootnoteError
from ui.actions import read_action
from ui.adding.room import AddingRoom
from ui.answering import Answering
from ui.atlas.room import AtlasRoom
from ui.desk import Desk
from ui.house import House
from ui.library.room import LibraryRoom
from ui.opinions import OpinionRoom
from ui.page import render_bare_header, render_broken, render_header, render_welcome
from ui.render import render_turn, render_turns, render_waiting
from ui.rooms import Place, Rooms, Updates
from ui.setup.room import SetupRoom
from ui.turns import Asked, Chat, Turn

if TYPE_CHECKING:
    import gradio as gr


@dataclass(frozen=True)
class Page:
    """The components that the handlers write to."""

    header: gr.HTML
    fresh: gr.Button
    opening: gr.Column
    welcome: gr.HTML
    examples: tuple[gr.Button, ...]
    history: gr.HTML
    live: gr.HTML
    waiting: gr.HTML
    announcer: gr.HTML
    sources: gr.HTML
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button
    act: gr.Textbox
    find: gr.Textbox
    shelf: gr.HTML
    parcel: gr.HTML
    told: gr.HTML
    filters: gr.HTML
    books: gr.HTML
    paper: gr.HTML
    atlas: gr.HTML
    adding: gr.HTML
    job: gr.HTML
    settings: gr.HTML
    drop: gr.File
    paste: gr.Textbox
    chat: gr.State

    @property
    def conversation(self) -> list[Any]:
        """What an answer changes."""
        said = [self.history, self.live, self.waiting, self.announcer, self.sources]
        return [*said, self.told, self.shelf, self.stop]

    @property
    def known(self) -> list[Any]:
        """What hangs on the library and on who answers."""
        return [self.header, self.welcome, *self.examples]

    @property
    def rooms(self) -> list[Any]:
        """What an action may change."""
        places = [self.filters, self.books, self.paper, self.atlas]
        told = [self.parcel, self.job, self.settings]
        dialog = [self.adding, self.drop, self.paste]
        asked = [self.act, self.box, self.opening, *self.known]
        return [*asked, *places, *told, *dialog, *self.conversation]


class Handlers:
    """What happens when the reader does something. All run on the server's event loop."""

    def __init__(self, house: House, page: Page) -> None:
        self._house = house
        self._page = page
        self._desk = Desk(page, house.keeper, self._take)
        library, atlas = LibraryRoom(house, page, self.refresh), AtlasRoom(house, page)
        self.adding = AddingRoom(house, page, self.refresh)
        setup = SetupRoom(house, page, self.refresh, self._take)
        opinions = OpinionRoom(page, house.keeper)
        rooms = (self._desk, opinions, library, atlas, self.adding, setup)
        places: dict[str, Place] = {"library": library, "map": atlas}
        self._rooms = Rooms(page, rooms, places, self._desk.show_shelf)
        self.answer = Answering(house, page, self._desk).answer
        self._open: dict[str, Chat] = {}

    async def open(self, hello: str, chat: Chat, request: gr.Request) -> Updates:
        """Fill in what is known of the library, and what the browser had kept."""
        chat.owner, opened = read_hello(hello, request.username)
        self._open[request.session_hash or ""] = chat
        return await self.refresh(chat) | await self._desk.open_linked(chat, opened)

    async def refresh(self, chat: Chat) -> Updates:
        """What hangs on the library and on who answers, as they are now."""
        import gradio as gr

        page = self._page
        hidden: Updates = {button: gr.update(visible=False) for button in page.examples}
        try:
            papers, status, questions = await asyncio.to_thread(self._ask_library)
        except FootnoteError as error:
            broken = render_broken(str(error), error.remedy)
            return hidden | {page.header: render_bare_header(), page.welcome: broken}
        shown = {
            button: gr.update(value=question, visible=True)
            for button, question in zip(page.examples, questions, strict=False)
        }
        header = render_header(papers, status, quoting=chat.quoting)
        return hidden | shown | {page.header: header, page.welcome: render_welcome(papers)}

    def _ask_library(self) -> tuple[int, str, tuple[str, ...]]:
        engine = self._house.engine
        papers = engine.paper_count()
        return papers, engine.status(), engine.examples() if papers else ()

    async def leave(self, request: gr.Request) -> None:
        """Close the stream of a tab that was closed: nobody reads it any more."""
        chat = self._open.pop(request.session_hash or "", None)
        if chat:
            await self._desk.leave(chat)
            chat.pending.discard()

    async def take(self, question: str, chat: Chat) -> Updates:
        """Keep a question until it can be answered; an empty one is let go."""
        import gradio as gr

        page = self._page
        question = question.encode("utf-8", "replace").decode().strip()
        if not question:
            return {page.box: gr.skip()}
        asked = chat.rewind(chat.editing, question) if chat.editing else None
        return {page.box: "", page.waiting: ""} | self._take(asked or Asked(question), chat)

    async def act(self, message: str, chat: Chat) -> Updates:
        """Do what the reader did beside asking. What is no action is let go."""
        action = read_action(message)
        emptied: Updates = {self._page.act: ""}
        return emptied | await self._rooms.act(chat, action) if action else emptied

    async def find(self, words: str, chat: Chat) -> Updates:
        """List the conversations that hold these words."""
        return await self._desk.find(words, chat)

    def _take(self, asked: Asked, chat: Chat) -> Updates:
        import gradio as gr

        page = self._page
        chat.waiting.append(asked)
        taken: Updates = {page.opening: gr.update(visible=False)}
        if chat.busy or len(chat.waiting) > 1:
            told = "Your question will be answered next."
            waits = render_waiting([one.question for one in chat.waiting])
            return taken | {page.waiting: waits, page.announcer: told}
        # The answer begins with the next event; the question is to be seen at once.
        turn = Turn(len(chat.turns) + 1, asked.question, asked.dropped)
        return taken | {page.history: render_turns(chat.turns), page.live: render_turn(turn)}

    async def stop(self, chat: Chat) -> Updates:
        """Close the stream at once. The answer's own loop then shows what has come."""
        import gradio as gr

        chat.stop()
        return {self._page.stop: gr.update(visible=bool(chat.waiting))}

    async def clear(self, chat: Chat) -> Updates:
        """Begin anew: no turns, no numbers, nothing waiting."""
        import gradio as gr

        page = self._page
        await self._desk.leave(chat)
        chat.clear()
        emptied: Updates = dict.fromkeys(page.conversation[:-1], "")
        emptied |= {page.stop: gr.update(visible=False), page.opening: gr.update(visible=True)}
        return emptied | await self._desk.show_shelf(chat)


def read_hello(hello: str, username: str | None) -> tuple[str, str]:
    """(who the browser is, the conversation that its address names)

    Who had to give a name and a password is known by the name, in every browser.
    """
    action = read_action(hello)
    owner = action.text("owner") if action else ""
    opened = action.text("open") if action else ""
    return (f"user {username}" if username else owner[:100]), opened[:100]
