"""One SQLite file as it is at one moment, while others write to it.

Owns SQLite's online copy, and whether a copy is sound; knows nothing about archives.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from rag.errors import BackupError

WAIT_SECONDS = 30.0
COUNTS = {
    "library.sqlite": "SELECT count(*) FROM papers",
    "conversations.sqlite": "SELECT count(*) FROM conversations WHERE deleted IS NULL",
    "vectors.sqlite": "SELECT count(*) FROM vectors",
}


def take_snapshot(source: Path, target: Path) -> None:
    """Copy `source` with all that is committed to it. Raises BackupError, naming `source`."""
    address = f"{source.absolute().as_uri()}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS)) as one,
            closing(sqlite3.connect(target)) as other,
        ):
            one.backup(other)  # in one step: none of it is older than the rest
            other.execute("PRAGMA journal_mode = DELETE")  # leaves no log beside it
    except sqlite3.Error as error:
        raise BackupError(
            f"{source} cannot be copied: {error}", remedy="footnote doctor"
        ) from error


def count_content(path: Path) -> int:
    """How many papers, conversations or vectors are in it, by its name.

    Raises BackupError if SQLite finds it damaged, or if it is something else.
    """
    try:
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
            count = int(connection.execute(COUNTS[path.name]).fetchone()[0])
    except sqlite3.Error as error:
        found, count = [str(error)], 0
    if found != ["ok"]:
        raise BackupError(f"{path.name} is damaged: {'; '.join(found)}", remedy="footnote doctor")
    return count
