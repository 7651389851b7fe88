"""The chips of citations: a number that leads to the sentence it rests on.

Owns a chip's address, its look and its words; knows nothing about where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from rag.replies import Offer, Sentence

UNMATCHED = "no sentence of its abstract was matched: check it"


def render_chips(
    turn: int, offers: Mapping[int, Offer], sentence: Sentence, anchor: str = ""
) -> str:
    """A chip for each paper that the sentence cites; numbers that were not offered have none."""
    numbers = (number for number in sentence.citations if number in offers)
    return "".join(render_chip(turn, offers[number], sentence, anchor) for number in numbers)


def render_chip(turn: int, offer: Offer, sentence: Sentence | None = None, anchor: str = "") -> str:
    """`anchor` names the sentence within its turn: `s3`, `c2` for a cell, `q1` for the premise.

    Without one the chip leads to the paper. A sentence that was held against its papers
    says what was found by a mark of its own; the chip asks for a check only without that.
    What the paper says is shown by `hover.js`, out of the paper's card.
    """
    target = f"#t{turn}-p{offer.number}" + (f"-{anchor}" if anchor else "")
    unmatched = sentence is not None and not is_matched(sentence, offer)
    title = f"{offer.paper.title} ({UNMATCHED})" if unmatched else offer.paper.title
    return (
        f'<a class="cite{" fn-check" if unmatched else ""}" href="{target}"'
        f' aria-label="{escape(f"Source {offer.number}: {title}")}">{offer.number}</a>'
    )


def is_matched(sentence: Sentence, offer: Offer) -> bool:
    """Whether the sentence was held against its papers, or rests on words of this one."""
    if sentence.verdict:
        return True
    return any(item.paper_id == offer.paper.paper_id for item in sentence.evidence)
