"""A model's Markdown table -> a comparison whose cells are cited.

Owns reading tables as models write them, sloppily; knows nothing about how they are asked
for. What is missing is filled in and what is too much left out; a cell is text and nothing
else, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.citations import MarkFilter, parse_sentences
from rag.replies import Aspect, Column, Comparison, Evidence, Offer, Sentence

NOT_STATED = Sentence("not stated in the abstract")
MOST_ROWS = 12
LONGEST_CELL = 300
LONGEST_TABLE = 40_000
SEPARATOR = re.compile(r"\|?[ \t]*:?-{1,200}:?[ \t]*(?:\|[ \t]*:?-{1,200}:?[ \t]*){0,20}\|?")
PIPE = re.compile(r"(?<!\\)\|")
BREAK = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
HEAD = re.compile(
    r"(?:aspects?|criteri(?:on|a)|dimensions?|features?|points?|category|row)?", re.IGNORECASE
)
NOTHING = re.compile(
    r"(?:[-–—.…?]*|n/?a|none|null|unknown|(?:is |are )?not (?:stated|mentioned|specified|given"
    r"|reported"
    r"|discussed|addressed|available|applicable)\b.{0,80})",
    re.IGNORECASE,
)


def split_table(text: str) -> tuple[str, str]:
    """(the words around the table, the table's lines). The first table alone counts."""
    lines = text.splitlines()
    start = next((place for place, _ in enumerate(lines) if _opens(lines, place)), len(lines))
    end = start
    while end < len(lines) and ("|" in lines[end] or _is_gap(lines, end)):
        end += 1
    around = [*lines[:start], *lines[end:]]
    prose = "\n".join(line for line in around if not line.strip().startswith("```"))
    return prose.strip(), "\n".join(line for line in lines[start:end] if line.strip())


def parse_table(text: str, sides: Sequence[Column], offers: Sequence[Offer]) -> Comparison | None:
    """The comparison that a table says, in the order of `sides`; None where it has no row.

    Columns are told by their heads, else by their place. A cell without a word, and any
    cell of a side that no paper speaks to, says `not stated in the abstract`.
    """
    rows = [_cells(line) for line in text[:LONGEST_TABLE].splitlines() if "|" in line]
    rules = [place for place, cells in enumerate(rows) if _is_rule(cells)]
    headed = bool(rows) and (rules[:1] == [1] or _is_head(rows[0], sides))
    order = _order(rows[0], sides) if headed else list(range(1, len(sides) + 1))
    aspects = []
    for cells in (cells for cells in rows[headed:] if not _is_rule(cells)):
        if len(cells) > 1 and any(cells[1:]) and not (headed and cells == rows[0]):
            aspects.append(_read_row(cells, order, sides, offers))
    return Comparison(tuple(sides), tuple(aspects[:MOST_ROWS])) if aspects and sides else None


def _read_row(
    cells: Sequence[str], order: Sequence[int], sides: Sequence[Column], offers: Sequence[Offer]
) -> Aspect:
    read = [
        _read_cell(cells[place] if place < len(cells) else "", offers) if side.found else NOT_STATED
        for place, side in zip(order, sides, strict=True)
    ]
    return Aspect(_plain(cells[0])[:80] or "…", tuple(read))


def _read_cell(text: str, offers: Sequence[Offer]) -> Sentence:
    marks = MarkFilter({offer.number for offer in offers})
    told = marks.feed(BREAK.sub(" ", text).replace("\\|", "|")) + marks.flush()
    said = parse_sentences(told, offers)
    words = " ".join(one.text for one in said).strip()
    if NOTHING.fullmatch(words.strip(" *_`()[].")):
        return NOT_STATED
    numbers = tuple(dict.fromkeys(number for one in said for number in one.citations))
    evidence: dict[Evidence, None] = dict.fromkeys(item for one in said for item in one.evidence)
    return Sentence(_shorten(words), numbers, tuple(evidence))


def _shorten(text: str) -> str:
    if len(text) <= LONGEST_CELL:
        return text
    return text[: LONGEST_CELL - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _cells(line: str) -> list[str]:
    """The cells of a line, its outer pipes off."""
    stripped = line.strip()
    stripped = stripped.removeprefix("|")
    if stripped.endswith("|") and not stripped.endswith("\\|"):
        stripped = stripped[:-1]
    return [cell.strip() for cell in PIPE.split(stripped)]


def _is_rule(cells: Sequence[str]) -> bool:
    """`--- | :---:`, and what is left of one."""
    return any("-" in cell for cell in cells) and all(set(cell) <= set("-: ") for cell in cells)


def _is_head(cells: Sequence[str], sides: Sequence[Column]) -> bool:
    if HEAD.fullmatch(_plain(cells[0])):
        return True
    return sum(_is_called(cell, side) for cell in cells[1:] for side in sides) >= len(sides)


def _order(head: Sequence[str], sides: Sequence[Column]) -> list[int]:
    """The place of each side's column: by name where all are named, else as they come."""
    named = [
        next((place for place, cell in enumerate(head) if place and _is_called(cell, side)), 0)
        for side in sides
    ]
    return named if all(named) and len(set(named)) == len(sides) else list(range(1, len(sides) + 1))


def _is_called(cell: str, side: Column) -> bool:
    told, name = _plain(cell).casefold(), side.name.rstrip("…").casefold()
    return bool(told) and (told == name or name in told or (len(told) > 3 and told in name))


def _plain(cell: str) -> str:
    return re.sub(r"[*_`]{1,3}", "", BREAK.sub(" ", cell)).replace("\\|", "|").strip()


def _opens(lines: Sequence[str], place: int) -> bool:
    line = lines[place].strip()
    following = lines[place + 1].strip() if place + 1 < len(lines) else ""
    ruled = "|" in following and bool(SEPARATOR.fullmatch(following[:500]))
    return (line.startswith("|") and line.count("|") > 1) or ("|" in line and ruled)


def _is_gap(lines: Sequence[str], place: int) -> bool:
    """A blank line inside a table."""
    following = lines[place + 1] if place + 1 < len(lines) else ""
    return not lines[place].strip() and following.strip().startswith("|")
