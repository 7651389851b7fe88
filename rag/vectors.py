"""The vectors of every paper, in one SQLite file beside Chroma's folder.

Owns which papers are embedded, at which revision, under which recipe; knows nothing about
models or nearest neighbours. A paper's row is written after Chroma has acknowledged its
vectors, so that a row means "whole": what lacks a row is embedded by the next run.

Vectors are kept as float16 (the largest change of a cosine measured is 4e-4): a paper of
eight sentences takes 8 kB.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.connections import Connections, Held
from rag.embedder import Vectors
from rag.errors import VectorError

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (
    paper_id TEXT PRIMARY KEY, revision TEXT NOT NULL, dimension INTEGER NOT NULL,
    spans BLOB NOT NULL, vectors BLOB NOT NULL
);
"""
PART = 32  # papers of which the vectors are reckoned with at once
Row = tuple[str, str, int, bytes, bytes]
COUNT_WRITE = """
INSERT INTO meta VALUES ('writes', '1') ON CONFLICT (key) DO UPDATE SET value = value + 1
"""


@dataclass(frozen=True, slots=True)
class PaperVectors:
    """One paper: `whole` (d,), `body` (d,), `sentences` (n, d), all unit; `spans` (n, 2)."""

    paper_id: str
    revision: str
    whole: Vectors
    body: Vectors
    sentences: Vectors
    spans: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Block:
    """The vectors of several papers, by paper_id, one below the other in `parts` (rows, d).

    Paper i has the rows from `starts[i]` to `starts[i + 1]`: whole, body, its sentences;
    `spans[i]` holds the sentences' offsets, int32 in pairs.
    """

    paper_ids: tuple[str, ...]
    parts: tuple[NDArray[np.floating], ...]
    starts: NDArray[np.intp]
    spans: tuple[bytes, ...]

    def cosines(self, vector: Vectors) -> Vectors:
        """The cosine of a unit vector (d,) with every row, shape (rows,)."""
        # Part by part: what is made of the shorter numbers stays in the processor's cache.
        found = [part.astype(np.float32, copy=False) @ vector for part in self.parts]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)

    def sentence_rows(self, paper: int) -> slice:
        """The rows of a paper's sentences."""
        return slice(int(self.starts[paper]) + 2, int(self.starts[paper + 1]))

    def read_spans(self, paper: int) -> NDArray[np.int32]:
        """(start, end) of each sentence in the abstract, shape (n, 2)."""
        return np.frombuffer(self.spans[paper], dtype=np.int32).reshape(-1, 2)


class VectorFile:
    """The file of vectors at `path`, made when missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connections = Connections(self._make)
        for statement in SCHEMA.split(";"):
            self._execute(statement)

    def get_meta(self, key: str, default: str = "") -> str:
        rows = self._execute("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else default

    def set_meta(self, key: str, value: str) -> None:
        self._execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def revisions(self) -> dict[str, str]:
        """The revision of every paper that is embedded, by paper_id."""
        return dict(self._execute("SELECT paper_id, revision FROM vectors"))

    def count(self) -> int:
        return int(self._execute("SELECT count(*) FROM vectors")[0][0])

    def change_mark(self) -> int:
        """How often papers were written or deleted: differs once another process has."""
        return int(self.get_meta("writes", "0"))

    def put(self, papers: Iterable[PaperVectors]) -> None:
        """Write papers, all or none, over what was there of them."""
        rows = [
            (
                paper.paper_id,
                paper.revision,
                int(paper.whole.shape[0]),
                paper.spans.astype(np.int32).tobytes(),
                np.vstack([paper.whole, paper.body, paper.sentences]).astype(np.float16).tobytes(),
            )
            for paper in papers
        ]
        self._execute_many("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)", rows)

    def delete(self, paper_ids: Sequence[str]) -> None:
        self._execute_many(
            "DELETE FROM vectors WHERE paper_id = ?", [(paper_id,) for paper_id in paper_ids]
        )

    def get(self, paper_ids: Sequence[str]) -> list[PaperVectors]:
        """The vectors of these papers, in no order; ids that are not embedded are left out."""
        return [_from_row(row) for row in self._select(paper_ids)]

    def get_block(self, paper_ids: Collection[str]) -> Block:
        """The same one below the other."""
        return _stack(self._select(list(paper_ids)), np.float16)

    def get_all(self) -> Block:
        """All there are, ready to be reckoned with: 15 kB of memory a paper."""
        return _stack(self._execute("SELECT * FROM vectors"), np.float32)

    def close(self) -> None:
        self._connections.let_go()

    def _select(self, paper_ids: Sequence[str]) -> list[Row]:
        rows: list[Row] = []
        for start in range(0, len(paper_ids), 500):
            batch = tuple(paper_ids[start : start + 500])
            marks = ", ".join("?" * len(batch))
            rows += self._execute(f"SELECT * FROM vectors WHERE paper_id IN ({marks})", batch)
        return rows

    def _make(self) -> Held:
        connection = sqlite3.connect(
            self.path, timeout=30, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return Held(connection)

    def _execute(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        try:
            held = self._connections.hold()
            return held.connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def _execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        held = self._connections.hold()
        connection = held.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(sql, rows)
            connection.execute(COUNT_WRITE)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.rollback()
            raise self._broken(error) from error

    def _broken(self, error: sqlite3.Error) -> VectorError:
        return VectorError(
            f"the vectors at {self.path} cannot be used: {error}", remedy="footnote rebuild"
        )


def _stack(rows: list[Row], kind: type[np.floating]) -> Block:
    rows = sorted(rows)
    width = rows[0][2] if rows else 1
    joined = [
        np.frombuffer(b"".join(row[4] for row in rows[start : start + PART]), dtype=np.float16)
        for start in range(0, len(rows), PART)
    ]
    return Block(
        tuple(row[0] for row in rows),
        tuple(part.reshape(-1, width).astype(kind, copy=False) for part in joined),
        np.cumsum([0, *(len(row[4]) // (2 * width) for row in rows)]),
        tuple(row[3] for row in rows),
    )


def _from_row(row: Row) -> PaperVectors:
    paper_id, revision, dimension, spans, vectors = row
    matrix = np.frombuffer(vectors, dtype=np.float16).reshape(-1, dimension).astype(np.float32)
    return PaperVectors(
        paper_id=paper_id,
        revision=revision,
        whole=matrix[0],
        body=matrix[1],
        sentences=matrix[2:],
        spans=np.frombuffer(spans, dtype=np.int32).reshape(-1, 2),
    )
