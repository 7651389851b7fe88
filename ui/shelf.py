"""The conversations at the left, as a list. Pure: the same list, the same HTML.

Owns how they look, and what is said of one that was deleted; knows nothing about where
they are kept. Titles are a reader's words and are escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

from rag.history import Listed


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is listed: of one that is renamed or was just deleted the id, else empty texts.

    `words` are those that were searched for.
    """

    listed: tuple[Listed, ...] = ()
    open_id: str = ""
    renamed: str = ""
    deleted: str = ""
    words: str = ""


def render_shelf(shelf: Shelf, now: datetime | None = None) -> str:
    """The list, newest first, under the days that they were last gone on with."""
    now = now or datetime.now(UTC)
    body = _render_days(shelf, now) if shelf.listed else _render_none(shelf)
    return (
        f'<nav class="fn-shelf" aria-label="Conversations" data-open="{escape(shelf.open_id)}">'
        f"{_render_undo(shelf.deleted)}{body}</nav>"
    )


def _render_days(shelf: Shelf, now: datetime) -> str:
    groups: dict[str, list[Listed]] = {}
    for one in shelf.listed:
        groups.setdefault(name_day(one.updated, now), []).append(one)
    return "".join(
        f"<h2>{day}</h2><ul>{''.join(_render_one(one, shelf) for one in ones)}</ul>"
        for day, ones in groups.items()
    )


def name_day(then: datetime, now: datetime) -> str:
    """Today, Yesterday, The last seven days, or the month."""
    days = (now.astimezone().date() - then.astimezone().date()) // timedelta(days=1)
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    return "The last seven days" if days < 7 else f"{then.astimezone():%B %Y}"


def _render_one(one: Listed, shelf: Shelf) -> str:
    name, title = escape(one.id), escape(one.title)
    if one.id == shelf.renamed:
        return (
            f'<li class="fn-kept"><input class="fn-rename" data-id="{name}" value="{title}"'
            ' maxlength="120" aria-label="Title of the conversation"></li>'
        )
    here = ' aria-current="true"' if one.id == shelf.open_id else ""
    return (
        f'<li class="fn-kept"><button type="button" class="fn-open" data-do="open"'
        f' data-id="{name}"{here} title="{title}">{title}</button>'
        f'<button type="button" class="fn-small" data-do="renaming" data-id="{name}"'
        f' aria-label="Rename {title}">{_PENCIL}</button>'
        f'<button type="button" class="fn-small" data-do="delete" data-id="{name}"'
        f' aria-label="Delete {title}">{_BIN}</button></li>'
    )


def _render_none(shelf: Shelf) -> str:
    words = "Your conversations will be listed here."
    if shelf.words.strip():
        words = f"No conversation has “{escape(shelf.words.strip())}”."
    return f'<p class="fn-none">{words}</p>'


def _render_undo(deleted: str) -> str:
    if not deleted:
        return ""
    return (
        '<p class="fn-undo" role="status">Deleted. <button type="button" data-do="undelete"'
        f' data-id="{escape(deleted)}">Undo</button></p>'
    )


_ICON = (
    '<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="none"'
    ' stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">'
    '<path d="{}"/></svg>'
)
_PENCIL = _ICON.format("M10.8 2.7l2.5 2.5L5.5 13l-3.2.7.7-3.2z")
_BIN = _ICON.format("M2.8 4.4h10.4M6.2 4.4V2.7h3.6v1.7M4.2 4.4l.6 8.9h6.4l.6-8.9")
