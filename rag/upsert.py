"""An entry of a page into the library's tables: a new row, or a known paper that knows more.

Owns telling whether two are the same paper, and writing it; knows nothing about files, locks or
transactions.
"""

from __future__ import annotations

import sqlite3

from rag.merge import merge_entry, start_paper
from rag.records import Entry, Paper
from rag.schema import COLUMNS, SELECT, from_row, to_row
from rag.titles import make_paper_id, normalise_title


def add_entry(connection: sqlite3.Connection, entry: Entry) -> str:
    """Add or merge one entry; 'added', 'merged' or 'unchanged'."""
    known = _find_same(connection, entry)
    if known is None:
        paper = start_paper(entry)
        if find_row(connection, "paper_id", paper.paper_id) is not None:
            paper = start_paper(entry, make_paper_id(entry.title, entry.arxiv_id))
        _insert(connection, paper)
        return "added"
    merged = merge_entry(known, entry)
    if merged == known:
        return "unchanged"
    _update(connection, merged)
    return "merged"


def _find_same(connection: sqlite3.Connection, entry: Entry) -> Paper | None:
    """The paper of this arXiv id, else of this title unless both have ids that differ."""
    if entry.arxiv_id:
        same = find_row(connection, "arxiv_id", entry.arxiv_id)
        if same is not None:
            return same
    rows = connection.execute(
        f"{SELECT} WHERE title_key = ? ORDER BY number", (normalise_title(entry.title),)
    )
    for paper in map(from_row, rows.fetchall()):
        if not (entry.arxiv_id and paper.arxiv_id):
            return paper
    return None


def find_row(connection: sqlite3.Connection, column: str, value: str) -> Paper | None:
    row = connection.execute(f"{SELECT} WHERE {column} = ?", (value,)).fetchone()
    return None if row is None else from_row(row)


def _insert(connection: sqlite3.Connection, paper: Paper) -> None:
    columns = (*COLUMNS, "title_key")
    connection.execute(
        f"INSERT INTO papers ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        (*to_row(paper), normalise_title(paper.title)),
    )


def _update(connection: sqlite3.Connection, paper: Paper) -> None:
    changes = ", ".join(f"{column} = ?" for column in COLUMNS)
    connection.execute(
        f"UPDATE papers SET {changes} WHERE paper_id = ?", (*to_row(paper), paper.paper_id)
    )
