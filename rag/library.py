"""The papers, in one SQLite file: the source of truth.

Owns adding, merging, listing, removing and full-text search (FTS5). Knows nothing about
how pages are read, nor about vectors; those can be made again from what is here.

Every page is added in one transaction: a kill leaves it in the library whole or not at
all. Each thread has its own connection; writers take the lock file beside the library.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rag.connections import Connections, Held
from rag.errors import LibraryEmpty, LibraryError, PaperNotFound
from rag.locks import hold_lock
from rag.records import AddReport, Failure, Page, Paper
from rag.schema import (
    MATCH,
    REMEDIES,
    SELECT,
    SELECT_FACTS,
    Facts,
    facts_from_row,
    find_remedy,
    from_row,
    prepare_schema,
)
from rag.swap import finish_swap, identify, open_database
from rag.titles import normalise_title
from rag.upsert import add_entry, find_row

TITLE_WEIGHT = 2.0
COUNTS_KEPT = 20_000  # words whose counts are kept in memory
TELLING = 12  # letters of a title's beginning that can stand for the title


class Library:
    """The papers of one folder (made when missing). Raises LibraryError if it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "library.sqlite"
        self._connections = Connections(self._make)
        self._counted: tuple[int, dict[str, int]] = (-1, {})
        self._prepare()

    def add(self, pages: Iterable[Page]) -> AddReport:
        """Add pages one by one, each in a transaction, and say what became of the entries."""
        counts = {"added": 0, "merged": 0, "unchanged": 0}
        failed: list[Failure] = []
        with hold_lock(self.folder, "adding papers"):
            for page in pages:
                with self._write() as connection:
                    outcomes = [add_entry(connection, entry) for entry in page.entries]
                    if set(outcomes) - {"unchanged"}:
                        _count_change(connection)
                for outcome in outcomes:
                    counts[outcome] += 1
                failed.extend(page.failures)
        return AddReport(read=sum(counts.values()), **counts, failed=tuple(failed))

    def remove(self, paper_ids: Sequence[str]) -> None:
        """Remove papers, all or none. Raises PaperNotFound naming the ids that are unknown."""
        with hold_lock(self.folder, "removing papers"), self._write() as connection:
            unknown = [one for one in paper_ids if find_row(connection, "paper_id", one) is None]
            if unknown:
                raise PaperNotFound(
                    f"no paper has the id {', '.join(unknown)}; nothing was removed",
                    remedy="footnote papers --json lists the ids",
                )
            connection.executemany(
                "DELETE FROM papers WHERE paper_id = ?", [(one,) for one in paper_ids]
            )
            _count_change(connection)

    def renew_words(self) -> None:
        """Make the full-text index anew from the papers, as they stand."""
        with hold_lock(self.folder, "indexing words"), self._write() as connection:
            connection.execute("INSERT INTO words (words) VALUES ('rebuild')")

    def papers(self) -> Iterator[Paper]:
        """All papers, in the order in which they were added."""
        for row in self._read(f"{SELECT} ORDER BY number"):
            yield from_row(row)

    def facts(self, abstracts: bool = True) -> list[Facts]:
        """What is known of every paper, for filters, in the order in which they were added;
        without `abstracts` those are empty, which takes half the time."""
        select = SELECT_FACTS.format(abstract="abstract" if abstracts else "''")
        return [facts_from_row(row) for row in self._read(select)]

    def find_titled(self, title: str) -> list[str]:
        """The ids of the papers of this title, as titles are compared; of those that begin
        so, up to a few, where none has it whole and it is long enough to tell papers apart."""
        key = normalise_title(title)
        found = self._read("SELECT paper_id FROM papers WHERE title_key = ?", (key,))
        if not found and len(key) >= TELLING:
            found = self._read(
                "SELECT paper_id FROM papers WHERE title_key >= ? AND title_key < ?"
                " ORDER BY number LIMIT 5",
                (key, key + "\U0010ffff"),
            )
        return [row[0] for row in found]

    def get(self, paper_ids: Sequence[str]) -> dict[str, Paper]:
        """The papers with these ids, by id; ids that no paper has are left out."""
        found: dict[str, Paper] = {}
        for start in range(0, len(paper_ids), 500):
            batch = paper_ids[start : start + 500]
            marks = ", ".join("?" * len(batch))
            for row in self._read(f"{SELECT} WHERE paper_id IN ({marks})", tuple(batch)):
                found[row[0]] = from_row(row)
        return found

    def count(self) -> int:
        """How many papers there are."""
        return int(self._read("SELECT count(*) FROM papers")[0][0])

    def check_not_empty(self) -> None:
        """Raises LibraryEmpty where there is nothing that could be asked."""
        if self.count() == 0:
            raise LibraryEmpty(
                f"the library at {self.folder} holds no papers",
                remedy="footnote add PATH, with a saved listing page",
            )

    def check(self) -> str:
        """What SQLite finds wrong with the file; empty if nothing."""
        try:
            rows = [row[0] for row in self._read("PRAGMA quick_check(3)")]
        except LibraryError as error:
            return str(error)
        return "" if rows == ["ok"] else "; ".join(rows)

    def changes(self) -> int:
        """How often papers were added, changed or removed: tells an index that it is behind."""
        return int(self._read("SELECT changes FROM state")[0][0])

    def match(
        self, words: Sequence[str], limit: int, also: Collection[str] = ()
    ) -> list[tuple[str, float]]:
        """Papers that hold any of the words, best first: (paper_id, BM25 score > 0).

        SQLite's `bm25()` (k1 1.2, b 0.75; Robertson and Zaragoza 2009), Porter-stemmed, a
        word in the title counting twice. The best `limit`, and of the papers `also` all that
        hold a word.
        """
        if not words:
            return []
        query = " OR ".join(f'"{word}"' for word in words)
        rows = self._read(MATCH, (TITLE_WEIGHT, query, limit, json.dumps(list(also))))
        return [(paper_id, score) for paper_id, score in rows]

    def find_titled_with(self, words: Sequence[str], limit: int) -> list[str]:
        """The ids of papers whose title holds all the words, or others that begin with the same
        four letters; those that fit best first."""
        query = " AND ".join(f'"{word[:4]}" *' if len(word) >= 4 else f'"{word}"' for word in words)
        rows = self._read(
            "SELECT paper_id FROM words JOIN papers ON number = words.rowid WHERE words MATCH ?"
            " ORDER BY bm25(words), number LIMIT ?",
            (f"title : ({query})", limit),
        )
        return [row[0] for row in rows]

    def count_papers_with(self, phrases: Sequence[str]) -> dict[str, int]:
        """For each word or phrase, how many papers hold it (stemmed, any case).

        `word*` stands for every word that begins so.
        """
        changes = self.changes()
        if self._counted[0] != changes or len(self._counted[1]) > COUNTS_KEPT:
            self._counted = (changes, {})
        known = self._counted[1]
        for phrase in phrases:
            if phrase not in known:
                query = f'"{phrase.removesuffix("*")}"' + (" *" if phrase.endswith("*") else "")
                rows = self._read("SELECT count(*) FROM words WHERE words MATCH ?", (query,))
                known[phrase] = int(rows[0][0])
        return {phrase: known[phrase] for phrase in phrases}

    def weigh(self, words: Sequence[str]) -> dict[str, float]:
        """The inverse document frequency of each word, as SQLite's `bm25()` reckons it."""
        total = self.count()
        return {
            word: max(1e-6, math.log((total - count + 0.5) / (count + 0.5)))
            for word, count in self.count_papers_with(words).items()
        }

    def connect(self) -> sqlite3.Connection:
        """One more connection to the file, the caller's to close. Raises LibraryError."""
        try:
            connection = open_database(self.path, timeout=30)
            connection.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error as error:
            again = "run the same command again; if that fails too, footnote restore FILE"
            raise LibraryError(
                f"the library at {self.folder} cannot be opened: {error}",
                remedy=find_remedy(error) if self.path.exists() else again,
            ) from error
        return connection

    def close(self) -> None:
        """Let go of every connection, of whatever thread."""
        self._connections.let_go()

    def _prepare(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            finish_swap(self.folder)
            with closing(sqlite3.connect(self.path, timeout=30)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                prepare_schema(connection, self.path)
        except OSError as error:
            raise LibraryError(
                f"the library at {self.folder} cannot be opened: {error}",
                remedy=REMEDIES["SQLITE_CANTOPEN"],
            ) from error
        except sqlite3.Error as error:
            raise LibraryError(
                f"the library at {self.folder} cannot be opened: {error}",
                remedy=find_remedy(error),
            ) from error

    def _make(self) -> Held:
        if not self.path.exists():  # a restore is in the midst of its exchange, or was killed there
            finish_swap(self.folder)
        # Taken before connecting: a restore between the two is seen at the next call.
        file = identify(self.path)
        return Held(self.connect(), file)

    def _read(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        try:
            held = self._connections.hold(identify(self.path))
            return held.connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise LibraryError(
                f"the library at {self.folder} cannot be read: {error}", remedy=find_remedy(error)
            ) from error

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        try:
            held = self._connections.hold(identify(self.path))
            connection = held.connection
            connection.execute("BEGIN IMMEDIATE")
            with connection:  # commits, or rolls back if the block raises
                yield connection
        except sqlite3.Error as error:
            raise LibraryError(
                f"the library at {self.folder} cannot be written: {error}",
                remedy=find_remedy(error),
            ) from error


def _count_change(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE state SET changes = changes + 1")
