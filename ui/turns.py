"""One question and what became of it, and the questions and answers of one browser tab.

Owns the state that a tab keeps on the server and the reading of an answer's events in
batches, stoppable at once; knows nothing about HTML, Gradio, or who makes the events.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rag.conversation import Conversation
from rag.errors import FootnoteError
from rag.replies import (
    Answer,
    Checked,
    Done,
    Event,
    Found,
    Mode,
    Offer,
    Sentence,
    TextDelta,
)

# The eye does not follow more than some 25 changes a second; what comes faster is joined.
BATCH_SECONDS = 0.04


class Stage(StrEnum):
    """How far an answer has come."""

    SEARCHING = "searching"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is told of an error: the message, and the way out where there is one."""

    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, numbered from 1 in its conversation, and what has come of it so far."""

    number: int
    question: str
    stage: Stage = Stage.SEARCHING
    offers: tuple[Offer, ...] = ()
    missing_terms: tuple[str, ...] = ()
    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    answer: Answer | None = None
    problem: Problem | None = None

    def after(self, event: Event) -> Turn:
        """The turn once this event has been read."""
        match event:
            case Found(papers=papers, missing_terms=terms):
                return replace(self, stage=Stage.WRITING, offers=papers, missing_terms=terms)
            case TextDelta(text=text):
                return replace(self, stage=Stage.WRITING, text=self.text + text)
            case Checked(sentences=sentences):
                return replace(self, sentences=sentences)
            case Done(answer=answer):
                return replace(
                    self,
                    stage=Stage.DONE,
                    offers=answer.papers,
                    text=answer.text,
                    answer=answer,
                )

    def stopped(self) -> Turn:
        """The turn as the reader's Stop leaves it: what has come so far stays."""
        return self if self.stage is Stage.DONE else replace(self, stage=Stage.STOPPED)

    def failed(self, problem: Problem) -> Turn:
        """The turn as an error leaves it."""
        return replace(self, stage=Stage.FAILED, problem=problem)

    def numbering(self) -> Answer | None:
        """The answer that the conversation learns its numbers from.

        One that was stopped or failed has shown its numbers to the reader already, so
        its papers keep them too. None where no paper was found yet.
        """
        if self.answer or not self.offers:
            return self.answer
        return Answer(self.question, self.text, Mode.QUOTING, papers=self.offers, complete=False)


class Reading:
    """The events of one answer, read in the background, handed out in batches.

    Must be made inside a running event loop. `stop` closes the engine's stream at once,
    whatever it is waiting for; the batches then end.
    """

    def __init__(self, events: AsyncIterator[Event]) -> None:
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()
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
            return Problem(str(error), error.remedy)
        logging.getLogger(__name__).error("the answer failed", exc_info=error)
        return Problem(
            f"Footnote failed by a mistake of its own: {type(error).__name__}: {error}",
            "the terminal that runs `make chat` shows where",
        )

    async def batches(self) -> AsyncIterator[tuple[Event, ...]]:
        """Whatever has come since the last batch; ends with the stream, or when stopped."""
        try:
            while batch := await self._take():
                yield batch
                await asyncio.sleep(BATCH_SECONDS)
        finally:
            self.stop()

    async def _take(self) -> tuple[Event, ...]:
        batch = []
        event = await self._queue.get()
        while event is not None:
            batch.append(event)
            if self._queue.empty():
                break
            event = self._queue.get_nowait()
        if event is None and batch:
            self._queue.put_nowait(None)
        return tuple(batch)


@dataclass(slots=True)
class Chat:
    """What one browser tab has asked: its turns, the questions that wait, the numbers.

    The only mutable record of the browser's side: handlers of the same tab overlap (a
    second question, Stop), and all of them must see the same one. They run on one event
    loop, and nothing here awaits, so that no lock is needed.
    """

    turns: list[Turn] = field(default_factory=list)
    waiting: deque[str] = field(default_factory=deque)
    conversation: Conversation = field(default_factory=Conversation)
    reading: Reading | None = None
    busy: bool = False
    round: int = 0

    def begin(self) -> Turn:
        """Turn the question that has waited longest into a turn."""
        turn = Turn(len(self.turns) + 1, self.waiting.popleft())
        self.turns.append(turn)
        return turn

    def update(self, turn: Turn) -> None:
        """Keep the newest state of a turn; once it is over, keep its numbers."""
        self.turns[turn.number - 1] = turn
        numbering = turn.numbering()
        if numbering and turn.stage in (Stage.DONE, Stage.STOPPED, Stage.FAILED):
            self.conversation = self.conversation.after(numbering)

    def stop(self) -> None:
        """Close the stream that is being read, if any."""
        if self.reading:
            self.reading.stop()

    def clear(self) -> None:
        """Begin a new conversation. The `round` tells a handler that its turn is gone."""
        self.stop()
        self.turns.clear()
        self.waiting.clear()
        self.conversation = Conversation()
        self.round += 1
