"""The numbered papers as the model is given them.

Owns what a paper looks like in a prompt and how many fit; knows nothing about answers.
Abstracts are other people's text: nothing in them may look like the prompt's own frame or
like another paper's number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rag.replies import Offer

CHARACTERS_A_TOKEN = 3.2  # English abstracts run to 4 to 5; LaTeX and names need the margin
PROMPT_TOKENS = 500
# Joiners, fillers and variation selectors: letters and marks by category, and yet unseen.
HIDDEN = frozenset("\u034f\u115f\u1160\u3164\uffa0") | {chr(0xFE00 + one) for one in range(16)}
# A run of blanks, slashes and opening brackets is matched whole, so that no text takes more
# than linear time, and nothing is left of which the frame could be put together again.
FRAME = re.compile(r"([<＜﹤\s/／\\]+)(papers?\b\s*[>＞﹥]?)?", re.IGNORECASE)
FOREIGN_MARK = re.compile(
    r"[\[【［]([ ]?(?:papers?|#)?[ ]?\^?\d[\d ,;^–-]*(?:†[^\[\]【】［］]{0,60})?)[\]】］]",
    re.IGNORECASE,
)


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


def defuse(text: str) -> str:
    """Other people's text, fit to stand in a prompt: one line, no invisible characters, no
    frame, and none of another paper's marks `[n]`."""
    visible = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or not _is_hidden(character)
    )
    unframed = FRAME.sub(_drop_frame, " ".join(visible.split()))
    return FOREIGN_MARK.sub(r"(\1)", " ".join(unframed.split()))


def _is_hidden(character: str) -> bool:
    """Whether a character shows nothing of itself, or is none (half of a surrogate pair)."""
    return character in HIDDEN or unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Cs")


def _drop_frame(match: re.Match[str]) -> str:
    """A blank for `</papers>` and its like; anything else as it stands."""
    opens = any(bracket in match.group(1) for bracket in "<＜﹤")
    return " " if opens and match.group(2) else match.group()
