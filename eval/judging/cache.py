"""What the judge has said before, in one SQLite file, so that nothing is asked twice.

Owns the file and the key; knows nothing about who asks. Only replies that fit are kept. The
key is a hash of everything that a reply depends on: RAGAS's own cache leaves the model and
its parameters out and gives one judge's verdicts for another's. Two processes may share it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType

from eval.errors import EvaluationError

WAIT_SECONDS = 30.0


class UnusableCache(EvaluationError):
    """The cache's file cannot be read or written."""


def make_key(said: Mapping[str, object]) -> str:
    """SHA-256 over everything that a reply depends on, 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


class CallCache(AbstractContextManager["CallCache"]):
    """The replies in the file at `path`, which is made if it is not there. Thread-safe.

    `hits` and `misses` count what was asked of it since it was opened. Every method raises
    UnusableCache where the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.hits = self.misses = 0
        self._lock = threading.Lock()
        with self._guarded():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(
                path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
        with self._guarded():
            self._prepare()

    def _prepare(self) -> None:
        try:
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = NORMAL")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, reply TEXT NOT NULL)"
            )
        except sqlite3.Error:
            self._file.close()
            raise

    def find(self, key: str) -> str | None:
        """The reply kept under a key, or None."""
        with self._guarded():
            row = self._file.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
            self.hits += row is not None
            self.misses += row is None
        return row[0] if row else None

    def keep(self, key: str, reply: str) -> None:
        """Keep a reply; it is on disk when this returns."""
        with self._guarded():
            self._file.execute("INSERT OR REPLACE INTO replies VALUES (?, ?)", (key, reply))

    def forget(self, keys: Iterable[str]) -> None:
        """Drop replies that turned out to be of no use."""
        with self._guarded():
            self._file.executemany("DELETE FROM replies WHERE key = ?", [(key,) for key in keys])

    def __len__(self) -> int:
        with self._guarded():
            count: int = self._file.execute("SELECT count(*) FROM replies").fetchone()[0]
        return count

    def close(self) -> None:
        self._file.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except (sqlite3.Error, OSError) as error:
            raise UnusableCache(
                f"{self.path} cannot be used as the judge's cache: {error}",
                remedy="delete it, or make room or leave to write there",
            ) from error
