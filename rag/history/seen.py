"""Which papers a reader has looked at.

Owns those marks; knows nothing about the library: a paper that left it and comes back is
still one that was read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from rag.history.changes import check_owner
from rag.history.rows import write_time
from rag.history.store import Store
from rag.history.wording import clean


class Seen:
    """The papers that were read, of a History; use its `seen`."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def mark(self, owner: str, paper_id: str) -> None:
        """The owner has read this paper from now on. Raises HistoryError."""
        check_owner(owner)
        with self._store.write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO seen (owner, paper_id, first) VALUES (?, ?, ?)",
                (clean(owner), clean(paper_id), write_time(self._clock())),
            )

    def of(self, owner: str) -> frozenset[str]:
        """The ids of the papers that an owner has read; some may have left the library."""
        rows = self._store.read("SELECT paper_id FROM seen WHERE owner = ?", (clean(owner),))
        return frozenset(row[0] for row in rows)
