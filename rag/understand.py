"""A question in its conversation -> what it means.

Owns the order in which a question is read: what it refers to, which filters it names, what
it compares. Knows nothing about retrieval. Without an endpoint all of it is done by rule;
with one, a question that refers back is put into words that stand alone by one short call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from rag.conversation import Conversation
from rag.filters import find_filters
from rag.followup import Resolved, resolve
from rag.library import Library
from rag.question import Filter, Understood
from rag.rewrite import Rewriter
from rag.selecting import knows_author
from rag.sides import find_sides


@dataclass(frozen=True, slots=True)
class Understander:
    """Reads questions about the papers of `library`. `rewriter` asks the endpoint."""

    library: Library
    rewriter: Rewriter | None = None
    today: Callable[[], date] = date.today

    async def understand(
        self, question: str, conversation: Conversation, without: Collection[str] = ()
    ) -> Understood:
        """`without` names the filters (Filter.key) that the reader took off."""
        titles = await asyncio.to_thread(self._find_titles, conversation)
        resolved = resolve(question, conversation, titles)
        if self.rewriter:
            resolved = await self.rewriter.rewrite(question, conversation, titles, resolved)
        return await asyncio.to_thread(self._read, question, resolved, conversation, without)

    def _read(
        self,
        question: str,
        resolved: Resolved,
        conversation: Conversation,
        without: Collection[str],
    ) -> Understood:
        filters = self._find_filters(resolved, conversation)
        sides = find_sides(resolved.question)
        return Understood(
            asked=question,
            question=resolved.question,
            about=resolved.about,
            filters=tuple(one for one in filters if one.key not in without),
            sides=sides,
            follows=resolved.follows,
        )

    def _find_filters(self, resolved: Resolved, conversation: Conversation) -> tuple[Filter, ...]:
        """Those that the question names; a follow-up keeps those of the question before it."""
        found = find_filters(resolved.question, self.today(), self._knows_author)
        if not resolved.follows or resolved.about or not conversation.last:
            return found
        fields = {one.field for one in found}
        return found + tuple(one for one in conversation.last.filters if one.field not in fields)

    def _knows_author(self, name: str) -> bool:
        return knows_author(name, self.library.facts())

    def _find_titles(self, conversation: Conversation) -> dict[int, str]:
        """The titles of the papers that have numbers."""
        ids = dict(enumerate(conversation.numbers, start=1))
        papers = self.library.get(list(ids.values()))
        return {number: papers[one].title for number, one in ids.items() if one in papers}
