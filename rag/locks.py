"""One writer at a time: the lock file of a library's folder.

Owns waiting for it and saying who holds it; knows nothing about what is written. Two
processes that write to one Chroma folder corrupt it silently, so every writer holds this.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import LibraryError, LibraryLocked

if TYPE_CHECKING:
    from filelock import BaseFileLock

WAIT_SECONDS = 60.0


@contextmanager
def hold_lock(folder: Path, purpose: str, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the folder's lock (again and again within a thread, if need be).

    Raises LibraryLocked after `wait` seconds, naming the process that holds it, and
    LibraryError if the folder takes no lock.
    """
    lock = _take_lock(folder, purpose, wait)
    try:
        yield
    finally:
        lock.release()


def _take_lock(folder: Path, purpose: str, wait: float) -> BaseFileLock:
    from filelock import FileLock, Timeout

    holder = folder / "writer.txt"
    # `wait` belongs to one taking, not to the lock: nested takers share the lock's object.
    lock = FileLock(folder / "writer.lock", is_singleton=True)
    try:
        lock.acquire(timeout=wait)
    except Timeout as error:
        who = _read_holder(holder)
        since = f"has been writing to {folder} for longer than {wait:.0f} s"
        raise LibraryLocked(
            f"{who} {since if wait else f'is writing to {folder}'}",
            remedy="wait for it to end, or end it, then run the same command again",
        ) from error
    except OSError as error:
        raise _refused(folder, error) from error
    try:
        holder.write_text(f"process {os.getpid()}, {purpose}", encoding="utf-8")
    except OSError as error:
        lock.release()
        raise _refused(folder, error) from error
    return lock


def _read_holder(holder: Path) -> str:
    """Who wrote that they hold the lock: a note for people, which need not be there or whole."""
    try:
        note = holder.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "another process"
    return note if note.isprintable() and note else "another process"


def _refused(folder: Path, error: OSError) -> LibraryError:
    return LibraryError(
        f"the library at {folder} cannot be written: {error}",
        remedy="make the folder writable, or put the library elsewhere with --library PATH",
    )
