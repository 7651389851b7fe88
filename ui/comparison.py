"""The table of a comparison: a column a side, a row an aspect, a cell a cited sentence.

Owns the table's HTML; leaves chips and marks to `ui.chips` and `ui.support`. A cell's anchor
is `c` and its number, counted row after row. In which order the rows are shown is the
reader's choice, and kept by the browser (`sort.js`).
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import count

from rag.replies import Aspect, Column, Comparison, Offer, Sentence
from ui.chips import render_chips
from ui.markdown import inline
from ui.support import (
    count_of,
    is_sourceless,
    mark_class,
    mark_text,
    render_gap,
    render_mark,
)
from ui.turns import Turn

UNSTATED = "not stated in the abstract"
COPIED_AS = (("table", "Markdown"), ("csv", "CSV"))


def render_comparison(turn: Turn) -> str:
    """The table of the turn's answer in a box that scrolls sideways; empty without one."""
    comparison = turn.answer.comparison if turn.answer else None
    if comparison is None:
        return ""
    names = [side.name for side in comparison.sides]
    named = escape(" and ".join([*filter(None, [", ".join(names[:-1])]), *names[-1:]]))
    head = "".join(map(_side, comparison.sides))
    return (
        f'{_copies(turn)}<div class="fn-compare" role="region" aria-label="Comparison of {named}"'
        f' tabindex="0"><table data-turn="{turn.number}"><thead><tr>'
        f'<th scope="col" class="fn-corner"><button type="button" class="fn-sort">'
        f"<span>Aspect</span></button></th>{head}</tr></thead>"
        f"<tbody>{_rows(turn, comparison)}</tbody></table></div>"
    )


def _copies(turn: Turn) -> str:
    buttons = "".join(
        f'<button type="button" class="fn-do" data-do="copy" data-kind="{kind}"'
        f' data-turn="{turn.number}" aria-label="Copy the table as {name}">{name}</button>'
        for kind, name in COPIED_AS
    )
    return f'<p class="fn-copies"><span>Copy as</span> {buttons}</p>'


def _side(side: Column) -> str:
    papers = count_of(len(side.papers), "paper")
    if not side.found:
        papers = "nothing here about this" + ("; nearest shown" if side.papers else "")
    lost = "" if side.found else ' class="fn-lost"'
    return (
        f'<th scope="col"{lost}><button type="button" class="fn-sort">'
        f'<span>{escape(side.name)}</span></button><span class="fn-side">{papers}</span></th>'
    )


def _rows(turn: Turn, comparison: Comparison) -> str:
    offers = {offer.number: offer for offer in turn.offers}
    numbers = count(1)
    rows = (_row(turn.number, offers, aspect, numbers) for aspect in comparison.aspects)
    return "".join(f'<tr data-row="{place}">{row}</tr>' for place, row in enumerate(rows, start=1))


def _row(turn: int, offers: Mapping[int, Offer], aspect: Aspect, numbers: count[int]) -> str:
    cells = "".join(_cell(turn, offers, cell, f"c{next(numbers)}") for cell in aspect.cells)
    return f'<th scope="row">{inline(aspect.name)}</th>{cells}'


def _cell(turn: int, offers: Mapping[int, Offer], cell: Sentence, anchor: str) -> str:
    chips = render_chips(turn, offers, cell, anchor)
    if _is_unstated(cell):
        return f'<td class="fn-unstated">{inline(cell.text or UNSTATED)}{chips}</td>'
    gap = render_gap(1, "cell") if cell.is_unsupported else ""
    chips = f'<span class="fn-cites {mark_class(cell)}">{chips}</span>' if chips else ""
    mark = render_mark(turn, offers, cell, anchor)
    return f"<td>{gap}{mark_text(inline(cell.text), cell)}{chips}{mark}</td>"


def _is_unstated(cell: Sentence) -> bool:
    """Whether the cell says that nothing is said; a claim without a source is no such cell."""
    if cell.text.strip(" .").lower() in ("", UNSTATED):
        return True
    return not cell.citations and not (cell.verdict and is_sourceless(cell))
