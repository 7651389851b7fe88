"""The places of the page beside the conversation, and the way to them.

    #library  #library=PAPER  #map  #map=PAPER      else the conversation

Owns which place an address names and what is drawn when the reader comes there, and that
what goes wrong is told; leaves each place to its room.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from rag.errors import FootnoteError
from ui.actions import Action
from ui.told import render_told
from ui.turns import Chat

if TYPE_CHECKING:
    from ui.handlers import Page

Updates = dict[Any, Any]
Do = Callable[[Chat, Action], Awaitable[Updates]]


class Room(Protocol):
    """A part of the page that has actions of its own."""

    @property
    def actions(self) -> Mapping[str, Do]:
        """What can be done there, by name; names are the page's, not the room's alone."""
        ...


class Place(Protocol):
    """A room that the reader goes to."""

    async def show(self, chat: Chat, paper_id: str) -> Updates:
        """All of it as it is now, with the view of a paper, or, with an empty id, without."""
        ...


class Rooms:
    """All rooms, and the places among them by their names in the address. `refresh` lists
    the conversations anew."""

    def __init__(
        self,
        page: Page,
        rooms: tuple[Room, ...],
        places: Mapping[str, Place],
        refresh: Callable[[Chat], Awaitable[Updates]],
    ) -> None:
        self._page = page
        self._refresh = refresh
        self._places = places
        self._actions: dict[str, Do] = {"go": self._go}
        for room in rooms:
            twice = self._actions.keys() & room.actions.keys()
            if twice:
                raise ValueError(f"two rooms have the action {', '.join(sorted(twice))}")
            self._actions |= room.actions

    async def act(self, chat: Chat, action: Action) -> Updates:
        """Do it; what is wrong is told on the page. What no room knows is let go."""
        do = self._actions.get(action.name)
        if do is None:
            return {}
        try:
            return await do(chat, action)
        except FootnoteError as error:
            told: Updates = {self._page.told: render_told(str(error), error.remedy)}
            # What failed may hang on a list that is out of date.
            with suppress(FootnoteError):
                told |= await self._refresh(chat)
            return told

    async def _go(self, chat: Chat, action: Action) -> Updates:
        """Draw the place that the address names."""
        place = self._places.get(action.text("place"))
        return await place.show(chat, action.text("paper")) if place else {}
