"""The papers that a question names without quotation marks, and where it names them.

Owns the stretch of words that may be a name: what is left over of a question once everything
that asks for something is taken out. Whether the words do name a paper is asked of a callable;
knows nothing about the papers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from rag.inventory import forms, slots
from rag.inventory.clauses import read_clause
from rag.inventory.neutral import find_content
from rag.inventory.slots import REF
from rag.inventory.wanted import blank

FURTHER = 3  # words beside those of content that may belong to a title

Named = Callable[[str], bool]


def find_names(text: str, known_title: Named, today: date) -> tuple[str, tuple[str, ...]]:
    """The text with a mark for each paper it names, and what these are called."""
    clause = read_clause(text, (), False, today, naming=True)
    content = find_content(clause.left)
    if not content or not (clause.asks or slots.DO_YOU_HAVE.search(text)):
        return text, ()
    start, end = content[0].start(), content[-1].end()
    start = _skip_about(text, start, end)
    for low, high in _widen(text, start, end):
        if known_title(words := _bare(text[low:high])):
            return _mark(text, [(low, high)]), (words,)
    if name := _name(text, start, end, known_title):
        return _mark(text, [(start, end)]), (name,)
    for between in forms.BETWEEN_NAMES.finditer(text, start, end):
        parts = [(start, between.start()), (between.end(), end)]
        names = [_name(text, *part, known_title) for part in parts]
        if all(names):
            return _mark(text, parts), tuple(names)
    return text, ()


def _skip_about(text: str, start: int, end: int) -> int:
    """Where the name begins behind "the paper about"."""
    match = re.compile(r"(?:about|on|regarding)\s+(?:the\s+)?", re.IGNORECASE).match(
        text, start, end
    )
    return match.end() if match else start


def _widen(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretch from the first word of content to the last, with words around it that may
    belong to a title: the longest first."""
    lows = [match.start() for match in re.finditer(r"\S+\s+", text[:start])][-FURTHER:]
    highs = [end + match.end() for match in re.finditer(r"\s+\S+", text[end:])][:FURTHER]
    for low in (*lows, start):
        for high in (*reversed(highs), end):
            if not forms.ENDS_PAPER.search(text[low:high]):
                yield low, high


def _bare(words: str) -> str:
    return words.strip(" ,.;:?!")


def _name(text: str, start: int, end: int, known_title: Named) -> str:
    """What the paper is called there; empty where the words name none."""
    words = _bare(text[start:end])
    said = forms.THE_PAPER.match(text[end:]) or forms.CALLED.search(text[:start])
    for name in (words, f"{words} paper") if said else (words,):
        if known_title(name):
            return name
    return ""


def _mark(text: str, parts: list[tuple[int, int]]) -> str:
    for start, end in reversed(parts):
        if behind := forms.THE_PAPER.match(text[end:]):
            text = blank(text, end, end + behind.end())
        if before := forms.CALLED.search(text[:start]):
            text = blank(text, *before.span())
        text = blank(text, start, end, mark=REF)
    return text
