"""What the reader does on the map.

Owns the order of things there; leaves the drawing to its neighbours and to `rag.atlas`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ui.house import House
from ui.rooms import Do, Updates
from ui.turns import Chat

if TYPE_CHECKING:
    from ui.handlers import Page


class AtlasRoom:
    """The map, with the papers of the last answer lit."""

    def __init__(self, house: House, page: Page) -> None:
        self._house = house
        self._page = page

    @property
    def actions(self) -> Mapping[str, Do]:
        return {}

    async def show(self, chat: Chat, paper_id: str) -> Updates:  # noqa: ARG002
        return {self._page.atlas: "<h2>Map</h2>"}
