"""BibTeX with abstracts.

Owns the parting of entries, so that each costs its share of time and memory only, the use of
bibtexparser for them, and the fields that only BibTeX has; knows nothing about LaTeX, which
`rag.pages.latex` owns.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from typing import Any

from rag.pages.fields import make_entry, turn_name
from rag.pages.latex import decode_plain, decode_text
from rag.pages.outcome import LONGEST, TOO_LONG, Outcome, judge_entry, make_page, shorten
from rag.pages.text import LineIndex
from rag.records import Failure, Page

SHAPE = "bibtex"
_UNTOUCHED = frozenset({"title", "author", "url", "doi", "eprint", "month", "year", "date"})
"""What no LaTeX stands in, and what is decoded by itself."""
_BLOCK = re.compile(r"^[^\S\n]*+@\w*+[ \t]*+[{(]", re.MULTILINE)
_STRING = re.compile(r"@string[ \t]*+[{(]", re.IGNORECASE)


def read_bibtex(source: str, text: str) -> Page:
    """Read every entry, those under a key that was there before included."""
    # It logs each block that it cannot read; a failure says the same to whom it concerns.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    strings = _read_strings(text) if _STRING.search(text) else {}
    outcomes = (_read_piece(piece, line, strings, source) for piece, line in split_blocks(text))
    return make_page(source, SHAPE, chain.from_iterable(outcomes))


def split_blocks(text: str) -> Iterator[tuple[str, int]]:
    """The text from each block that begins a line to the next, and that line, from 1.

    At such a place the parser, too, gives up a block that is not closed. Where several stand
    on a line, they are one piece.
    """
    lines = LineIndex(text)
    starts = [match.start() for match in _BLOCK.finditer(text)]
    for start, end in pairwise((*starts, len(text))):
        yield text[start:end], lines.find(start)


def _read_strings(text: str) -> dict[str, str]:
    """What `@string` gives short names to, by these names in lower case, as it is written."""
    from bibtexparser.splitter import Splitter

    strings: dict[str, str] = {}
    for piece, _ in split_blocks(text):
        if len(piece) <= LONGEST and _STRING.search(piece):
            found = Splitter(piece).split().strings_dict
            strings.update((name.lower(), string.value) for name, string in found.items())
    return strings


def _read_piece(
    piece: str, line: int, strings: Mapping[str, str], source: str
) -> Iterator[Outcome]:
    from bibtexparser.splitter import Splitter

    if len(piece) > LONGEST:
        yield Failure(source, line, TOO_LONG)
        return
    library = Splitter(piece).split()
    for block in library.blocks:
        yield from _read_block(block, library, strings, source, line)


def _read_block(
    block: Any, library: Any, strings: Mapping[str, str], source: str, line: int
) -> Iterator[Outcome]:
    from bibtexparser import model
    from bibtexparser.middlewares import RemoveEnclosingMiddleware

    line += block.start_line or 0
    whole = block.ignore_error_block if isinstance(block, model.ParsingFailedBlock) else block
    if isinstance(whole, model.Entry):
        for field in whole.fields:
            field.value = strings.get(field.value.lower(), field.value)
        bare = RemoveEnclosingMiddleware().transform_entry(whole, library)
        yield judge_entry(make_entry(_name_fields(bare), source, line))
    elif isinstance(block, model.ParsingFailedBlock):
        yield Failure(source, line, f"the entry '{_quote_key(block.raw or '')}' is not whole")


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
