"""One question and what became of it, and the questions and answers of one browser tab.

Owns the state that a tab keeps on the server; knows nothing about HTML, Gradio, who makes
the events of an answer, or where conversations are kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rag.conversation import Conversation, Exchange
from rag.events import Checked, Done, Event, Found, TextDelta
from rag.question import Filter, Selection, Understood
from rag.replies import Answer, Mode, Offer, Sentence
from ui.adding.pending import Pending
from ui.library.browsing import Browsing
from ui.line import Spot
from ui.reading import Problem, Reading
from ui.setup.state import Setup


class Stage(StrEnum):
    """How far an answer has come."""

    SEARCHING = "searching"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits, without the filters that the reader took off.

    `before` are the exchanges that it may refer to; None for all there are when its turn
    comes. A question asked again means what it meant at first. `replaces`: it stands in the
    place of a turn that was taken away with all that followed.
    """

    question: str
    dropped: tuple[Filter, ...] = ()
    before: tuple[Exchange, ...] | None = None
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Rated:
    """What the reader said of one sentence, by its place in the answer, from 0."""

    sentence: int
    liked: bool
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, numbered from 1 in its conversation, and what has come of it so far.

    `ahead` counts the questions of others that are answered first; `sentences` are those
    checked so far; once the answer is whole, the answer's. `kept` is its
    number in the kept conversation, 0 where it is not there; `liked` and `comment` are what
    the reader said of it, `rated` what of single sentences.
    """

    number: int
    question: str
    dropped: tuple[Filter, ...] = ()
    before: tuple[Exchange, ...] = ()
    stage: Stage = Stage.SEARCHING
    ahead: int = 0
    understood: Understood | None = None
    selection: Selection | None = None
    premise: Sentence | None = None
    offers: tuple[Offer, ...] = ()
    missing_terms: tuple[str, ...] = ()
    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    answer: Answer | None = None
    problem: Problem | None = None
    replaces: bool = False
    kept: int = 0
    liked: bool | None = None
    comment: str = ""
    rated: tuple[Rated, ...] = ()

    @property
    def without(self) -> frozenset[str]:
        """The keys of the filters that the reader took off."""
        return frozenset(filter.key for filter in self.dropped)

    @property
    def claims(self) -> bool:
        """Whether its sentences claim what abstracts say: no refusal, no library's record."""
        answer = self.answer
        return not (answer and (answer.refused or answer.mode is Mode.LIBRARY))

    @property
    def cells(self) -> tuple[Sentence, ...]:
        """The cells of its comparison, row after row."""
        comparison = self.answer.comparison if self.answer else None
        aspects = comparison.aspects if comparison else ()
        return tuple(cell for aspect in aspects for cell in aspect.cells)

    def rating(self, sentence: int) -> Rated | None:
        """What the reader said of a sentence; None where nothing."""
        return next((one for one in self.rated if one.sentence == sentence), None)

    def again_without(self, key: str) -> Asked | None:
        """The same question without one more filter; None where it has no such filter."""
        filters = self.understood.filters if self.understood else ()
        taken = tuple(filter for filter in filters if filter.key == key)
        return Asked(self.question, self.dropped + taken, self.before) if taken else None

    def after(self, event: Event) -> Turn:
        """The turn once this event has been read."""
        match event:
            case Found():
                return replace(
                    self,
                    stage=Stage.WRITING,
                    offers=event.papers,
                    missing_terms=event.missing_terms,
                    understood=event.understood,
                    selection=event.selection,
                    premise=event.premise,
                )
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
                    sentences=answer.sentences,
                    understood=answer.understood or self.understood,
                    selection=answer.selection or self.selection,
                    premise=answer.premise or self.premise,
                    answer=answer,
                )

    def stopped(self) -> Turn:
        """The turn as the reader's Stop leaves it: what has come so far stays."""
        return self if self.stage is Stage.DONE else replace(self, stage=Stage.STOPPED)

    def now_kept(self, number: int) -> Turn:
        """The turn once it stands in the kept conversation, under this number there."""
        return replace(self, kept=number, replaces=False)

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
        return Answer(
            self.question,
            self.text,
            Mode.QUOTING,
            sentences=self.sentences,
            papers=self.offers,
            understood=self.understood,
            complete=False,
        )


