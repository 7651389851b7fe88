"""Answers as Markdown with footnotes, as GitHub and Pandoc read them.

Owns the order of the file and its markup; leaves what is told to `rag.export.outline` and
safety to `rag.export.escaping`. Both readers number footnotes anew as they come, so each
paper's own number stands in its footnote as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.export.blocks import Block, Cite, Doubt, Kind, Line, Piece, Words
from rag.export.escaping import escape, escape_after_mark, escape_line, guard_line, write_code
from rag.export.outline import Check, Grid, Section, Side, Source, make_outline
from rag.export.words import clean, tell_authors
from rag.links import arxiv_id, web_address
from rag.records import Paper
from rag.replies import Answer


def to_markdown(answers: Sequence[Answer], title: str) -> str:
    """The answers of one conversation, oldest first; at the end the papers that they cite.

    Raises ValueError for answers that mean different papers by one number.
    """
    outline = make_outline(answers, title)
    blocks = [f"# {escape_line(outline.title)}"]
    blocks += [block for section in outline.sections for block in _write_section(section)]
    blocks += [_write_source(source) for source in outline.sources]
    return "\n\n".join(blocks) + "\n"


def to_table(answer: Answer) -> str:
    """The table of an answer's comparison, and the papers that it cites; empty without one."""
    outline = make_outline([replace(answer, text="", sentences=(), premise=None)], "")
    grid = outline.sections[0].grid
    if grid is None:
        return ""
    blocks = [_write_grid(grid), *map(_write_source, outline.sources)]
    return "\n\n".join(blocks) + "\n"


# --- an answer ----------------------------------------------------------------------


def _write_section(section: Section) -> Iterator[str]:
    yield f"## {escape_line(section.question) or '…'}"
    if section.understood:
        yield _list(section.understood)
    told = " · ".join(filter(None, [section.writer, section.count]))
    yield f"*{escape(told)}.*"
    yield from (f"> **Note:** {escape_line(notice)}" for notice in section.notices)
    if section.premise:
        yield f"> **What the question takes for granted:** {_write_line(section.premise)}"
    if section.refusal:
        yield f"**{escape(section.refusal)}**"
    yield from map(_write_block, section.blocks)
    if section.grid:
        yield _write_grid(section.grid)
    if section.checks:
        yield "**To check**"
        yield "\n".join(map(_write_check, section.checks))
    if section.small_print:
        yield _list(section.small_print)


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {escape_line(line)}" for line in lines)


def _write_block(block: Block) -> str:
    if block.kind is Kind.TABLE:
        head = list(map(_write_line, block.rows[0]))
        return _write_table(head if block.headed else [""] * len(head), block.rows[block.headed :])
    lines = [_write_line(row[0]) for row in block.rows]
    if block.kind is Kind.BULLETS:
        return "\n".join(f"- {line}" for line in lines)
    if block.kind is Kind.NUMBERED:
        return "\n".join(f"{at}. {line}" for at, line in enumerate(lines, start=block.start))
    sign = "### " if block.kind is Kind.HEADING else ""
    return "\n\n".join(f"{sign}{line}" for line in lines)


def _write_grid(grid: Grid) -> str:
    head = ["", *map(_write_side, grid.sides)]
    rows = [(aspect, *(cell.line for cell in cells)) for aspect, cells in grid.rows]
    return _write_table(head, rows)


def _write_table(head: list[str], rows: Sequence[Sequence[Line]]) -> str:
    lines = [head, ["---"] * len(head), *(list(map(_write_line, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _write_side(side: Side) -> str:
    return f"{escape_line(side.name)} ({escape(side.about)})"


def _write_check(check: Check) -> str:
    told = f"- “{escape(check.claim)}”: {escape(check.doubt)}."
    told += f" {escape(check.reason)}" if check.reason else ""
    nearest = " ".join(map(_write_line, check.nearest))
    return f"{told} Nearest: {nearest}" if nearest else told


def _write_line(line: Line) -> str:
    """The pieces of a line, ready to begin one."""
    text = ""
    for before, piece in zip((None, *line), line, strict=False):
        text += _write_piece(piece, before)
    own = bool(line) and isinstance(line[0], Words) and not (line[0].strong or line[0].code)
    return guard_line(text.strip()) if own else text.strip()


def _write_piece(piece: Piece, before: Piece | None) -> str:
    if isinstance(piece, Cite):
        return f"[^{piece.number}]"
    if isinstance(piece, Doubt):
        return f" *({escape(piece.text)})*"
    if piece.code:
        return write_code(piece.text)
    said = escape(piece.text)
    said = escape_after_mark(said) if isinstance(before, Cite) else said
    return _embolden(said) if piece.strong else said


def _embolden(text: str) -> str:
    """Emphasis opens and closes at words, never at blanks."""
    bare = text.strip()
    if not bare:
        return text
    start = text.index(bare)
    return f"{text[:start]}**{bare}**{text[start + len(bare) :]}"


# --- the papers ---------------------------------------------------------------------


def _write_source(source: Source) -> str:
    lines = [f"[^{source.number}]: {escape(f'[{source.number}]')} {_write_paper(source.paper)}"]
    lines += [f"    > {escape_line(quote)}" for quote in source.quotes]
    return "\n\n".join(lines)


def _write_paper(paper: Paper) -> str:
    """`Authors (date). Title. arXiv:… <address>`, what is not known left out."""
    authors = escape(tell_authors(paper))
    date = f"({escape(paper.date.in_words())})" if paper.date else ""
    opening = " ".join(filter(None, [authors, date]))
    title = escape(clean(paper.title))
    stop = "" if title.endswith((".", "?", "!")) else "."
    known = arxiv_id(paper)
    arxiv = f"arXiv:{known}" if known else ""
    parts = [f"{opening}." if opening else "", f"{title}{stop}", arxiv, _write_address(paper)]
    return " ".join(filter(None, parts))


def _write_address(paper: Paper) -> str:
    """An address in angle brackets is a link everywhere; what would end it is written in
    per cent (RFC 3986, section 2.1)."""
    address = web_address(paper)
    for sign in '<>\\`"|{}^ ':
        address = address.replace(sign, f"%{ord(sign):02X}")
    return f"<{address}>" if address else ""
