"""The filters of the library: the form at the left, and those that are on, above the list.

Owns how they look; knows nothing about what is found. Pure: the same filters, the same HTML.
The page's form keeps what is typed, whatever is rendered: `library.js` takes over what is
written here when `data-version` changes, and only then.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ui.library.browsing import Browsing, Form
from ui.library.naming import name_page

SORTS = {
    "added": "Latest added",
    "date": "Newest",
    "title": "Title",
    "upvotes": "Most upvotes",
}
KIND_NAMES = {
    "": "All papers",
    "cited": "Cited in my conversations",
    "uncited": "Not cited yet",
    "unread": "Unread",
}

Options = Sequence[tuple[str, str, str]]  # (value, words, a longer name or nothing)


def render_filters(browsing: Browsing, pages: Sequence[tuple[str, int]]) -> str:
    """The form, filled in as it was last written."""
    form, bounds = browsing.written, browsing.form.bounds
    sorts = [(value, name, "") for value, name in SORTS.items()]
    kinds = [(value, name, "") for value, name in KIND_NAMES.items()]
    listed = [("", "All pages", "")]
    listed += [(one, f"{name_page(one)} ({count:,})", one) for one, count in pages]
    off = "" if browsing.form.filtering else " disabled"
    return (
        f'<form class="fn-sieve" data-form="browse" data-live data-version="{browsing.version}"'
        f' aria-label="Filters"><input type="hidden" name="version" value="{browsing.version}">'
        f"{_render_words(form)}"
        f"{_render_select('sort', 'Sort by', sorts, form.sort)}"
        '<fieldset class="fn-dates"><legend>Dated</legend>'
        f"{_render_date('dated_from', 'From', form.dated_from, bounds.wrong_first)}"
        f"{_render_date('dated_to', 'To', form.dated_to, bounds.wrong_last)}</fieldset>"
        f"{_render_select('page', 'On the page', listed, form.page)}"
        f"{_render_kinds(kinds, form.kind)}"
        f'<button type="button" class="fn-clear" data-do="widen"{off}>Clear filters</button>'
        "</form>"
    )


def _render_words(form: Form) -> str:
    return (
        '<label class="fn-sieve-field"><span>Search</span><input type="search" name="words"'
        f' value="{escape(form.words)}" placeholder="Words in title or abstract"'
        ' maxlength="200" autocomplete="off" spellcheck="false"></label>'
    )


def _render_select(name: str, label: str, options: Options, chosen: str) -> str:
    items = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}'
        f"{f' title={_quote(longer)}' if longer else ''}>{escape(words)}</option>"
        for value, words, longer in options
    )
    return (
        f'<label class="fn-sieve-field"><span>{label}</span>'
        f'<select name="{name}">{items}</select></label>'
    )


def _render_date(name: str, label: str, value: str, wrong: str) -> str:
    """The message's place is always there, so that the field stays the same element."""
    bad = ' aria-invalid="true"' if wrong else ""
    return (
        f'<label class="fn-sieve-field"><span>{label}</span><input type="text" name="{name}"'
        f' value="{escape(value)}" placeholder="2024-03" maxlength="40" autocomplete="off"'
        f' aria-describedby="fn-sieve-wrong-{name}"{bad}></label>'
        f'<p class="fn-sieve-wrong" id="fn-sieve-wrong-{name}" role="status">{escape(wrong)}</p>'
    )


def _render_kinds(kinds: Options, chosen: str) -> str:
    items = "".join(
        f'<label><input type="radio" name="kind" value="{value}"'
        f"{' checked' if value == chosen else ''}> <span>{words}</span></label>"
        for value, words, _ in kinds
    )
    return f'<fieldset class="fn-kinds"><legend>Show</legend>{items}</fieldset>'


def _quote(text: str) -> str:
    return f'"{escape(text)}"'


def render_chips(form: Form) -> str:
    """The filters that are on, each to be taken off."""
    bounds = form.bounds
    words = {
        "words": f"“{form.words}”",
        "dated_from": f"From {bounds.first}" if bounds.first else "",
        "dated_to": f"To {bounds.last}" if bounds.last else "",
        "page": name_page(form.page),
        "kind": KIND_NAMES[form.kind],
    }
    chips = "".join(
        f'<li><button type="button" class="fn-off" data-do="widen" data-filter="{name}"'
        f' aria-label="Take off the filter {escape(words[name])}">{escape(words[name])}'
        '<span aria-hidden="true">×</span></button></li>'
        for name in form.filtering
        if words[name]
    )
    return f'<ul class="fn-on" aria-label="Filters that are on">{chips}</ul>'
