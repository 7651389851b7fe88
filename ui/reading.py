"""The events of one answer, read in batches, and what went wrong in them.

Owns the reading, stoppable at once, and how an error is told; knows nothing about HTML or
who makes the events.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from rag.errors import EndpointError, FootnoteError
from rag.events import Event, Found

# The eye does not follow more than some 25 changes a second; what comes faster is joined.
BATCH_SECONDS = 0.04
# What was found is shown with the first words if they follow, and these with the end: each
# change of the page costs the server some milliseconds, and the reader a flicker.
JOIN_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Problem:
    """What is told of an error: the message, and the way out where there is one.

    `endpoint`: it was the endpoint that failed, so that quoting would do.
    """

    message: str
    remedy: str = ""
    endpoint: bool = False


class Reading:
    """The events of one answer, read in the background, handed out in batches.

    Must be made inside a running event loop. `stop` closes the engine's stream at once,
    whatever it is waiting for; the batches then end.
    """

    def __init__(self, events: AsyncIterator[Event]) -> None:
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._begun = False
        self._task = asyncio.create_task(self._pump(events))
        # Not in a `finally` of the pump: a task cancelled before its first step runs none.
        self._task.add_done_callback(lambda _: self._queue.put_nowait(None))

    async def _pump(self, events: AsyncIterator[Event]) -> None:
        async for event in events:
            self._queue.put_nowait(event)

    def stop(self) -> None:
        self._task.cancel()

    @property
    def was_stopped(self) -> bool:
        return self._task.cancelled()

    def problem(self) -> Problem | None:
        """Why the events ended early, or None. An error that is not ours is logged too."""
        if self._task.cancelled():
            return None
        error = self._task.exception()
        if error is None:
            return None
        if isinstance(error, FootnoteError):
            return Problem(str(error), error.remedy, isinstance(error, EndpointError))
        logging.getLogger(__name__).error("the answer failed", exc_info=error)
        return Problem(
            f"Footnote failed by a mistake of its own: {type(error).__name__}: {error}",
            "the terminal that runs `make chat` shows where",
        )

    async def batches(self) -> AsyncIterator[tuple[Event, ...]]:
        """Whatever has come since the last batch; ends with the stream, or when stopped.

        The first words wait for `JOIN_SECONDS` at the most, the end not at all.
        """
        try:
            while batch := await self._take():
                yield batch
                await asyncio.wait({self._task}, timeout=BATCH_SECONDS)
        finally:
            self.stop()

    async def _take(self) -> tuple[Event, ...]:
        batch: list[Event] = []
        event = await self._queue.get()
        while event is not None:
            batch.append(event)
            try:
                async with asyncio.timeout(self._wait_after(event)):
                    event = await self._queue.get()
            except TimeoutError:
                break
        if event is None and batch:
            self._queue.put_nowait(None)
        return tuple(batch)

    def _wait_after(self, event: Event) -> float:
        """Seconds in which what follows is shown together with the event."""
        if isinstance(event, Found):
            return BATCH_SECONDS
        first, self._begun = not self._begun, True
        return JOIN_SECONDS if first else 0.0
