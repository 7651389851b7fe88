"""The questions offered to go on with.

Owns how they look below the last answer; knows nothing about where they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def render_onward(questions: Sequence[str]) -> str:
    """A button for each; empty without any."""
    buttons = "".join(
        f'<button type="button" class="fn-next" data-do="ask" data-text="{escape(one)}">'
        f"{escape(one)}</button>"
        for one in questions
    )
    if not buttons:
        return ""
    return f'<nav class="fn-onward" aria-label="Questions to go on with">{buttons}</nav>'
