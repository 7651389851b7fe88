"""A tab's conversation and the kept ones: History, as the chat's handlers want it.

Owns how turns are kept and come back; knows nothing about HTML or SQLite. Everything here
may wait for the disk and is called off the event loop. Raises HistoryError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rag.events import Done
from rag.history import ConversationNotFound, Feedback, History, Saved
from ui.shelf import Shelf
from ui.turns import Chat, Turn

LISTED = 200
STOPPED = "You stopped this answer: it is incomplete."


class Keeper:
    """The kept conversations of all browsers. `settings` are told with a rating."""

    def __init__(self, history: History, settings: Mapping[str, Any] | None = None) -> None:
        self.history = history
        self.settings = settings or {}

    def keep(self, chat: Chat, turn: Turn) -> int:
        """Keep a turn that is over; its number there, 0 where nothing came of it."""
        answer = turn.numbering()
        if answer is None or not chat.owner:
            return 0
        if not chat.saved_id:
            chat.saved_id = self.history.start(chat.owner)
        if turn.answer is None:
            answer = replace(answer, notice=turn.problem.message if turn.problem else STOPPED)
        if not turn.replaces:
            return self.history.keep(chat.owner, chat.saved_id, answer, dropped=turn.dropped)
        place = max((one.kept for one in chat.turns[: turn.number - 1]), default=0) + 1
        return self.history.replace_from(
            chat.owner, chat.saved_id, place, answer, dropped=turn.dropped
        )

    def open(self, chat: Chat, saved_id: str) -> None:
        """Show a kept conversation; another browser's, come by a link, becomes a copy.

        Raises ConversationNotFound.
        """
        try:
            saved = self.history.open(chat.owner, saved_id)
        except ConversationNotFound:
            saved_id = self.history.copy(chat.owner, saved_id)
            saved = self.history.open(chat.owner, saved_id)
        ratings = self.history.ratings.of(chat.owner, saved_id)
        chat.restore(saved_id, restore_turns(saved, ratings), saved.conversation)

    def rate(self, chat: Chat, number: int, liked: bool | None, comment: str) -> None:
        """Keep what the reader said of a turn, or, with None for `liked`, forget it."""
        turn = chat.turns[number - 1]
        if liked is None:
            self.history.ratings.unrate(chat.owner, chat.saved_id, turn.kept)
        else:
            self.history.ratings.rate(
                chat.owner,
                chat.saved_id,
                turn.kept,
                liked=liked,
                comment=comment,
                settings=self.settings,
            )
        chat.turns[number - 1] = replace(turn, liked=liked, comment=comment)

    def list(self, chat: Chat, *, renamed: str = "", deleted: str = "") -> Shelf:
        """What the shelf shows of this browser's conversations."""
        listed = self.history.list(chat.owner, chat.words, LISTED) if chat.owner else ()
        return Shelf(listed, chat.saved_id, renamed, deleted, chat.words)


def restore_turns(saved: Saved, ratings: Sequence[Feedback] = ()) -> tuple[Turn, ...]:
    """The turns of a kept conversation, as they ended, with what was said of them."""
    rated = {one.turn: one for one in ratings if one.sentence is None}
    return tuple(
        _restore(saved, place, rated.get(kept.number)) for place, kept in enumerate(saved.turns)
    )


def _restore(saved: Saved, place: int, rated: Feedback | None) -> Turn:
    kept = saved.turns[place]
    before = saved.before(kept.number).exchanges
    turn = Turn(place + 1, kept.answer.question, kept.dropped, before, kept=kept.number)
    if rated:
        turn = replace(turn, liked=rated.liked, comment=rated.comment)
    return turn.after(Done(kept.answer))
