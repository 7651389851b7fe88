"""A tab's conversation and the kept ones: History, as the chat's handlers want it.

Owns how turns are kept and come back; knows nothing about HTML or SQLite. Everything here
may wait for the disk and is called off the event loop. Raises HistoryError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.events import Done
from rag.history import ConversationNotFound, Feedback, History, Saved
from rag.replies import Answer, Mode
from ui.shelf import Shelf
from ui.turns import Chat, Rated, Turn

LISTED = 200
STOPPED = "You stopped this answer: it is incomplete."


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a reader says of an answer or a sentence; None for `liked`: nothing any more."""

    liked: bool | None
    comment: str = ""


class Keeper:
    """The kept conversations of all browsers. `settings` are told with a rating."""

    def __init__(self, history: History, settings: Mapping[str, Any] | None = None) -> None:
        self.history = history
        self.settings = settings or {}

    def keep(self, chat: Chat, turn: Turn, *, left: bool = False) -> int:
        """Keep a turn that is over; its number there, 0 where nothing came of it.

        `left`: the reader went away before anything could come; then the question is kept. A
        conversation that was deleted elsewhere is kept anew, as far as this tab shows it.
        """
        answer = turn.numbering()
        if left and answer is None:
            answer = Answer(turn.question, "", Mode.QUOTING, complete=False)
        if answer is None or not chat.owner:
            return 0
        if not chat.saved_id:
            chat.saved_id = self.history.start(chat.owner)
        if turn.answer is None:
            answer = replace(answer, notice=turn.problem.message if turn.problem else STOPPED)
        try:
            return self._keep(chat, turn, answer)
        except ConversationNotFound:
            chat.saved_id = self.history.start(chat.owner)
            for place, one in enumerate(chat.turns[: turn.number - 1]):
                if one.answer:
                    kept = self.history.keep(chat.owner, chat.saved_id, one.answer)
                    chat.turns[place] = one.now_kept(kept)
            return self.history.keep(chat.owner, chat.saved_id, answer, dropped=turn.dropped)

    def _keep(self, chat: Chat, turn: Turn, answer: Answer) -> int:
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
        self._write(chat, number, None, Opinion(liked, comment))
        chat.turns[number - 1] = replace(chat.turns[number - 1], liked=liked, comment=comment)

    def rate_sentence(self, chat: Chat, number: int, sentence: int, opinion: Opinion) -> None:
        """The same of one sentence, by its place in the answer, from 0."""
        self._write(chat, number, sentence, opinion)
        turn = chat.turns[number - 1]
        rated = [one for one in turn.rated if one.sentence != sentence]
        if opinion.liked is not None:
            rated.append(Rated(sentence, opinion.liked, opinion.comment))
        chat.turns[number - 1] = replace(turn, rated=tuple(rated))

    def _write(self, chat: Chat, number: int, sentence: int | None, opinion: Opinion) -> None:
        ratings, kept = self.history.ratings, chat.turns[number - 1].kept
        if opinion.liked is None:
            ratings.unrate(chat.owner, chat.saved_id, kept, sentence)
            return
        ratings.rate(
            chat.owner,
            chat.saved_id,
            kept,
            liked=opinion.liked,
            sentence=sentence,
            comment=opinion.comment,
            settings=self.settings,
        )

    def list(self, chat: Chat, *, renamed: str = "", deleted: str = "") -> Shelf:
        """What the shelf shows of this browser's conversations."""
        listed = self.history.list(chat.owner, chat.words, LISTED) if chat.owner else ()
        return Shelf(listed, chat.saved_id, renamed, deleted, chat.words)


def restore_turns(saved: Saved, ratings: Sequence[Feedback] = ()) -> tuple[Turn, ...]:
    """The turns of a kept conversation, as they ended, with what was said of them."""
    return tuple(
        _restore(saved, place, [one for one in ratings if one.turn == kept.number])
        for place, kept in enumerate(saved.turns)
    )


def _restore(saved: Saved, place: int, ratings: Sequence[Feedback]) -> Turn:
    kept = saved.turns[place]
    before = saved.before(kept.number).exchanges
    turn = Turn(place + 1, kept.answer.question, kept.dropped, before, kept=kept.number)
    rated = []
    for one in ratings:
        if one.sentence is None:
            turn = replace(turn, liked=one.liked, comment=one.comment)
        else:
            rated.append(Rated(one.sentence, one.liked, one.comment))
    return replace(turn, rated=tuple(rated)).after(Done(kept.answer))
