"""What the reader does on the map.

Owns the order of things there; leaves the drawing to its neighbours and to `rag.atlas`. What
is picked, lit or seen already is the browser's to remember (`atlas.js`): it comes along with
each message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rag.errors import FootnoteError
from ui.actions import Action
from ui.atlas.choice import choose
from ui.atlas.data import write_data
from ui.atlas.drawn import Drawn, draw, find_key
from ui.atlas.lit import count_answers, find_lit
from ui.atlas.render import SHOWN, View, render_map, render_troubled, render_waiting
from ui.house import House
from ui.library.reading import read_view
from ui.library.view import render_view
from ui.rooms import Do, Updates
from ui.turns import Chat

if TYPE_CHECKING:
    from ui.handlers import Page

QUICK_SECONDS = 0.3
"""How long a map may take before it is told that it is being drawn."""
ROUNDS = 3
"""Drawings waited for at most, where the library goes on changing meanwhile."""


class AtlasRoom:
    """The map, with the papers of the last answer lit."""

    def __init__(self, house: House, page: Page) -> None:
        self._house = house
        self._page = page
        self._drawn: Drawn | None = None
        self._drawing: asyncio.Task[Drawn] | None = None
        self._begun_for = ""

    @property
    def actions(self) -> Mapping[str, Do]:
        return {"map": self._look, "map-draw": self._look}

    async def show(self, chat: Chat, paper_id: str) -> Updates:
        """The view of the paper; the map itself is asked for by `atlas.js`, which knows
        what of it is there already."""
        if not paper_id:
            return {self._page.paper: ""}
        view = await asyncio.to_thread(read_view, self._house, chat, paper_id)
        return {self._page.paper: render_view(view, "map")}

    async def _look(self, chat: Chat, action: Action) -> Updates:
        """The map as it is now, or that it is being drawn; `map-draw` waits for it."""
        patience = None if action.name == "map-draw" else QUICK_SECONDS
        try:
            drawn = await self._find(patience)
            if drawn is None:
                papers = await asyncio.to_thread(self._house.footnote.library.count)
                return {self._page.atlas: render_waiting(papers)}
        except FootnoteError as error:
            return {self._page.atlas: render_troubled(str(error), error.remedy)}
        return await self._render(drawn, chat, action)

    async def _render(self, drawn: Drawn, chat: Chat, action: Action) -> Updates:
        """Nothing where the browser shows just that; without points that it has already."""
        whole = action.text("whole") == "yes"
        view = View(
            choose(drawn, action.text("pick")),
            max(SHOWN, action.number("shown")),
            find_lit(chat.turns, whole),
            count_answers(chat.turns),
            whole,
            f"#c={chat.saved_id}" if chat.saved_id else "#",
        )
        has_points = action.text("key") == drawn.key
        data = "" if has_points else await asyncio.to_thread(write_data, drawn)
        html = render_map(drawn, view, data)
        is_seen = has_points and f'data-frame="{action.text("frame")}"' in html
        return {} if is_seen else {self._page.atlas: html}

    async def _find(self, patience: float | None) -> Drawn | None:
        """The map; None where it takes longer to draw than one is ready to wait.

        All tabs wait for the same drawing: one at a time, whoever asks. One that was begun
        before the library changed is waited for, and then the map is drawn anew: neither
        its map nor its error is of the library as it is.
        """
        footnote = self._house.footnote
        for _ in range(ROUNDS):
            key = await asyncio.to_thread(find_key, footnote)
            if self._drawn and self._drawn.key == key:
                return self._drawn
            task = self._join_drawing(key)
            begun_for = self._begun_for
            await asyncio.wait([task], timeout=patience)
            if not task.done():
                return None
            if task.exception() and begun_for == await asyncio.to_thread(find_key, footnote):
                break
        return task.result()

    def _join_drawing(self, key: str) -> asyncio.Task[Drawn]:
        """The drawing that is under way, of whatever state, or else one begun for this."""
        if self._drawing is None or self._drawing.done():
            self._drawing = asyncio.create_task(self._draw())
            self._begun_for = key
        return self._drawing

    async def _draw(self) -> Drawn:
        self._drawn = await asyncio.to_thread(draw, self._house.footnote)
        return self._drawn
