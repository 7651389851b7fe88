"""Footnote: cited answers from paper abstracts.

    from rag import Footnote

    with Footnote.open(library="papers") as footnote:
        footnote.add(["saved-listing.txt"])
        print(footnote.engine().ask("What causes grokking?").text)

Importing this package imports nothing else; the names below are looked up when used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.conversation import Conversation
    from rag.engine import Engine
    from rag.errors import FootnoteError
    from rag.events import Done, Found, TextDelta
    from rag.footnote import Footnote
    from rag.records import Paper
    from rag.replies import Answer
    from rag.settings import Settings, load_settings

__all__ = [
    "Answer",
    "Conversation",
    "Done",
    "Engine",
    "Footnote",
    "FootnoteError",
    "Found",
    "Paper",
    "Settings",
    "TextDelta",
    "load_settings",
]
_HOMES = {
    "Conversation": "rag.conversation",
    "Done": "rag.events",
    "Engine": "rag.engine",
    "Footnote": "rag.footnote",
    "FootnoteError": "rag.errors",
    "Found": "rag.events",
    "Paper": "rag.records",
    "Settings": "rag.settings",
    "TextDelta": "rag.events",
    "load_settings": "rag.settings",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "rag.replies")), name)
