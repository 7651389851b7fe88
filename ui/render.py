"""A turn of the conversation, turned into HTML. Pure: the same turn, the same HTML.

Owns how an answer looks in every stage it can be in; knows nothing about Gradio, and
nothing about how the answer came to be. `gr.HTML` shows what it is given unsanitised, so
everything that a page, a model or a reader wrote is escaped here, before any tag is added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from rag.replies import Answer, Mode
from ui.chips import render_chips
from ui.comparison import render_comparison
from ui.cost import render_cost
from ui.foot import render_foot
from ui.markdown import inline
from ui.prose import render_text
from ui.question import render_question
from ui.support import count_of, count_words, render_count, starts_hidden
from ui.turns import Stage, Turn


def render_turn(turn: Turn) -> str:
    """The question, and as much of its answer as there is."""
    hiding = ' data-hiding="yes"' if starts_hidden(turn) else ""
    return (
        f'<article class="fn-turn fn-{turn.stage}" id="t{turn.number}"'
        f' data-turn="{turn.number}"{hiding}>'
        f"{render_question(turn)}{_BODIES[turn.stage](turn)}</article>"
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
        supported = count_words(turn)
        said = f" {supported}." if supported else ""
        return f"The answer is there; it cites {count_of(cited, 'paper')}.{said}"
    return {
        Stage.SEARCHING: f"{_say_ahead(turn) or 'Looking for papers'}.",
        Stage.WRITING: f"Reading {count_of(len(turn.offers), 'paper')}.",
        Stage.STOPPED: "Stopped.",
        Stage.FAILED: f"The question failed: {failure}",
    }.get(turn.stage, "")


# --- the stages ---------------------------------------------------------------------


def _searching(turn: Turn) -> str:
    return _progress(_say_ahead(turn) or "Looking for papers")


def _say_ahead(turn: Turn) -> str:
    """`2 before you`; empty where it is the turn's own turn."""
    if not turn.ahead:
        return ""
    return f"Others are being answered: {turn.ahead} before you"


def _writing(turn: Turn) -> str:
    before = _missing(turn.missing_terms) + _premise(turn)
    if not turn.text:
        return before + _progress(f"Reading {count_of(len(turn.offers), 'paper')}")
    byline = (
        f'<p class="fn-byline"><span>Writing from {count_of(len(turn.offers), "paper")}</span></p>'
    )
    compares = bool(turn.understood and turn.understood.compares)
    table = _progress("Comparing side by side") if compares else ""
    return f'{byline}{before}<div class="fn-answer fn-streaming">{render_text(turn)}</div>{table}'


def _stopped(turn: Turn) -> str:
    came = "What came before you stopped it stays." if turn.text else "Nothing had come yet."
    line = f'<p class="fn-note fn-stop-note"><b>Stopped.</b> {came}</p>'
    return (
        f"{_missing(turn.missing_terms)}{_premise(turn)}{_came(turn)}{line}{render_foot(turn, '')}"
    )


def _came(turn: Turn) -> str:
    """What had come of an answer that was not finished, and what is known of its support."""
    if not turn.text:
        return ""
    count = render_count(turn)
    byline = f'<p class="fn-byline">{count}</p>' if count else ""
    return f'{byline}<div class="fn-answer">{render_text(turn)}</div>'


def _failed(turn: Turn) -> str:
    if turn.problem is None:
        return ""
    head, came = "No answer: something failed", _came(turn)
    if came:
        head = "Something failed: this answer is incomplete"
    edit = (
        f'<button type="button" class="fn-retry" data-turn="{turn.number}">'
        "Edit and ask again</button>"
    )
    if turn.problem.endpoint:
        edit = _ways(turn, "Try again", edit, asks_again=True)
    return (
        f'{came}<div class="fn-error" role="alert"><strong>{head}</strong>'
        f"<p>{escape(turn.problem.message)}</p>{_remedy(turn.problem.remedy)}{edit}</div>"
    )


def _remedy(remedy: str) -> str:
    return f'<p class="fn-remedy"><span>Way out</span> {escape(remedy)}</p>' if remedy else ""


def _done(turn: Turn) -> str:
    answer = turn.answer
    if answer is None:
        return ""
    body = f'<div class="fn-answer">{render_text(turn)}{render_comparison(turn)}</div>'
    before = _callouts(turn, answer) + _premise(turn)
    if answer.refused:
        head = _missing(answer.missing_terms) or "<strong>Not in these papers</strong>"
        body = f'<div class="fn-refused">{head}{body}</div>'
    else:
        body = f"{_missing(answer.missing_terms)}{body}"
    return f"{_byline(turn, answer)}{before}{body}{render_foot(turn, _small_print(answer))}"


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


def _byline(turn: Turn, answer: Answer) -> str:
    by = "Quoted from the abstracts"
    if answer.mode is Mode.MODEL:
        by = f"Written by {escape(answer.model or 'the model')}"
    elif answer.mode is Mode.LIBRARY:
        by = "From the library’s records"
    elif answer.refused:
        by = "Nothing to quote"
    cost = render_cost(answer)
    return f'<p class="fn-byline"><span>{by}</span>{cost}{render_count(turn)}</p>'


def _callouts(turn: Turn, answer: Answer) -> str:
    """What must be known first; where the endpoint failed, why, and what can be done now."""
    broken = "The model’s stream broke off: this answer is incomplete."
    words = [] if answer.complete or "incomplete" in answer.notice else [broken]
    if answer.notice:
        words.append(answer.notice)
    cut_short = answer.mode is Mode.MODEL and not answer.complete
    if not (answer.fell_back or cut_short):
        return "".join(f'<p class="fn-note">{escape(word)}</p>' for word in words)
    head = "The model did not answer" if answer.fell_back else "The answer is incomplete"
    said = "".join(f"<p>{escape(word)}</p>" for word in words)
    return (
        f'<div class="fn-note fn-outage"><strong>{head}</strong>{said}'
        f"{_ways(turn, 'Try the model again', asks_again=cut_short)}</div>"
    )


def _ways(turn: Turn, again: str, more: str = "", *, asks_again: bool) -> str:
    """Ask the model once more, or go on by quoting; `asks_again`: this question, too."""
    button = '<button type="button" class="fn-do" data-do='
    number = f' data-turn="{turn.number}"'
    return (
        f'<p class="fn-outage-ways">{button}"unquoting"{number}>{again}</button>'
        f'{button}"quoting"{number if asks_again else ""}>Go on quoting</button>{more}</p>'
    )


def _premise(turn: Turn) -> str:
    """What the question takes for granted and an abstract contradicts."""
    if turn.premise is None:
        return ""
    offers = {offer.number: offer for offer in turn.offers}
    chips = render_chips(turn.number, offers, turn.premise, "q1")
    return f'<p class="fn-note fn-premise">{inline(turn.premise.text)}{chips}</p>'


def _missing(terms: Sequence[str]) -> str:
    chips = "".join(f"<b>{escape(term)}</b>" for term in terms)
    if not chips:
        return ""
    return f'<p class="fn-missing"><span>Not in these papers:</span> {chips}</p>'


def _small_print(answer: Answer) -> str:
    said = []
    if answer.dropped_papers:
        papers = count_of(answer.dropped_papers, "paper")
        said.append(f"{papers} found but left out: the model’s context was full")
    if answer.invalid_citations:
        marks = count_of(answer.invalid_citations, "mark")
        said.append(f"{marks} removed: the model cited papers that it was not given")
    return "".join(f"<span>{words}</span>" for words in said)
