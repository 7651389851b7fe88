"""arXiv's answers in Atom (https://info.arxiv.org/help/api/user-manual.html).

Owns the use of feedparser, which is given bytes and never fetches; knows nothing about
arXiv's web pages.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from rag.pages.fields import make_entry
from rag.pages.outcome import NO_PAPERS, Outcome, judge_entry, make_page
from rag.records import Failure, Page

if TYPE_CHECKING:
    pass

SHAPE = "arxiv-atom"

_ENTRY = re.compile(r"<((?:\w+:)?)entry[\s>]")
_END = re.compile(r"</((?:\w+:)?)(?:entry|feed)\s*>")
_DECLARATION = re.compile(r"<\?xml[^>]{0,200}\?>")


def read_atom(source: str, text: str) -> Page:
    """Read a feed's entries. Of a feed that breaks off, those before the break."""
    import feedparser

    whole, cut = _cut_at_break(text)
    lines = _find_lines(text)
    # feedparser believes a declaration before the bytes; these are UTF-8 whatever it says.
    data = _DECLARATION.sub("", whole, count=1).lstrip().encode("utf-8", "replace")
    feed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    outcomes = [
        _read_entry(entry, source, lines[at] if at < len(lines) else 1)
        for at, entry in enumerate(feed.entries)
    ]
    if cut:
        outcomes.append(Failure(source, text.rstrip().count("\n") + 1, "the XML breaks off here"))
    elif feed.bozo:
        outcomes.append(Failure(source, None, f"the XML is broken: {_explain(feed)}"))
    return make_page(source, SHAPE, outcomes or [Failure(source, None, NO_PAPERS)])


def _cut_at_break(text: str) -> tuple[str, bool]:
    """Leave off what follows the last whole entry, if the feed is not closed."""
    ends = list(_END.finditer(text))
    if ends and ends[-1][0].rstrip("> \n\t").endswith("feed"):
        return text, False
    if not ends:
        return "", True
    return f"{text[: ends[-1].end()]}</{ends[-1][1]}feed>", True


def _find_lines(text: str) -> list[int]:
    lines: list[int] = []
    line, before = 1, 0
    for match in _ENTRY.finditer(text):
        line += text.count("\n", before, match.start())
        before = match.start()
        lines.append(line)
    return lines


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


def _explain(feed: Any) -> str:
    error = feed.bozo_exception
    message = getattr(error, "getMessage", lambda: type(error).__name__)()
    return str(message)
