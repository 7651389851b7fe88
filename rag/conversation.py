"""What an answer must know of the answers before it.

Owns the numbers that papers keep and the exchanges that a follow-up may refer to; knows
nothing about how a follow-up is understood.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.question import Filter
from rag.records import Paper
from rag.replies import Answer, Column, Offer

REMEMBERED = 6


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it, as far as a later question may refer to it.

    `question` stands alone; `cited` are the papers' numbers in the order in which the answer
    first cites them, `offered` those that it was given, best first; `sides` those compared.
    `text` is the answer's beginning.
    """

    question: str
    cited: tuple[int, ...] = ()
    offered: tuple[int, ...] = ()
    sides: tuple[Column, ...] = ()
    filters: tuple[Filter, ...] = ()
    text: str = ""
    refused: bool = False

    @classmethod
    def of(cls, answer: Answer) -> Exchange:
        """What is remembered of an answer."""
        said = (*answer.sentences, *answer.cells)
        cited = dict.fromkeys(number for one in said for number in one.citations)
        understood = answer.understood
        return cls(
            question=understood.question if understood else answer.question,
            cited=tuple(cited),
            offered=tuple(offer.number for offer in answer.papers),
            sides=answer.comparison.sides if answer.comparison else (),
            filters=understood.filters if understood else (),
            text=answer.text[:600],
            refused=answer.refused,
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """The papers that have numbers, and the last exchanges, oldest first.

    A paper keeps the number under which it was first offered; `numbers[n - 1]` is the
    paper_id that `[n]` means.
    """

    numbers: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()

    @property
    def last(self) -> Exchange | None:
        return self.exchanges[-1] if self.exchanges else None

    def number(self, papers: tuple[Paper, ...]) -> tuple[Offer, ...]:
        """Offer papers under their numbers: known ones keep theirs, new ones take the next."""
        known = {paper_id: number for number, paper_id in enumerate(self.numbers, start=1)}
        for paper in papers:
            known.setdefault(paper.paper_id, len(known) + 1)
        return tuple(Offer(known[paper.paper_id], paper) for paper in papers)

    def after(self, answer: Answer) -> Conversation:
        """The conversation once this answer has been given."""
        known = dict.fromkeys(self.numbers)
        known.update(
            (offer.paper.paper_id, None)
            for offer in sorted(answer.papers, key=lambda offer: offer.number)
        )
        exchanges = (*self.exchanges, Exchange.of(answer))[-REMEMBERED:]
        return Conversation(tuple(known), exchanges)
