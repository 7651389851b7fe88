"""What the page stands on: the library, who answers, what is kept, who may change what.

Owns the engine that answers just now, and its exchange for another while the chat runs;
knows nothing about HTML or events. What may wait for the disk is called off the event loop.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from typing import Protocol

from rag.conversation import Conversation
from rag.events import Event
from rag.footnote import Footnote
from rag.history import tell_settings
from rag.settings import Settings
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
        self.own_machine = own_machine
        self._given = engine
        self._made: ChatEngine | None = None
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

    def change_settings(self, settings: Settings) -> None:
        """Answer by these settings from the next question on; answers under way go on.

        Raises what the engine does, and then nothing has changed.
        """
        was = self.footnote.settings
        self.footnote.settings = settings
        try:
            made = self.footnote.engine()
        except BaseException:
            self.footnote.settings = was
            raise
        with self._lock:
            self._made = made
        self.keeper.settings = tell_settings(settings)
