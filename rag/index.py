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
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from rag.chroma import Neighbours
from rag.chunks import CHUNKING, Chunks, cut_paper, revise
from rag.embedder import Embedder, Vectors
from rag.errors import RecipeMismatch, VectorError
from rag.locks import hold_lock
from rag.records import Paper
from rag.vectors import PaperVectors, VectorFile

VIEWS = ("whole", "body")
BATCH = 64

Progress = Callable[[int, int], None]


def ignore_progress(done: int, total: int) -> None:
    """Report nothing."""


class Index:
    """The vectors of the library in `folder`. Nothing is opened before it is used."""

    def __init__(self, folder: Path, embedder: Embedder, url: str = "") -> None:
        self.folder = folder / "index"
        self._library_folder = folder
        self._embedder = embedder
        self._url = url
        self._generation = ""
        self._vectors: VectorFile | None = None
        self._neighbours: Neighbours | None = None
        self._seen: tuple[int, int] = (0, 0)
        # Opening Chroma again while another thread asks it would pull it from under that one.
        self._reading = threading.RLock()

    @property
    def recipe(self) -> str:
        """What the vectors must have been made by."""
        return f"{self._embedder.revision} {CHUNKING}"

    def sync(self, papers: Iterable[Paper], progress: Progress = ignore_progress) -> int:
        """Embed what is new or changed, delete what is gone; how many papers were embedded.

        May be killed at any moment: what was written stays, the rest is done by the next
        call. Raises RecipeMismatch if the vectors are of another model or chunking.
        """
        with hold_lock(self._library_folder, "embedding papers"):
            self.check_recipe()
            done = self._fill(list(papers), progress)
        self._seen = self._open_vectors().change_mark()
        return done

    def rebuild(self, papers: Iterable[Paper], progress: Progress = ignore_progress) -> int:
        """Make all vectors anew, beside the old ones, then swap them in."""
        with hold_lock(self._library_folder, "rebuilding the index"):
            old = self._read_current()
            fresh = self._next_generation(old)
            self.close()
            self._switch_to(fresh)
            self._open_vectors().set_meta("recipe", self.recipe)
            done = self._fill(list(papers), progress)
            self.close()
            self._write_current(fresh)
            self._discard_all_but(fresh)
        return done

    def synced_to(self) -> int:
        """The library's count of changes when it was last synced whole; -1 for never."""
        return int(self._open_vectors().get_meta("synced_to", "-1"))

    def set_synced(self, changes: int) -> None:
        self._open_vectors().set_meta("synced_to", str(changes))

    def pending(self, papers: Iterable[Paper]) -> int:
        """How many papers are not embedded as they stand."""
        revisions = self._open_vectors().revisions()
        return sum(revisions.get(paper.paper_id) != revise(paper) for paper in papers)

    def check_recipe(self) -> None:
        """Raises RecipeMismatch if the vectors were not made by this model and chunking."""
        vectors = self._open_vectors()
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
        with self._reading:
            self._look_for_changes()
            neighbours = self._open_neighbours()
            lists = [neighbours.nearest(view, question, k) for view in VIEWS]
        return list(dict.fromkeys(paper_id for found in lists for paper_id in found))

    def vectors(self, paper_ids: Sequence[str]) -> list[PaperVectors]:
        """The vectors of these papers; those not embedded yet are left out."""
        return self._open_vectors().get(paper_ids)

    def counts(self) -> dict[str, int]:
        """How many papers each part holds: `vectors`, and each view in Chroma."""
        neighbours = self._open_neighbours()
        return {
            "vectors": self._open_vectors().count(),
            **{view: neighbours.count(view) for view in VIEWS},
        }

    def close(self) -> None:
        """Let go of all files."""
        if self._vectors is not None:
            self._vectors.close()
        if self._neighbours is not None:
            self._neighbours.close()
        self._vectors = self._neighbours = None

    def _fill(self, papers: list[Paper], progress: Progress) -> int:
        vectors, neighbours = self._open_vectors(), self._open_neighbours()
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
        if wanted or gone:
            self._delete_orphans(vectors, neighbours)
        return len(wanted)

    def _delete_orphans(self, vectors: VectorFile, neighbours: Neighbours) -> None:
        """Chroma holds a paper that `vectors` does not if a kill came between the two."""
        if all(neighbours.count(view) == vectors.count() for view in VIEWS):
            return
        known = vectors.revisions().keys()
        orphans = set[str]().union(*(neighbours.ids(view) for view in VIEWS)) - known
        if orphans:
            neighbours.delete(sorted(orphans))

    def _look_for_changes(self) -> None:
        """Open again what another process has rebuilt or written to."""
        if self._generation and self._read_current() != self._generation:
            # Not closed: another thread may be reading the old vectors just now.
            self._vectors = self._neighbours = None
        mark = self._open_vectors().change_mark()
        if mark != self._seen:
            self._seen = mark
            self._open_neighbours().reopen()

    def _open_vectors(self) -> VectorFile:
        if self._vectors is None:
            self._switch_to(self._read_current())
        assert self._vectors is not None
        return self._vectors

    def _open_neighbours(self) -> Neighbours:
        if self._neighbours is None:
            self._switch_to(self._read_current())
        assert self._neighbours is not None
        return self._neighbours

    def _switch_to(self, generation: str) -> None:
        folder = self.folder / generation
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise VectorError(
                f"the index at {self.folder} cannot be written: {error}",
                remedy="make the folder writable, or use --library PATH",
            ) from error
        self._generation = generation
        self._vectors = VectorFile(folder / "vectors.sqlite")
        self._neighbours = Neighbours(folder / "chroma", self._collection(), VIEWS, self._url)
        self._seen = self._vectors.change_mark()

    def _collection(self) -> str:
        """The prefix of the collections' names: on a server, libraries must not meet."""
        if not self._url:
            return "papers"
        vectors = VectorFile(self.folder / self._generation / "vectors.sqlite")
        name = vectors.get_meta("collection") or f"footnote-{os.urandom(6).hex()}"
        vectors.set_meta("collection", name)
        vectors.close()
        return name

    def _read_current(self) -> str:
        current = self.folder / "current"
        return current.read_text(encoding="utf-8").strip() if current.exists() else "0001"

    def _write_current(self, generation: str) -> None:
        fresh = self.folder / "current.new"
        fresh.write_text(generation, encoding="utf-8")
        fresh.replace(self.folder / "current")

    def _next_generation(self, old: str) -> str:
        fresh = f"{int(old) + 1:04d}"
        shutil.rmtree(self.folder / fresh, ignore_errors=True)
        return fresh

    def _discard_all_but(self, kept: str) -> None:
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name != kept:
                shutil.rmtree(folder, ignore_errors=True)


def embed_papers(embedder: Embedder, papers: Sequence[Chunks]) -> list[PaperVectors]:
    """Embed all chunks of these papers in one go. `body` is the mean of the windows."""
    vectors = embedder.embed_texts([text for chunks in papers for text in chunks.texts()])
    embedded, start = [], 0
    for chunks in papers:
        first, last = start + 1, start + 1 + len(chunks.windows)
        end = last + len(chunks.sentences)
        embedded.append(
            PaperVectors(
                paper_id=chunks.paper_id,
                revision=chunks.revision,
                whole=vectors[start],
                body=_unit_mean(vectors[first:last]),
                sentences=vectors[last:end],
                spans=np.array(chunks.spans, dtype=np.int32),
            )
        )
        start = end
    return embedded


def _unit_mean(vectors: Vectors) -> Vectors:
    mean: Vectors = vectors.mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-9)


def _batches(papers: list[Paper]) -> Iterator[tuple[int, list[Paper]]]:
    """(papers done after this batch, the batch)"""
    remaining = iter(papers)
    done = 0
    while batch := list(islice(remaining, BATCH)):
        done += len(batch)
        yield done, batch
