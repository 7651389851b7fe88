"""Answers that say that there is none.

Owns their words; knows nothing about when a question is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.filters.selecting import label
from rag.question import Filter, Selection
from rag.replies import Answer, Mode, Offer, Sentence
from rag.scope import Scope

NEAREST = 3
NOTHING_ABOUT = "Nothing in these papers is about this."
NOT_ANSWERED = "These papers do not answer this."


def refuse(reason: str, offers: Sequence[Offer], mode: Mode) -> Answer:
    """An answer that says that there is none, and names the nearest papers."""
    nearest = offers[:NEAREST]
    names = "; ".join(f"{offer.paper.title} [{offer.number}]" for offer in nearest)
    plain = "; ".join(offer.paper.title for offer in nearest)
    sentences = [Sentence(reason)]
    if nearest:
        cited = tuple(offer.number for offer in nearest)
        sentences.append(Sentence(f"The nearest are: {plain}.", cited))
    return Answer(
        question="",
        text=f"{reason} The nearest are: {names}." if nearest else reason,
        mode=mode,
        refused=True,
        sentences=tuple(sentences),
        papers=mark_cited(offers, sentences),
    )


def explain_refusal(scope: Scope) -> str:
    """Why a question is refused before anything is written."""
    if not scope.missing_terms:
        return NOTHING_ABOUT
    terms = " or ".join(f"“{term}”" for term in scope.missing_terms)
    return f"No paper here mentions {terms}, and nothing else here answers this."


def explain_selection(filters: Sequence[Filter], selection: Selection) -> str:
    """Why no paper is left, where filters leave all of them out."""
    wanted = ", ".join(label(one) for one in filters if not one.orders)
    unknown = f" Of {selection.unknown} that is not known." if selection.unknown else ""
    return f"No paper here is known to fit “{wanted}”.{unknown}"


def mark_cited(offers: Sequence[Offer], sentences: Sequence[Sentence]) -> tuple[Offer, ...]:
    """The offers, those marked that a sentence cites."""
    cited = {number for sentence in sentences for number in sentence.citations}
    return tuple(replace(offer, cited=offer.number in cited) for offer in offers)
