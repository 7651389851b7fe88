"""How far the cited abstracts support an answer: the mark of a sentence, the count, the switch.

Owns how a verdict is shown and worded; knows nothing about how it was reached, and claims
no more than was checked. Which turn's sentences are hidden is the browser's to remember
(`chat.js`); a hidden sentence always leaves a trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape, unescape

from rag.replies import Offer, Sentence, Support
from ui.chips import render_chips
from ui.turns import Turn

WORDS = {
    Support.SUPPORTED: "Supported",
    Support.PARTLY: "Supported in part",
    Support.NOT_FOUND: "Support not found",
    Support.CONTRADICTED: "Contradicted",
}
_SIGNS = {Support.PARTLY: "≈", Support.NOT_FOUND: "?", Support.CONTRADICTED: "!"}
_CLASSES = {
    Support.PARTLY: "fn-partly",
    Support.NOT_FOUND: "fn-notfound fn-unfound",
    Support.CONTRADICTED: "fn-contradicted fn-unfound",
}
_COUNT_TITLES = {
    "wording": "The wording was looked for in the cited abstracts.",
    "meaning": "A model judged whether the sentences follow from the cited abstracts.",
}
_SOURCELESS = "This sentence cites no paper: check it"


# --- one sentence -------------------------------------------------------------------


def needs_mark(sentence: Sentence, whole: bool) -> bool:
    """Whether anything but its chips is shown for the sentence.

    One that cites nothing and was not checked is judged only in a `whole` answer.
    """
    if sentence.verdict is None:
        return whole and not sentence.citations
    return sentence.verdict.support in _CLASSES or is_sourceless(sentence)


def is_sourceless(sentence: Sentence) -> bool:
    """Whether it cites nothing, though it would have to."""
    needs = sentence.verdict is None or sentence.verdict.support is not Support.NOT_NEEDED
    return needs and not sentence.citations


def mark_class(sentence: Sentence) -> str:
    """The classes of a sentence's pieces; empty where nothing was found wanting."""
    return _CLASSES.get(sentence.verdict.support, "") if sentence.verdict else ""


def mark_text(html: str, sentence: Sentence, anchor: str = "") -> str:
    """A piece of the sentence's HTML, underlined as its verdict wants it; a full stop that
    stands alone behind a chip is not. With an `anchor` the browser can find the piece."""
    classes = mark_class(sentence)
    at = f' data-at="{anchor}"' if anchor else ""
    if not any(map(str.isalnum, unescape(html))):
        return f'<span class="{classes}">{html}</span>' if classes else html
    if not classes or sentence.verdict is None:
        return f"<span{at}>{html}</span>" if anchor else html
    title = f"{WORDS[sentence.verdict.support]}: {sentence.verdict.reason}".rstrip(": ")
    return f'<span class="fn-claim {classes}" title="{escape(title)}"{at}>{html}</span>'


def render_mark(turn: int, offers: Mapping[int, Offer], sentence: Sentence, anchor: str) -> str:
    """What stands behind the sentence: `no source`, or a sign that tells the reason."""
    if is_sourceless(sentence):
        hidden = " fn-unfound" if sentence.is_unsupported else ""
        return f'<span class="fn-uncited{hidden}" title="{_SOURCELESS}">no source</span>'
    classes = mark_class(sentence)
    if not classes or sentence.verdict is None:
        return ""
    support = sentence.verdict.support
    why = f"t{turn}-{anchor}-why"
    # No <button>: a line may break before one, and a sign alone on a line belongs to nothing.
    return (
        f'<span class="fn-why {classes}">\u2060<a class="fn-doubt" role="button"'
        f' href="#{why}" aria-expanded="false" aria-controls="{why}"'
        f' aria-label="{WORDS[support]}: why?"><span aria-hidden="true">{_SIGNS[support]}</span>'
        f'</a><span class="fn-reason" id="{why}" role="note">'
        f"<b>{WORDS[support]}</b> {escape(sentence.verdict.reason)}"
        f"{_quote(turn, offers, sentence, anchor)}</span></span>"
    )


def _quote(turn: int, offers: Mapping[int, Offer], sentence: Sentence, anchor: str) -> str:
    """The sentences of the abstracts that came nearest."""
    quoted = dict.fromkeys(item.sentence for item in sentence.evidence)
    if not quoted:
        return ""
    text = " ".join(f"<q>{escape(words)}</q>" for words in quoted)
    chips = render_chips(turn, offers, sentence, anchor)
    return f'<span class="fn-nearest"><span>Nearest in the abstract:</span> {text}{chips}</span>'


def render_gap(count: int, noun: str = "sentence") -> str:
    """The trace that hidden sentences leave where they stood."""
    return f'<span class="fn-gap">{count_of(count, noun)} hidden</span>'


# --- the answer ---------------------------------------------------------------------


def render_count(turn: Turn) -> str:
    """`7 of 8 sentences supported`, and the switch that hides those without support."""
    words = count_words(turn)
    if not words:
        return ""
    title = _COUNT_TITLES[turn.answer.judged if turn.answer else "wording"]
    return (
        f'<span class="fn-support"><span title="{title} Follow a number to read the sentence.">'
        f"{words}</span>"
        f"{_switch(turn)}</span>"
    )


def count_words(turn: Turn) -> str:
    """How many sentences, and cells of a table, were found supported; or empty."""
    if not turn.claims:
        return ""
    parts = [_tally(turn.sentences, "sentence"), _tally(turn.cells, "cell")]
    words = " and ".join(part for part in parts if part)
    return f"{words} supported" if words else ""


def _tally(sentences: Sequence[Sentence], noun: str) -> str:
    found = [one.verdict.support for one in sentences if one.verdict]
    needing = [support for support in found if support is not Support.NOT_NEEDED]
    if not needing:
        return ""
    return f"{needing.count(Support.SUPPORTED)} of {count_of(len(needing), noun)}"


def starts_hidden(turn: Turn) -> bool:
    """Whether the configuration wants what has no support hidden until the reader asks."""
    return bool(turn.answer and turn.answer.hidden) and turn.claims


def _switch(turn: Turn) -> str:
    unfound = [one for one in (*turn.sentences, *turn.cells) if one.is_unsupported]
    if not unfound:
        return ""
    contradicted = any(
        one.verdict and one.verdict.support is Support.CONTRADICTED for one in unfound
    )
    words = f"the {len(unfound)} {'without support' if contradicted else 'not found'}"
    return (
        f'<button type="button" class="fn-hide" data-turn="{turn.number}">'
        f'<span class="fn-when-shown">Hide {words}</span>'
        f'<span class="fn-when-hidden">Show {words}</span></button>'
    )


def count_of(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
