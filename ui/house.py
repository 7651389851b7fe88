"""What the page stands on: the library, who answers, what is kept, who may change what.

Owns the engine that answers just now, and its exchange for another while the chat runs;
knows nothing about HTML or events. What may wait for the disk is called off the event loop.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Protocol

from rag.conversation import Conversation
from rag.errors import EmbedderError, FootnoteError
from rag.events import Event
from rag.footnote import Footnote
from rag.history import tell_settings
from rag.replies import Answer
from rag.settings import Settings
from ui.adding.jobs import Jobs
from ui.keeping import Keeper

AT_ONCE = 8


class ChatEngine(Protocol):
    """What the page needs of the engine."""

    def astream(
        self, question: str, conversation: Conversation, *, without: frozenset[str] = frozenset()
    ) -> AsyncIterator[Event]:
        """`without` are the keys of filters that the question is not to be read with."""
        ...

    def status(self) -> str: ...

    def examples(self) -> tuple[str, ...]: ...

    def followups(self, answer: Answer, conversation: Conversation) -> tuple[str, ...]:
        """Questions to go on with, that the library can answer; called off the event loop."""
        ...

    def paper_count(self) -> int: ...


class House:
    """One for a server, shared by all its readers.

    `engine`: one to answer with in place of the library's own. `own_machine`: its readers sit
    at this machine, since nobody else can reach the page; only they may name a path on it or
    change its settings. `at_once` questions are answered at a time, the others wait in line.
    """

    def __init__(
        self,
        footnote: Footnote,
        keeper: Keeper,
        engine: ChatEngine | None = None,
        *,
        own_machine: bool = True,
        at_once: int = AT_ONCE,
    ) -> None:
        self.at_once = at_once
        self.footnote = footnote
        self.keeper = keeper
        self.jobs = Jobs(footnote)
        self.own_machine = own_machine
        self._given = engine
        self._made: ChatEngine | None = None
        self._quoting: ChatEngine | None = None
        self._lock = threading.Lock()

    @property
    def engine(self) -> ChatEngine:
        """Who answers; made when first asked for. Raises RecipeMismatch, SettingsError."""
        if self._given:
            return self._given
        with self._lock:
            if self._made is None:
                self._made = self.footnote.engine()
            return self._made

    async def astream(
        self,
        question: str,
        conversation: Conversation,
        *,
        without: frozenset[str] = frozenset(),
        quoting: bool = False,
    ) -> AsyncIterator[Event]:
        """The events of an answer, which begins once there is something to be found.

        `quoting`: by quoting alone. Raises whatever keeps an engine from being made, as well
        as what the engine raises.
        """
        await self.jobs.wait_for_papers()
        engine = await asyncio.to_thread(self.engine_for, quoting)
        async for event in engine.astream(question, conversation, without=without):
            yield event

    def engine_for(self, quoting: bool) -> ChatEngine:
        """Who answers a tab that may have chosen to be answered by quoting alone.

        An engine that was given stands for itself, unless it has a `quoting()` of its own.
        Raises what `engine` does.
        """
        if not quoting:
            return self.engine
        if self._given:
            own: Callable[[], ChatEngine] | None = getattr(self._given, "quoting", None)
            return own() if own else self._given
        with self._lock:
            if self._quoting is None:
                self._quoting = self._assemble_quoting()
            return self._quoting

    def warm(self) -> None:
        """Load what answers questions before the first one comes; who needs it is told what is
        wrong with it."""
        if self._given:
            return
        try:
            self.footnote.embedder.load()
        except EmbedderError as error:
            print(f"footnote: {error}\n  try: {error.remedy}", file=sys.stderr)
        with suppress(FootnoteError):  # the libraries behind these take seconds to import
            self.engine.examples()
            self.footnote.search("warm", 1)
        # What is loaded by now stays: the collector need not look through it again and again.
        gc.collect()
        gc.freeze()

    def _assemble_quoting(self) -> ChatEngine:
        from rag.assemble import assemble_engine

        settings, footnote = self.footnote.settings, self.footnote
        answer = settings.answer.model_copy(update={"mode": "quoting"})
        footnote.index.check_recipe()
        quoting = settings.model_copy(update={"answer": answer})
        return assemble_engine(footnote.library, footnote.retriever, quoting)

    def change_settings(self, settings: Settings, keep: Callable[[], None]) -> None:
        """Answer by these settings from the next question on; answers under way go on.

        `keep` writes them down, once it is known that an engine can be made of them. Raises
        SettingsError or PromptError where none can, and what `keep` raises; then nothing has
        changed. An index that cannot be used is no reason: it is told when it is asked.
        """
        from rag.assemble import assemble_engine

        assemble_engine(self.footnote.library, self.footnote.retriever, settings)
        keep()
        with self._lock:
            self.footnote.settings = settings
            self._made = self._quoting = None
        self.keeper.settings = tell_settings(settings)
