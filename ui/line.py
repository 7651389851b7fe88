"""The line that questions stand in when more are asked than are answered at once.

Owns whose turn it is, first come, first served; knows nothing about answers or HTML. All on
one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

TELL_SECONDS = 1.0  # between two tellings: each costs the server as much as a step of an answer


class Line:
    """As many spots as are taken; the first `at_once` of them are being answered."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._spots: list[Spot] = []

    def enter(self) -> Spot:
        """A spot at the end of the line; it must be left, come what may."""
        spot = Spot(self)
        self._spots.append(spot)
        return spot

    @property
    def is_empty(self) -> bool:
        """Whether nobody is being answered, or waits for it."""
        return not self._spots

    def count_ahead(self, spot: Spot) -> int:
        """How many must leave before this one's turn comes; 0 for one that has left."""
        if spot not in self._spots:
            return 0
        return max(0, self._spots.index(spot) - self._at_once + 1)

    def remove(self, spot: Spot) -> None:
        """Let all behind it move up."""
        if spot in self._spots:
            self._spots.remove(spot)
            for other in (spot, *self._spots[: self._at_once]):
                other.called.set()


class Spot:
    """One question's place in a line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.left = False
        self.called = asyncio.Event()

    async def wait(self) -> AsyncIterator[int]:
        """How many are ahead, told now and then; ends when none is, or once left."""
        told = 0
        while self._line.count_ahead(self):
            with suppress(TimeoutError):
                async with asyncio.timeout(TELL_SECONDS):
                    await self.called.wait()
            if (ahead := self._line.count_ahead(self)) not in (0, told):
                told = ahead
                yield ahead

    def leave(self) -> None:
        """Make room; leaving twice changes nothing."""
        self.left = True
        self._line.remove(self)
