"""arXiv's answers in Atom (https://info.arxiv.org/help/api/user-manual.html).

Owns the parting of entries, so that a broken one costs no other and each its share of time
and memory only, and the use of feedparser for them, which is given bytes and never fetches;
knows nothing about arXiv's web pages.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.parsers import expat

from rag.pages.fields import make_entry
from rag.pages.outcome import LONGEST, TOO_LONG, Outcome, judge_entry, make_page
from rag.pages.text import LineIndex
from rag.records import Failure, Page

SHAPE = "arxiv-atom"
BATCH = 16_384
"""Characters of entries that are parsed at a time: a parser is slow to start."""
BREAKS_OFF = "the XML breaks off here"

_FEED = re.compile(r"<(?P<prefix>(?:\w+:)?)feed(?:\s[^<>]*+)?+>")
# What is quoted or a comment is passed over; where it is not closed, it is all the rest.
_MARK = re.compile(
    r"<(?:!\[CDATA\[(?:[^\]]++|\](?!\]>))*+|!--(?:[^-]++|-(?!->))*+"
    r"|(?P<close>/?)(?:\w+:)?(?P<name>entry|feed)(?=[\s/>])[^<>]*+>)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """The XML of one entry, and the line on which it begins. `fault`: why it is no XML."""

    xml: str
    line: int
    fault: str = ""


def read_atom(source: str, text: str) -> Page:
    """Read a feed's entries. Of a feed that breaks off, those before the break.

    What stands before the feed is left off: it may define entities that grow without end.
    """
    pieces, whole = split_entries(text)
    feed = _FEED.search(text)
    frame = (feed[0], f"</{feed['prefix']}feed>") if feed else ("<feed>", "</feed>")
    outcomes: list[Outcome] = []
    for batch in _gather(pieces, frame):
        outcomes.extend(_read_batch(source, frame, batch))
    outcomes += [Failure(source, one.line, TOO_LONG) for one in pieces if len(one.xml) > LONGEST]
    if not whole:
        outcomes.append(Failure(source, text.rstrip().count("\n") + 1, BREAKS_OFF))
    return make_page(source, SHAPE, outcomes)


def split_entries(text: str) -> tuple[list[Piece], bool]:
    """The entries, each to its end or to the next; and whether the feed is closed behind them.
    In one that is not, a last entry without its end is left out."""
    lines = LineIndex(text)
    pieces: list[Piece] = []
    start, whole = -1, False
    for mark in _MARK.finditer(text):
        if mark["name"] is None:
            continue
        whole = mark[1] == "/" and mark["name"] == "feed"
        ends = mark[1] == "/" and mark["name"] == "entry"
        if start >= 0:
            end = mark.end() if ends else mark.start()
            pieces.append(Piece(text[start:end], lines.find(start)))
        opens = mark[1] == "" and mark["name"] == "entry"
        start = mark.start() if opens else -1
    return pieces, whole


def _gather(pieces: Sequence[Piece], frame: tuple[str, str]) -> Iterator[list[Piece]]:
    """Short ones together, whole ones apart from broken ones, which cost their share, too."""
    batch: list[Piece] = []
    size = 0
    for piece in pieces:
        if len(piece.xml) > LONGEST:
            continue
        checked = replace(piece, fault=_find_fault(piece.xml.join(frame)))
        size += len(piece.xml)
        if batch and (size > BATCH or bool(batch[0].fault) != bool(checked.fault)):
            yield batch
            batch, size = [], len(piece.xml)
        batch.append(checked)
    if batch:
        yield batch


def _find_fault(xml: str) -> str:
    parser = expat.ParserCreate("utf-8")
    try:
        parser.Parse(xml.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        return expat.ErrorString(error.code)
    return ""


def _read_batch(source: str, frame: tuple[str, str], batch: Sequence[Piece]) -> Iterator[Outcome]:
    """The entries of a batch, as far as there are any in what is broken."""
    import feedparser

    data = "".join(piece.xml for piece in batch).join(frame).encode("utf-8", "replace")
    feed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    for entry, piece in zip(feed.entries, batch, strict=False):
        yield _read_entry(entry, source, piece.line)
    for piece in batch:
        if piece.fault:
            yield Failure(source, piece.line, f"the XML is broken: {piece.fault}")


def _read_entry(entry: Any, source: str, line: int) -> Outcome:
    fields: dict[str, object] = {
        "title": entry.get("title", ""),
        "abstract": entry.get("summary", ""),
        "authors": [author.get("name", "") for author in entry.get("authors", ())],
        "published": entry.get("published", ""),
        "arxiv_id": entry.get("id", ""),
        "url": entry.get("link", ""),
        "categories": [tag.get("term") or "" for tag in entry.get("tags", ())],
    }
    return judge_entry(make_entry(fields, source, line))
