"""What changes conversations, inside a transaction of the caller's.

Owns how turns take each other's places and when what was taken away is gone for good; knows
nothing about connections. A conversation's turns that count are always 1, 2, 3 ... without
a gap, and the index of words holds just these and the title.
"""

from __future__ import annotations

import re
from datetime import datetime

from rag.history.errors import ConversationNotFound, HistoryError, TurnNotFound
from rag.history.rows import LIVE, Kept, index_turns_again, insert_turn, write_time
from rag.history.store import Connection
from rag.history.wording import clean, forget_texts, index_text, shorten_title

ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 16 random bytes, as `secrets.token_urlsafe` writes them
SET_ASIDE = "UPDATE turns SET replacement = ?, replaced_at = ?"


def check_owner(owner: str) -> None:
    """Raises HistoryError for a blank one: all who have no name would share it."""
    if not owner.strip():
        raise HistoryError(
            "a conversation cannot be kept without an owner",
            remedy="reload the page, and let the browser keep this site's data",
        )


def find(
    connection: Connection, owner: str, conversation_id: str, *, deleted: bool = False
) -> tuple[int, int]:
    """(key, turns) of an owner's conversation. Raises ConversationNotFound.

    `deleted` looks among those that can be had back, too.
    """
    row = connection.execute(
        "SELECT key, turns FROM conversations"
        " WHERE id = ? AND owner = ? AND (? OR deleted IS NULL)",
        (clean(conversation_id), clean(owner), deleted),
    ).fetchone()
    if row is None:
        raise not_found(conversation_id)
    return int(row[0]), int(row[1])


def find_or_make(
    connection: Connection, owner: str, conversation_id: str, now: datetime
) -> tuple[int, int]:
    """(key, turns); a conversation that nobody has is made, if its id can be one of ours."""
    check_owner(owner)
    taken = connection.execute(
        "SELECT 1 FROM conversations WHERE id = ?", (clean(conversation_id),)
    ).fetchone()
    if taken or not ID.fullmatch(conversation_id):
        return find(connection, owner, conversation_id)
    made = connection.execute(
        "INSERT INTO conversations (id, owner, title, updated) VALUES (?, ?, '', ?)",
        (conversation_id, clean(owner), write_time(now)),
    )
    return int(made.lastrowid or 0), 0


def not_found(conversation_id: str) -> ConversationNotFound:
    return ConversationNotFound(
        f"there is no conversation {clean(conversation_id)[:40]!r} here",
        remedy="it was deleted, or belongs to another browser: choose one from the list,"
        " or begin a new one",
    )


def no_turn(turn: int, turns: int) -> TurnNotFound:
    return TurnNotFound(
        f"the conversation has no turn {turn}; it has {turns}",
        remedy="reload the page: the conversation was changed elsewhere",
    )


def find_answer(connection: Connection, key: int, answer_id: str) -> int | None:
    """The turn that this answer already is, or None where it was not kept yet."""
    row = connection.execute(
        f"SELECT number FROM turns WHERE conversation = ? AND answer_id = ? AND {LIVE}",
        (key, clean(answer_id)),
    ).fetchone()
    return None if row is None else int(row[0])


def add_turn(connection: Connection, key: int, number: int, kept: Kept) -> None:
    """Write the turn behind the last."""
    insert_turn(connection, key, number, kept)
    refresh(connection, key, kept.asked_at)


def set_aside(connection: Connection, key: int, first: int, now: datetime) -> None:
    """Replace the turns from `first` on by nothing, so that they can be put back."""
    latest = connection.execute(
        "SELECT max(replacement) FROM turns WHERE conversation = ?", (key,)
    ).fetchone()[0]
    connection.execute(
        f"{SET_ASIDE} WHERE conversation = ? AND number >= ? AND {LIVE}",
        ((latest or 0) + 1, write_time(now), key, first),
    )
    forget_texts(connection, key, first)


def swap_back(connection: Connection, key: int, now: datetime) -> int:
    """Let the turns replaced last and those in their place change places; the first turn."""
    replacement, first = connection.execute(
        "SELECT replacement, min(number) FROM turns WHERE conversation = ?1 AND replacement"
        " = (SELECT max(replacement) FROM turns WHERE conversation = ?1)",
        (key,),
    ).fetchone()
    if not replacement:
        raise HistoryError(
            "nothing was replaced in this conversation", remedy="what was, is kept for a day"
        )
    # In three steps, for no two turns that count may have one number even for a moment.
    connection.execute(
        f"{SET_ASIDE} WHERE conversation = ? AND number >= ? AND {LIVE}",
        (-1, write_time(now), key, first),
    )
    for to, since, was in ((0, None, replacement), (replacement, write_time(now), -1)):
        connection.execute(
            f"{SET_ASIDE} WHERE conversation = ? AND replacement = ?", (to, since, key, was)
        )
    forget_texts(connection, key, first)
    index_turns_again(connection, key, first)
    refresh(connection, key, now)
    return int(first)


def refresh(connection: Connection, key: int, now: datetime) -> None:
    """Bring what lists show up to the turns: their count, the time, the title."""
    connection.execute(
        f"UPDATE conversations SET updated = ?, turns = (SELECT count(*) FROM turns"
        f" WHERE conversation = ? AND {LIVE}) WHERE key = ?",
        (write_time(now), key, key),
    )
    renamed, title = connection.execute(
        "SELECT renamed, title FROM conversations WHERE key = ?", (key,)
    ).fetchone()
    if not renamed and title != (by_question := title_by_question(connection, key)):
        set_title(connection, key, by_question)


def title_by_question(connection: Connection, key: int) -> str:
    """The title that the first question gives."""
    row = connection.execute(
        f"SELECT question FROM turns WHERE conversation = ? AND number = 1 AND {LIVE}", (key,)
    ).fetchone()
    return shorten_title(row[0] if row else "")


def set_title(connection: Connection, key: int, title: str, *, renamed: bool = False) -> None:
    """`renamed`: by hand, so that it stays whatever the first question becomes."""
    connection.execute(
        "UPDATE conversations SET title = ?, renamed = ? WHERE key = ?", (title, renamed, key)
    )
    index_text(connection, key, 0, title)


def purge(connection: Connection, before: datetime) -> None:
    """Drop for good what was deleted or replaced before this time, and papers left over."""
    limit = write_time(before)
    gone = connection.execute("SELECT key FROM conversations WHERE deleted < ?", (limit,))
    keys = [row[0] for row in gone.fetchall()]
    for key in keys:
        forget_texts(connection, key)
        connection.execute("DELETE FROM conversations WHERE key = ?", (key,))
    replaced = connection.execute(
        "DELETE FROM turns WHERE replacement > 0 AND replaced_at < ?", (limit,)
    )
    if keys or replaced.rowcount:
        connection.execute("DELETE FROM papers WHERE key NOT IN (SELECT paper FROM offers)")
