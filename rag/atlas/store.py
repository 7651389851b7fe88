"""The map kept beside the library, in atlas.json, and drawn anew when it is behind.

Owns the file: when it is stale, and that two processes neither draw at once nor see half a
file. Knows nothing about how a map is drawn. A map that cannot be kept, because the folder
takes no files, is drawn all the same.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.atlas.drawing import draw_atlas
from rag.atlas.records import Atlas, State, read_atlas, write_atlas
from rag.embedder import Vectors
from rag.index import Index
from rag.library import Library

if TYPE_CHECKING:
    from rag.footnote import Footnote

NAME = "atlas.json"
WAIT_SECONDS = 60.0
BATCH = 500


def load_or_draw(footnote: Footnote, wait: float = WAIT_SECONDS) -> Atlas:
    """The map of the library as it is embedded now.

    Of several processes one draws and the others wait for it, `wait` seconds at the most;
    then they draw for themselves. Nothing is embedded: papers that are not yet are counted
    in `missing`. Raises LibraryError, VectorError, and RecipeMismatch for old vectors.
    """
    from filelock import FileLock, Timeout

    library, index = footnote.library, footnote.index
    index.check_recipe()
    kept = _load(library, index)
    if kept is not None:
        return kept
    lock = FileLock(library.folder / f"{NAME}.lock")
    try:
        lock.acquire(timeout=wait)
    except (Timeout, OSError):
        return _draw(library, index)
    try:
        return _load(library, index) or _draw(library, index)
    finally:
        lock.release()


def read_vectors(index: Index, paper_ids: Sequence[str]) -> dict[str, Vectors]:
    """What the map is drawn of: the views `whole` and `body` in a row, (2 d,), by paper_id.

    The dot product of two of them is the sum of both cosines.
    """
    found: dict[str, Vectors] = {}
    for start in range(0, len(paper_ids), BATCH):
        for paper in index.vectors(paper_ids[start : start + BATCH]):
            # A copy: a view would keep the vectors of every sentence in memory.
            found[paper.paper_id] = np.concatenate([paper.whole, paper.body])
    return found


def _state(library: Library, index: Index) -> State:
    return State(library.changes(), index.synced_to(), index.recipe)


def _load(library: Library, index: Index) -> Atlas | None:
    """The kept map; None where there is none of the library as it stands."""
    try:
        text = (library.folder / NAME).read_text(encoding="utf-8")
        atlas, state = read_atlas(text)
    except (OSError, ValueError):
        return None
    return atlas if state == _state(library, index) else None


def _draw(library: Library, index: Index) -> Atlas:
    # Taken first: what changes while the map is drawn makes it stale.
    state = _state(library, index)
    papers = list(library.papers())
    atlas = draw_atlas(papers, read_vectors(index, [paper.paper_id for paper in papers]))
    with suppress(OSError):
        _write(library.folder / NAME, write_atlas(atlas, state))
    return atlas


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
