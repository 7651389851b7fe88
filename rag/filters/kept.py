"""Filters applied to a library, the last few results kept until it changes.

Owns what is kept and for how long; knows nothing about how a filter is judged. A follow-up
keeps the filters of the question before it, and ten thousand papers take 50 ms to judge.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.filters.selecting import select
from rag.library import Library
from rag.question import Field, Filter, Selection

KEPT = 8

Selected = tuple[frozenset[str], Selection]


class KeptSelections:
    """What some filters selected from one library."""

    def __init__(self) -> None:
        self._changes = -1
        self._kept: dict[tuple[Filter, ...], Selected] = {}

    def select(self, filters: Sequence[Filter], library: Library) -> Selected:
        """The ids of the papers that pass, and what became of the rest. Raises LibraryError."""
        key, changes = tuple(filters), library.changes()
        if self._changes != changes or len(self._kept) >= KEPT:
            self._changes, self._kept = changes, {}
        kept = self._kept
        if key not in kept:
            reads = any(one.field is Field.CODE for one in filters)
            ids, selection = select(filters, library.facts(abstracts=reads))
            kept[key] = frozenset(ids), selection
        return kept[key]
