"""The papers of an answer that are lit on the map.

Owns which those are and under which numbers; knows nothing about maps or HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.records import PartialDate
from ui.turns import Turn


@dataclass(frozen=True, slots=True)
class Lit:
    """A paper under the number that the conversation cites it by."""

    number: int
    paper_id: str
    title: str
    date: PartialDate | None


def find_lit(turns: Sequence[Turn], whole: bool = False) -> tuple[Lit, ...]:
    """The papers that the last answer cited, by their numbers; of the whole conversation
    where that is asked for."""
    asked = turns if whole else turns[-1:]
    cited = {
        offer.number: Lit(offer.number, offer.paper.paper_id, offer.paper.title, offer.paper.date)
        for turn in asked
        for offer in turn.offers
        if offer.cited
    }
    return tuple(cited[number] for number in sorted(cited))


def count_answers(turns: Sequence[Turn]) -> int:
    """How many of the answers cite a paper."""
    return sum(any(offer.cited for offer in turn.offers) for turn in turns)
