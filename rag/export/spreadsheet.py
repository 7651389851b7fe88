"""The table of a comparison as CSV (RFC 4180).

Owns what a spreadsheet is given; leaves what is told to `rag.export.outline`. A spreadsheet
takes a cell that begins with one of = + - @ for a formula, whoever wrote it: an apostrophe
before it says that it is text (https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io

from rag.export.blocks import Cite, Doubt, Line, Piece
from rag.export.outline import make_outline
from rag.replies import Answer

FORMULA = ("=", "+", "-", "@")


def to_csv(answer: Answer) -> str:
    """A row an aspect, a column a side, cells with their numbers in brackets; empty for an
    answer without a table."""
    grid = make_outline([answer], "").sections[0].grid
    if grid is None:
        return ""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["Aspect", *(_guard(side.name) for side in grid.sides)])
    for aspect, cells in grid.rows:
        writer.writerow([_write_line(aspect), *(_write_line(cell.line) for cell in cells)])
    return written.getvalue()


def _write_line(line: Line) -> str:
    return _guard("".join(map(_write_piece, line)).strip())


def _write_piece(piece: Piece) -> str:
    if isinstance(piece, Cite):
        return f" [{piece.number}]"
    if isinstance(piece, Doubt):
        return f" ({piece.text})"
    return piece.text


def _guard(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
