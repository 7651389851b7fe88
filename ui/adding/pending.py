"""What one tab is about to add.

Owns that state; knows nothing about HTML.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.preview import Preview


@dataclass(slots=True)
class Pending:
    """`preview` is what was read and is not added yet; None where there is nothing."""

    preview: Preview | None = None
