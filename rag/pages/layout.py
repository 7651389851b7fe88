"""How the lines of a listing hang together: by blank lines, by wrapping, in blocks.

Owns the making of units (what is one title or one paragraph) from lines; knows nothing
about which of them is a title.
"""

from __future__ import annotations

from itertools import pairwise

from rag.pages.chrome import Line
from rag.pages.labels import Unit, share_capitals

NARROWEST, WIDEST = 40, 120
"""Columns between which text is hard-wrapped."""
LINES_OF_TITLE = 3

Run = list[Line]


def arrange_units(lines: list[Line]) -> list[Unit]:
    """Make units of a section's lines.

    Blank lines part units, and what stands between two of them is joined; where there are
    none, each line is a unit of its own. Where blank lines part whole entries, or where
    there are none but lines are wrapped, a line that had room for the next word ends its
    unit.
    """
    blocks = _split_blocks(lines)
    width = _find_width(blocks)
    if not any(line.after_blank for line in lines[1:]):
        return [unit for block in blocks for unit in _make_units(_unwrap(block, width))]
    runs = [_unwrap(block, width) for block in blocks]
    if _holds_entries(runs):
        return [unit for block in runs for unit in _make_units(block, starts=True)]
    return [unit for block in blocks for unit in _make_units(_join_block(block), bound=True)]


def _split_blocks(lines: list[Line]) -> list[Run]:
    """Cut at blank lines and where facts closed an entry."""
    blocks: list[Run] = []
    for line in lines:
        if not blocks or line.after_blank or line.starts:
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _find_width(blocks: list[Run]) -> int:
    """The column at which the lines are wrapped, or 0 if they are not."""
    pairs = [pair for block in blocks for pair in pairwise(block)]
    lengths = sorted(len(line.text) for block in blocks for line in block)
    # Not the longest: a link is never wrapped and may stand out.
    width = lengths[(len(lengths) - 1) * 99 // 100] if lengths else 0
    if len(pairs) < 3 or not NARROWEST <= width <= WIDEST:
        return 0
    full = sum(_is_full(line, following, width) for line, following in pairs)
    return width if full * 2 > len(pairs) else 0


def _is_full(line: Line, following: Line, width: int) -> bool:
    """Whether the next line's first word would have made this line too wide."""
    word = following.text.split(None, 1)[0]
    return len(line.text) + 1 + len(word) > width


def _unwrap(block: Run, width: int) -> list[Run]:
    """Join each line to the one before it if that one was full; else every line stands alone."""
    runs: list[Run] = []
    for line in block:
        if width and runs and _is_full(runs[-1][-1], line, width) and not _turns(runs[-1], line):
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _turns(run: Run, line: Line) -> bool:
    """Whether capitalised words are over: the title was as wide as a full line."""
    if len(run) > LINES_OF_TITLE:
        return False
    title = " ".join(part.text for part in run)
    return share_capitals(title) > 0.6 and share_capitals(line.text) < 0.4


def _holds_entries(blocks: list[list[Run]]) -> bool:
    """Whether blocks are whole entries, a title with its abstract, rather than one of both."""
    return sum(len(runs) > 1 for runs in blocks) * 5 > len(blocks) * 3


def _join_block(block: Run) -> list[Run]:
    """Take a block for one wrapped text, unless a line in it is too long to be wrapped."""
    if all(len(line.text) <= WIDEST for line in block):
        return [block]
    return [[line] for line in block]


def _make_units(runs: list[Run], *, starts: bool = False, bound: bool = False) -> list[Unit]:
    return [
        Unit(
            text=" ".join(line.text for line in run),
            line=run[0].number,
            last_line=run[-1].number,
            starts=run[0].starts or (starts and at == 0),
            bound=bound and at > 0,
        )
        for at, run in enumerate(runs)
    ]
