"""The records of what is kept: conversations listed, opened, and answers rated.

Owns their fields, and the Conversation that goes on where a kept one ended; knows nothing
about where they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rag.conversation import REMEMBERED, Conversation, Exchange
from rag.question import Filter
from rag.replies import Answer, Evidence, Sentence


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in a list. `updated` is in UTC; `turns` counts its questions."""

    id: str
    title: str
    updated: datetime
    turns: int


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """A question with its answer. `number` counts from 1; `asked_at`, in UTC, is when the
    answer was kept; `dropped` are the filters that the reader had taken off."""

    number: int
    answer: Answer
    asked_at: datetime
    answer_id: str
    dropped: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """A kept conversation, whole, its turns in order."""

    id: str
    title: str
    updated: datetime
    turns: tuple[SavedTurn, ...]

    @property
    def conversation(self) -> Conversation:
        """What the next question is to be asked with: numbers stay, follow-ups go on."""
        return rebuild_conversation(self.turns)

    def before(self, number: int) -> Conversation:
        """What the question of turn `number` is to be asked with when it is asked anew."""
        return rebuild_conversation(self.turns[: number - 1])


def rebuild_conversation(turns: Sequence[SavedTurn]) -> Conversation:
    """The Conversation that these turns make.

    Not `Conversation.after` from turn to turn: where an answer was never kept (it failed, or
    was edited away), its numbers are missing among those of the others. Each such gap is
    filled with a name that no paper has, so that every other number keeps its paper.
    """
    known = {offer.number: offer.paper.paper_id for turn in turns for offer in turn.answer.papers}
    numbers = (known.get(one, f"(number {one})") for one in range(1, max(known, default=0) + 1))
    exchanges = (Exchange.of(turn.answer) for turn in turns[-REMEMBERED:])
    return Conversation(tuple(numbers), tuple(exchanges))


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thought of an answer, with all that is needed to look into it later.

    `sentence` is the place in `answer.sentences` of the one that was rated, from 0; None for
    the whole answer. `settings` are those that the answer hangs on, without keys. `created`
    and `changed` are in UTC. It outlives its conversation.
    """

    id: str
    owner: str
    conversation_id: str
    turn: int
    sentence: int | None
    liked: bool
    comment: str
    created: datetime
    changed: datetime
    answer_id: str
    answer: Answer
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def question(self) -> str:
        return self.answer.question

    @property
    def rated(self) -> tuple[Sentence, ...]:
        """The sentence that was rated; for a whole answer its premise, sentences and cells."""
        if self.sentence is not None:
            return (self.answer.sentences[self.sentence],)
        premise = (self.answer.premise,) if self.answer.premise else ()
        return (*premise, *self.answer.sentences, *self.answer.cells)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The sentences of abstracts that what was rated rests on, each once."""
        return tuple(dict.fromkeys(one for said in self.rated for one in said.evidence))
