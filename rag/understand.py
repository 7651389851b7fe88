"""A question in its conversation -> what it means.

Owns the order in which a question is read: what it refers to, which filters it names, what
it compares. Knows nothing about retrieval. Without an endpoint all of it is done by rule;
with one, a question that refers back is put into words that stand alone by one short call.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from rag.comparison.sides import find_sides, shorten
from rag.conversation import Conversation
from rag.filters.finding import find_filters
from rag.filters.selecting import knows_author
from rag.followup.resolving import Resolved, resolve
from rag.library import Library
from rag.question import Filter, Side, Understood
from rag.rewrite import Rewriter

# "and compared with LoRA?", "versus dropout": a side is added to those compared before.
ADDED = re.compile(
    r"(?:and|but|so)?[ ,]*(?:what|how)?(?: (?:about|is|are|does|do))?(?: (?:it|that|this|they|these"
    r"|those|both))?[ ,]*(?:(?:when|if|as) )?"
    r"(?:compar(?:ed?|es|ing)(?: (?:it|them|that|this|these|those|both))? (?:with|to|against)"
    r"|versus|vs\.?|against|relative to|next to) (?P<side>[^?.!;]{2,80})[?.! ]*$",
    re.IGNORECASE,
)
COMPARES = re.compile(
    r"\b(?:compar\w+|contrast\w*|differ\w*|(?:dis)?agree\w*|contradict\w*|conflict\w*|versus|vs"
    r"|same|similar\w*|alike|in common|consistent|at odds|relate\w*|better|worse)\b",
    re.IGNORECASE,
)


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
        sides = self._find_sides(question, resolved, conversation)
        return Understood(
            asked=question,
            question=resolved.question,
            about=resolved.about,
            filters=tuple(one for one in filters if one.key not in without),
            sides=sides,
            follows=resolved.follows,
        )

    def _find_sides(
        self, question: str, resolved: Resolved, conversation: Conversation
    ) -> tuple[Side, ...]:
        """The sides that the question names; those compared last with the one that it adds;
        or the papers that it means, where it asks how they compare."""
        last = conversation.last
        compared = last.sides if last and resolved.follows and len(last.sides) > 1 else ()
        kept = tuple(Side(side.name, side.name, side.papers) for side in compared)
        if kept and (added := ADDED.match(" ".join(question.split()))):
            return (*kept, Side(added["side"], added["side"]))
        papers = {number for side in kept for number in side.numbers}
        if kept and papers == set(resolved.about) and COMPARES.search(question):
            return kept
        if sides := find_sides(resolved.question):
            return sides
        if len(resolved.about) > 1 and COMPARES.search(question):
            titles = self._find_titles(conversation)
            return tuple(
                Side(shorten(titles[one]), titles[one], (one,))
                for one in resolved.about
                if one in titles
            )
        return ()

    def _find_filters(self, resolved: Resolved, conversation: Conversation) -> tuple[Filter, ...]:
        """Those that the question names; a follow-up keeps those of the question before it."""
        found = find_filters(resolved.question, self.today(), self._knows_author)
        if not resolved.follows or resolved.about or not conversation.last:
            return found
        fields = {one.field for one in found}
        return found + tuple(one for one in conversation.last.filters if one.field not in fields)

    def _knows_author(self, name: str) -> bool:
        return knows_author(name, self.library.facts(abstracts=False))

    def _find_titles(self, conversation: Conversation) -> dict[int, str]:
        """The titles of the papers that have numbers."""
        ids = dict(enumerate(conversation.numbers, start=1))
        papers = self.library.get(list(ids.values()))
        return {number: papers[one].title for number, one in ids.items() if one in papers}
