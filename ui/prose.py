"""The text of an answer with its chips and marks, as HTML.

Owns where chips and marks stand in the text, while it streams and when it is whole; leaves
Markdown to `ui.markdown`, and how a mark looks to `ui.chips` and `ui.support`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rag.places import Place, place_sentences
from rag.replies import Offer, Sentence
from ui.chips import render_chip
from ui.markdown import to_html
from ui.marks import Mark, find_marks
from ui.saying import render_say
from ui.support import mark_class, mark_text, needs_mark, render_gap, render_mark
from ui.turns import Turn

# Private-use characters hold the places of chips and marks while the text is escaped.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PRIVATE = dict.fromkeys(map(ord, (_OPEN, _CLOSE)))
_PIECE = re.compile(f"(<[^>]*>)|{_OPEN}([mbe])(\\d+){_CLOSE}|([^<{_OPEN}]+)")
_HALF_MARK = re.compile(r"(?<!\s)\s*+\[[\d,\s]*$")
_OPENING = "\"'“‘(«*`"


def render_text(turn: Turn) -> str:
    """As much of the answer's text as there is."""
    text = turn.text.translate(_PRIVATE)
    if turn.answer is None:
        text = _without_half_marks(text)
    offers = {offer.number: offer for offer in turn.offers}
    places = place_sentences(text, turn.sentences)
    marks = find_marks(text, places, turn.sentences, offers)
    marked = _marked(text, turn, places, marks) if turn.claims else []
    html = to_html(_hold_places(text, marks, marked))
    return "".join(_fill(html, turn, marks, _gaps(text, turn.sentences, marked)))


def _without_half_marks(text: str) -> str:
    """In a text that is not whole, the last mark or emphasis may have begun but not ended."""
    text = _HALF_MARK.sub("", text)
    before, emphasis, begun = text.rpartition("**")
    odd = text.rpartition("\n\n")[2].count("**") % 2
    return before + begun if emphasis and odd else text


# --- places -------------------------------------------------------------------------


def _marked(text: str, turn: Turn, places: Sequence[Place], marks: Sequence[Mark]) -> list[Place]:
    """The sentences that more than chips are shown for, from their first to their last sign;
    in a whole answer all, so that the browser can find each."""
    return [
        Place(place.index, _before_letters(text, place.start), _after_marks(text, place, marks))
        for place in places
        if turn.answer or needs_mark(turn.sentences[place.index], whole=False)
    ]


def _before_letters(text: str, start: int) -> int:
    while start and text[start - 1] in _OPENING:
        start -= 1
    return start


def _after_marks(text: str, place: Place, marks: Sequence[Mark]) -> int:
    """The end of the sentence with the punctuation that closes it and the marks behind that."""
    end = _after_stop(text, place.end)
    for mark in marks:
        own = mark.sentence == place.index and mark.start >= end
        if own and not text[end : mark.start].strip():
            end = _after_stop(text, mark.end)
    return end


def _after_stop(text: str, end: int) -> int:
    while end < len(text) and not (text[end].isspace() or text[end].isalnum() or text[end] in "[|"):
        end += 1
    return end


def _gaps(text: str, sentences: Sequence[Sentence], marked: Sequence[Place]) -> dict[int, int]:
    """Sentence -> how many are hidden there; neighbours in a block leave one trace."""
    gaps: dict[int, int] = {}
    last: Place | None = None
    first = 0
    for place in marked:
        if not sentences[place.index].is_unsupported:
            continue
        between = text[last.end : place.start] if last else "\n"
        if between.strip() or "\n" in between:
            first = place.index
        gaps[first] = gaps.get(first, 0) + 1
        last = place
    return gaps


def _hold_places(text: str, marks: Sequence[Mark], marked: Sequence[Place]) -> str:
    """Put private characters where chips and marks will stand; close the gap before chips."""
    holders = [(mark.start, mark.end, f"m{index}") for index, mark in enumerate(marks)]
    holders += [(place.start, place.start, f"b{place.index}") for place in marked]
    holders += [(place.end, place.end, f"e{place.index}") for place in marked]
    # Where one sentence ends and the next begins without a blank, the end stands first.
    for start, end, name in sorted(holders, key=lambda one: (*one[:2], one[2][0] == "b"))[::-1]:
        before = _close_gap(text[:start]) if name[0] == "m" else text[:start]
        text = f"{before}{_OPEN}{name}{_CLOSE}{text[end:]}"
    return text


def _close_gap(before: str) -> str:
    """Without the blanks at its end, unless they belong to a list's sign or to emphasis."""
    bare = before.rstrip(" ")
    return before if not bare or bare[-1].isspace() or bare[-1] in "*-" else bare


# --- HTML ---------------------------------------------------------------------------


def _fill(html: str, turn: Turn, marks: Sequence[Mark], gaps: Mapping[int, int]) -> Iterator[str]:
    """The HTML with its places filled. A sentence may run through several tags: each of its
    pieces between them is marked by itself, so that tags stay nested."""
    offers = {offer.number: offer for offer in turn.offers}
    inside: int | None = None
    for tag, kind, number, words in _PIECE.findall(html):
        index = int(number or 0)
        if kind == "m":
            yield _chips(turn, offers, marks[index])
        elif kind == "b":
            inside = index
            yield render_gap(gaps[index]) if index in gaps else ""
        elif kind == "e":
            inside = None
            yield render_mark(turn.number, offers, turn.sentences[index], f"s{index + 1}")
            yield render_say(turn, index)
        elif inside is None or tag or not words.strip():
            yield tag or words
        else:
            anchor = f"s{inside + 1}" if turn.answer else ""
            yield mark_text(words, turn.sentences[inside], anchor)


def _chips(turn: Turn, offers: Mapping[int, Offer], mark: Mark) -> str:
    if mark.sentence is None or not turn.claims:
        return "".join(render_chip(turn.number, offers[number]) for number in mark.numbers)
    sentence, anchor = turn.sentences[mark.sentence], f"s{mark.sentence + 1}"
    chips = (render_chip(turn.number, offers[number], sentence, anchor) for number in mark.numbers)
    html = "".join(chips)
    classes = mark_class(sentence)
    return f'<span class="fn-cites {classes}">{html}</span>' if classes else html
