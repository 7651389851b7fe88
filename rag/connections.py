"""SQLite connections, one a thread, that end with the last who holds them.

Owns how long a connection lives; knows nothing about what is asked of it. One that is closed
while another thread reads by it takes the whole process down, and one that nobody closes stays
open until the garbage collector comes by, since the module ties it into a cycle.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable


class Held:
    """A connection, closed when the last name for this is gone. `file` tells which file it is
    of, where that can be told."""

    __slots__ = ("connection", "file")

    def __init__(self, connection: sqlite3.Connection, file: object = None) -> None:
        self.connection = connection
        self.file = file

    def __del__(self) -> None:
        self.connection.close()


class Connections:
    """The connections of one file's threads. Keep a name for what `hold` gives while it is used."""

    def __init__(self, make: Callable[[], Held]) -> None:
        self._make = make
        self._held: dict[int, Held] = {}

    def hold(self, file: object = None) -> Held:
        """This thread's; made anew where the file is another by now. Raises what making does."""
        everyone, thread = self._held, threading.get_ident()  # letting go puts another in its place
        mine = everyone.get(thread)
        if mine is None or mine.file != file:
            mine = everyone[thread] = self._make()
        return mine

    def let_go(self) -> None:
        """Close all that nobody uses just now; the others are closed when they are done."""
        self._held = {}
