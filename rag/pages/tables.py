"""Tables of papers: values parted by commas, semicolons or tabs, under a line of names.

Owns the telling of a table from other text and its rows; knows nothing about what the names
mean beyond that a title must be among them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from rag.pages.fields import (
    ABSTRACT,
    AUTHORS,
    DATE,
    IDENTIFIER,
    TITLE,
    YEAR,
    make_entry,
    name_field,
)
from rag.pages.outcome import Outcome, judge_entry, make_page
from rag.records import Failure, Page

SHAPE = "table"
DELIMITERS = (",", "\t", ";")
LONGEST_HEAD = 4096

_OTHERS = frozenset((*AUTHORS, *DATE, *YEAR, *IDENTIFIER))


def find_dialect(text: str) -> str | None:
    """The mark that parts a table's columns; none where the first line does not name any.

    The first line must name a title and an abstract, or a title and another known column,
    so that a listing whose first title has a comma in it is no table.
    """
    first = text.lstrip().partition("\n")[0][:LONGEST_HEAD]
    for mark in DELIMITERS:
        names = _read_names(first, mark)
        if not names.intersection(TITLE) or len(names) < 2:
            continue
        if names.intersection(ABSTRACT) or names.intersection(_OTHERS):
            return mark
    return None


def read_table(source: str, text: str) -> Page:
    """Read every row below the names. Raises nothing: a broken row is a failure."""
    mark = find_dialect(text) or DELIMITERS[0]
    return make_page(source, SHAPE, _read_rows(source, text, mark))


def _read_rows(source: str, text: str, mark: str) -> Iterator[Outcome]:
    rows = _number_rows(source, text, mark)
    names: list[str] | None = None
    for line, row in rows:
        if isinstance(row, Failure):
            yield row
        elif names is None:
            names = [name_field(name) for name in row]
            if not set(names).intersection(ABSTRACT):
                yield Failure(source, line, "the table has no column for abstracts")
                return
        elif len(row) > len(names) and any(row[len(names) :]):
            reason = f"a row has {len(row)} values for {len(names)} columns"
            yield Failure(source, line, reason)
        else:
            fields = dict(reversed(list(zip(names, row, strict=False))))
            yield judge_entry(make_entry(fields, source, line))


def _number_rows(source: str, text: str, mark: str) -> Iterator[tuple[int, list[str] | Failure]]:
    """The rows that are not empty, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The reader goes on with the line after the one at which it gave up.
            yield line, Failure(source, line, f"a row cannot be read: {error}")
        else:
            if any(value.strip() for value in row):
                yield line, row


def _read_names(line: str, mark: str) -> set[str]:
    try:
        rows = list(csv.reader([line], delimiter=mark))
    except csv.Error:
        return set()
    return {name_field(name) for row in rows for name in row}
