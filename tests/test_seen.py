"""Which papers were read: kept for each reader, also in files of the first version."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from kept import OWNER, Clock
from test_history import begin, questions

from rag.history import History, HistoryError

TABLES = "SELECT name, sql FROM sqlite_master WHERE name = 'seen'"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path, Clock())
    yield opened
    opened.close()


def make_first_version(history: History) -> None:
    """Leave the file as the first version made it."""
    history.close()
    with sqlite3.connect(history.path) as connection:
        connection.execute("DROP TABLE seen")
        connection.execute("PRAGMA user_version = 1")
    connection.close()


def read_file(history: History, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(history.path) as connection:
        rows = connection.execute(sql).fetchall()
    connection.close()
    return rows


def test_a_paper_is_read_once_it_was_marked_and_stays_so(history: History) -> None:
    assert history.seen.of(OWNER) == frozenset()
    history.seen.mark(OWNER, "p1")
    history.seen.mark(OWNER, "p2")
    history.seen.mark(OWNER, "p1")
    assert history.seen.of(OWNER) == {"p1", "p2"}
    history.close()
    again = History(history.path.parent)
    assert again.seen.of(OWNER) == {"p1", "p2"}
    again.close()


def test_when_a_paper_was_first_read_is_kept(history: History) -> None:
    for _ in range(2):
        history.seen.mark(OWNER, "p1")
    rows = read_file(history, "SELECT owner, paper_id, first FROM seen")
    assert [(row[0], row[1], str(row[2])[:10]) for row in rows] == [(OWNER, "p1", "2026-03-01")]


def test_one_reader_knows_nothing_of_anothers_reading(history: History) -> None:
    history.seen.mark(OWNER, "p1")
    assert history.seen.of("another browser") == frozenset()


def test_nobody_without_a_name_has_read_anything(history: History) -> None:
    with pytest.raises(HistoryError) as caught:
        history.seen.mark("  ", "p1")
    assert str(caught.value) == "a conversation cannot be kept without an owner"
    assert history.seen.of("") == frozenset()


def test_a_text_that_no_file_takes_breaks_nothing(history: History) -> None:
    history.seen.mark(OWNER, "p\ud800'; DROP TABLE seen; --")
    assert len(history.seen.of(OWNER)) == 1


def test_a_file_of_the_first_version_opens_and_keeps_everything(history: History) -> None:
    kept = begin(history, "Why?", "And how?")
    history.ratings.rate(OWNER, kept, 1, liked=True, comment="Good.")
    tables = read_file(history, TABLES)
    make_first_version(history)
    assert read_file(history, TABLES) == []
    again = History(history.path.parent)
    assert questions(again, kept) == ["Why?", "And how?"]
    assert [one.comment for one in again.ratings.list_feedback()] == ["Good."]
    assert again.cited_papers(OWNER) == {"p1"}
    again.seen.mark(OWNER, "p1")
    assert again.seen.of(OWNER) == {"p1"}
    assert read_file(again, TABLES) == tables
    assert read_file(again, "PRAGMA user_version") == [(2,)]
    again.close()


def test_threads_may_bring_an_old_file_up_all_at_once(history: History) -> None:
    make_first_version(history)
    opened: list[History] = []
    threads = [
        threading.Thread(target=lambda: opened.append(History(history.path.parent)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.seen.of(OWNER) for one in opened] == [frozenset()] * 8
    for one in opened:
        one.close()


def test_a_file_that_cannot_be_brought_up_is_left_as_it_was(history: History) -> None:
    kept = begin(history)
    make_first_version(history)
    with sqlite3.connect(history.path) as connection:
        connection.execute("CREATE TABLE seen (mine)")
    connection.close()
    with pytest.raises(HistoryError) as caught:
        History(history.path.parent)
    assert str(caught.value) == (
        f"the conversations at {history.path} cannot be opened: table seen already exists"
    )
    assert read_file(history, "PRAGMA user_version") == [(1,)]
    assert read_file(history, "SELECT id FROM conversations") == [(kept,)]
