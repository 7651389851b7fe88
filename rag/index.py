"""The index: every paper's vectors, and the nearest papers to a question.

Owns keeping the vectors in step with the library, and the recipe they were made by. Knows
nothing about words. Each generation lies in a folder of its own; the file `current` names
the one in use, so that a rebuild happens beside the old one and is swapped in at once.

    index/current               "0001"
    index/0001/vectors.sqlite   what is embedded, and all vectors (rag.vectors)
    index/0001/chroma/          nearest neighbours of two views (rag.chroma)
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from rag.chroma import Neighbours
from rag.chunks import CHUNKING, cut_paper, revise
from rag.embedder import Embedder, Vectors
from rag.embedding import embed_papers
from rag.errors import RecipeMismatch, VectorError
from rag.locks import WAIT_SECONDS, hold_lock
from rag.records import Paper
from rag.vectors import Block, PaperVectors, VectorFile

VIEWS = ("whole", "body")
BATCH = 64

Progress = Callable[[int, int], None]


def ignore_progress(done: int, total: int) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One set of vectors, and the folder it lies in."""

    folder: Path
    vectors: VectorFile
    neighbours: Neighbours

    def close(self) -> None:
        self.vectors.close()
        self.neighbours.close()


class Index:
    """The vectors of the library in `folder`. Nothing is opened before it is used."""

    def __init__(self, folder: Path, embedder: Embedder, url: str = "") -> None:
        self.folder = folder / "index"
        self._library_folder = folder
        self._embedder = embedder
        self._url = url
        self._lock = threading.RLock()
        self._generation: Generation | None = None
        self._seen = 0
        self._kept: tuple[tuple[Path, int], Block] | None = None

    @property
    def recipe(self) -> str:
        """What the vectors must have been made by."""
        return f"{self._embedder.revision} {CHUNKING}"

    def sync(
        self,
        papers: Iterable[Paper],
        progress: Progress = ignore_progress,
        wait: float = WAIT_SECONDS,
    ) -> int:
        """Embed what is new or changed, delete what is gone; how many papers were embedded.

        May be killed at any moment: what was written stays, the rest is done by the next
        call. Raises RecipeMismatch if the vectors are of another model or chunking, and
        LibraryLocked if another process has been writing for `wait` seconds.
        """
        with hold_lock(self._library_folder, "embedding papers", wait):
            self.check_recipe()
            generation = self._follow()
            done = self._fill(generation, list(papers), progress)
            self._seen = generation.vectors.change_mark()
        return done

    def rebuild(
        self,
        papers: Iterable[Paper],
        progress: Progress = ignore_progress,
        *,
        keep_old: bool = False,
    ) -> int:
        """Make all vectors anew, beside the old ones, then swap them in. With `keep_old` those
        in use until now stay for their readers; the next rebuild sweeps them away."""
        with hold_lock(self._library_folder, "rebuilding the index"):
            old = self._list_generations()
            fresh = self._open_generation(f"{int(old[-1].name) + 1 if old else 1:04d}")
            fresh.vectors.set_meta("recipe", self.recipe)
            done = self._fill(fresh, list(papers), progress)
            fresh.close()
            used = self._generation.folder.name if keep_old and self._generation else ""
            self._write_current(fresh.folder.name)
            if not keep_old:
                self.close()
            self._discard([one for one in old if one.name != used])
        return done

    def synced_to(self) -> int:
        """The library's count of changes when it was last synced whole; -1 for never."""
        return int(self._open().vectors.get_meta("synced_to", "-1"))

    def set_synced(self, changes: int) -> None:
        self._open().vectors.set_meta("synced_to", str(changes))

    def pending(self, papers: Iterable[Paper]) -> int:
        """How many papers are not embedded as they stand."""
        revisions = self._open().vectors.revisions()
        return sum(revisions.get(paper.paper_id) != revise(paper) for paper in papers)

    def check_recipe(self) -> None:
        """Raises RecipeMismatch if the vectors were not made by this model and chunking."""
        vectors = self._open().vectors
        found = vectors.get_meta("recipe")
        if not found and vectors.count() == 0:
            vectors.set_meta("recipe", self.recipe)
        elif found != self.recipe:
            raise RecipeMismatch(
                f"the index was made by {found!r}; the settings ask for {self.recipe!r}",
                remedy="footnote rebuild, or put [embedding] model back",
            )

    def nearest(self, question: Vectors, k: int) -> list[str]:
        """The k nearest papers of each view, together, nearest first, each once."""
        neighbours = self._follow().neighbours
        lists = [neighbours.nearest(view, question, k) for view in VIEWS]
        return list(dict.fromkeys(paper_id for found in lists for paper_id in found))

    def vectors(self, paper_ids: Sequence[str]) -> list[PaperVectors]:
        """The vectors of these papers; those not embedded yet are left out."""
        return self._open().vectors.get(paper_ids)

    def block(self, paper_ids: Collection[str]) -> Block:
        """The same, one below the other."""
        return self._open().vectors.get_block(paper_ids)

    def everything(self) -> Block:
        """All vectors, kept in memory until they change: for small libraries."""
        generation = self._open()
        now = (generation.folder, generation.vectors.change_mark())
        with self._lock:
            if self._kept is None or self._kept[0] != now:
                self._kept = (now, generation.vectors.get_all())
            return self._kept[1]

    def counts(self) -> dict[str, int]:
        """How many papers each part holds: `vectors`, and each view in Chroma."""
        generation = self._follow()
        return {
            "vectors": generation.vectors.count(),
            **{view: generation.neighbours.count(view) for view in VIEWS},
        }

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            if self._generation is not None:
                self._generation.close()
            self._generation = None

    def _fill(self, generation: Generation, papers: list[Paper], progress: Progress) -> int:
        vectors, neighbours = generation.vectors, generation.neighbours
        neighbours.wipe_unset()  # an earlier version left it
        known = vectors.revisions()
        gone = sorted(known.keys() - {paper.paper_id for paper in papers})
        if gone:
            neighbours.delete(gone)
            vectors.delete(gone)
        wanted = [paper for paper in papers if known.get(paper.paper_id) != revise(paper)]
        for done, batch in _batches(wanted):
            embedded = embed_papers(self._embedder, [cut_paper(paper) for paper in batch])
            neighbours.upsert(
                [one.paper_id for one in embedded],
                {
                    "whole": np.stack([one.whole for one in embedded]),
                    "body": np.stack([one.body for one in embedded]),
                },
            )
            vectors.put(embedded)
            progress(done, len(wanted))
        _delete_orphans(vectors, neighbours)
        return len(wanted)

    def _follow(self) -> Generation:
        """The generation in use, its Chroma opened again if another process has written."""
        with self._lock:
            generation = self._open()
            mark = generation.vectors.change_mark()
            if mark != self._seen:
                self._seen = mark
                generation.neighbours.reopen()
            return generation

    def _open(self) -> Generation:
        """The generation in use: another process may have swapped in a new one."""
        with self._lock:
            current = self._read_current()
            if self._generation is None or self._generation.folder.name != current:
                # The old one is not closed: another thread may be reading it just now.
                self._generation = self._open_generation(current)
                self._seen = self._generation.vectors.change_mark()
            return self._generation

    def _open_generation(self, name: str) -> Generation:
        folder = self.folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise VectorError(
                f"the index at {self.folder} cannot be written: {error}",
                remedy="make the folder writable, or use --library PATH",
            ) from error
        vectors = VectorFile(folder / "vectors.sqlite")
        collection = _name_collection(vectors) if self._url else "papers"
        neighbours = Neighbours(folder / "chroma", collection, VIEWS, self._url)
        return Generation(folder, vectors, neighbours)

    def _read_current(self) -> str:
        current = self.folder / "current"
        name = "0001"
        if current.is_file():
            name = current.read_text(encoding="utf-8", errors="replace").strip()
        if not name.isdigit():
            raise VectorError(
                f"{current} holds {name!r}, which names no generation", remedy="footnote rebuild"
            )
        return name

    def _write_current(self, generation: str) -> None:
        fresh = self.folder / "current.new"
        fresh.write_text(generation, encoding="utf-8")
        fresh.replace(self.folder / "current")

    def _list_generations(self) -> list[Path]:
        """The folders of all generations, also of those that a kill left half made."""
        if not self.folder.is_dir():
            return []
        named = [path for path in self.folder.iterdir() if path.name.isdigit()]
        return sorted(named, key=lambda path: int(path.name))

    def _discard(self, folders: Sequence[Path]) -> None:
        for folder in folders:
            if self._url:
                # What cannot be opened names no collection that could be deleted.
                with suppress(VectorError):
                    self._open_generation(folder.name).neighbours.drop()
            shutil.rmtree(folder, ignore_errors=True)


def _name_collection(vectors: VectorFile) -> str:
    """The prefix of the collections' names: on a server, libraries must not meet."""
    name = vectors.get_meta("collection") or f"footnote-{os.urandom(6).hex()}"
    vectors.set_meta("collection", name)
    return name


def _delete_orphans(vectors: VectorFile, neighbours: Neighbours) -> None:
    """Chroma holds a paper that `vectors` does not if a kill came between the two."""
    if all(neighbours.count(view) == vectors.count() for view in VIEWS):
        return
    known = vectors.revisions().keys()
    orphans = set[str]().union(*(neighbours.ids(view) for view in VIEWS)) - known
    if orphans:
        neighbours.delete(sorted(orphans))


def _batches(papers: list[Paper]) -> Iterator[tuple[int, list[Paper]]]:
    """(papers done after this batch, the batch)"""
    remaining = iter(papers)
    done = 0
    while batch := list(islice(remaining, BATCH)):
        done += len(batch)
        yield done, batch
