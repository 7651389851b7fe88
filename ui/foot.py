"""What can be done with an answer: its sources, copying, asking again, editing, saving.

Owns the row of buttons below an answer; knows nothing about what follows when one is used.
"""

from __future__ import annotations

from html import escape

from ui.support import count_of
from ui.thumb import THUMB
from ui.turns import Stage, Turn

SAVED_AS = (
    ("markdown", "Markdown with footnotes"),
    ("html", "A page (HTML)"),
    ("bibtex", "Cited papers, BibTeX"),
    ("ris", "Cited papers, RIS"),
)


def render_foot(turn: Turn, small_print: str) -> str:
    """The buttons, then what is said in small print; empty where there is neither."""
    buttons = _sources(turn)
    if turn.stage is Stage.DONE:
        buttons += _button(turn, "copy", "Copy")
    if turn.stage in (Stage.DONE, Stage.STOPPED):
        buttons += _button(turn, "retry", "Ask again") + _button(turn, "edit", "Edit")
    if turn.stage is Stage.DONE and turn.offers:
        buttons += _save(turn)
    if any(offer.cited for offer in turn.offers):
        buttons += '<a class="fn-do" href="#map">See on the map</a>'
    if turn.kept:
        buttons += _thumbs(turn)
    foot = f'<footer class="fn-foot">{buttons}{small_print}</footer>' if buttons else ""
    return foot + _comment(turn)


def _sources(turn: Turn) -> str:
    if not turn.offers:
        return ""
    cited = sum(offer.cited for offer in turn.offers)
    words = count_of(cited, "source") if cited else f"{count_of(len(turn.offers), 'paper')} read"
    return f'<button type="button" class="fn-show" data-turn="{turn.number}">{words}</button>'


def _button(turn: Turn, do: str, words: str) -> str:
    return (
        f'<button type="button" class="fn-do" data-do="{do}" data-turn="{turn.number}">'
        f"{words}</button>"
    )


def _save(turn: Turn) -> str:
    items = "".join(
        f'<button type="button" data-do="export" data-kind="{kind}" data-turn="{turn.number}">'
        f"{words}</button>"
        for kind, words in SAVED_AS
    )
    whole = "".join(
        f'<button type="button" data-do="export" data-kind="{kind}">{words}</button>'
        for kind, words in (("markdown", "Markdown"), ("html", "HTML"), ("bibtex", "BibTeX"))
    )
    return (
        f'<details class="fn-menu" id="t{turn.number}-save"><summary class="fn-do">Save</summary>'
        f'<div class="fn-choices">{items}<p>The whole conversation</p>'
        f'<div class="fn-row">{whole}</div></div></details>'
    )


def _thumbs(turn: Turn) -> str:
    both = ((True, "yes", "Good answer", ""), (False, "no", "Bad answer", " fn-down"))
    return (
        '<span class="fn-thumbs">'
        + "".join(
            f'<button type="button" class="fn-thumb{down}" data-do="rate" data-turn="{turn.number}"'
            f' data-liked="{word}" aria-label="{name}"'
            f' aria-pressed="{"true" if turn.liked is liked else "false"}">{THUMB}</button>'
            for liked, word, name, down in both
        )
        + "</span>"
    )


def _comment(turn: Turn) -> str:
    """Where an answer that was rated can be commented on."""
    if turn.liked is None:
        return ""
    asked = "What was good about it?" if turn.liked else "What was wrong with it?"
    return (
        f'<p class="fn-comment"><input data-turn="{turn.number}" maxlength="2000"'
        f' value="{escape(turn.comment)}" placeholder="{asked}" aria-label="{asked}">'
        f"<span>{'Kept.' if turn.comment else 'Enter keeps it.'}</span></p>"
    )
