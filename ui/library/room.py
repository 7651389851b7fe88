"""What the reader does in the library's place.

Owns the order of things there; leaves HTML to its neighbours, and finding to `rag.browse`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from rag.errors import FootnoteError, LibraryLocked, PaperNotFound
from rag.export import to_bibtex
from rag.library import Library
from rag.preview import put_back, remove_papers
from rag.records import Paper
from ui.actions import Action
from ui.house import House
from ui.library.books import render_books
from ui.library.browsing import STEP, Form
from ui.library.filters import render_filters
from ui.library.reading import read_shown, read_view
from ui.library.view import render_view
from ui.parcels import wrap
from ui.rooms import Do, Updates
from ui.told import render_told
from ui.turns import Chat

if TYPE_CHECKING:
    from ui.handlers import Page

Refresh = Callable[[Chat], Awaitable[Updates]]
Told = TypeVar("Told")
Made = TypeVar("Made")
TITLE_LENGTH = 90
WAIT_SECONDS = 4.0
UNDO = '<button type="button" class="fn-take-back" data-do="put-back">Undo</button>'
LEFT = '<div hidden class="fn-left-paper" data-paper="{}"></div>'


class LibraryRoom:
    """The papers, as a reader looks through them. `refresh` draws anew what hangs on their
    number: header, welcome, examples."""

    def __init__(self, house: House, page: Page, refresh: Refresh) -> None:
        self._house = house
        self._page = page
        self._refresh = refresh
        self._parcels = count(1)

    @property
    def actions(self) -> Mapping[str, Do]:
        return {
            "browse": self._browse,
            "widen": self._widen,
            "show-more": self._show_more,
            "ask-about": self._ask_about,
            "copy-reference": self._copy_reference,
            "remove": self._remove,
            "put-back": self._put_back,
        }

    async def show(self, chat: Chat, paper_id: str) -> Updates:
        """The list, and the paper's view beside it. The list is read last: to open a paper's
        view is to read it."""
        browsing, view = chat.browsing, ""
        if paper_id:
            found = await asyncio.to_thread(read_view, self._house, chat, paper_id)
            view = render_view(found)
            browsing.opened |= {paper_id}
        browsing.paper_id = paper_id
        return {self._page.paper: view} | await self._list(chat)

    async def _list(self, chat: Chat) -> Updates:
        browsing = chat.browsing
        shown = await asyncio.to_thread(read_shown, self._house, chat)
        names = tuple(source for source, _ in shown.pages)
        if names != browsing.pages:
            browsing.pages = names
            browsing.write()
        return {
            self._page.filters: render_filters(browsing, shown.pages) if shown.count else "",
            self._page.books: render_books(shown, browsing),
        }

    # --- the list ------------------------------------------------------------------

    async def _browse(self, chat: Chat, action: Action) -> Updates:
        """Look for what was filled in. A field that was left as it was changes nothing, nor
        does what was filled in before the server wrote into the form."""
        form, browsing = Form.read(action), chat.browsing
        if form == browsing.form or action.number("version") != browsing.version:
            return {}
        chat.browsing.change(form)
        return await self._list(chat)

    async def _widen(self, chat: Chat, action: Action) -> Updates:
        """Take one filter off, or all of them."""
        chat.browsing.change(chat.browsing.form.without(action.text("filter")))
        chat.browsing.write()
        return await self._list(chat)

    async def _show_more(self, chat: Chat, _: Action) -> Updates:
        chat.browsing.limit += STEP
        return await self._list(chat)

    # --- a paper -------------------------------------------------------------------

    async def _find(self, action: Action) -> Paper:
        """The paper of an action. Raises PaperNotFound."""
        name = action.text("id")
        found = await asyncio.to_thread(self._house.footnote.library.get, [name])
        if name not in found:
            raise PaperNotFound(f"the library has no paper {name}", remedy="reload the page")
        return found[name]

    async def _ask_about(self, chat: Chat, action: Action) -> Updates:
        """Put a question about a paper into the box; `library.js` goes there."""
        paper = await self._find(action)
        asked: Updates = {self._page.box: f"What does “{' '.join(paper.title.split())}” find?"}
        if chat.editing:
            chat.editing, asked[self._page.waiting] = 0, ""
        return asked

    async def _copy_reference(self, chat: Chat, action: Action) -> Updates:
        del chat
        paper = await self._find(action)
        text = await asyncio.to_thread(to_bibtex, [paper])
        number = f"reference-{next(self._parcels)}"
        return {self._page.parcel: wrap(text, number, "copy", "bibtex", paper.title)}

    async def _remove(self, chat: Chat, action: Action) -> Updates:
        """Remove a paper; it can be put back until another one is removed."""
        removed = await self._write(remove_papers, [action.text("id")])
        chat.browsing.removed = removed
        chat.browsing.paper_id = ""
        note = f"Removed “{_shorten(removed.papers[0].title)}”."
        gone: Updates = {
            self._page.told: render_told(note, undo=UNDO),
            self._page.paper: LEFT.format(removed.papers[0].paper_id),
        }
        return gone | await self._list(chat) | await self._refresh(chat)

    async def _put_back(self, chat: Chat, _: Action) -> Updates:
        """Put back what was removed last, where it was; its view, if that is open."""
        removed = chat.browsing.removed
        if removed is None:
            return {self._page.told: ""}
        await self._write(put_back, removed)
        chat.browsing.removed = None
        shown = await self.show(chat, chat.browsing.paper_id)
        return {self._page.told: ""} | shown | await self._refresh(chat)

    async def _write(self, change: Callable[[Library, Told, float], Made], told: Told) -> Made:
        """Change the library; the index follows behind the page. Raises LibraryLocked where
        it is being written to for longer than a click may take."""
        jobs = self._house.jobs
        try:
            made = await asyncio.to_thread(change, self._house.footnote.library, told, WAIT_SECONDS)
        except LibraryLocked as error:
            if not jobs.line().running:
                raise
            raise LibraryLocked(
                "papers are being embedded, and nothing else can be changed meanwhile",
                remedy="try again when the bar at the top is gone",
            ) from error
        # The change is made, whatever is wrong with the index: the next question tells.
        with suppress(FootnoteError):
            await asyncio.to_thread(jobs.catch_up)
        return made


def _shorten(title: str) -> str:
    return title if len(title) <= TITLE_LENGTH else f"{title[:TITLE_LENGTH].rstrip()}…"
