"""One writer at a time: the lock file of a library's folder.

Owns waiting for it and saying who holds it; knows nothing about what is written. Two
processes that write to one Chroma folder corrupt it silently, so every writer holds this.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import LibraryLocked

WAIT_SECONDS = 60.0


@contextmanager
def hold_lock(folder: Path, purpose: str, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the folder's lock (again and again within a thread, if need be).

    Raises LibraryLocked after `wait` seconds, naming the process that holds it.
    """
    from filelock import FileLock, Timeout

    holder = folder / "writer.txt"
    try:
        with FileLock(folder / "writer.lock", timeout=wait, is_singleton=True):
            holder.write_text(f"process {os.getpid()}, {purpose}", encoding="utf-8")
            yield
    except Timeout as error:
        who = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
        raise LibraryLocked(
            f"{who} has been writing to {folder} for longer than {wait:.0f} s",
            remedy="wait for it to end, or end it, then run the same command again",
        ) from error
