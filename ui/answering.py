"""How a question is answered on the page: waiting in line, the answer as it comes, its end.

Owns the loop that answers what a tab has asked, and what each step of it changes on the
page; knows nothing about the layout, and leaves HTML to `ui.render` and `ui.sources`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ui.desk import Desk
from ui.house import House
from ui.line import Line, Spot
from ui.reading import Reading
from ui.render import describe, render_turn, render_turns, render_waiting
from ui.rooms import Updates
from ui.sources import render_sources
from ui.turns import Chat, Turn

if TYPE_CHECKING:
    from ui.handlers import Page


KEEP_SECONDS = 0.1  # as long as the end of an answer waits for the disk


class Answering:
    """The answers of all tabs; `house.at_once` of them at a time."""

    def __init__(self, house: House, page: Page, desk: Desk) -> None:
        self._house = house
        self._page = page
        self._desk = desk
        self._line = Line(house.at_once)

    async def answer(self, chat: Chat) -> AsyncIterator[Updates]:
        """Answer the questions that wait, one after the other; one such loop in each tab."""
        import gradio as gr

        if chat.busy:
            # A generator that ends without a word makes Gradio empty all its outputs.
            yield {self._page.stop: gr.skip()}
            return
        chat.busy = True
        try:
            while chat.waiting:
                async for updates in self._answer_one(chat):
                    yield updates
        finally:
            chat.busy = False
            chat.stop()
        # Always a last word: an event that says none has Gradio empty all its outputs, and one
        # that ends has it say its last one again, whatever the page shows by then.
        ended: Updates = {self._page.stop: gr.skip()}
        if self._line.is_empty:  # what to ask next takes several searches: others come first
            ended |= await self._desk.suggest(chat, self._house)
        if not chat.busy:  # the next answer may be under way meanwhile
            ended[self._page.stop] = gr.update(visible=False)
        yield ended

    async def _answer_one(self, chat: Chat) -> AsyncIterator[Updates]:
        import gradio as gr

        page, began = self._page, chat.round
        turn = chat.begin()
        yield {
            page.history: render_turns(chat.turns[:-1]),
            page.live: render_turn(turn),
            page.waiting: render_waiting([one.question for one in chat.waiting]),
            page.announcer: describe(turn),
            page.stop: gr.update(visible=True),
        }
        spot = chat.spot = self._line.enter()
        try:
            async for updates in self._read(chat, turn, spot):
                yield updates
                if chat.round != began:
                    return
        finally:
            spot.leave()
        if chat.round == began:
            async for updates in self._end(chat):
                yield updates

    async def _read(self, chat: Chat, turn: Turn, spot: Spot) -> AsyncIterator[Updates]:
        """Wait for the turn's turn, telling how many are ahead; then ask, and show the answer."""
        page, began = self._page, chat.round
        chat.reading = None
        async for ahead in spot.wait():
            waits = replace(turn, ahead=ahead)
            yield {page.live: render_turn(waits), page.announcer: describe(waits)}
        if chat.round != began or spot.left:
            return
        known = replace(chat.conversation, exchanges=turn.before)
        ask = self._house.astream
        events = ask(turn.question, known, without=turn.without, quoting=chat.quoting)
        chat.reading = Reading(events)
        async for updates in self._follow(chat, turn):
            yield updates

    async def _follow(self, chat: Chat, turn: Turn) -> AsyncIterator[Updates]:
        """Show the answer as it comes; the sources only when papers or evidence change."""
        page, began, reading = self._page, chat.round, chat.reading
        if reading is None:
            return
        async for batch in reading.batches():
            if chat.round != began:
                return
            before = turn
            for event in batch:
                turn = turn.after(event)
            chat.turns[-1] = turn
            if turn.answer is not None:
                continue  # the end is shown once, by `_conclude`
            updates = {page.live: render_turn(turn)}
            if (turn.offers, turn.sentences) != (before.offers, before.sentences):
                updates[page.sources] = render_sources(chat.turns)
            if turn.stage is not before.stage:
                updates[page.announcer] = describe(turn)
            yield updates

    async def _end(self, chat: Chat) -> AsyncIterator[Updates]:
        """Show how the turn ended and that it is kept: at once, unless the disk is slow."""
        began, concluded = chat.round, self._conclude(chat)
        keeping = self._desk.keep(chat)
        if not (await asyncio.wait((keeping,), timeout=KEEP_SECONDS))[0]:
            yield concluded
            concluded = {}
        kept = await keeping
        if chat.round == began and (concluded or kept):
            yield concluded | kept | {self._page.live: render_turn(chat.turns[-1])}

    def _conclude(self, chat: Chat) -> Updates:
        """Show how the turn ended, and keep the numbers that it gave."""
        import gradio as gr

        page, turn, reading = self._page, chat.turns[-1], chat.reading
        problem = reading.problem() if reading else None
        if problem:
            turn = turn.failed(problem)
        elif turn.answer is None:
            turn = turn.stopped()
        chat.update(turn)
        return {
            page.live: render_turn(turn),
            page.sources: render_sources(chat.turns),
            page.announcer: describe(turn),
            page.stop: gr.update(visible=bool(chat.waiting)),
        }
