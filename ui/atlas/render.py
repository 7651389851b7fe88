"""The place of the map, as HTML: what stands around the plot, and every state without one.

Owns the words and the lists; knows nothing about Gradio or about drawing. Pure, and escapes
everything a page wrote. The lists hold what the plot shows, for those who do not see it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape

from ui.atlas.choice import Choice
from ui.atlas.drawn import FEWEST, Drawn, Spot
from ui.atlas.lit import Lit
from ui.atlas.timeline import render_time

SHOWN = 50
"""Papers of a choice that are listed at first, and how many more each time."""


@dataclass(frozen=True, slots=True)
class View:
    """What the reader looks at. `answers` counts those that cite papers, `whole` tells that
    the papers of all of them are lit; `back` is the address of the conversation."""

    choice: Choice = field(default_factory=Choice)
    shown: int = SHOWN
    lit: tuple[Lit, ...] = ()
    answers: int = 0
    whole: bool = False
    back: str = "#"


def render_map(drawn: Drawn, view: View, data: str = "") -> str:
    """The whole place. `data` is the HTML that holds the points, for who has not got them.

    `data-frame` is a name of all the rest, so that nothing is sent twice.
    """
    if not drawn.spots:
        body = _EMPTY
    elif len(drawn.on_map) < FEWEST:
        body = f"{_render_few(drawn)}{_render_missing(drawn)}"
    else:
        body = _render_body(drawn, view)
    lit = escape(json.dumps([[one.paper_id, one.number] for one in view.lit]))
    frame = sha256(f"{drawn.key}{view.choice.key}{lit}{body}".encode()).hexdigest()[:16]
    return (
        f'<section class="fn-map" aria-labelledby="fn-map-h" data-key="{drawn.key}"'
        f' data-frame="{frame}" data-pick="{view.choice.key}" data-lit="{lit}">'
        f"{body}{data}</section>"
    )


def render_waiting(papers: int) -> str:
    """Shown while the map is drawn for the first time."""
    count = f"{papers:,} papers" if papers != 1 else "1 paper"
    dots = "".join(f'<i style="--n:{n}"></i>' for n in range(24))
    return (
        '<section class="fn-map" aria-labelledby="fn-map-h" data-wait="yes">'
        f'<div class="fn-map-wait"><div class="fn-map-sky" aria-hidden="true">{dots}</div>'
        '<h2 id="fn-map-h" role="status">Drawing the map…</h2>'
        f"<p>Laying {count} out by what their abstracts say. It takes some seconds, once; "
        "the map is kept until the library changes.</p></div></section>"
    )


def render_troubled(message: str, remedy: str) -> str:
    """Shown in place of the map where the vectors cannot be used."""
    way_out = f'<p class="fn-remedy"><span>Way out</span> {escape(remedy)}</p>' if remedy else ""
    return (
        '<section class="fn-map" aria-labelledby="fn-map-h">'
        '<div class="fn-map-head"><h2 id="fn-map-h">Map</h2></div>'
        '<div class="fn-error" role="alert"><strong>The map cannot be drawn</strong>'
        f"<p>{escape(message)}</p>{way_out}"
        '<button type="button" class="fn-retry" data-map="again">Try again</button></div></section>'
    )


_EMPTY = (
    '<div class="fn-map-wait"><h2 id="fn-map-h">There is nothing to map yet.</h2>'
    "<p>Papers that are alike will lie near each other here, once the "
    '<a href="#library">library</a> holds some.</p></div>'
)


def _render_few(drawn: Drawn) -> str:
    placed = len(drawn.on_map)
    so_far = "so far there is one" if placed == 1 else f"so far there are {placed or 'none'}"
    items = "".join(_render_paper(spot) for spot in drawn.spots[:SHOWN])
    return (
        '<div class="fn-map-wait"><h2 id="fn-map-h">Too few papers for a map.</h2>'
        f"<p>Nearness tells something from {FEWEST} papers on; {so_far}.</p>"
        f'<ol class="fn-map-papers">{items}</ol></div>'
    )


def _render_missing(drawn: Drawn) -> str:
    missing = len(drawn.spots) - len(drawn.on_map)
    if not missing:
        return ""
    words = "1 paper is" if missing == 1 else f"{missing:,} papers are"
    return (
        f'<p class="fn-map-missing">{words} not on the map yet, because not yet embedded. '
        "Adding any page finishes that.</p>"
    )


def _render_body(drawn: Drawn, view: View) -> str:
    return (
        f"{_render_head(drawn, view)}{_render_stage(drawn, view)}"
        f"{render_time(drawn.months, view.lit, view.choice.key)}{_render_side(drawn, view)}"
    )


def _render_head(drawn: Drawn, view: View) -> str:
    clusters = len(drawn.clusters)
    groups = "in one group" if clusters == 1 else f"in {clusters} groups"
    return (
        '<div class="fn-map-head"><h2 id="fn-map-h">Map</h2>'
        f"<p>{len(drawn.on_map):,} papers {groups}. Near means alike.</p>"
        f"{_render_missing(drawn)}{_say_lit(drawn, view)}</div>"
    )


def _say_choice(choice: Choice) -> str:
    if not choice.key:
        return ""
    papers = "1 paper" if len(choice.spots) == 1 else f"{len(choice.spots):,} papers"
    words = f"{papers} shown: <b>{escape(choice.words)}</b>"
    return f'<span>{words}</span> <button type="button" data-map="clear">Show all</button>'


def _say_lit(drawn: Drawn, view: View) -> str:
    """How many papers are lit, the way back to the answer, and the switch to all answers."""
    if not view.answers:
        return ""
    count = len(view.lit)
    papers = {0: "No paper", 1: "1 paper"}.get(count, f"{count} papers")
    whose = "this conversation" if view.whole else "your last answer"
    known = {spot.paper_id for spot in drawn.on_map}
    absent = sum(one.paper_id not in known for one in view.lit)
    off = f", {absent} of them not on the map" if absent else ""
    switch = (
        '<button type="button" class="fn-map-whole" data-map="whole"'
        f' aria-pressed="{"true" if view.whole else "false"}">All {view.answers} answers</button>'
        if view.answers > 1
        else ""
    )
    return (
        f'<p class="fn-map-lit"><i aria-hidden="true"></i><span>{papers} of {whose} '
        f"{'is' if count == 1 else 'are'} lit{off}.</span> "
        f'<a href="{escape(view.back)}">Back to the conversation</a>{switch}</p>'
    )


def _render_stage(drawn: Drawn, view: View) -> str:
    names = "; ".join(f"{one.name}, {one.size}" for one in drawn.clusters)
    lit = f" {len(view.lit)} of them cited and lit." if view.lit else ""
    label = (
        f"Map of {len(drawn.on_map):,} papers, alike ones near each other.{lit} Groups and "
        f"their sizes: {names}. The lists beside it lead to the same papers."
    )
    buttons = "".join(
        f'<button type="button" data-map="{what}" aria-label="{words}">'
        f'<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none"'
        f' stroke="currentColor" stroke-width="1.6" stroke-linecap="round">'
        f'<path d="{path}"/></svg></button>'
        for what, words, path in (
            ("in", "Closer", "M8 3.5v9M3.5 8h9"),
            ("out", "Further", "M3.5 8h9"),
            ("reset", "The whole map", "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3"),
        )
    )
    return (
        f'<div class="fn-map-stage"><canvas role="img" aria-label="{escape(label)}"></canvas>'
        f'<p class="fn-map-said" role="status">{_say_choice(view.choice)}</p>'
        f'<div class="fn-map-zoom" role="group" aria-label="Zoom">{buttons}</div>'
        '<div class="fn-map-tip" aria-hidden="true"></div></div>'
    )


def _render_side(drawn: Drawn, view: View) -> str:
    rows = "".join(
        _render_cluster(number, name, size, colour, view)
        for number, name, size, colour in (
            (one.number, one.name, one.size, colour)
            for one, colour in zip(drawn.clusters, drawn.colours, strict=True)
        )
    )
    chosen = (
        f'<h3>{escape(view.choice.words)}</h3><div class="fn-map-open">{_render_choice(view)}</div>'
        if view.choice.key.startswith("t")
        else ""
    )
    return (
        f'<nav class="fn-map-side" aria-label="The papers on the map">{_render_lit(view)}'
        f'{chosen}<h3>Groups</h3><ul class="fn-groups">{rows}</ul></nav>'
    )


def _render_lit(view: View) -> str:
    if not view.lit:
        return ""
    items = "".join(
        f'<li><a href="#map={escape(one.paper_id)}"><span class="fn-number">{one.number}</span>'
        f"<span>{escape(one.title)}</span></a></li>"
        for one in view.lit
    )
    whose = "this conversation" if view.whole else "your last answer"
    return f'<h3>Cited in {whose}</h3><ol class="fn-map-cited">{items}</ol>'


def _render_cluster(number: int, name: str, size: int, colour: int, view: View) -> str:
    is_open = view.choice.key == f"c{number}"
    first, _, others = name.partition(", ")
    inside = f'<div class="fn-map-open">{_render_choice(view)}</div>' if is_open else ""
    more = f'<small><span class="fn-said">, </span>{escape(others)}</small>' if others else ""
    return (
        f'<li><button type="button" class="fn-group" data-pick="c{number}"'
        f' aria-expanded="{"true" if is_open else "false"}">'
        f'<i style="--dot:var(--fn-c{colour})" aria-hidden="true"></i>'
        f"<span><b>{escape(first)}</b>{more}</span>"
        f'<span class="fn-size">{size:,}<span class="fn-said"> papers</span></span></button>'
        f"{inside}</li>"
    )


def _render_choice(view: View) -> str:
    items = "".join(_render_paper(spot) for spot in view.choice.spots[: view.shown])
    left = len(view.choice.spots) - view.shown
    more = (
        f'<button type="button" class="fn-map-more" data-map="more">{min(left, SHOWN)} more'
        f" of {left:,}</button>"
        if left > 0
        else ""
    )
    return f'<ol class="fn-map-papers">{items}</ol>{more}'


def _render_paper(spot: Spot) -> str:
    date = f"<small>{escape(spot.date.in_words())}</small>" if spot.date else ""
    where = "" if spot.is_known else "<small>not on the map yet</small>"
    return (
        f'<li><a href="#map={escape(spot.paper_id)}"><span>{escape(spot.title)}</span>'
        f"{date}{where}</a></li>"
    )
