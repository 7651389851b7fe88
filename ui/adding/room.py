"""What the reader does to add papers, and what is told while they are embedded.

Owns the order of things there; leaves reading and adding to `rag.preview` and `rag.footnote`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from ui.house import House
from ui.rooms import Do, Updates
from ui.turns import Chat

if TYPE_CHECKING:
    from ui.handlers import Page

Refresh = Callable[[Chat], Awaitable[Updates]]


class AddingRoom:
    """`refresh` draws anew what hangs on the number of papers: header, welcome, examples."""

    def __init__(self, house: House, page: Page, refresh: Refresh) -> None:
        self._house = house
        self._page = page
        self._refresh = refresh

    @property
    def actions(self) -> Mapping[str, Do]:
        return {}

    async def preview_files(self, paths: list[str] | None, chat: Chat) -> Updates:
        """Show what adding the dropped files would do; they lie in Gradio's own folder."""
        del paths, chat
        return {self._page.adding: ""}

    async def preview_pasted(self, text: str, chat: Chat) -> Updates:
        """Show what adding the pasted text would do."""
        del text, chat
        return {self._page.adding: ""}

    async def watch(self, chat: Chat) -> AsyncIterator[Updates]:
        """How far the adding under way has come, until it is over; at once where none is."""
        del chat
        yield {self._page.job: ""}
