"""The panel of sources: for each turn the papers that were read, as cards with abstracts.

Owns the cards and the marking of evidence in them; knows nothing about Gradio. Pure, and
escapes everything a page wrote, because `gr.HTML` shows it unsanitised. Which turn is
shown and which card is open is the browser's to remember (`chat.js`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise

from rag.records import Paper
from rag.replies import Offer, Sentence
from ui.citing import render_citing
from ui.paper import library_address, render_authors, render_link, render_meta
from ui.turns import Turn


def render_sources(turns: Sequence[Turn]) -> str:
    """The panel; empty while no turn has found a paper."""
    sections = "".join(_section(turn) for turn in turns if turn.offers)
    if not sections:
        return ""
    return (
        '<div class="fn-backdrop"></div>'
        '<div class="fn-panel" id="fn-panel" role="complementary" aria-label="Sources"'
        ' tabindex="-1">'
        '<header class="fn-panel-head"><h2>Sources</h2>'
        '<button type="button" class="fn-close" aria-label="Close the sources">'
        '<span aria-hidden="true">×</span></button></header>'
        f'<div class="fn-panel-body">{sections}</div></div>'
    )


def _section(turn: Turn) -> str:
    cited = [offer for offer in turn.offers if offer.cited]
    others = [offer for offer in turn.offers if not offer.cited]
    by_number = sorted(cited, key=lambda offer: offer.number)
    cards = "".join(_card(turn, offer) for offer in by_number)
    folded = _also_read(turn, others) if cited else "".join(_card(turn, one) for one in others)
    return (
        f'<section class="fn-sources" id="sources-t{turn.number}" data-turn="{turn.number}">'
        f'<p class="fn-for">{escape(turn.question)}</p>{cards}{folded}</section>'
    )


def _also_read(turn: Turn, offers: Sequence[Offer]) -> str:
    if not offers:
        return ""
    cards = "".join(_card(turn, offer) for offer in offers)
    return (
        f'<details class="fn-also" id="t{turn.number}-also"><summary>Also read, not cited'
        f" <span>{len(offers)}</span></summary>{cards}</details>"
    )


def _card(turn: Turn, offer: Offer) -> str:
    paper = offer.paper
    body = f'<p class="fn-abstract">{_abstract(turn, paper)}</p>'
    body += render_citing(turn, offer)
    body += render_authors(paper) + _links(paper)
    return (
        f'<details class="fn-card" id="t{turn.number}-p{offer.number}"><summary>'
        f'<span class="fn-number">{offer.number}</span>'
        f'<span class="fn-head"><span class="fn-title">{escape(paper.title)}</span>'
        f'<span class="fn-meta">{render_meta(paper)}</span></span></summary>'
        f'<div class="fn-card-body">{_unmatched(turn, offer)}{body}</div></details>'
    )


def _unmatched(turn: Turn, offer: Offer) -> str:
    """Shown by `chat.js` where the sentence that was clicked has no evidence here."""
    if not offer.cited or turn.answer is None:
        return ""
    return (
        '<p class="fn-unmatched">No sentence of this abstract was matched to the sentence '
        "you clicked: read it before you rely on it.</p>"
    )


def _links(paper: Paper) -> str:
    here = f'<a href="{library_address(paper.paper_id)}">In the library</a>'
    parts = (render_link(paper), here)
    return f'<p class="fn-link">{"".join(f"<span>{part}</span>" for part in parts if part)}</p>'


def _abstract(turn: Turn, paper: Paper) -> str:
    """The abstract, cut where evidence begins and ends.

    Each piece of evidence carries the anchors of all that rests on it as classes, so that
    a click on a mark can light up just its own.
    """
    text = paper.abstract
    spans = list(_evidence(turn, paper))
    edges = {edge for _, start, end in spans for edge in (start, end)}
    cuts = sorted(edges | {0, len(text)})
    return "".join(
        _piece(text[a:b], [name for name, s, e in spans if s <= a < e]) for a, b in pairwise(cuts)
    )


def _evidence(turn: Turn, paper: Paper) -> Iterable[tuple[str, int, int]]:
    """(the anchor of what rests on it, start, end) for what lies inside this abstract."""
    for anchor, sentence in _anchored(turn):
        for item in sentence.evidence:
            inside = 0 <= item.start < item.end <= len(paper.abstract)
            if item.paper_id == paper.paper_id and inside:
                yield anchor, item.start, item.end


def _anchored(turn: Turn) -> Iterable[tuple[str, Sentence]]:
    """Sentences as `s1`…, the cells of a comparison as `c1`…, the premise as `q1`."""
    yield from ((f"s{n}", one) for n, one in enumerate(turn.sentences, start=1))
    yield from ((f"c{n}", one) for n, one in enumerate(turn.cells, start=1))
    if turn.premise:
        yield "q1", turn.premise


def _piece(text: str, anchors: Sequence[str]) -> str:
    if not anchors:
        return escape(text)
    return f'<mark class="ev {" ".join(dict.fromkeys(anchors))}">{escape(text)}</mark>'
