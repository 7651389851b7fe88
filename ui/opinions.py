"""What the reader thinks of an answer, or of one sentence of it.

Owns the actions of rating and commenting, and what they change on the page; knows nothing
about how a rating is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ui.actions import Action
from ui.keeping import Keeper, Opinion
from ui.render import render_turns
from ui.rooms import Do, Updates
from ui.turns import Chat

if TYPE_CHECKING:
    from ui.handlers import Page


class OpinionRoom:
    """Ratings of answers that are kept; of others nothing is said."""

    def __init__(self, page: Page, keeper: Keeper) -> None:
        self._page = page
        self._keeper = keeper

    @property
    def actions(self) -> Mapping[str, Do]:
        return {"rate": self._rate, "comment": self._comment}

    async def _rate(self, chat: Chat, action: Action) -> Updates:
        """Like or dislike an answer or a sentence of it; the same once more takes it back."""
        number, liked = action.number("turn"), action.text("liked") == "yes"
        if not self._is_kept(chat, number):
            return {}
        turn = chat.turns[number - 1]
        if sentence := action.number("sentence"):
            known = turn.rating(sentence - 1)
            said = known.comment if known else ""
            wanted = Opinion(None) if known and known.liked is liked else Opinion(liked, said)
            return await self._rate_sentence(chat, number, sentence - 1, wanted)
        if turn.liked is liked:
            await asyncio.to_thread(self._keeper.rate, chat, number, None, "")
        else:
            await asyncio.to_thread(self._keeper.rate, chat, number, liked, turn.comment)
        return self._show_turns(chat)

    async def _comment(self, chat: Chat, action: Action) -> Updates:
        """Say something of an answer, or a sentence of it, that was rated."""
        number, said = action.number("turn"), action.text("text").strip()
        if not self._is_kept(chat, number):
            return {}
        turn = chat.turns[number - 1]
        if sentence := action.number("sentence"):
            known = turn.rating(sentence - 1)
            wanted = Opinion(known.liked, said) if known else Opinion(None)
            return await self._rate_sentence(chat, number, sentence - 1, wanted)
        if turn.liked is None:
            return {}
        await asyncio.to_thread(self._keeper.rate, chat, number, turn.liked, said)
        return self._show_turns(chat)

    async def _rate_sentence(
        self, chat: Chat, number: int, sentence: int, opinion: Opinion
    ) -> Updates:
        rate = self._keeper.rate_sentence
        await asyncio.to_thread(rate, chat, number, sentence, opinion)
        return self._show_turns(chat)

    def _is_kept(self, chat: Chat, number: int) -> bool:
        return 1 <= number <= len(chat.turns) and chat.turns[number - 1].kept > 0

    def _show_turns(self, chat: Chat) -> Updates:
        """The turns as they are; the one that is being answered stays where it is."""
        if chat.busy:
            return {self._page.history: render_turns(chat.turns[:-1])}
        return {self._page.history: render_turns(chat.turns), self._page.live: ""}
