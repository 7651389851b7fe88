"""What the browser is handed to copy or to save: an answer or a conversation in some format.

Owns which format is made of what, and how it travels: as text in the page, which `chat.js`
copies or saves; nothing is written on the server. Knows nothing about the formats.
"""

from __future__ import annotations

from html import escape

from rag.export import cited_papers, file_name, to_bibtex, to_html, to_markdown, to_ris
from rag.replies import Answer
from ui.actions import Action
from ui.turns import Chat

KINDS = {
    "markdown": ("md", "text/markdown"),
    "html": ("html", "text/html"),
    "bibtex": ("bib", "application/x-bibtex"),
    "ris": ("ris", "application/x-research-info-systems"),
}


def pack(chat: Chat, action: Action, number: int) -> str:
    """The parcel as HTML that shows nothing; empty where there is nothing to hand over.

    `turn` in the action means that answer, else the whole conversation; `number` tells one
    parcel from the one before.
    """
    kind = action.text("kind") if action.name == "export" else "markdown"
    turn = action.number("turn")
    turns = [one for one in chat.turns if not turn or one.number == turn]
    answers = [one.answer for one in turns if one.answer]
    if kind not in KINDS or not answers:
        return ""
    extension, media = KINDS[kind]
    title = answers[0].question
    return (
        f'<div hidden class="fn-parcel" data-parcel="{number}" data-how="{escape(action.name)}"'
        f' data-name="{escape(file_name(title, extension))}" data-media="{media}">'
        f"{escape(write(kind, answers, title))}</div>"
    )


def write(kind: str, answers: list[Answer], title: str) -> str:
    """The answers in a format, or for `bibtex` and `ris` the papers that they cite."""
    if kind == "markdown":
        return to_markdown(answers, title)
    if kind == "html":
        return to_html(answers, title)
    papers = cited_papers(answers)
    return to_bibtex(papers) if kind == "bibtex" else to_ris(papers)
