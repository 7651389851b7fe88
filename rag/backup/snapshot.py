"""One SQLite file as it is at one moment, while others write to it.

Owns SQLite's online copy, whether a copy is sound, and the number that tells the papers' states
apart; knows nothing about archives.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from rag.errors import BackupError
from rag.swap import open_database

WAIT_SECONDS = 30.0
COUNTS = {
    "library.sqlite": "SELECT count(*) FROM papers",
    "conversations.sqlite": "SELECT count(*) FROM conversations WHERE deleted IS NULL",
    "vectors.sqlite": "SELECT count(*) FROM vectors",
}


DAMAGE = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}


class SourceDamaged(BackupError):
    """It is the file itself that is at fault, and not the disk, nor the place to write to."""


def take_snapshot(source: Path, target: Path) -> None:
    """Copy `source` with all that is committed to it.

    Raises SourceDamaged, and BackupError for what is not the file's fault, naming `source`.
    """
    address = f"{source.absolute().as_uri()}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS)) as one,
            closing(sqlite3.connect(target)) as other,
        ):
            one.backup(other)  # in one step: none of it is older than the rest
            other.execute("PRAGMA journal_mode = DELETE")  # leaves no log beside it
    except sqlite3.Error as error:
        message = f"{source} cannot be copied: {error}"
        if _kind(error) in DAMAGE:
            raise SourceDamaged(message, remedy="footnote doctor") from error
        raise BackupError(
            message, remedy="make room where the backup is written, then try again; footnote doctor"
        ) from error


def count_content(path: Path) -> int:
    """How many papers, conversations or vectors are in it, by its name.

    Raises SourceDamaged if SQLite finds it damaged, or if it is something else, and
    BackupError if it cannot be read.
    """
    try:
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
            count = int(connection.execute(COUNTS[path.name]).fetchone()[0])
    except sqlite3.Error as error:
        if _kind(error) not in {*DAMAGE, "SQLITE_ERROR"}:  # that is: no such table
            raise BackupError(
                f"{path.name} cannot be read: {error}", remedy="footnote doctor"
            ) from error
        found, count = [str(error)], 0
    if found != ["ok"]:
        raise SourceDamaged(f"{path.name} is damaged: {'; '.join(found)}", remedy="footnote doctor")
    return count


def count_changes(path: Path) -> int:
    """How often a library's papers changed; 0 where there is none that can be read."""
    try:
        with closing(open_database(path, WAIT_SECONDS)) as connection:
            row = connection.execute("SELECT coalesce(max(changes), 0) FROM state").fetchone()
    except sqlite3.Error:
        return 0
    return int(row[0])


def set_changes(path: Path, number: int) -> None:
    """Raises BackupError."""
    try:
        with closing(open_database(path, WAIT_SECONDS)) as connection:
            connection.execute("UPDATE state SET changes = ?", (number,))
    except sqlite3.Error as error:
        raise _unwritable(path, error) from error


def empty_log(path: Path) -> None:
    """Have all that is in SQLite's log in the file itself, where it is there and sound."""
    with suppress(sqlite3.Error), closing(open_database(path, timeout=5)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def keep_log(path: Path) -> None:
    """Have a copy written by way of a log again, so that readers and writers need not wait for
    each other. Raises BackupError."""
    try:
        with closing(open_database(path, WAIT_SECONDS)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: sqlite3.Error) -> BackupError:
    return BackupError(
        f"{path} cannot be written: {error}", remedy="make room on the disk, then try again"
    )


def _kind(error: sqlite3.Error) -> str:
    """SQLite's name of it, without what says more (SQLITE_CORRUPT_INDEX)."""
    return "_".join((getattr(error, "sqlite_errorname", "") or "").split("_")[:2])
