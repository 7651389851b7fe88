"""The file of the conversations: connections, transactions, and SQLite's errors as ours.

Owns how the file is opened, read and written to; knows nothing about what is in it. Each
thread has its own connection. Writers wait for each other by SQLite's own lock, not by the
library's: that one is held for as long as papers are embedded, and a chat must go on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rag.connections import Connections, Held
from rag.history.errors import HistoryError
from rag.history.schema import prepare_schema, read_version
from rag.swap import finish_swap, identify, open_database

Connection = sqlite3.Connection
WAIT_SECONDS = 30.0
REMEDIES = {
    "SQLITE_BUSY": "wait for the other Footnote that writes to it to end, then try again",
    "SQLITE_FULL": "make room on the disk, then try again",
    "SQLITE_READONLY": "make the file and its folder writable",
    "SQLITE_CANTOPEN": "make the folder writable, or put it elsewhere with --library PATH",
    "SQLITE_PERM": "make the file and its folder writable",
}


class Store:
    """One SQLite file (made when missing). Raises HistoryError if it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connections = Connections(self._connect)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connect()
        except OSError as error:
            raise HistoryError(
                f"the conversations at {path} cannot be opened: {error}",
                remedy=REMEDIES["SQLITE_CANTOPEN"],
            ) from error
        except sqlite3.Error as error:
            raise self._explain("opened", error) from error

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of one query."""
        try:
            held = self._connections.hold(identify(self.path))
            return held.connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._explain("read", error) from error

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Several queries that see the file as it was at the first of them."""
        try:
            held = self._connections.hold(identify(self.path))
            connection = held.connection
            connection.execute("BEGIN")
            with connection:
                yield connection
        except sqlite3.Error as error:
            raise self._explain("read", error) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: on the disk when the block ends, undone if it raises."""
        try:
            held = self._connections.hold(identify(self.path))
            connection = held.connection
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection
        except sqlite3.Error as error:
            raise self._explain("written", error) from error

    def close(self) -> None:
        """Let go of every connection, of whatever thread."""
        self._connections.let_go()

    def _connect(self) -> Held:
        """A connection, its tables there."""
        if not self.path.exists():  # a restore takes it away, or was killed in the midst of that
            finish_swap(self.path.parent)
            sqlite3.connect(self.path).close()
        # Taken before connecting: a restore between the two is seen at the next call.
        file = identify(self.path)
        connection = open_database(self.path, WAIT_SECONDS)
        try:
            prepare_schema(connection, self.path)
            # Not NORMAL, which may lose the last answers when the power fails.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except (sqlite3.Error, HistoryError):
            connection.close()
            raise
        return Held(connection, file)

    def _explain(self, done: str, error: sqlite3.Error) -> HistoryError:
        name: str = getattr(error, "sqlite_errorname", "") or ""
        kind = "_".join(name.split("_")[:2])
        return HistoryError(
            f"the conversations at {self.path} cannot be {done}: {error}",
            remedy=REMEDIES.get(
                kind,
                f"restore a copy of {self.path.name}, or move it and what lies beside it by that"
                " name out of the folder: a new one is then begun, the papers stay",
            ),
        )


def find_damage(path: Path) -> str:
    """What SQLite finds wrong with a file of conversations; empty if nothing. Changes nothing.

    Raises HistoryTooNew for a later version's.
    """
    try:
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS)) as connection:
            read_version(connection, path)
            rows = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    except sqlite3.Error as error:
        return str(error)
    return "" if rows == ["ok"] else "; ".join(rows)
