"""What can go wrong with kept conversations.

Owns the words of it; knows nothing about who catches it.

    FootnoteError
    └── HistoryError             the file of the conversations, or what is asked of it
        ├── HistoryTooNew        made by a later version
        ├── ConversationNotFound
        └── TurnNotFound         also a sentence that an answer does not have
"""

from __future__ import annotations

from rag.errors import FootnoteError


class HistoryError(FootnoteError):
    """The conversations cannot be used."""


class HistoryTooNew(HistoryError):
    """The file was written by a later version of Footnote."""


class ConversationNotFound(HistoryError):
    """This owner has no conversation of this id."""


class TurnNotFound(HistoryError):
    """A conversation has no such turn, or an answer no such sentence."""
