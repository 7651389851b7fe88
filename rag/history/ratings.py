"""What readers thought of the answers: given, changed, taken back, listed.

Owns the ratings; knows nothing about what is made of them. A rating keeps the answer and its
papers whole: it must be worth something when the conversation is long gone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rag.history.changes import check_owner, find, no_turn
from rag.history.errors import HistoryError, TurnNotFound
from rag.history.records import Feedback, SavedTurn
from rag.history.rows import (
    LIVE,
    read_answer,
    read_json,
    read_paper,
    read_time,
    read_turns,
    write_answer,
    write_json,
    write_time,
)
from rag.history.store import Store
from rag.history.wording import clean

WHOLE = -1  # in place of a sentence: NULLs would not be equal in the table's UNIQUE
LONGEST_COMMENT = 10_000
COLUMNS = (
    "id, owner, conversation_id, turn, sentence, liked, comment, created, changed, answer_id,"
    " answer, papers, settings"
)
SELECT = f"SELECT {COLUMNS} FROM feedback"


class Ratings:
    """The ratings of a History; use its `ratings`."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def rate(
        self,
        owner: str,
        conversation_id: str,
        turn: int,
        *,
        liked: bool,
        sentence: int | None = None,
        comment: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> Feedback:
        """Rate an answer of the owner's own, or one sentence of it.

        `sentence` is a place in `answer.sentences`, from 0. Rating the same again changes the
        rating, comment and all. `settings` are those of `tell_settings`. Raises
        ConversationNotFound, TurnNotFound, and HistoryError for a comment that is too long.
        """
        check_owner(owner)
        _check_comment(comment)
        now = write_time(self._clock())
        with self._store.write() as connection:
            key, turns = find(connection, owner, conversation_id)
            if not 1 <= turn <= turns:
                raise no_turn(turn, turns)
            (saved,) = read_turns(connection, key, "the rated conversation", turn)
            _check_sentence(saved, sentence)
            rated = (secrets.token_hex(6), clean(owner), conversation_id, turn)
            opinion = (WHOLE if sentence is None else sentence, liked, clean(comment), now, now)
            row = connection.execute(
                f"INSERT INTO feedback ({COLUMNS}) VALUES ({', '.join('?' * 13)})"
                " ON CONFLICT (owner, conversation_id, answer_id, sentence) DO UPDATE SET"
                " liked = excluded.liked, comment = excluded.comment, changed = excluded.changed,"
                f" settings = excluded.settings RETURNING {COLUMNS}",
                (*rated, *opinion, saved.answer_id, *_write(saved), write_json(settings or {})),
            ).fetchone()
        return _read(row)

    def unrate(
        self, owner: str, conversation_id: str, turn: int, sentence: int | None = None
    ) -> bool:
        """Take a rating back; whether there was one. Raises ConversationNotFound."""
        with self._store.write() as connection:
            key, _ = find(connection, owner, conversation_id)
            gone = connection.execute(
                "DELETE FROM feedback WHERE owner = ? AND conversation_id = ? AND sentence = ?"
                " AND answer_id = (SELECT answer_id FROM turns WHERE conversation = ?"
                f" AND number = ? AND {LIVE})",
                (
                    clean(owner),
                    conversation_id,
                    WHOLE if sentence is None else sentence,
                    key,
                    turn,
                ),
            )
            return gone.rowcount > 0

    def of(self, owner: str, conversation_id: str) -> tuple[Feedback, ...]:
        """The owner's ratings of the answers that a conversation has now, in their order.

        Raises ConversationNotFound.
        """
        with self._store.snapshot() as connection:
            key, _ = find(connection, owner, conversation_id)
            rows = connection.execute(
                f"{SELECT} WHERE owner = ? AND conversation_id = ? AND answer_id IN"
                f" (SELECT answer_id FROM turns WHERE conversation = ? AND {LIVE})"
                " ORDER BY turn, sentence",
                (clean(owner), conversation_id, key),
            ).fetchall()
        return tuple(map(_read, rows))

    def list_feedback(self) -> tuple[Feedback, ...]:
        """All ratings of all owners, the oldest first."""
        return tuple(map(_read, self._store.read(f"{SELECT} ORDER BY created, id")))


def _check_comment(comment: str) -> None:
    if len(comment) > LONGEST_COMMENT:
        raise HistoryError(
            f"the comment has {len(comment)} characters; it may have {LONGEST_COMMENT}",
            remedy="say it in fewer words",
        )


def _check_sentence(saved: SavedTurn, sentence: int | None) -> None:
    there = len(saved.answer.sentences)
    if sentence is not None and not 0 <= sentence < there:
        raise TurnNotFound(
            f"the answer of turn {saved.number} has no sentence {sentence}; it has {there}",
            remedy="reload the page: the conversation was changed elsewhere",
        )


def _write(saved: SavedTurn) -> tuple[str, str]:
    """(the answer, its papers) as JSON"""
    papers = [offer.paper.to_record() for offer in saved.answer.papers]
    return write_answer(saved.answer, saved.answer_id), write_json(papers)


def _read(row: Sequence[Any]) -> Feedback:
    where = f"the rating {row[0]}"
    papers = [read_paper(one, where) for one in read_json(row[11], where)]
    return Feedback(
        id=row[0],
        owner=row[1],
        conversation_id=row[2],
        turn=row[3],
        sentence=None if row[4] == WHOLE else row[4],
        liked=bool(row[5]),
        comment=row[6],
        created=read_time(row[7]),
        changed=read_time(row[8]),
        answer_id=row[9],
        answer=read_answer(row[10], {one.paper_id: one for one in papers}, where),
        settings=read_json(row[12], where),
    )
