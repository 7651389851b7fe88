"""What shape a page has, by what is in it and never by its name.

Owns the choice of the reader; knows nothing about how any of them reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.pages.arxiv import read_atom
from rag.pages.bibtex import read_bibtex
from rag.pages.hf_html import read_html
from rag.pages.json_page import read_json
from rag.pages.listing import read_listing
from rag.pages.ris import read_ris
from rag.pages.tables import find_dialect, read_table
from rag.pages.text import decode
from rag.records import Failure, Page

UNKNOWN = "unknown"
HEAD = 65536
"""Characters from the start within which a shape must show."""

Reader = Callable[[str, str], Page]

_JSON = re.compile(r"\[\s*(?:[\[{\"\]]|-?\d|true|false|null|$)|\{\s*(?:[\"}]|$)")
_ATOM = re.compile(r"<(?:\w+:)?feed[\s>]")
_MARKUP = re.compile(r"<(?:!|\?xml|[A-Za-z][\w:-]*[\s/>])")
_BIBTEX = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*\{\s*[^\s{},=]+\s*,", re.MULTILINE)
_RIS = re.compile(r"^[ \t]*TY  -", re.MULTILINE)


def read_page(source: str, data: bytes) -> Page:
    """Read one page, whatever its shape, into entries and failures.

    `source` is the name that both will carry. Never raises for what is in `data`: what
    cannot be read becomes a failure, the rest is read.
    """
    decoded = decode(source, data)
    if not decoded.text.strip():
        failures = decoded.failures or (Failure(source, None, "the file is empty"),)
        return Page(source, UNKNOWN, (), failures)
    page = choose_reader(decoded.text)(source, decoded.text)
    return Page(page.source, page.shape, page.entries, decoded.failures + page.failures, page.date)


def choose_reader(text: str) -> Reader:
    """The reader of a text that is not blank. What shows no other shape may be a listing."""
    head = text[:HEAD].lstrip()
    if _JSON.match(head):
        return read_json
    if _MARKUP.match(head):
        return read_atom if _ATOM.search(head) else read_html
    if find_dialect(head) is not None:
        return read_table
    if _BIBTEX.search(head):
        return read_bibtex
    return read_ris if _RIS.search(head) else read_listing
