"""A paper's own view, at the right of the library.

Owns how it looks, also where the library does not hold the paper; knows nothing about how
it was read. Pure, and escapes everything that a page or a reader wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from rag.history import Listed
from rag.records import Paper, PartialDate
from ui.library.naming import name_page
from ui.library.reading import View
from ui.paper import library_address, render_authors, render_link, render_meta
from ui.support import count_of

CITING_SHOWN = 8


def render_view(view: View, place: str = "library") -> str:
    """The panel, in a place of the page: there its links stay, and closing it leads there."""
    body = _render_paper(view, view.paper, place) if view.paper else _render_gone(view)
    return (
        f'<a class="fn-backdrop" href="#{place}" tabindex="-1" aria-hidden="true"></a>'
        f'<div class="fn-panel fn-view" role="complementary" data-paper="{escape(view.paper_id)}"'
        ' aria-label="Paper" tabindex="-1">'
        f'<header class="fn-panel-head"><h2>Paper</h2>'
        f'<a class="fn-close" href="#{place}" aria-label="Close the paper">'
        '<span aria-hidden="true">×</span></a></header>'
        f'<div class="fn-panel-body">{body}</div></div>'
    )


def _render_paper(view: View, paper: Paper, place: str) -> str:
    return (
        f'<h3 class="fn-name">{escape(paper.title)}</h3>'
        f'<p class="fn-meta">{render_meta(paper, render_link(paper))}</p>'
        f"{render_authors(paper)}{_render_buttons(paper)}"
        f'<p class="fn-abstract">{escape(paper.abstract)}</p>'
        f"{_render_similar(view, place)}{_render_citing(view.citing)}{_render_pages(paper.pages)}"
    )


def _render_buttons(paper: Paper) -> str:
    name = escape(paper.paper_id)
    return (
        '<div class="fn-acts">'
        f'<button type="button" class="fn-main" data-do="ask-about" data-id="{name}">'
        "Ask about it</button>"
        f'<button type="button" class="fn-plain" data-do="copy-reference" data-id="{name}">'
        "Copy BibTeX</button>"
        f'<button type="button" class="fn-plain fn-away" data-do="remove" data-id="{name}">'
        "Remove</button></div>"
    )


def _render_similar(view: View, place: str) -> str:
    if view.unknown:
        body = f'<p class="fn-quiet">{escape(view.unknown)}</p>'
    elif not view.similar:
        body = '<p class="fn-quiet">There is no other paper here.</p>'
    else:
        items = "".join(
            f'<li><a href="{library_address(paper.paper_id, place)}">{escape(paper.title)}</a>'
            f'<p class="fn-meta">{render_meta(paper)}</p></li>'
            for paper in view.similar
        )
        body = f"<ul>{items}</ul>"
    return f'<section class="fn-part"><h4>Similar papers</h4>{body}</section>'


def _render_citing(citing: Sequence[Listed]) -> str:
    items = "".join(
        f'<li><a href="#c={escape(one.id)}">{escape(one.title)}</a>'
        f'<p class="fn-meta"><span>{_name_day(one.updated)}</span>'
        f"<span>{count_of(one.turns, 'question')}</span></p></li>"
        for one in citing[:CITING_SHOWN]
    )
    more = len(citing) - CITING_SHOWN
    rest = f'<p class="fn-quiet">and {more} more</p>' if more > 0 else ""
    none = '<p class="fn-quiet">None of your answers cites it yet.</p>'
    body = f"<ul>{items}</ul>{rest}" if items else none
    return f'<section class="fn-part"><h4>Your conversations citing it</h4>{body}</section>'


def _name_day(moment: datetime) -> str:
    here = moment.astimezone()
    return PartialDate(here.year, here.month, here.day).in_words()


def _render_pages(pages: Sequence[str]) -> str:
    items = "".join(
        f'<li title="{escape(source)}">{escape(name_page(source))}</li>' for source in pages
    )
    body = f"<ul>{items}</ul>" if items else '<p class="fn-quiet">It stands on no page.</p>'
    return f'<section class="fn-part fn-listed"><h4>Listed on</h4>{body}</section>'


def _render_gone(view: View) -> str:
    back = (
        '<button type="button" class="fn-main" data-do="put-back">Put it back</button>'
        if view.removed
        else ""
    )
    still = (
        "<p>Your conversations below keep its abstract among their sources.</p>"
        if view.citing
        else ""
    )
    cited = _render_citing(view.citing) if view.citing else ""
    return (
        '<div class="fn-gone"><h3>This paper is not in the library.</h3>'
        "<p>It was removed, or the link comes from another library.</p>"
        f"{still}{back}</div>{cited}"
    )
