"""The library's tables, and papers as rows of them.

Owns the schema and its version; knows nothing about what is asked of the papers.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from rag.errors import LibraryError, LibraryTooNew
from rag.records import Paper, PartialDate

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE papers (
    number INTEGER PRIMARY KEY,
    paper_id TEXT NOT NULL UNIQUE,
    title_key TEXT NOT NULL,
    arxiv_id TEXT UNIQUE,
    title TEXT NOT NULL,
    abstract TEXT NOT NULL,
    authors TEXT NOT NULL,
    author_count INTEGER,
    date TEXT,
    url TEXT,
    upvotes INTEGER,
    categories TEXT NOT NULL,
    pages TEXT NOT NULL,
    older_abstracts TEXT NOT NULL
);
CREATE TABLE state (changes INTEGER NOT NULL);
INSERT INTO state VALUES (0);
CREATE INDEX papers_by_title ON papers (title_key);
CREATE VIRTUAL TABLE words USING fts5 (
    title, abstract, content = 'papers', content_rowid = 'number',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);
CREATE TRIGGER papers_inserted AFTER INSERT ON papers BEGIN
    INSERT INTO words (rowid, title, abstract) VALUES (new.number, new.title, new.abstract);
END;
CREATE TRIGGER papers_deleted AFTER DELETE ON papers BEGIN
    INSERT INTO words (words, rowid, title, abstract)
    VALUES ('delete', old.number, old.title, old.abstract);
END;
CREATE TRIGGER papers_updated AFTER UPDATE ON papers BEGIN
    INSERT INTO words (words, rowid, title, abstract)
    VALUES ('delete', old.number, old.title, old.abstract);
    INSERT INTO words (rowid, title, abstract) VALUES (new.number, new.title, new.abstract);
END;
"""
COLUMNS = (
    "paper_id",
    "title",
    "abstract",
    "authors",
    "author_count",
    "date",
    "arxiv_id",
    "url",
    "upvotes",
    "categories",
    "pages",
    "older_abstracts",
)
SELECT = f"SELECT {', '.join(COLUMNS)} FROM papers"
SELECT_FACTS = (
    "SELECT paper_id, {abstract}, author_count, date, arxiv_id, url, upvotes, authors FROM papers"
    " ORDER BY number"
)

# One pass over the papers that hold a word, whatever is wanted of them; the few that are wanted
# are joined last.
MATCH = """
WITH found (number, score) AS MATERIALIZED (
    SELECT rowid, -bm25(words, ?, 1.0) FROM words WHERE words MATCH ?
), wanted (number, score) AS (
    SELECT number, score FROM (SELECT * FROM found ORDER BY score DESC, number LIMIT ?)
    UNION
    SELECT number, score FROM found WHERE number IN (
        SELECT number FROM papers WHERE paper_id IN (SELECT value FROM json_each(?))
    )
)
SELECT paper_id, score FROM wanted CROSS JOIN papers USING (number)
ORDER BY score DESC, paper_id
"""


REMEDIES = {
    "SQLITE_BUSY": "wait for the other Footnote that writes to it to end, then try again",
    "SQLITE_FULL": "make room on the disk, then try again",
    "SQLITE_IOERR": "make room on the disk, then try again",
    "SQLITE_READONLY": "make the file and its folder writable",
    "SQLITE_CANTOPEN": "make the folder writable, or put it elsewhere with --library PATH",
}


class Facts(NamedTuple):
    """What filters look at in a paper: as its Paper says it, in a third of the time.

    A tuple, because thousands are made for a question and a frozen dataclass takes longer;
    the names of the authors are decoded only when they are asked for.
    """

    paper_id: str
    abstract: str
    author_count: int | None
    date: PartialDate | None
    arxiv_id: str | None
    url: str | None
    upvotes: int | None
    authors_json: str

    @property
    def authors(self) -> tuple[str, ...]:
        return tuple(json.loads(self.authors_json))


def prepare_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new file. Raises LibraryTooNew for a later version's."""
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise LibraryTooNew(
            f"{path} has schema {version}; this Footnote knows schemas up to {SCHEMA_VERSION}",
            remedy="update Footnote: git pull && make install",
        )
    if version == 0:
        _check_new(path)
        for statement in _statements(SCHEMA):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.commit()


def _check_new(path: Path) -> None:
    """An index is made after the papers: beside an empty file it tells that they are lost."""
    if (path.parent / "index").exists():
        raise LibraryError(
            f"{path} is empty or was deleted, but the index of its papers is still there",
            remedy="footnote restore FILE, from a backup; to begin anew, move"
            f" {path.parent / 'index'} away",
        )


def find_remedy(error: sqlite3.Error) -> str:
    """The way out that SQLite's own code of the error tells."""
    kind = "_".join((getattr(error, "sqlite_errorname", "") or "").split("_")[:2])
    return REMEDIES.get(kind, "footnote doctor; footnote restore FILE --replace, from a backup")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, so that they can stand in one transaction."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def to_row(paper: Paper) -> tuple[Any, ...]:
    """The values of COLUMNS."""
    return (
        paper.paper_id,
        paper.title,
        paper.abstract,
        json.dumps(paper.authors),
        paper.author_count,
        str(paper.date) if paper.date else None,
        paper.arxiv_id,
        paper.url,
        paper.upvotes,
        json.dumps(paper.categories),
        json.dumps(paper.pages),
        json.dumps(paper.older_abstracts),
    )


def from_row(row: Sequence[Any]) -> Paper:
    """What `to_row` wrote, read back."""
    return Paper(
        paper_id=row[0],
        title=row[1],
        abstract=row[2],
        authors=tuple(json.loads(row[3])),
        author_count=row[4],
        date=PartialDate.parse(row[5]) if row[5] else None,
        arxiv_id=row[6],
        url=row[7],
        upvotes=row[8],
        categories=tuple(json.loads(row[9])),
        pages=tuple(json.loads(row[10])),
        older_abstracts=tuple(json.loads(row[11])),
    )


def facts_from_row(row: Sequence[Any]) -> Facts:
    """A row of SELECT_FACTS."""
    date = _read_date(row[3]) if row[3] else None
    return Facts(row[0], row[1], row[2], date, *row[4:])


# Thousands of papers share a few hundred days.
_read_date = lru_cache(maxsize=4096)(PartialDate.parse)
