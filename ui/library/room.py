"""What the reader does in the library's place.

Owns the order of things there; leaves HTML to its neighbours, and finding to `rag.browse`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from rag.browse import Wanted, browse
from ui.house import House
from ui.rooms import Do, Updates
from ui.turns import Chat

if TYPE_CHECKING:
    from ui.handlers import Page


class LibraryRoom:
    """The papers, as a reader looks through them."""

    def __init__(self, house: House, page: Page) -> None:
        self._house = house
        self._page = page

    @property
    def actions(self) -> Mapping[str, Do]:
        return {}

    async def show(self, chat: Chat, paper_id: str) -> Updates:  # noqa: ARG002
        found = await asyncio.to_thread(browse, self._house.footnote.library, Wanted())
        items = "".join(f"<li>{escape(paper.title)}</li>" for paper in found.papers)
        return {self._page.books: f"<h2>Library</h2><ul>{items}</ul>", self._page.filters: ""}
