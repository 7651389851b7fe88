"""The numbered papers as the model is given them.

Owns what a paper looks like in a prompt and how many fit; knows nothing about answers.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.defuse import defuse
from rag.replies import Offer

CHARACTERS_A_TOKEN = 3.2  # English abstracts run to 4 to 5; LaTeX and names need the margin
PROMPT_TOKENS = 500


def write_evidence(offers: Sequence[Offer]) -> str:
    """Every paper as `[n] title (what is known)` and its abstract."""
    return "\n\n".join(_write_paper(offer) for offer in offers)


def fit_offers(offers: Sequence[Offer], tokens: int) -> tuple[Offer, ...]:
    """The papers whose text fits into this many tokens: whole papers, lowest dropped first.

    A paper that would not fit alone makes no room for itself. Where none fits the first is
    given, and the server says what it thinks of it. Tokens are reckoned from characters, on
    the safe side, because the endpoint's tokenizer is not known.
    """
    whole = room = (tokens - PROMPT_TOKENS) * CHARACTERS_A_TOKEN
    fitting: list[Offer] = []
    for offer in offers:
        cost = len(_write_paper(offer)) + 2
        if cost > whole:
            continue
        room -= cost
        if room < 0:
            break
        fitting.append(offer)
    return tuple(fitting or offers[:1])


def _write_paper(offer: Offer) -> str:
    paper = offer.paper
    known = [
        ", ".join(paper.authors[:3]) + (" et al." if len(paper.authors) > 3 else ""),
        f"{paper.author_count} authors" if paper.author_count and not paper.authors else "",
        paper.date.in_words() if paper.date else "",
    ]
    details = defuse("; ".join(part for part in known if part))
    head = f"[{offer.number}] {defuse(paper.title)}" + (f" ({details})" if details else "")
    return f"{head}\n{defuse(paper.abstract)}"