@dataclass(slots=True)
class Chat:
    """What one browser tab has asked: its turns, the questions that wait, the numbers.

    `owner` names the browser, `saved_id` the conversation where it is kept, `words` what the
    kept ones are searched for, `editing` the turn whose question stands in the box,
    `replaced` the one that was asked again last, while that can be undone.
    `quoting`: answered by quoting, whoever else could. The rooms keep what they need of this
    tab in `browsing`, `pending` and `setup`.

    The only mutable record of the browser's side: handlers of the same tab overlap (a
    second question, Stop), and all of them must see the same one. They run on one event
    loop, and nothing here awaits; `Keeper` writes from a thread while its handler waits.
    """

    turns: list[Turn] = field(default_factory=list)
    waiting: deque[Asked] = field(default_factory=deque)
    conversation: Conversation = field(default_factory=Conversation)
    reading: Reading | None = None
    spot: Spot | None = None
    busy: bool = False
    round: int = 0
    owner: str = ""
    saved_id: str = ""
    words: str = ""
    editing: int = 0
    replaced: int = 0
    quoting: bool = False
    browsing: Browsing = field(default_factory=Browsing)
    pending: Pending = field(default_factory=Pending)
    setup: Setup = field(default_factory=Setup)

    def begin(self) -> Turn:
        """Turn the question that has waited longest into a turn."""
        asked = self.waiting.popleft()
        before = self.conversation.exchanges if asked.before is None else asked.before
        turn = Turn(len(self.turns) + 1, asked.question, asked.dropped, before)
        turn = replace(turn, replaces=asked.replaces)
        self.turns.append(turn)
        return turn

    def again_without(self, number: int, key: str) -> Asked | None:
        """A turn's question without one of its filters.

        None where there is no such turn or filter, or where just that is asked already.
        """
        turns = [turn for turn in self.turns if turn.number == number]
        asked = turns[0].again_without(key) if turns else None
        return None if asked is None or asked in (*self.waiting, self._answering()) else asked

    def _answering(self) -> Asked | None:
        """What is being answered just now."""
        last = self.turns[-1] if self.busy and self.turns else None
        return Asked(last.question, last.dropped, last.before) if last else None

    def update(self, turn: Turn) -> None:
        """Keep the newest state of a turn; once it is over, keep its numbers."""
        self.turns[turn.number - 1] = turn
        numbering = turn.numbering()
        if numbering and turn.stage in (Stage.DONE, Stage.STOPPED, Stage.FAILED):
            self.conversation = self.conversation.after(numbering)

    def stop(self) -> None:
        """Close the stream that is being read, if any, or leave the line before it."""
        if self.spot:
            self.spot.leave()
        if self.reading:
            self.reading.stop()

    def clear(self) -> None:
        """Begin a new conversation. The `round` tells a handler that its turn is gone."""
        self.stop()
        self.turns.clear()
        self.waiting.clear()
        self.conversation = Conversation()
        self.saved_id = ""
        self.editing = self.replaced = 0
        self.round += 1

    def restore(self, saved_id: str, turns: Sequence[Turn], conversation: Conversation) -> None:
        """Show a kept conversation in place of what is here."""
        self.clear()
        self.saved_id = saved_id
        self.turns.extend(turns)
        self.conversation = conversation

    def rewind(self, number: int, question: str = "") -> Asked | None:
        """Take a turn away with all that follow, and ask its question anew, or another one.

        None where there is no such turn. Numbers that were given stay given.
        """
        if not 1 <= number <= len(self.turns):
            return None
        turn = self.turns[number - 1]
        self.stop()
        self.waiting.clear()
        del self.turns[number - 1 :]
        self.round += 1
        self.editing = 0
        self.conversation = Conversation(self.conversation.numbers, turn.before)
        dropped = turn.dropped if not question else ()
        return Asked(question or turn.question, dropped, turn.before, replaces=True)
