"""BibTeX with abstracts.

Owns the use of bibtexparser and the fields that only BibTeX has; knows nothing about LaTeX,
which `rag.pages.latex` owns.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from rag.pages.fields import make_entry, turn_name
from rag.pages.latex import decode_plain, decode_text
from rag.pages.outcome import Outcome, judge_entry, make_page, shorten
from rag.records import Failure, Page

SHAPE = "bibtex"
_UNTOUCHED = frozenset({"title", "author", "url", "doi", "eprint", "month", "year", "date"})
"""What no LaTeX stands in, and what is decoded by itself."""


def read_bibtex(source: str, text: str) -> Page:
    """Read every entry, those under a key that was there before included."""
    from bibtexparser.entrypoint import parse_string

    # It logs each block that it cannot read; a failure says the same to whom it concerns.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    library = parse_string(text)
    outcomes = (_read_block(block, library, source) for block in library.blocks)
    return make_page(source, SHAPE, [item for found in outcomes for item in found])


def _read_block(block: Any, library: Any, source: str) -> Iterator[Outcome]:
    from bibtexparser import model
    from bibtexparser.middlewares import RemoveEnclosingMiddleware

    line = (block.start_line or 0) + 1
    if isinstance(block, model.Entry):
        yield judge_entry(make_entry(_name_fields(block), source, line))
    elif isinstance(block, model.ParsingFailedBlock):
        entry = block.ignore_error_block
        if isinstance(entry, model.Entry):
            bare = RemoveEnclosingMiddleware().transform_entry(entry, library)
            yield judge_entry(make_entry(_name_fields(bare), source, line))
        else:
            key = _quote_key(block.raw or "")
            yield Failure(source, line, f"the entry '{key}' is not whole")


def _name_fields(entry: Any) -> dict[str, object]:
    """The fields by name, the first of each, decoded as far as each is text."""
    fields: dict[str, object] = {}
    for field in entry.fields:
        name, value = field.key.lower(), str(field.value)
        fields.setdefault(name, value if name in _UNTOUCHED else decode_text(value))
    fields["title"] = decode_plain(str(fields.get("title", "")))
    fields["authors"] = _read_authors(str(fields.pop("author", "")))
    if str(fields.get("archiveprefix", "arxiv")).lower() != "arxiv":
        fields.pop("eprint", None)
    return fields


def _read_authors(text: str) -> list[str]:
    """Part names at `and` outside braces, in reading order; a name in braces is whole.
    `and others` names nobody."""
    names: list[list[str]] = [[]]
    depth = 0
    for word in text.split():
        if word == "and" and depth == 0:
            names.append([])
        else:
            names[-1].append(word)
        depth += word.count("{") - word.count("}")
    joined = [" ".join(words) for words in names]
    if len(joined) > 1 and joined[-1] == "others":
        joined.pop()
    return [decode_plain(name if name.startswith("{") else turn_name(name)) for name in joined]


def _quote_key(raw: str) -> str:
    """What names an entry in its first line."""
    return shorten(raw.partition("\n")[0].partition("{")[2].partition(",")[0].strip())
