"""What is told across the page: something that went wrong, or was done and can be undone.

Owns the note's look; knows nothing about what happened. `actions.js` takes one that only
informs away after a while.
"""

from __future__ import annotations

from html import escape


def render_told(message: str, remedy: str = "", undo: str = "", *, good: bool = False) -> str:
    """The note, an alarm unless it is `good` or can be undone. `undo` is the HTML of a button,
    ours; everything else is escaped."""
    role = "status" if undo or good else "alert"
    way_out = f'<span class="fn-remedy">{escape(remedy)}</span>' if remedy else ""
    return (
        f'<div class="fn-told" role="{role}"><p>{escape(message)} {way_out}</p>{undo}'
        '<button type="button" class="fn-x" data-do="heard" aria-label="Close this note">'
        '<span aria-hidden="true">×</span></button></div>'
    )
