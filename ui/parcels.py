"""What the browser is handed to copy or to save: an answer or a conversation in some format.

Owns which format is made of what, and how it travels: as text in the page, which `shelf.js`
copies or saves; nothing is written on the server. Knows nothing about the formats.
"""

from __future__ import annotations

from html import escape

from rag.export import (
    cited_papers,
    file_name,
    to_bibtex,
    to_csv,
    to_html,
    to_markdown,
    to_ris,
    to_table,
)
from rag.replies import Answer
from ui.actions import Action
from ui.turns import Chat

KINDS = {
    "markdown": ("md", "text/markdown"),
    "html": ("html", "text/html"),
    "bibtex": ("bib", "application/x-bibtex"),
    "ris": ("ris", "application/x-research-info-systems"),
    "table": ("md", "text/markdown"),
    "csv": ("csv", "text/csv"),
}


def pack(chat: Chat, action: Action, number: int) -> str:
    """The parcel as HTML that shows nothing; empty where there is nothing to hand over.

    `turn` in the action means that answer, else the whole conversation; `number` tells one
    parcel from the one before.
    """
    kind = action.text("kind") or "markdown"
    turn = action.number("turn")
    turns = [one for one in chat.turns if not turn or one.number == turn]
    answers = [one.answer for one in turns if one.answer]
    if kind not in KINDS or not answers:
        return ""
    if kind in ("table", "csv") and (len(answers) > 1 or answers[0].comparison is None):
        return ""
    title = answers[0].question
    return wrap(write(kind, answers, title), str(number), action.name, kind, title)


def wrap(text: str, number: str, how: str, kind: str, title: str) -> str:
    """The parcel of a text in one of KINDS; `how` is "copy", or else it is saved as a file."""
    extension, media = KINDS[kind]
    return (
        f'<div hidden class="fn-parcel" data-parcel="{number}" data-how="{escape(how)}"'
        f' data-name="{escape(file_name(title, extension))}" data-media="{media}">'
        f"{escape(text)}</div>"
    )


def write(kind: str, answers: list[Answer], title: str) -> str:
    """The answers in a format, for `bibtex` and `ris` the papers that they cite, for `table`
    and `csv` the first one's comparison."""
    if kind == "table":
        return to_table(answers[0])
    if kind == "csv":
        return to_csv(answers[0])
    if kind == "markdown":
        return to_markdown(answers, title)
    if kind == "html":
        return to_html(answers, title)
    papers = cited_papers(answers)
    return to_bibtex(papers) if kind == "bibtex" else to_ris(papers)
