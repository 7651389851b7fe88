"""The text of an answer, parted: blocks, lines, and in a line words, marks and doubts.

Owns the small part of Markdown that an answer may use (paragraphs, lists, tables, headings,
**bold** and `code`) and where marks and doubts stand in it; knows nothing about how any of
them is written. What is no such Markdown is words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import ClassVar

from rag.places import MARKS, place_sentences
from rag.replies import Sentence


@dataclass(frozen=True, slots=True)
class Words:
    """Words as they are to be read: nothing in them is markup."""

    kind: ClassVar[str] = "words"
    text: str
    strong: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Cite:
    """A mark. `anchor` counts the marks of the whole file, from 1."""

    kind: ClassVar[str] = "cite"
    number: int
    anchor: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wanting in the sentence before it; `check` is what tells more of it, or 0."""

    kind: ClassVar[str] = "doubt"
    text: str
    check: int = 0
    contradicted: bool = False


Piece = Words | Cite | Doubt
Line = tuple[Piece, ...]


class Kind(StrEnum):
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    BULLETS = "bullets"
    NUMBERED = "numbered"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of lines: a table's cells; one line a row elsewhere, one row in a paragraph.

    `start` is the number of the first item; `headed` says whether a table's first row is its
    head.
    """

    kind: Kind
    rows: tuple[tuple[Line, ...], ...]
    start: int = 1
    headed: bool = False


Pieces = Callable[[], Sequence[Piece]]
"""Makes the pieces of a place when its turn in the text has come."""

# Private-use characters hold places while the text is parted; `clean` has taken out its own.
_OPEN, _CLOSE = "\ue000", "\ue001"
_TOKEN = re.compile(f"{_OPEN}(\\d+){_CLOSE}|`([^`]+)`|(\\*\\*)")
_HOLDER = re.compile(f"{_OPEN}\\d+{_CLOSE}")
_CODE = re.compile(r"`[^`\n]+`")
_NUMBER = re.compile(r"\d+")
_CLOSING = re.compile(r"[^\w\s\[|]*")
_BLANKS = re.compile(r"[ \t]*")
_BULLET = re.compile(r"\s*[-*•]\s+")
_NUMBERED = re.compile(r"\s*(\d{1,3})[.)]\s+")
_HEADING = re.compile(r"#{1,6}\s+|\s*\*\*(?=[^*]+\*\*\s*$)")
_RULE = re.compile(r"(?=[^-]*-)[\s:|-]+")
_GAP = re.compile(r"(?:(?<=[^\s*-])|(?<=\*\*)) +$")
_PIPE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Holder:
    """`text[start:end]` gives way to the pieces."""

    start: int
    end: int
    pieces: Pieces


def part_text(text: str, holders: Sequence[Holder]) -> tuple[Block, ...]:
    """The blocks of a text. The pieces of the holders are made in their order in the text."""
    # From the end on, and of two that begin together the longer first: no offset moves.
    for index, one in sorted(enumerate(holders), key=lambda pair: (-pair[1].start, -pair[1].end)):
        before = text[: one.start] if one.start == one.end else _GAP.sub("", text[: one.start])
        text = f"{before}{_OPEN}{index}{_CLOSE}{text[one.end :]}"
    parts = re.split(r"\n\s*\n", text.strip())
    makers = {index: one.pieces for index, one in enumerate(holders)}
    return tuple(block for part in parts for block in _part(part.splitlines(), makers))


def part_line(text: str) -> Line:
    """One line without marks, its **bold** and `code` told apart."""
    return _read_line(text, {})


def find_marks(text: str, offered: Mapping[int, object]) -> dict[tuple[int, int], list[int]]:
    """Where each mark stands, and its numbers. What stands in code is none, and no bracket that
    holds a number that was not offered: an abstract may itself say `[2024]`."""
    code = [match.span() for match in _CODE.finditer(text)]
    marks = {}
    for match in MARKS.finditer(text):
        numbers = [int(number) for number in _NUMBER.findall(match.group())]
        inside = any(start < match.start() < end for start, end in code)
        if not inside and all(number in offered for number in numbers):
            marks[match.span()] = numbers
    return marks


def find_ends(
    text: str, sentences: Sequence[Sentence], marks: Iterable[tuple[int, int]]
) -> dict[int, int]:
    """Sentence -> where it ends in the text, its full stop and its marks included. One that
    the text does not show is left out."""
    code = [match.span() for match in _CODE.finditer(text)]
    ends = {one[0]: one[1] for one in marks}
    found = {}
    for place in place_sentences(text, sentences):
        at = next((stop for start, stop in code if start < place.end < stop), place.end)
        at = _pass(_CLOSING, text, at)
        while (mark := _pass(_BLANKS, text, at)) in ends:
            at = _pass(_CLOSING, text, ends[mark])
        found[place.index] = at
    return found


def _pass(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


# --- blocks -------------------------------------------------------------------------

_Makers = Mapping[int, Pieces]


def _part(lines: Sequence[str], makers: _Makers) -> Iterator[Block]:
    """A part may change its kind from line to line: `Both agree:` and then `- `."""
    for kind, group in groupby(filter(str.strip, lines), _tell_kind):
        own = [line.strip() for line in group]
        if kind is Kind.PARAGRAPH:
            own = [" ".join(own)]
        elif kind is Kind.TABLE:
            yield from _read_table(own, makers)
            continue
        rows = tuple((_read_line(_strip_sign(kind, line), makers),) for line in own)
        number = _NUMBERED.match(own[0]) if kind is Kind.NUMBERED else None
        yield Block(kind, rows, start=int(number[1]) if number else 1)


def _tell_kind(line: str) -> Kind:
    for pattern, kind in _SIGNS:
        if pattern.match(_HOLDER.sub("", line)):
            return kind
    return Kind.TABLE if line.strip().startswith("|") else Kind.PARAGRAPH


_SIGNS = ((_BULLET, Kind.BULLETS), (_NUMBERED, Kind.NUMBERED), (_HEADING, Kind.HEADING))


def _strip_sign(kind: Kind, line: str) -> str:
    if kind is Kind.HEADING:
        return line.lstrip("# ").replace("**", "")
    return {Kind.BULLETS: _BULLET, Kind.NUMBERED: _NUMBERED}.get(kind, _NEVER).sub("", line, 1)


_NEVER = re.compile(r"(?!)")


def _read_table(lines: Sequence[str], makers: _Makers) -> Iterator[Block]:
    rows = [_cells(line) for line in lines if not _RULE.fullmatch(line)]
    width = max(map(len, rows), default=0)
    headed = len(lines) > 1 and len(rows) > 1 and bool(_RULE.fullmatch(lines[1]))
    if width:
        cells = tuple(
            tuple(_read_line(cell, makers) for cell in [*row, *[""] * (width - len(row))])
            for row in rows
        )
        yield Block(Kind.TABLE, cells, headed=headed)


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.replace("\\|", "|").strip() for cell in _PIPE.split(inner)]


def _read_line(text: str, makers: _Makers) -> Line:
    pieces: list[Piece] = []
    strong, at = False, 0
    emphases = [match.start() for match in _TOKEN.finditer(text) if match[3]]
    unpaired = emphases[-1] if len(emphases) % 2 else -1
    for match in _TOKEN.finditer(text):
        if match.start() == unpaired:
            continue
        pieces += _say(text[at : match.start()], strong=strong)
        at = match.end()
        if match[1] is not None:
            pieces += makers[int(match[1])]()
        elif match[2] is not None:
            pieces += _say(_HOLDER.sub("", match[2]), strong=strong, code=True)
        else:
            strong = not strong
    return (*pieces, *_say(text[at:], strong=strong))


def _say(text: str, *, strong: bool = False, code: bool = False) -> list[Words]:
    return [Words(text, strong, code)] if text else []
