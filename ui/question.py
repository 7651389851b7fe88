"""The question as the reader asked it, and, below it, how it was understood.

Owns the stand-alone form of a follow-up, the filters as chips and what they kept; knows
nothing about how a question is understood.
"""

from __future__ import annotations

from html import escape

from rag.filters.selecting import label
from rag.question import Field, Filter, Selection, Understood
from ui.turns import Turn

_UNKNOWN = {
    Field.DATE: "no known date",
    Field.AUTHORS: "no number of authors",
    Field.AUTHOR: "no authors’ names",
    Field.UPVOTES: "no upvotes",
    Field.CODE: "no word on code",
}


def render_question(turn: Turn) -> str:
    """The question; once papers are found, what it was taken to mean."""
    return f'<h2 class="fn-question">{escape(turn.question)}</h2>{_understood(turn)}'


def _understood(turn: Turn) -> str:
    understood = turn.understood
    words = _meant(understood, turn.question) if understood else ""
    chips = (
        "".join(_chip(turn.number, filter) for filter in understood.filters) if understood else ""
    )
    chips += "".join(_taken_off(filter) for filter in turn.dropped)
    kept = _selection(turn.selection, understood) if turn.selection else ""
    filters = f'<ul class="fn-filters" aria-label="Filters">{chips}</ul>' if chips else ""
    inside = f"{words}{filters}{kept}"
    return f'<div class="fn-understood">{inside}</div>' if inside else ""


def _meant(understood: Understood, asked: str) -> str:
    same = " ".join(understood.question.split()).casefold() == " ".join(asked.split()).casefold()
    if not understood.follows or same:
        return ""
    return f'<p class="fn-meant">Understood as: <span>{escape(understood.question)}</span></p>'


def _chip(turn: int, filter: Filter) -> str:
    words = escape(label(filter))
    return (
        f'<li class="fn-filter"><span>{words}</span><button type="button" class="fn-drop"'
        f' data-do="drop" data-turn="{turn}" data-key="{escape(filter.key)}"'
        f' title="Ask again without it" aria-label="Take off the filter {words}">'
        '<span aria-hidden="true">×</span></button></li>'
    )


def _taken_off(filter: Filter) -> str:
    return (
        f'<li class="fn-filter fn-taken-off"><span class="fn-hushed">Taken off: </span>'
        f"<s>{escape(label(filter))}</s></li>"
    )


def _selection(selection: Selection, understood: Understood | None) -> str:
    """What the filters did: `12 papers kept; 303 have no known date and are left out`."""
    kept = f"{selection.kept:,}" if selection.kept else "No"
    words = f"{kept} {'paper' if selection.kept == 1 else 'papers'} kept"
    if selection.unknown:
        words += f"; {_unknown(selection.unknown, understood)}"
    return f'<p class="fn-selection">{words}</p>'


def _unknown(count: int, understood: Understood | None) -> str:
    fields = {filter.field for filter in understood.filters} if understood else set()
    lacks = "cannot be judged"
    if len(fields) == 1:
        lacks = f"{'has' if count == 1 else 'have'} {_UNKNOWN[fields.pop()]}"
    return f"{count:,} {lacks} and {'is' if count == 1 else 'are'} left out"
