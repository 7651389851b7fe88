"""What an engine streams while it answers: Found, then TextDeltas with Checked between, then Done.

Owns the records of a stream; knows nothing about how any of them is made.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.question import Selection, Understood
from rag.replies import Answer, Offer, Sentence


@dataclass(frozen=True, slots=True)
class Found:
    """Streamed first: the papers offered, and what to tell before a real answer."""

    papers: tuple[Offer, ...]
    retrieve_ms: float
    missing_terms: tuple[str, ...] = ()
    understood: Understood | None = None
    selection: Selection | None = None
    premise: Sentence | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Streamed next, many times: a stretch of the answer, invalid marks already removed."""

    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Streamed between: the sentences that have come whole so far, held against the papers."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """Streamed last: the answer, whole. Its text is authoritative over the deltas."""

    answer: Answer


Event = Found | TextDelta | Checked | Done
