"""What was read and would be added, as HTML; the ways in; the empty library.

Owns the look of the dialog's parts; knows nothing about jobs. Everything from pages is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.preview import Known, PagePreview, Preview, Repeat
from rag.records import Entry, Failure
from ui.adding.words import READ, count, name_changes, name_deed, name_shape, sum_up

FIRST_TITLES = 5
PAGES = 20
ROWS = 100
AUTHORS = 3

HEAD = (
    '<div class="fn-add-head"><h2 id="fn-add-title">Add papers</h2>'
    '<button type="button" class="fn-x" data-add="close" aria-label="Close">'
    '<span aria-hidden="true">×</span></button></div>'
    '<p class="fn-add-lead">You see what was read before anything is added.</p>'
)
PATH_FORM = (
    '<form class="fn-path" data-form="adding-path"><label for="fn-path-box">'
    "A file or folder on this machine</label>"
    '<div><input id="fn-path-box" name="path" type="text" autocomplete="off" spellcheck="false"'
    ' placeholder="/home/me/papers"><button type="submit">Read</button></div></form>'
)


def render_taken(number: int) -> str:
    """A sign for `adding.js` that the job of this number has begun: the dialog may close."""
    return f'<span class="fn-taken" data-taken="{number}" hidden></span>'


def render_problem(message: str, remedy: str) -> str:
    """Nothing could be read at all."""
    way_out = f'<p class="fn-remedy">{escape(remedy)}</p>' if remedy else ""
    return (
        '<div class="fn-unread" role="alert"><strong>Nothing was read.</strong>'
        f"<p>{escape(message)}</p>{way_out}</div>"
    )


def render_preview(preview: Preview, first_failure: int = 0, *, moved: bool = False) -> str:
    """What adding would do. `moved`: the library has changed since it was last told."""
    note = (
        '<p class="fn-note">The library has changed since you looked. '
        "This is what adding would do now.</p>"
        if moved
        else ""
    )
    failures = _render_failures(preview.outcome.failed, first_failure)
    if not preview.outcome.read:
        return (
            f'<div class="fn-preview">{note}{_render_nothing(preview)}{failures}{_FOOT_EMPTY}</div>'
        )
    pages = "".join(_render_page(page, len(preview.pages) > 1) for page in preview.pages[:PAGES])
    more = len(preview.pages) - PAGES
    rest = f'<p class="fn-rest">and {count(more, "more page")}</p>' if more > 0 else ""
    return (
        f'<div class="fn-preview">{note}<p class="fn-sum" role="status">'
        f"{escape(sum_up(preview.outcome))}</p>{pages}{rest}{failures}{_render_foot(preview)}</div>"
    )


def _render_nothing(preview: Preview) -> str:
    shapes = "".join(f"<li>{escape(shape)}</li>" for shape in READ)
    names = ", ".join(page.source for page in preview.pages[:3])
    return (
        '<div class="fn-unread" role="status"><strong>No papers were found.</strong>'
        f"<p>In {escape(names)}, no title with an abstract was recognised.</p>"
        f"<p>Footnote reads</p><ul>{shapes}</ul></div>"
    )


def _render_page(page: PagePreview, counted: bool) -> str:
    """One page; `counted`: it is not the only one, and says how many of its papers are new."""
    head = (
        f'<h3><span class="fn-source">{escape(page.source)}</span> '
        f'<span class="fn-shape">{escape(name_shape(page.shape))}</span></h3>'
    )
    parts = [
        _render_new(page.new, counted),
        _render_known(page.known),
        _render_repeats(page.repeats),
    ]
    if page.failures:
        parts.append(f'<p class="fn-rest">{count(len(page.failures), "passage")} not read</p>')
    return f'<section class="fn-seen">{head}{"".join(parts)}</section>'


def _render_new(entries: Sequence[Entry], counted: bool) -> str:
    if not entries:
        return ""
    rows = "".join(
        f'<li><span class="fn-title">{escape(one.title)}</span> {_render_byline(one)}</li>'
        for one in entries[:FIRST_TITLES]
    )
    more = len(entries) - FIRST_TITLES
    rest = f'<p class="fn-rest">and {more:,} more</p>' if more > 0 else ""
    kind = f'<p class="fn-kind">{len(entries):,} new</p>' if counted else ""
    return f'{kind}<ul class="fn-firsts">{rows}</ul>{rest}'


def _render_byline(entry: Entry) -> str:
    """Who wrote it and when, as far as the page says."""
    parts = []
    if entry.authors:
        more = max(entry.author_count or 0, len(entry.authors)) - AUTHORS
        names = ", ".join(entry.authors[:AUTHORS])
        parts.append(f"{names} and {more:,} more" if more > 0 else names)
    elif entry.author_count:
        parts.append(count(entry.author_count, "author"))
    if entry.date:
        parts.append(entry.date.in_words())
    if entry.arxiv_id:
        parts.append(entry.arxiv_id)
    told = " · ".join(parts) or "no authors or date stated"
    return f'<span class="fn-by">{escape(told)}</span>'


def _render_known(known: Sequence[Known]) -> str:
    rows = [(one.paper.title, name_changes(one.changes)) for one in known]
    rows.sort(key=lambda row: row[1] == name_changes(()))
    return _render_rows(f"{len(known):,} here already", rows)


def _render_repeats(repeats: Sequence[Repeat]) -> str:
    rows = [(one.entry.title, f"the same as line {one.first.line}") for one in repeats]
    return _render_rows(count(len(repeats), "repeat"), rows)


def _render_rows(summary: str, rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    items = "".join(
        f'<li><span class="fn-title">{escape(title)}</span> '
        f'<span class="fn-by">{escape(said)}</span></li>'
        for title, said in rows[:ROWS]
    )
    more = len(rows) - ROWS
    rest = f'<li class="fn-rest">and {more:,} more</li>' if more > 0 else ""
    return (
        f'<details class="fn-rows"><summary>{summary}</summary>'
        f'<ul tabindex="0" aria-label="{escape(summary)}">{items}{rest}</ul></details>'
    )


def _render_failures(failures: Sequence[Failure], first: int) -> str:
    """A stretch of what could not be read, and the ways to the rest of it."""
    if not failures:
        return ""
    last = min(first + ROWS, len(failures))
    rows = "".join(_render_failure(one) for one in failures[first:last])
    ways = ""
    if len(failures) > ROWS:
        earlier = _render_turn(first - ROWS, "Earlier") if first else ""
        later = _render_turn(last, "Later") if last < len(failures) else ""
        shown = f"<span>{first + 1:,} to {last:,} of {len(failures):,}</span>"
        ways = f'<div class="fn-ways">{shown}{earlier}{later}</div>'
    heading = f"{count(len(failures), 'passage')} could not be read"
    return (
        f'<section class="fn-unread-lines"><h3>{heading}</h3>'
        f'<ul tabindex="0" aria-label="What could not be read, and why">{rows}</ul>{ways}</section>'
    )


def _render_failure(failure: Failure) -> str:
    line = f", line {failure.line:,}" if failure.line is not None else ""
    return f"<li><span>{escape(failure.source)}{line}</span> {escape(failure.reason)}</li>"


def _render_turn(first: int, name: str) -> str:
    return (
        f'<button type="button" data-do="adding-failures" data-first="{max(first, 0)}">'
        f"{name}</button>"
    )


_DISCARD = '<button type="button" data-do="adding-discard">Discard</button>'
_FOOT_EMPTY = f'<div class="fn-add-foot">{_DISCARD}</div>'


def _render_foot(preview: Preview) -> str:
    idle = not (preview.outcome.added or preview.outcome.merged)
    barred = ' disabled aria-describedby="fn-add-idle"' if idle else ""
    why = '<span id="fn-add-idle">All of it is here already.</span>' if idle else ""
    return (
        f'<div class="fn-add-foot">{why}{_DISCARD}'
        f'<button type="button" class="fn-primary" data-do="adding-add"{barred}>'
        f"{name_deed(preview.outcome)}</button></div>"
    )
