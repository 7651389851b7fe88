"""RIS (https://en.wikipedia.org/wiki/RIS_(file_format)) with abstracts.

Owns the parting of records, so that a broken one costs no other, and the use of rispy for
each; knows nothing about other exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.pages.fields import make_entry, turn_name
from rag.pages.outcome import Outcome, judge_entry, make_page, shorten
from rag.records import Failure, Page

SHAPE = "ris"
_START = re.compile(r"[ \t]*TY  -")
_TAG = re.compile(r"[A-Z][A-Z0-9]  -")
_END = re.compile(r"[ \t]*ER  ?-")


@dataclass(frozen=True, slots=True)
class Record:
    """The lines of one reference and the number of the first, from 1."""

    lines: tuple[str, ...]
    line: int
    closed: bool


def read_ris(source: str, text: str) -> Page:
    """Read every reference; the last one must be closed, or its abstract may be cut."""
    records = list(split_records(text))
    outcomes: list[Outcome] = []
    for at, record in enumerate(records):
        entry = _read_record(record, source)
        if record.closed or at + 1 < len(records):
            outcomes.append(entry)
        else:
            name = f" '{shorten(entry.title)}'" if not isinstance(entry, Failure) else ""
            outcomes.append(Failure(source, record.line, f"the entry{name} breaks off"))
    return make_page(source, SHAPE, outcomes)


def split_records(text: str) -> Iterator[Record]:
    """Cut from each `TY` to its `ER`, or to the next `TY` where that is missing."""
    lines: list[str] = []
    start = 0
    for number, raw in enumerate(text.split("\n"), start=1):
        if _START.match(raw):
            if lines:
                yield Record(tuple(lines), start, closed=False)
            lines, start = [raw], number
        elif lines and _END.match(raw):
            yield Record(tuple(lines), start, closed=True)
            lines = []
        elif lines:
            lines.append(raw)
    if lines:
        yield Record(tuple(lines), start, closed=False)


def _join_wrapped(lines: Iterable[str]) -> Iterator[str]:
    """One line a tag. rispy joins what goes on over lines as well, but in quadratic time."""
    parts: list[str] = []
    for line in map(str.strip, lines):
        if _TAG.match(line) and parts:
            yield " ".join(parts)
            parts = []
        if line:
            parts.append(line)
    yield " ".join(parts)


def _read_record(record: Record, source: str) -> Outcome:
    import rispy

    text = "\n".join((*_join_wrapped(record.lines), "ER  - "))
    found = rispy.loads(text, skip_unknown_tags=True)[0]
    links = [link for link in found.get("urls", ()) if link]
    fields: dict[str, object] = {
        "title": found.get("title") or found.get("primary_title"),
        "abstract": found.get("abstract") or found.get("notes_abstract"),
        "authors": [
            turn_name(name) for key in ("authors", "first_authors") for name in found.get(key, ())
        ],
        "date": found.get("date"),
        "year": found.get("year") or found.get("publication_year"),
        "arxiv_id": found.get("id"),
        "url": next(iter(links), None),
        "doi": found.get("doi"),
        "keywords": found.get("keywords"),
    }
    return judge_entry(make_entry(fields, source, record.line))
