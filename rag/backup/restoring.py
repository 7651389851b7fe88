"""One file -> a library's folder.

Owns what is checked before anything is touched, and what is done where a library is there
already; knows nothing about the archive's inside, nor how the folders are exchanged.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from rag.backup.archive import Manifest, unpack_archive
from rag.backup.making import CONVERSATIONS, PAPERS, VECTORS
from rag.backup.snapshot import count_changes, count_content, empty_log, keep_log, set_changes
from rag.chroma import Neighbours
from rag.errors import BackupError, FootnoteError
from rag.history import History
from rag.index import BATCH, VIEWS
from rag.library import Library
from rag.locks import hold_lock
from rag.swap import DATABASES, PARTS, begin_stage, finish_swap, swap_in
from rag.vectors import VectorFile


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and the folder in which what was there is kept, if anything."""

    folder: Path
    manifest: Manifest
    kept: Path | None

    def to_record(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder),
            "made": self.manifest.made,
            "papers": self.manifest.count(PAPERS),
            "conversations": self.manifest.count(CONVERSATIONS),
            "embedded": self.manifest.count(VECTORS),
            "kept": str(self.kept) if self.kept else None,
        }


def restore_backup(
    source: Path, folder: Path, *, replace: bool = False, with_index: bool = True
) -> Restored:
    """Put the library in `source` into `folder` (made when missing).

    Everything is unpacked, checked and made ready beside the library first; a kill leaves
    what was there, or what has come. Raises BackupError for a file that is not as it was
    made, for one of a later version, and, unless `replace` is given, for a folder in which
    there is a library already; LibraryLocked while another process writes to it. Not
    `with_index`: the next run embeds all papers (an index on a server is not in the folder).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with hold_lock(folder, "restoring a backup"):
            finish_swap(folder)
            holds = describe_content(folder)
            if holds and not replace:
                raise BackupError(
                    f"the library at {folder} {holds}; nothing was restored",
                    remedy="--replace puts the backup in its place and keeps it beside, or name"
                    " another folder with --library PATH",
                )
            manifest = _make_ready(source, folder, with_index)
            for name in DATABASES:
                empty_log(folder / name)
            kept: Path | None = swap_in(folder, _name_kept(folder))
            if not holds and kept:
                shutil.rmtree(kept)
                kept = None
    except OSError as error:
        raise BackupError(
            f"{source} cannot be restored to {folder}: {error}",
            remedy="make the folder writable, make room, or use --library PATH",
        ) from error
    return Restored(folder, manifest, kept)


def describe_content(folder: Path) -> str:
    """What would be lost with a folder's library; empty if nothing."""
    if not any((folder / name).exists() for name in PARTS):
        return ""
    try:
        papers, conversations = (
            count_content(path) if path.exists() else 0
            for path in (folder / PAPERS, folder / CONVERSATIONS)
        )
    except BackupError:
        return "cannot be read"
    if not papers + conversations:
        return ""
    return f"holds {papers} papers and {conversations} conversations"


def _make_ready(source: Path, folder: Path, with_index: bool) -> Manifest:
    """The new library, whole, in the stage; swept away again if anything is wrong with it."""
    stage = begin_stage(folder)
    try:
        manifest = unpack_archive(source, stage)
        for member in manifest.members:
            count_content(stage / member.name)
        _open_once(stage)
        _renumber(stage, folder)
        # Always another than the one that a running chat has open.
        _name_current(stage, generation := _next_generation(folder))
        if with_index and (stage / VECTORS).exists():
            _lay_out_index(stage, generation)
        (stage / VECTORS).unlink(missing_ok=True)
    except (FootnoteError, OSError):
        shutil.rmtree(stage, ignore_errors=True)
        raise
    return manifest


def _open_once(stage: Path) -> None:
    """Raises LibraryTooNew or HistoryTooNew for what a later version wrote."""
    Library(stage).close()
    if (stage / CONVERSATIONS).exists():
        History(stage).close()
        keep_log(stage / CONVERSATIONS)


def _renumber(stage: Path, folder: Path) -> None:
    """Count the changes on from both libraries': caches hold that number for the papers'
    state, and must not meet an old one again. Vectors that were in step stay so."""
    restored = count_changes(stage / PAPERS)
    number = max(restored, count_changes(folder / PAPERS)) + 1
    set_changes(stage / PAPERS, number)
    if (stage / VECTORS).exists():
        vectors = VectorFile(stage / VECTORS)
        if vectors.get_meta("synced_to") == str(restored):
            vectors.set_meta("synced_to", str(number))
        vectors.close()


def _name_current(stage: Path, generation: str) -> None:
    (stage / "index").mkdir()
    (stage / "index" / "current").write_text(generation, encoding="utf-8")


def _lay_out_index(stage: Path, generation: str) -> None:
    """Put the vectors where the index wants them, and into Chroma."""
    place = stage / "index" / generation
    place.mkdir()
    (stage / VECTORS).rename(place / VECTORS)
    vectors = VectorFile(place / VECTORS)
    neighbours = Neighbours(place / "chroma", "papers", VIEWS)
    try:
        _fill(neighbours, vectors)
    finally:
        neighbours.close()
        vectors.close()


def _fill(neighbours: Neighbours, vectors: VectorFile) -> None:
    vectors.set_meta("collection", "")  # of a server: it stays the other library's
    known = list(vectors.revisions())
    for start in range(0, len(known), BATCH):
        papers = vectors.get(known[start : start + BATCH])
        views = {view: np.stack([getattr(one, view) for one in papers]) for view in VIEWS}
        neighbours.upsert([one.paper_id for one in papers], views)


def _next_generation(folder: Path) -> str:
    """A name that the index had not: who has it open sees that it is another."""
    index = folder / "index"
    names = [path.name for path in index.iterdir()] if index.is_dir() else []
    return f"{max((int(name) for name in names if name.isdigit()), default=0) + 1:04d}"


def _name_kept(folder: Path) -> str:
    """A name for what was there, which no earlier restore took."""
    plain = f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    taken = sum(path.name.startswith(plain) for path in folder.iterdir())
    return f"{plain}-{taken + 1}" if taken else plain
