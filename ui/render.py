"""A turn of the conversation, turned into HTML. Pure: the same turn, the same HTML.

Owns how an answer looks in every stage it can be in; knows nothing about Gradio, and
nothing about how the answer came to be. `gr.HTML` shows what it is given unsanitised, so
everything that a page, a model or a reader wrote is escaped here, before any tag is added.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

from rag.replies import Answer, Mode, Offer, Sentence
from ui.markdown import to_html
from ui.marks import Mark, Place, find_marks, place_sentences
from ui.turns import Stage, Turn

# Private-use characters stand for chips while the text around them is escaped.
_OPEN, _CLOSE, _UNCITED = "\ue000", "\ue001", "\ue002"
_PRIVATE = dict.fromkeys(map(ord, (_OPEN, _CLOSE, _UNCITED)))
_GAP = re.compile(r"(?<=[^\s*-]) +$")
_HALF_MARK = re.compile(r"\s*\[[\d,\s]*$")

_UNCITED_TAG = (
    '<span class="fn-uncited" title="This sentence cites no paper: check it">no source</span>'
)
_CHECK = "no sentence of its abstract was matched: check it"


def render_turn(turn: Turn) -> str:
    """The question, and as much of its answer as there is."""
    return (
        f'<article class="fn-turn fn-{turn.stage}" id="t{turn.number}">'
        f'<h2 class="fn-question">{escape(turn.question)}</h2>'
        f"{_BODIES[turn.stage](turn)}</article>"
    )


def render_turns(turns: Sequence[Turn]) -> str:
    """The turns, oldest first."""
    return "".join(render_turn(turn) for turn in turns)


def render_waiting(questions: Sequence[str]) -> str:
    """The questions that were asked while another was being answered."""
    items = "".join(f"<li>{escape(question)}</li>" for question in questions)
    if not items:
        return ""
    return f'<div class="fn-waiting"><span>Asked next</span><ul>{items}</ul></div>'


def describe(turn: Turn) -> str:
    """What a screen reader is told about the turn: one sentence, escaped."""
    failure = escape(turn.problem.message if turn.problem else "")
    if turn.stage is Stage.DONE and turn.answer:
        cited = sum(offer.cited for offer in turn.offers)
        if turn.answer.refused:
            return "These papers do not answer the question."
        return f"The answer is there; it cites {_count(cited, 'paper')}."
    return {
        Stage.SEARCHING: "Looking for papers.",
        Stage.WRITING: f"Reading {_count(len(turn.offers), 'paper')}.",
        Stage.STOPPED: "Stopped.",
        Stage.FAILED: f"The question failed: {failure}",
    }.get(turn.stage, "")


# --- the stages ---------------------------------------------------------------------


def _searching(_: Turn) -> str:
    return _progress("Looking for papers")


def _writing(turn: Turn) -> str:
    missing = _missing(turn.missing_terms)
    if not turn.text:
        return missing + _progress(f"Reading {_count(len(turn.offers), 'paper')}")
    byline = (
        f'<p class="fn-byline"><span>Writing from {_count(len(turn.offers), "paper")}</span></p>'
    )
    return f'{byline}{missing}<div class="fn-answer fn-streaming">{_text(turn)}</div>'


def _stopped(turn: Turn) -> str:
    came = "What came before you stopped it stays." if turn.text else "Nothing had come yet."
    text = f'<div class="fn-answer">{_text(turn)}</div>' if turn.text else ""
    line = f'<p class="fn-note fn-stop-note"><b>Stopped.</b> {came}</p>'
    return f"{_missing(turn.missing_terms)}{text}{line}{_foot(turn, '')}"


def _failed(turn: Turn) -> str:
    if turn.problem is None:
        return ""
    text = f'<div class="fn-answer">{_text(turn)}</div>' if turn.text else ""
    return (
        f'{text}<div class="fn-error" role="alert"><strong>No answer: something failed</strong>'
        f"<p>{escape(turn.problem.message)}</p>{_remedy(turn.problem.remedy)}"
        f'<button type="button" class="fn-retry" data-turn="{turn.number}">'
        "Edit and ask again</button></div>"
    )


def _remedy(remedy: str) -> str:
    return f'<p class="fn-remedy"><span>Way out</span> {escape(remedy)}</p>' if remedy else ""


def _done(turn: Turn) -> str:
    answer = turn.answer
    if answer is None:
        return ""
    body = f'<div class="fn-answer">{_text(turn)}</div>'
    if answer.refused:
        head = _missing(answer.missing_terms) or "<strong>Not in these papers</strong>"
        body = f'<div class="fn-refused">{head}{body}</div>'
    else:
        body = f"{_missing(answer.missing_terms)}{body}"
    return f"{_byline(answer)}{_callouts(answer)}{body}{_foot(turn, _small_print(answer))}"


_BODIES: dict[Stage, Callable[[Turn], str]] = {
    Stage.SEARCHING: _searching,
    Stage.WRITING: _writing,
    Stage.STOPPED: _stopped,
    Stage.FAILED: _failed,
    Stage.DONE: _done,
}


# --- around the text ----------------------------------------------------------------


def _progress(words: str) -> str:
    dots = '<span class="fn-dots" aria-hidden="true"><i></i><i></i><i></i></span>'
    return f'<p class="fn-progress">{escape(words)}{dots}</p>'


def _byline(answer: Answer) -> str:
    by = "Quoted from the abstracts"
    if answer.mode is Mode.MODEL:
        by = f"Written by {escape(answer.model or 'the model')}"
    elif answer.refused:
        by = "Nothing to quote"
    return f'<p class="fn-byline"><span>{by}</span>{_duration(answer.timings.total_ms)}</p>'


def _duration(milliseconds: float) -> str:
    if not milliseconds:
        return ""
    words = f"{milliseconds / 1000:.1f} s" if milliseconds >= 950 else f"{milliseconds:.0f} ms"
    return f"<span>{words}</span>"


def _callouts(answer: Answer) -> str:
    broken = "The model’s stream broke off: this answer is incomplete."
    words = [] if answer.complete else [broken]
    if answer.notice and answer.notice.replace("'", "’") not in words:
        words.append(answer.notice)
    return "".join(f'<p class="fn-note">{escape(word)}</p>' for word in words)


def _missing(terms: Sequence[str]) -> str:
    chips = "".join(f"<b>{escape(term)}</b>" for term in terms)
    if not chips:
        return ""
    return f'<p class="fn-missing"><span>Not in these papers:</span> {chips}</p>'


def _small_print(answer: Answer) -> str:
    said = []
    if answer.dropped_papers:
        papers = _count(answer.dropped_papers, "paper")
        said.append(f"{papers} found but left out: the model’s context was full")
    if answer.invalid_citations:
        marks = _count(answer.invalid_citations, "mark")
        said.append(f"{marks} removed: the model cited papers that it was not given")
    return "".join(f"<span>{words}</span>" for words in said)


def _foot(turn: Turn, small_print: str) -> str:
    cited = sum(offer.cited for offer in turn.offers)
    words = f"{_count(cited, 'source')}" if cited else f"{_count(len(turn.offers), 'paper')} read"
    button = (
        f'<button type="button" class="fn-show" data-turn="{turn.number}">{words}</button>'
        if turn.offers
        else ""
    )
    return f'<footer class="fn-foot">{button}{small_print}</footer>' if button else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- the text and its marks ---------------------------------------------------------


def _text(turn: Turn) -> str:
    text = turn.text.translate(_PRIVATE)
    if turn.answer is None:
        text = _without_half_marks(text)
    sentences = turn.answer.sentences if turn.answer else ()
    claims = not (turn.answer and turn.answer.refused)
    offers = {offer.number: offer for offer in turn.offers}
    places = place_sentences(text, sentences)
    marks = find_marks(text, places, sentences, offers)
    html = to_html(_hold_places(text, marks, _uncited_ends(turn, places)))
    for index, mark in enumerate(marks):
        chips = "".join(
            _chip(turn.number, offers[number], mark.sentence if claims else None, sentences)
            for number in mark.numbers
        )
        html = html.replace(f"{_OPEN}{index}{_CLOSE}", chips)
    return html.replace(_UNCITED, _UNCITED_TAG)


def _without_half_marks(text: str) -> str:
    """In a text that is not whole, the last mark or emphasis may have begun but not ended."""
    text = _HALF_MARK.sub("", text)
    before, emphasis, begun = text.rpartition("**")
    odd = text.rpartition("\n\n")[2].count("**") % 2
    return before + begun if emphasis and odd else text


def _uncited_ends(turn: Turn, places: Sequence[Place]) -> list[int]:
    """Where the sentences end that rest on nothing, in an answer that claims to answer."""
    if turn.answer is None or turn.answer.refused:
        return []
    return [place.end for place in places if not turn.answer.sentences[place.index].citations]


def _hold_places(text: str, marks: Sequence[Mark], ends: Sequence[int]) -> str:
    """Put private characters where chips will stand, and close the gap before them."""
    holders = [(mark.start, mark.end, f"{_OPEN}{i}{_CLOSE}") for i, mark in enumerate(marks)]
    holders += [(end, end, _UNCITED) for end in (_after_stop(text, end) for end in ends)]
    for start, end, holder in sorted(holders, reverse=True):
        text = _GAP.sub("", text[:start]) + holder + text[end:]
    return text


def _after_stop(text: str, end: int) -> int:
    """The place after the punctuation that closes a sentence whose last letter is before."""
    while end < len(text) and text[end] in ".!?:;)’”\"'*`":
        end += 1
    return end


def _chip(turn: int, offer: Offer, index: int | None, sentences: Sequence[Sentence]) -> str:
    target = f"#t{turn}-p{offer.number}"
    known = index is not None
    supported = not known
    if index is not None:
        target += f"-s{index + 1}"
        evidence = sentences[index].evidence
        supported = any(item.paper_id == offer.paper.paper_id for item in evidence)
    title = offer.paper.title if supported else f"{offer.paper.title} ({_CHECK})"
    label = f"Source {offer.number}: {title}"
    return (
        f'<a class="cite{"" if supported else " fn-check"}" href="{target}"'
        f' title="{escape(title)}" aria-label="{escape(label)}">{offer.number}</a>'
    )
