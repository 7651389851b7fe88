"""What one tab looks at in the library's place.

Owns that state; knows nothing about HTML.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Browsing:
    """`paper_id` is the paper whose view is open, empty without one."""

    paper_id: str = ""
