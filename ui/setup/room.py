"""What the reader does with the settings.

Owns the order of things there; leaves the form to its neighbours, and the files to `rag`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from ui.actions import Action
from ui.house import House
from ui.rooms import Do, Updates
from ui.turns import Chat

if TYPE_CHECKING:
    from ui.handlers import Page

Refresh = Callable[[Chat], Awaitable[Updates]]


class SetupRoom:
    """`refresh` draws anew what tells who answers: the header."""

    def __init__(self, house: House, page: Page, refresh: Refresh) -> None:
        self._house = house
        self._page = page
        self._refresh = refresh

    @property
    def actions(self) -> Mapping[str, Do]:
        return {"settings": self._open, "settings-close": self._close}

    async def _open(self, chat: Chat, action: Action) -> Updates:
        del chat, action
        return {self._page.settings: "<p>Settings</p>"}

    async def _close(self, chat: Chat, action: Action) -> Updates:
        del chat, action
        return {self._page.settings: ""}
