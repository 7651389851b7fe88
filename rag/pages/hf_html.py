"""Saved HTML: Hugging Face's *Daily Papers* and paper pages, and pages with citation tags.

Owns the two places in a saved page that state papers for machines: the JSON in `data-props`,
where an abstract stands under `summary` and the AI summary elsewhere, and the `citation_*`
tags that arXiv's abstract pages carry. Knows nothing about the visible page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.pages.dates import parse_date
from rag.pages.fields import make_entry, turn_name
from rag.pages.json_page import is_paper, read_record
from rag.pages.outcome import NO_PAPERS, Outcome, judge_entry, make_page
from rag.records import Failure, Page, PartialDate

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

SHAPE = "html"
DEEPEST = 20_000
"""Tags left open, above which the parser's time is no longer in proportion to the page."""
TARGETS = ("DailyPapers", "PaperContent")
_OPENING = re.compile(
    r"<(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|source|t[dhr]|wbr)\b)"
    r"[a-z]",
    re.IGNORECASE,
)
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
    from selectolax.lexbor import LexborHTMLParser

    if _count_open(text) > DEEPEST:
        return make_page(source, SHAPE, [Failure(source, None, "its tags are nested too deeply")])
    tree = LexborHTMLParser(text.replace("\x00", ""))
    outcomes: list[Outcome] = []
    date: PartialDate | None = None
    for target in TARGETS:
        line = _find_line(text, f'data-target="{target}"')
        nodes = tree.css(f'[data-target="{target}"][data-props]')
        for node in nodes:
            props = _load_props(node)
            date = date or _find_date(props)
            outcomes.extend(_read_props(props, source, line))
        if not nodes and f'data-target="{target}"' in text:
            outcomes.append(Failure(source, line, "the page breaks off in its data"))
    if not outcomes:
        outcomes.extend(_read_tags(tree, source, _find_line(text, "citation_title")))
    return make_page(source, SHAPE, outcomes or [Failure(source, None, NO_PAPERS)], date)


def _count_open(text: str) -> int:
    """About how many elements are opened and not closed, those without an end left out."""
    opened = sum(1 for _ in _OPENING.finditer(text))
    return opened - text.count("</") - text.count("/>")


def _find_line(text: str, mark: str) -> int:
    return text.count("\n", 0, max(0, text.find(mark))) + 1


def _load_props(node: LexborNode) -> dict[str, object]:
    """The JSON in an element's data; empty where it is broken, as where it states nothing."""
    try:
        props = json.loads(node.attributes.get("data-props") or "{}")
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


def _read_tags(tree: LexborHTMLParser, source: str, line: int) -> Iterator[Outcome]:
    """Read the tags that Google Scholar asks of publishers; arXiv has the abstract besides
    (https://scholar.google.com/intl/en/scholar/inclusion.html#indexing).
    """
    fields: dict[str, object] = {}
    authors: list[str] = []
    for node in tree.css("meta[name][content]"):
        name = (node.attributes.get("name") or "").lower()
        content = node.attributes.get("content") or ""
        if name == "citation_author":
            authors.append(turn_name(content))
        elif name in _FIRST_TAG:
            fields.setdefault(_FIRST_TAG[name], content)
    if "title" in fields:
        yield judge_entry(make_entry(fields | {"authors": authors}, source, line))
