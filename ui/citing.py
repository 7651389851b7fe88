"""From a source back to the sentences that cite it.

Owns the list in a source's card; knows nothing about the cards around it. Where a link
leads, and what was found when the sentence was checked, is `back.js` and `hover.js`'s to use.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import zip_longest

from rag.places import MARKS
from rag.replies import Offer, Sentence
from ui.chips import UNMATCHED, is_matched
from ui.support import WORDS
from ui.turns import Turn

LONGEST = 110
PREMISE = "What the question takes for granted"


def list_anchored(turn: Turn) -> Iterable[tuple[str, str, Sentence]]:
    """(anchor, what it is called, the sentence): sentences as `s1`…, the cells of a
    comparison as `c1`…, the premise as `q1`."""
    for number, one in enumerate(turn.sentences, start=1):
        yield f"s{number}", shorten(one.text), one
    for number, (name, one) in enumerate(_name_cells(turn), start=1):
        yield f"c{number}", name, one
    if turn.premise:
        yield "q1", PREMISE, turn.premise


def render_citing(turn: Turn, offer: Offer) -> str:
    """What cites the paper, each a link to it; empty where nothing does."""
    items = "".join(
        f"<li>{_link(turn, offer, anchor, name, sentence)}</li>"
        for anchor, name, sentence in list_anchored(turn)
        if offer.number in sentence.citations and (turn.claims or anchor == "q1")
    )
    if not items:
        return ""
    return f'<div class="fn-citing"><p>Cited by</p><ul>{items}</ul></div>'


def shorten(text: str) -> str:
    """One line of at most `LONGEST` characters, without marks and emphasis, cut at a blank."""
    line = " ".join(MARKS.sub("", text).replace("**", "").replace("`", "").split())
    if len(line) <= LONGEST:
        return line
    cut = line[: LONGEST + 1].rpartition(" ")[0] or line[:LONGEST]
    return cut.rstrip(" ,;:—–-") + "…"


def _name_cells(turn: Turn) -> Iterable[tuple[str, Sentence]]:
    comparison = turn.answer.comparison if turn.answer else None
    if comparison is None:
        return
    for aspect in comparison.aspects:
        for side, cell in zip_longest(comparison.sides, aspect.cells):
            if cell:
                yield shorten(f"{aspect.name}, {side.name}" if side else aspect.name), cell


def _link(turn: Turn, offer: Offer, anchor: str, name: str, sentence: Sentence) -> str:
    found, why = "", ""
    if sentence.verdict:
        found, why = WORDS.get(sentence.verdict.support, ""), sentence.verdict.reason
    elif not is_matched(sentence, offer):
        why = f"{UNMATCHED[:1].upper()}{UNMATCHED[1:]}."
    return (
        f'<a class="fn-back" href="#t{turn.number}-p{offer.number}-{anchor}"'
        f' data-found="{found}" data-why="{escape(why)}">{escape(name)}</a>'
    )
