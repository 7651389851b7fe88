"""The thumb of a rating.

Owns its drawing; knows nothing about what is rated.
"""

from __future__ import annotations

THUMB = (
    '<svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true" fill="none"'
    ' stroke="currentColor" stroke-width="1.3" stroke-linejoin="round">'
    '<path d="M2.2 7.2h2.6v6.3H2.2zM4.8 7.4l2.7-5c1 0 1.7.8 1.7 1.8v2.5h3.3c.8 0 1.4.8 1.2'
    ' 1.6l-1 4c-.1.7-.7 1.2-1.4 1.2H4.8z"/></svg>'
)
