"""The library as a shelf: its papers a screen at a time, its pages, its months, what is alike.

Owns the orders and the limits that a reader browses by; knows nothing about questions or
screens. Whatever the library's size, only the papers shown are read whole. What is not
known of a date is never guessed: such papers come last, and are counted.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from rag.embedder import Vectors
from rag.errors import LibraryError, PaperNotFound, VectorError
from rag.index import Index
from rag.library import Library
from rag.partial_date import PartialDate
from rag.records import Paper
from rag.schema import COLUMNS, from_row
from rag.vectors import PaperVectors

# ISO 8601 sorts as time does: a year alone comes after its days, `--03-02` after every year,
# no date last of all.
ORDERS = {
    "added": "number DESC",
    "date": "date DESC, number DESC",
    "title": "title_key, number",
    "upvotes": "upvotes DESC, number DESC",
}
FIRST_DAY = "substr(date || '-01-01', 1, 10)"
LAST_DAY = "CASE length(date) WHEN 4 THEN date || '-12-31' WHEN 7 THEN date || '-31' ELSE date END"
NO_YEAR = "(date IS NULL OR date LIKE '--%')"
OUTSIDE, INSIDE, UNKNOWN = range(3)
WORD = re.compile(r"[^\W_]+\*?")
SPARE = 20
"""How many more neighbours than wanted are scored: a view's order is not that of both."""

