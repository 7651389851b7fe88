"""What is told across the page: something that went wrong, or was done and can be undone.

Owns the note's look; knows nothing about what happened. `actions.js` takes it away again.
"""

from __future__ import annotations

from html import escape


def render_told(message: str, remedy: str = "", undo: str = "") -> str:
    """The note. `undo` is the HTML of a button, ours; everything else is escaped."""
    role = "status" if undo else "alert"
    way_out = f'<span class="fn-remedy">{escape(remedy)}</span>' if remedy else ""
    return (
        f'<div class="fn-told" role="{role}"><p>{escape(message)} {way_out}</p>{undo}'
        '<button type="button" class="fn-x" data-do="heard" aria-label="Close this note">'
        '<span aria-hidden="true">×</span></button></div>'
    )
