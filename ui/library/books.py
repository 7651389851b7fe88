"""The list of papers, in the middle of the library's place.

Owns how it looks, and what is said where there is nothing to list; knows nothing about how
papers are found. Pure, and escapes everything a page wrote.
"""

from __future__ import annotations

from html import escape

from rag.browse import Listing
from rag.records import Paper
from ui.library.browsing import STEP, Browsing
from ui.library.filters import render_chips
from ui.library.naming import name_page
from ui.library.reading import Shown
from ui.paper import library_address, render_meta
from ui.support import count_of

_ADD = '<button type="button" class="fn-main" data-do="adding">Add papers</button>'
_FILTERS = (
    '<button type="button" class="fn-places fn-plain fn-open-filters">'
    '<svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true" fill="none"'
    ' stroke="currentColor" stroke-width="1.5" stroke-linecap="round">'
    '<path d="M2 4.5h12M4.5 8h7M6.8 11.5h2.4"/></svg>Filters</button>'
)


def render_books(shown: Shown, browsing: Browsing) -> str:
    """The whole place but its filters: the head, the filters that are on, the list."""
    if not shown.count:
        return _EMPTY
    body = _render_list(shown, browsing) if shown.listing.total else _render_nothing(shown)
    return (
        '<section class="fn-books" aria-label="Papers">'
        f'<header class="fn-books-head"><h2>Library</h2>{_FILTERS}{_ADD}</header>'
        f'<p class="fn-shown" role="status">{_count(shown, browsing)}</p>'
        f"{render_chips(browsing.form)}{body}</section>"
    )


def _count(shown: Shown, browsing: Browsing) -> str:
    """`12 of 346 papers`, and how many have no date, where that matters."""
    listing, count = shown.listing, _papers(shown.count)
    told = f"{listing.total:,} of {count}" if browsing.form.filtering else count
    bounds = browsing.form.bounds
    if bounds.first or bounds.last:
        return told + _tell_left_out(listing)
    if browsing.form.sort == "date" and listing.unknown:
        return f"{told} · {listing.unknown:,} without a year come last"
    return told


def _tell_left_out(listing: Listing) -> str:
    if not listing.unknown:
        return ""
    known = "date is" if listing.unknown == 1 else "dates are"
    return f" · {listing.unknown:,} left out: their {known} not known well enough"


def _papers(count: int) -> str:
    return f"{count:,} paper" if count == 1 else f"{count:,} papers"


def _render_list(shown: Shown, browsing: Browsing) -> str:
    rows = "".join(_render_row(paper, shown, browsing) for paper in shown.listing.papers)
    return f'<ol class="fn-list">{rows}</ol>{_render_more(shown.listing)}'


def _render_row(paper: Paper, shown: Shown, browsing: Browsing) -> str:
    unread = paper.paper_id not in shown.seen
    here = ' aria-current="true"' if paper.paper_id == browsing.paper_id else ""
    # A mark is always there: the page is patched by place, and the link is to stay the same.
    mark = '<span class="fn-book-new">Unread</span>' if unread else "<span></span>"
    cited = '<span class="fn-book-cited">Cited</span>' if paper.paper_id in shown.cited else ""
    return (
        f'<li class="fn-book{" is-unread" if unread else ""}">{mark}'
        f'<a href="{library_address(paper.paper_id)}"{here}>{escape(paper.title)}</a>'
        f'<p class="fn-meta">{render_meta(paper)}{_render_pages(paper)}{cited}</p></li>'
    )


def _render_pages(paper: Paper) -> str:
    """The first page that lists it, and how many more do."""
    if not paper.pages:
        return ""
    more = f" +{len(paper.pages) - 1}" if len(paper.pages) > 1 else ""
    every, first = escape("\n".join(paper.pages)), escape(name_page(paper.pages[0]))
    return f'<span class="fn-book-page" title="{every}">{first}{more}</span>'


def _render_more(listing: Listing) -> str:
    left = listing.total - len(listing.papers)
    if left <= 0:
        return ""
    return (
        '<p class="fn-book-more"><button type="button" class="fn-plain" data-do="show-more">'
        f"Show {min(STEP, left)} more</button><span>{left:,} not shown</span></p>"
    )


def _render_nothing(shown: Shown) -> str:
    unknown = shown.listing.unknown
    doubt = f"<p>{count_of(unknown, 'paper')} may fit, but the date is not known.</p>"
    return (
        '<div class="fn-nothing"><h3>No paper fits.</h3>'
        f"{doubt if unknown else ''}"
        "<p>Every filter that is on narrows the list: take one off above, or start anew.</p>"
        '<button type="button" class="fn-plain" data-do="widen">Clear filters</button></div>'
    )


_EMPTY = (
    '<section class="fn-books fn-books-none" aria-label="Papers"><h2>Your library is empty.</h2>'
    "<p>Give it a page that lists papers: a saved <i>Daily Papers</i> page, an arXiv listing, "
    "a BibTeX or RIS export. Paste it, drop it, or name its path; you see what would be added "
    f"before anything is.</p>{_ADD}</section>"
)
