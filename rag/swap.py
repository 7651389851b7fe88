"""A library exchanged for another within its folder, so that a kill leaves one of the two.

Owns the order of the renames, finishing what a kill left, and how a file is opened that may be
exchanged; knows nothing about what is in the files. What comes is made whole in `STAGE`. From
the moment at which that folder is renamed to `CLEARING`, the exchange is decided: whoever opens
the library next ends it.

    restoring/     being filled; means nothing, and is thrown away by the next restore
    restored/      whole: what was there moves into the folder that `KEPT_IN` names
    restored.in/   what was there is away: these files move into their places
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

from rag.errors import LibraryError
from rag.locks import hold_lock

STAGE = "restoring"
CLEARING = "restored"
FILLING = "restored.in"
KEPT_IN = "kept-in"
DATABASES = ("library.sqlite", "conversations.sqlite")
# SQLite would take the log of one file for that of another of the same name.
BESIDE = ("", "-wal", "-shm", "-journal")
# The map is told apart by a number of changes, which is not that of another library.
PARTS = (*(name + end for name in DATABASES for end in BESIDE), "index", "atlas.json")


def begin_stage(folder: Path) -> Path:
    """An empty folder to fill, within the library's."""
    stage = folder / STAGE
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    return stage


def swap_in(folder: Path, kept: str) -> Path:
    """Put what the stage holds in the place of the library, and that into `folder / kept`.

    To be called while the folder's lock is held. Raises OSError; then the next to open the
    library tries again.
    """
    stage = folder / STAGE
    (stage / KEPT_IN).write_text(kept, encoding="utf-8")
    for path in (*stage.rglob("*"), stage):
        write_through(path)
    stage.rename(folder / CLEARING)
    write_through(folder)
    _finish(folder)
    return folder / kept


def identify(path: Path) -> tuple[int, int]:
    """Tells a file from another that has taken its place; (0, 0) where there is none."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


def open_database(path: Path, timeout: float) -> sqlite3.Connection:
    """A connection to a file that is there, without transactions of its own, for any thread.

    None is made: in the midst of an exchange an empty file would pass for the library.
    Raises sqlite3.Error.
    """
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )


def finish_swap(folder: Path) -> None:
    """End an exchange that a kill broke off, if there is one. Raises LibraryError."""
    if not _is_waiting(folder):
        return
    try:
        with hold_lock(folder, "finishing a restore"):
            _finish(folder)
    except OSError as error:
        raise LibraryError(
            f"a restore into {folder} was broken off and cannot be finished: {error}",
            remedy="make the folder writable, then run the same command again",
        ) from error


def _is_waiting(folder: Path) -> bool:
    return (folder / CLEARING).is_dir() or (folder / FILLING).is_dir()


def _finish(folder: Path) -> None:
    clearing, filling = folder / CLEARING, folder / FILLING
    if clearing.is_dir():
        kept = folder / (clearing / KEPT_IN).read_text(encoding="utf-8")
        kept.mkdir(exist_ok=True)
        for name in PARTS:
            # What is kept already was there first, whatever has been made in its place since.
            if (folder / name).exists() and not (kept / name).exists():
                (folder / name).rename(kept / name)
        clearing.rename(filling)
    if filling.is_dir():
        for name in PARTS:
            if (filling / name).exists():
                # A running chat may have begun a new one meanwhile, or a log.
                for end in BESIDE[1:]:
                    (folder / (name + end)).unlink(missing_ok=True)
                shutil.rmtree(folder / name, ignore_errors=True)
                (filling / name).replace(folder / name)
        shutil.rmtree(filling)
    write_through(folder)


def write_through(path: Path) -> None:
    """Have it on the disk before what follows; a folder's names are its content."""
    if os.name == "nt" and path.is_dir():
        return  # a folder cannot be opened there
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
