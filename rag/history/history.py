"""Conversations kept from one start to the next.

Owns what can be done with them and by whom; knows nothing about how they are written down.
An owner is a text that names a browser; it sees its own conversations only, except one whose
id it was told (`open_link`): ids cannot be guessed. Every change is one transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rag.history import changes
from rag.history.errors import HistoryError
from rag.history.ratings import Ratings
from rag.history.records import Listed, Saved
from rag.history.rows import LIVE, Kept, insert_turn, read_time, read_turns, write_time
from rag.history.seen import Seen
from rag.history.store import Store
from rag.history.wording import LONGEST_TITLE, clean, matching, shorten_title, split_words
from rag.question import Filter
from rag.replies import Answer

FILE = "conversations.sqlite"
KEPT_DELETED = timedelta(days=1)
MANY = 100  # conversations of a list, where it is not said how many
LISTED = "SELECT id, title, updated, turns FROM conversations WHERE owner = ? AND deleted IS NULL"


def _now() -> datetime:
    return datetime.now(UTC)


class History:
    """The conversations of one folder (made when missing), which lie beside the library.

    Raises HistoryError if the file cannot be used, HistoryTooNew if a later version made it.
    What was deleted or replaced more than a day ago is gone once it is opened. `ratings` are
    the ratings of the answers, `seen` the papers that owners have read.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = _now) -> None:
        self.path = folder / FILE
        self._clock = clock
        self._store = Store(self.path)
        self.ratings = Ratings(self._store, clock)
        self.seen = Seen(self._store, clock)
        limit = write_time(clock() - KEPT_DELETED)
        if self._store.read(
            "SELECT 1 FROM conversations WHERE deleted < ? UNION ALL"
            " SELECT 1 FROM turns WHERE replacement > 0 AND replaced_at < ? LIMIT 1",
            (limit, limit),
        ):
            with self._store.write() as connection:
                changes.purge(connection, clock() - KEPT_DELETED)

    def start(self, owner: str) -> str:
        """The id of a conversation that comes to be when its first answer is kept."""
        changes.check_owner(owner)
        return secrets.token_urlsafe(16)

    def keep(
        self,
        owner: str,
        conversation_id: str,
        answer: Answer,
        *,
        answer_id: str = "",
        dropped: tuple[Filter, ...] = (),
    ) -> int:
        """Keep the answer to the next question; its turn, from 1.

        One kept before under its `answer_id` is not kept again. `dropped` are the filters that
        the reader took off. Raises ConversationNotFound for another owner's conversation, and
        for a deleted one.
        """
        kept = self._make_kept(answer, answer_id, dropped)
        with self._store.write() as connection:
            key, turns = changes.find_or_make(connection, owner, conversation_id, kept.asked_at)
            known = changes.find_answer(connection, key, kept.answer_id)
            if known is not None:
                return known
            changes.add_turn(connection, key, turns + 1, kept)
            return turns + 1

    def replace_from(
        self,
        owner: str,
        conversation_id: str,
        turn: int,
        answer: Answer,
        *,
        answer_id: str = "",
        dropped: tuple[Filter, ...] = (),
    ) -> int:
        """Keep an answer in the place of a turn and of all that follow it; the turn.

        What it replaces can be had back for a day (`undo_replace`). The turn behind the last
        may be named too: an answer that failed was never kept, and is asked for again. Raises
        ConversationNotFound as `keep` does, and TurnNotFound.
        """
        kept = self._make_kept(answer, answer_id, dropped)
        with self._store.write() as connection:
            key, turns = changes.find_or_make(connection, owner, conversation_id, kept.asked_at)
            known = changes.find_answer(connection, key, kept.answer_id)
            if known is not None:
                return known
            if not 1 <= turn <= turns + 1:
                raise changes.no_turn(turn, turns)
            changes.set_aside(connection, key, turn, kept.asked_at)
            changes.add_turn(connection, key, turn, kept)
            return turn

    def undo_replace(self, owner: str, conversation_id: str) -> int:
        """Put the turns back that were replaced last; the first of them.

        What stood in their place is set aside in turn, so that undoing twice changes nothing.
        Raises ConversationNotFound, and HistoryError where nothing was replaced.
        """
        with self._store.write() as connection:
            key, _ = changes.find(connection, owner, conversation_id)
            return changes.swap_back(connection, key, self._clock())

    def list(self, owner: str, words: str = "", limit: int = MANY) -> tuple[Listed, ...]:
        """An owner's conversations, the one last added to first.

        `words`: only those in which every word stands somewhere, in the title, a question or an
        answer, whole or as a beginning, in any case and without regard to accents.
        """
        if not words.strip():
            return self._list(LISTED, (owner,), limit)
        queries = split_words(words)
        return self._list(f"{LISTED} AND {matching(queries)}", (owner, *queries), limit)

    def citing(self, owner: str, paper_id: str) -> tuple[Listed, ...]:
        """An owner's conversations with an answer that cites the paper, newest first. To be
        named as the nearest by an answer that says that there is none is not to be cited."""
        cites = (
            "key IN (SELECT conversation FROM offers JOIN turns ON turns.key = offers.turn"
            f" WHERE paper_id = ? AND cited AND {LIVE})"
        )
        return self._list(f"{LISTED} AND {cites}", (owner, paper_id), -1)

    def cited_papers(self, owner: str) -> frozenset[str]:
        """The ids of the papers that an owner's answers cite; some may have left the library."""
        rows = self._store.read(
            "SELECT DISTINCT paper_id FROM conversations"
            " JOIN turns ON turns.conversation = conversations.key"
            " JOIN offers ON offers.turn = turns.key"
            f" WHERE owner = ? AND deleted IS NULL AND {LIVE} AND cited",
            (clean(owner),),
        )
        return frozenset(row[0] for row in rows)

    def open(self, owner: str, conversation_id: str) -> Saved:
        """A conversation of the owner's. Raises ConversationNotFound."""
        return self._open(conversation_id, " AND owner = ?", (clean(owner),))

    def open_link(self, conversation_id: str) -> Saved:
        """Anybody's conversation, to read; to go on with it, `copy` it. Raises
        ConversationNotFound."""
        return self._open(conversation_id, "", ())

    def copy(self, owner: str, conversation_id: str) -> str:
        """The id of a copy that is the owner's own. Raises ConversationNotFound."""
        copied, now = self.start(owner), self._clock()
        saved = self.open_link(conversation_id)
        with self._store.write() as connection:
            key, _ = changes.find_or_make(connection, owner, copied, now)
            for turn in saved.turns:
                kept = Kept(turn.answer, turn.answer_id, turn.asked_at, turn.dropped)
                insert_turn(connection, key, turn.number, kept)
            changes.refresh(connection, key, now)
            if saved.title != changes.title_by_question(connection, key):
                changes.set_title(connection, key, saved.title, renamed=True)
        return copied

    def rename(self, owner: str, conversation_id: str, title: str) -> str:
        """Give a title by hand; the title as it stands now. A blank one brings back that of the
        first question. Raises ConversationNotFound."""
        with self._store.write() as connection:
            key, _ = changes.find(connection, owner, conversation_id)
            by_hand = bool(title.strip())
            given = shorten_title(title, LONGEST_TITLE)
            named = given if by_hand else changes.title_by_question(connection, key)
            changes.set_title(connection, key, named, renamed=by_hand)
        return named

    def delete(self, owner: str, conversation_id: str) -> None:
        """Take a conversation out of every list; it can be had back for a day. Ratings of its
        answers stay. Raises ConversationNotFound."""
        with self._store.write() as connection:
            key, _ = changes.find(connection, owner, conversation_id)
            connection.execute(
                "UPDATE conversations SET deleted = ? WHERE key = ?",
                (write_time(self._clock()), key),
            )
            changes.purge(connection, self._clock() - KEPT_DELETED)

    def undelete(self, owner: str, conversation_id: str) -> None:
        """Have a deleted conversation back. Raises ConversationNotFound once it is gone."""
        with self._store.write() as connection:
            key, _ = changes.find(connection, owner, conversation_id, deleted=True)
            connection.execute("UPDATE conversations SET deleted = NULL WHERE key = ?", (key,))

    def check(self) -> str:
        """What SQLite finds wrong with the file; empty if nothing."""
        try:
            rows = [row[0] for row in self._store.read("PRAGMA quick_check(3)")]
        except HistoryError as error:
            return str(error)
        return "" if rows == ["ok"] else "; ".join(rows)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def _make_kept(self, answer: Answer, answer_id: str, dropped: tuple[Filter, ...]) -> Kept:
        return Kept(answer, answer_id or secrets.token_urlsafe(8), self._clock(), dropped)

    def _list(self, sql: str, values: tuple[str, ...], limit: int) -> tuple[Listed, ...]:
        rows = self._store.read(
            f"{sql} ORDER BY updated DESC, key DESC LIMIT ?", (*map(clean, values), limit)
        )
        return tuple(Listed(one, title, read_time(at), turns) for one, title, at, turns in rows)

    def _open(self, conversation_id: str, condition: str, values: tuple[str, ...]) -> Saved:
        with self._store.snapshot() as connection:
            row = connection.execute(
                "SELECT key, id, title, updated FROM conversations"
                f" WHERE id = ? AND deleted IS NULL{condition}",
                (clean(conversation_id), *values),
            ).fetchone()
            if row is None:
                raise changes.not_found(conversation_id)
            key, found, title, updated = row
            return Saved(found, title, read_time(updated), read_turns(connection, key, title))
