"""The tables of the conversations, of the ratings and of the papers that were read.

Owns the schema and its version; knows nothing about what is asked of them. An answer is
kept as the JSON that `footnote ask --json` prints. The papers that it was given are kept
beside it, each version once: an answer must open with its sources when the library has
changed since, and ten thousand answers share a few hundred papers.

Turns that were replaced stay in `turns`, marked, rather than in a table of their own: taking
a replacement back then changes marks and copies nothing, and the same rows keep their papers.
`replacement` is 0 for a turn that counts, else the number of the replacement that took it
away.

A file of an earlier version is brought up to this one when it is opened; what is in it stays.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rag.history.errors import HistoryTooNew

SCHEMA_VERSION = 2
FIRST = (
    """
    CREATE TABLE conversations (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        owner TEXT NOT NULL,
        title TEXT NOT NULL,
        renamed INTEGER NOT NULL DEFAULT 0,
        updated TEXT NOT NULL,
        turns INTEGER NOT NULL DEFAULT 0,
        deleted TEXT
    )
    """,
    "CREATE INDEX conversations_by_owner ON conversations (owner, updated)",
    """
    CREATE TABLE turns (
        key INTEGER PRIMARY KEY,
        conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
        number INTEGER NOT NULL,
        answer_id TEXT NOT NULL,
        asked_at TEXT NOT NULL,
        question TEXT NOT NULL,
        answer TEXT NOT NULL,
        dropped TEXT NOT NULL,
        replacement INTEGER NOT NULL DEFAULT 0,
        replaced_at TEXT
    )
    """,
    "CREATE UNIQUE INDEX turns_that_count ON turns (conversation, number) WHERE replacement = 0",
    "CREATE INDEX turns_by_conversation ON turns (conversation, replacement)",
    "CREATE INDEX turns_replaced ON turns (replaced_at) WHERE replacement > 0",
    """
    CREATE TABLE papers (
        key INTEGER PRIMARY KEY,
        hash TEXT NOT NULL UNIQUE,
        record TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE offers (
        turn INTEGER NOT NULL REFERENCES turns ON DELETE CASCADE,
        paper INTEGER NOT NULL REFERENCES papers,
        paper_id TEXT NOT NULL,
        cited INTEGER NOT NULL,
        PRIMARY KEY (turn, paper)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX offers_by_paper ON offers (paper)",
    "CREATE INDEX offers_cited ON offers (paper_id) WHERE cited",
    """
    CREATE VIRTUAL TABLE words USING fts5 (
        text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3', detail = 'full'
    )
    """,
    """
    CREATE TABLE feedback (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        answer_id TEXT NOT NULL,
        turn INTEGER NOT NULL,
        sentence INTEGER NOT NULL,
        liked INTEGER NOT NULL,
        comment TEXT NOT NULL,
        created TEXT NOT NULL,
        changed TEXT NOT NULL,
        answer TEXT NOT NULL,
        papers TEXT NOT NULL,
        settings TEXT NOT NULL,
        UNIQUE (owner, conversation_id, answer_id, sentence)
    ) WITHOUT ROWID
    """,
)
SEEN = (
    """
    CREATE TABLE seen (
        owner TEXT NOT NULL,
        paper_id TEXT NOT NULL,
        first TEXT NOT NULL,
        PRIMARY KEY (owner, paper_id)
    ) WITHOUT ROWID
    """,
)
STEPS = (FIRST, SEEN)  # each makes the next version of the one before it


def prepare_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables that a file lacks. Raises HistoryTooNew for a later version's, untouched."""
    if read_version(connection, path) == SCHEMA_VERSION:
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        for step in STEPS[read_version(connection, path) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def read_version(connection: sqlite3.Connection, path: Path) -> int:
    """Raises HistoryTooNew."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise HistoryTooNew(
            f"{path} has schema {version}; this Footnote knows schemas up to {SCHEMA_VERSION}",
            remedy="update Footnote: git pull && make install",
        )
    return version
