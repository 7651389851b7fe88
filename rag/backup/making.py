"""A library's folder -> one file.

Owns what is copied and in which order; knows nothing about the archive's inside. No lock is
taken, so that adding, embedding and chatting go on: each copy is of one moment, and where the
vectors are of an earlier moment than the papers, the next run after a restore embeds the rest.
"""

from __future__ import annotations

import glob
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rag.backup.archive import Manifest, check_archive, describe_member, write_archive
from rag.backup.snapshot import SourceDamaged, count_content, take_snapshot
from rag.errors import BackupError
from rag.swap import write_through

LOCK = "lock"
PAPERS, CONVERSATIONS, VECTORS = "library.sqlite", "conversations.sqlite", "vectors.sqlite"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup, and what it lacks: why the vectors or the conversations could not be copied."""

    file: Path
    size: int
    manifest: Manifest
    left_out: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        return {
            "file": str(self.file),
            "bytes": self.size,
            "papers": self.manifest.count(PAPERS),
            "conversations": self.manifest.count(CONVERSATIONS),
            "embedded": self.manifest.count(VECTORS),
            "left_out": list(self.left_out),
        }


def make_backup(folder: Path, target: Path, *, force: bool = False) -> Made:
    """Write the library in `folder` to `target`.

    What is not the papers may be missing or damaged: then it is left out, and that is told.
    The file is read again before it takes its name. Raises BackupError, also where there is a
    file of this name already, unless `force` says to replace it.
    """
    if target.exists() and not (force and target.is_file()):
        raise BackupError(
            f"{target} is there already",
            remedy="give another name" + ("" if target.is_dir() else ", or --force to replace it"),
        )
    sources = {name: folder / name for name in (PAPERS, CONVERSATIONS)}
    sources[VECTORS] = _find_vectors(folder / "index")
    try:
        with _beside(target) as work:
            left_out = tuple(_copy_all(sources, work))
            manifest = _describe(work)
            fresh = work / "archive"
            write_archive(fresh, manifest, work)
            check_archive(fresh)
            size = fresh.stat().st_size
            write_through(fresh)
            fresh.replace(target)
            write_through(target.absolute().parent)
    except OSError as error:
        raise BackupError(
            f"{target} cannot be written: {error}",
            remedy="name a file in a folder that is there, is writable and has room",
        ) from error
    return Made(target, size, manifest, left_out)


def _find_vectors(index: Path) -> Path:
    """The file of the generation in use; it need not be there."""
    current = index / "current"
    used = current.read_text(encoding="utf-8", errors="replace") if current.is_file() else "0001"
    return index / used.strip() / VECTORS


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder beside the file, for what is not whole yet; no other run's. What a run that was
    killed left there is swept away: its lock is free."""
    from filelock import FileLock, Timeout

    parent, start, end = target.absolute().parent, f".{target.name}.", ".part"
    for lock in parent.glob(f"{glob.escape(start)}*{end}/{LOCK}"):
        with suppress(Timeout, OSError), FileLock(lock, timeout=0):
            shutil.rmtree(lock.parent, ignore_errors=True)
    work = Path(tempfile.mkdtemp(end, start, parent))
    try:
        with ExitStack() as held:
            with suppress(OSError):  # where files take no lock, nothing is swept away
                held.enter_context(FileLock(work / LOCK))
            yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _copy_all(sources: dict[str, Path], work: Path) -> Iterator[str]:
    """Copy what is there; why something is left out. The vectors first, see above."""
    for name in (VECTORS, PAPERS, CONVERSATIONS):
        if not sources[name].exists():
            continue
        try:
            take_snapshot(sources[name], work / name)
            count_content(work / name)
        except SourceDamaged as error:
            if name == PAPERS:
                raise
            (work / name).unlink(missing_ok=True)
            yield str(error)


def _describe(work: Path) -> Manifest:
    names = [name for name in (PAPERS, CONVERSATIONS, VECTORS) if (work / name).exists()]
    members = tuple(describe_member(work / name, count_content(work / name)) for name in names)
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(made, version("footnote"), members)
