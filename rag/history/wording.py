"""Titles, and words looked for: text of others made fit to be kept and to be searched.

Owns the full-text index (FTS5) of titles, questions and answers; knows nothing about
conversations but their keys.
"""

from __future__ import annotations

import unicodedata

from rag.history.store import Connection

TITLE_LENGTH = 60
LONGEST_TITLE = 120  # given by hand
WORDS = 12  # looked for at once
WORD_LENGTH = 60
UNTITLED = "A question without words"

# A row of the index is named by its conversation and, below, the turn's number; the title's
# number is 0. So a search needs no other table to know whose words it has found.
TURN_BITS = 20


def clean(text: str) -> str:
    """Without lone surrogates, which JSON can hold and SQLite cannot."""
    return text.encode("utf-8", "replace").decode()


def shorten_title(text: str, length: int = TITLE_LENGTH) -> str:
    """At most `length` characters of one line, cut between words where there are some.

    Control characters and those that turn the direction of text are left out: a title
    stands among others.
    """
    flat = make_printable(text)
    if len(flat) <= length:
        return flat or UNTITLED
    cut = flat[:length]
    whole = cut[: cut.rindex(" ")] if " " in cut else cut[:-1]
    return (whole if len(whole) > length // 2 else cut[:-1]).rstrip(" ,;:-–") + "…"


def make_printable(text: str) -> str:
    """One line without characters that steer a terminal or turn the direction of text."""
    return " ".join("".join(map(_make_plain, clean(text))).split())


def _make_plain(character: str) -> str:
    if unicodedata.category(character) == "Cc":
        return " "
    return (
        "" if "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069" else character
    )


def index_text(connection: Connection, conversation: int, number: int, text: str) -> None:
    """Let a turn, or with number 0 the title, be found by this text from now on."""
    row = conversation << TURN_BITS | number
    connection.execute("DELETE FROM words WHERE rowid = ?", (row,))
    connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (row, clean(text)))


def forget_texts(connection: Connection, conversation: int, first: int = 0) -> None:
    """Let no turn from `first` on be found any more; with 0, nor the title."""
    start = conversation << TURN_BITS
    connection.execute(
        "DELETE FROM words WHERE rowid BETWEEN ? AND ?",
        (start | first, start | (1 << TURN_BITS) - 1),
    )


def split_words(text: str) -> tuple[str, ...]:
    """What is looked for, as FTS5 queries: every word whole or as a beginning.

    A word is quoted, so that no mark in it means anything to FTS5. Only so many words are
    looked at. What has no letter or digit is no word.
    """
    plain = clean(text).replace('"', " ").replace("\x00", " ")
    words = [word for word in plain.split() if any(map(str.isalnum, word))]
    return tuple(f'"{word[:WORD_LENGTH]}" *' for word in dict.fromkeys(words[:WORDS]))


def matching(queries: tuple[str, ...]) -> str:
    """An SQL condition on conversations: each query, a `?`, is matched somewhere in it."""
    one = f"key IN (SELECT rowid >> {TURN_BITS} FROM words WHERE words MATCH ?)"
    return " AND ".join([one] * len(queries)) or "0"
