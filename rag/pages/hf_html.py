"""Saved HTML: Hugging Face's *Daily Papers* and paper pages, and pages with citation tags.

Owns the two places in a saved page that state papers for machines: the JSON in `data-props`,
where an abstract stands under `summary` and the AI summary elsewhere, and the `citation_*`
tags that arXiv's abstract pages carry. Knows nothing about the visible page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from rag.pages.dates import parse_date
from rag.pages.fields import make_entry, turn_name
from rag.pages.json_page import is_paper, read_record
from rag.pages.outcome import NO_PAPERS, Outcome, judge_entry, make_page
from rag.pages.tags import Tag, find_tags
from rag.pages.text import LineIndex
from rag.records import Failure, Page, PartialDate

SHAPE = "html"
TARGETS = frozenset(("DailyPapers", "PaperContent"))
_STATING = re.compile("|".join((*sorted(TARGETS), "citation_")), re.IGNORECASE)
_FIRST_TAG = {
    "citation_title": "title",
    "citation_abstract": "abstract",
    "citation_arxiv_id": "arxiv_id",
    "citation_date": "published",
    "citation_publication_date": "publication_date",
    "citation_online_date": "date",
    "citation_doi": "doi",
}


def read_html(source: str, text: str) -> Page:
    """Read the papers that a saved page states. The line is that of the stating element."""
    lines = LineIndex(text)
    tags = [] if _STATING.search(text) is None else list(find_tags(text, _STATING))
    outcomes: list[Outcome] = []
    date: PartialDate | None = None
    for tag in tags:
        if tag.attributes.get("data-target") not in TARGETS:
            continue
        line = lines.find(tag.offset)
        if tag.whole:
            props = _load_props(tag)
            date = date or _find_date(props)
            outcomes.extend(_read_props(props, source, line))
        else:
            outcomes.append(Failure(source, line, "the page breaks off in its data"))
    if not outcomes:
        outcomes.extend(_read_citation(tags, source, lines))
    return make_page(source, SHAPE, outcomes or [Failure(source, None, NO_PAPERS)], date)


def _load_props(tag: Tag) -> dict[str, object]:
    """The JSON in an element's data; empty where it is broken, as where it states nothing."""
    try:
        props = json.loads(tag.attributes.get("data-props") or "{}")
    except (ValueError, RecursionError):
        return {}
    return props if isinstance(props, dict) else {}


def _read_props(props: dict[str, object], source: str, line: int) -> Iterator[Outcome]:
    listed = props.get("dailyPapers")
    if isinstance(listed, list):
        yield from (read_record(item, source, line) for item in listed)
    elif is_paper(props.get("paper")):
        yield read_record(props["paper"], source, line)
    else:
        yield Failure(source, line, "the data of the page is broken")


def _find_date(props: dict[str, object]) -> PartialDate | None:
    """The day that a listing is of."""
    stated = (props.get(name) for name in ("dateString", "date"))
    return next((parse_date(item) for item in stated if isinstance(item, str)), None)


def _read_citation(tags: Iterable[Tag], source: str, lines: LineIndex) -> Iterator[Outcome]:
    """Read the tags that Google Scholar asks of publishers; arXiv has the abstract besides
    (https://scholar.google.com/intl/en/scholar/inclusion.html#indexing).
    """
    fields: dict[str, object] = {}
    authors: list[str] = []
    line = 1
    for tag in tags:
        name = tag.attributes.get("name", "").lower()
        content = tag.attributes.get("content", "")
        if name == "citation_author":
            authors.append(turn_name(content))
        elif name in _FIRST_TAG:
            line = line if name != "citation_title" or "title" in fields else lines.find(tag.offset)
            fields.setdefault(_FIRST_TAG[name], content)
    if "title" in fields:
        yield judge_entry(make_entry(fields | {"authors": authors}, source, line))