Condition = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list. `sort` is "added" (latest first), "date" (newest first), "title" or
    "upvotes" (most first).

    Papers hold all of `words` in title or abstract, stemmed; `word*` stands for every word
    that begins so. `page` is a source, as `pages` names them; `among` keeps to these ids,
    `without` leaves these out.
    The dates are included, as far as they are known: until 2024-03 is until its last day.
    Raises ValueError for another sort, a date without a year, or a number below 0.
    """

    words: str = ""
    sort: str = "added"
    page: str = ""
    dated_from: PartialDate | None = None
    dated_to: PartialDate | None = None
    among: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    offset: int = 0
    limit: int = 50

    def __post_init__(self) -> None:
        if self.sort not in ORDERS:
            raise ValueError(f"sort is {self.sort!r}, which is none of {', '.join(ORDERS)}")
        if any(date and date.year is None for date in (self.dated_from, self.dated_to)):
            raise ValueError("a bound of dates needs its year")
        if self.offset < 0 or self.limit < 0:
            raise ValueError(f"offset {self.offset} and limit {self.limit} cannot be below 0")


@dataclass(frozen=True, slots=True)
class Listing:
    """The papers from `offset` on, at most `limit`, of `total` that fit.

    `unknown` counts those whose date is not known well enough: where dates are asked for,
    papers that fit otherwise and are left out; else those of `total` without a year.
    """

    papers: tuple[Paper, ...]
    total: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Months:
    """How many papers each month has: `months` of (year, month, papers), those with any, in
    order; `years` of (year, papers) where the month is not known; `yearless` have a day or
    month of no year; `undated` have no date at all. Together, every paper once."""

    months: tuple[tuple[int, int, int], ...]
    years: tuple[tuple[int, int], ...]
    yearless: int
    undated: int


def browse(library: Library, wanted: Wanted) -> Listing:
    """The papers that are wanted, in order. Raises LibraryError."""
    state, bounds = _state(wanted)
    where, values = _where(wanted)
    # One pass over the file gives the order and both counts: three would take three times as
    # long, and two numbers a paper are little.
    rows = _rows(
        library,
        f"SELECT number, {state}, paper_id FROM papers{where} ORDER BY {ORDERS[wanted.sort]}",
        (*bounds, *values),
    )
    if wanted.among is not None:
        rows = [row for row in rows if row[2] in wanted.among]
    if wanted.without:
        rows = [row for row in rows if row[2] not in wanted.without]
    keeps_unknown = not bounds
    listed = [number for number, state, _ in rows if state == INSIDE or keeps_unknown]
    shown = listed[wanted.offset : wanted.offset + wanted.limit]
    papers = {
        row[-1]: from_row(row)
        for row in _rows(
            library,
            f"SELECT {', '.join(COLUMNS)}, number FROM papers"
            " WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(shown),),
        )
    }
    found = tuple(papers[number] for number in shown if number in papers)
    return Listing(found, len(listed), sum(state == UNKNOWN for _, state, _ in rows))


def pages(library: Library) -> tuple[tuple[str, int], ...]:
    """(source, papers that it lists) of every page, in the order in which they were added."""
    rows = _rows(
        library,
        "SELECT value, count(*) FROM papers, json_each(papers.pages)"
        " GROUP BY value ORDER BY min(number * 1000000 + json_each.key)",
    )
    return tuple((str(source), int(count)) for source, count in rows)


def count_by_month(library: Library) -> Months:
    """How many papers are of each month, as far as their dates are known."""
    months: Counter[tuple[int, int]] = Counter()
    years: Counter[int] = Counter()
    yearless = undated = 0
    for text, count in _rows(library, "SELECT date, count(*) FROM papers GROUP BY date"):
        date = PartialDate.parse(text) if text else PartialDate()
        if date.year is not None and date.month is not None:
            months[date.year, date.month] += count
        elif date.year is not None:
            years[date.year] += count
        elif text:
            yearless += count
        else:
            undated += count
    return Months(
        tuple((*month, count) for month, count in sorted(months.items())),
        tuple(sorted(years.items())),
        yearless,
        undated,
    )


def find_similar(
    library: Library, index: Index, paper_id: str, k: int = 10
) -> tuple[tuple[Paper, float], ...]:
    """The k papers most like this one, best first, each with a score from 0 to 1.

    The score is the mean of two cosines: of the views `whole` and of the views `body`.
    Nothing is embedded. Raises PaperNotFound for an id that no paper has, VectorError for a
    paper that is not embedded yet, and RecipeMismatch before mixing vectors.
    """
    if not library.get([paper_id]):
        raise PaperNotFound(
            f"no paper has the id {paper_id}", remedy="footnote papers --json lists the ids"
        )
    index.check_recipe()
    own = index.vectors([paper_id])
    if not own:
        raise VectorError(
            f"the paper {paper_id} is not embedded yet", remedy="footnote add, with any page"
        )
    near = dict.fromkeys(
        other for view in (own[0].whole, own[0].body) for other in index.nearest(view, k + SPARE)
    )
    others = index.vectors([other for other in near if other != paper_id])
    ranked = sorted((-_likeness(own[0], other), other.paper_id) for other in others)
    papers = library.get([other for _, other in ranked])
    found = [(papers[other], -score) for score, other in ranked if other in papers]
    return tuple(found[: max(0, k)])


def _likeness(one: PaperVectors, other: PaperVectors) -> float:
    def cosine(a: Vectors, b: Vectors) -> float:
        return float(np.dot(a, b))

    mean = (cosine(one.whole, other.whole) + cosine(one.body, other.body)) / 2
    return min(1.0, max(0.0, mean))


def _where(wanted: Wanted) -> Condition:
    """The WHERE clause of the words and the page, empty where it leaves nothing out."""
    conditions: list[Condition] = []
    words = WORD.findall(wanted.words)
    if words:
        query = " AND ".join(f'"{word.rstrip("*")}"{" *" * word.endswith("*")}' for word in words)
        conditions.append(("number IN (SELECT rowid FROM words WHERE words MATCH ?)", (query,)))
    elif wanted.words.strip():
        conditions.append(("0", ()))  # marks alone: no paper holds a word of none
    if wanted.page:
        holds = "EXISTS (SELECT 1 FROM json_each(papers.pages) WHERE value = ?)"
        conditions.append((holds, (wanted.page,)))
    text = " AND ".join(condition for condition, _ in conditions)
    bound = tuple(value for _, values in conditions for value in values)
    return (f" WHERE {text}" if text else "", bound)


def _state(wanted: Wanted) -> Condition:
    """Whether a paper is of the dates asked for: INSIDE, OUTSIDE or UNKNOWN."""
    if wanted.dated_from is None and wanted.dated_to is None:
        return f"CASE WHEN {NO_YEAR} THEN {UNKNOWN} ELSE {INSIDE} END", ()
    first = _first_day(wanted.dated_from) if wanted.dated_from else "0000-00-00"
    last = _last_day(wanted.dated_to) if wanted.dated_to else "9999-99-99"
    state = (
        f"CASE WHEN {NO_YEAR} THEN {UNKNOWN}"
        f" WHEN {FIRST_DAY} >= ? AND {LAST_DAY} <= ? THEN {INSIDE}"
        f" WHEN {LAST_DAY} >= ? AND {FIRST_DAY} <= ? THEN {UNKNOWN} ELSE {OUTSIDE} END"
    )
    return state, (first, last, first, last)


def _first_day(date: PartialDate) -> str:
    return f"{date}-01-01"[:10]


def _last_day(date: PartialDate) -> str:
    return f"{date}{'' if date.day else '-31' if date.month else '-12-31'}"


def _rows(library: Library, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    """What a statement that only reads finds."""
    address = f"{library.path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return connection.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        raise LibraryError(
            f"the library at {library.folder} cannot be read: {error}", remedy="footnote doctor"
        ) from error
