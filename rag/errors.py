"""Every error that Footnote raises on purpose, in one tree.

Owns the words of what went wrong; knows nothing about who catches it. Only the
terminal (`rag.cli`) and the browser (`ui`) catch.

    FootnoteError
    ├── SettingsError            config.toml or the environment
    ├── PromptError              a file in prompts/
    ├── PageError                a path given to `add` that cannot be opened at all
    ├── LibraryError             the SQLite file
    │   ├── LibraryLocked        another process is writing
    │   ├── LibraryTooNew        made by a later version
    │   ├── LibraryEmpty         asked before any paper was added
    │   └── PaperNotFound
    ├── HistoryError             the kept conversations (rag/history/errors.py)
    │   ├── HistoryTooNew        made by a later version
    │   ├── ConversationNotFound
    │   └── TurnNotFound
    ├── BackupError              a backup that cannot be made or restored
    ├── VectorError              the vectors
    │   └── RecipeMismatch       made by another model or another chunking
    ├── EmbedderError            the embedding model or the reranker
    └── EndpointError            the OpenAI-compatible server
        ├── EndpointUnreachable
        ├── EndpointTimeout
        ├── EndpointRefused      401, 403, and other requests that it turns down
        ├── ModelNotFound
        ├── RateLimited          carries `retry_after`, seconds or None
        ├── ContextOverflow
        ├── NotAnEndpoint        HTML, or JSON that is not a completion
        └── EndpointFailed       5xx

`PageError` is about a path; what is wrong *inside* a page is no exception but a
`rag.records.Failure`, so that the rest of the page is still read.
"""

from __future__ import annotations


class FootnoteError(Exception):
    """Root. `str(error)` says what is wrong, with the value; `remedy` is the way out."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class SettingsError(FootnoteError):
    """A setting is unknown or has a value that cannot be used."""


class PromptError(FootnoteError):
    """A prompt file is missing, or its placeholders are not the ones expected."""


class PageError(FootnoteError):
    """A path that cannot be opened."""


class LibraryError(FootnoteError):
    """The library's file cannot be used."""


class LibraryLocked(LibraryError):
    """Another process holds the library's lock."""


class LibraryTooNew(LibraryError):
    """The library was written by a later version of Footnote."""


class LibraryEmpty(LibraryError):
    """A question was asked of a library that holds no paper."""


class PaperNotFound(LibraryError):
    """No paper has this id."""


class BackupError(FootnoteError):
    """A backup cannot be made, or cannot be restored."""


class VectorError(FootnoteError):
    """The vectors cannot be used."""


class RecipeMismatch(VectorError):
    """The vectors were made by another embedding model or another chunking."""


class EmbedderError(FootnoteError):
    """The embedding model or the reranker cannot be loaded."""


class EndpointError(FootnoteError):
    """The OpenAI-compatible server did not answer as it should."""


class EndpointUnreachable(EndpointError):
    """Nothing answers at the address."""


class EndpointTimeout(EndpointError):
    """The server took longer than the time allowed."""


class EndpointRefused(EndpointError):
    """The server turned the request down (401, 403, or another 4xx)."""


class ModelNotFound(EndpointError):
    """The server does not have the model that was asked for."""


class RateLimited(EndpointError):
    """The server asks to wait (429, or 503 with a time)."""

    def __init__(self, message: str, *, retry_after: float | None = None, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class ContextOverflow(EndpointError):
    """The prompt is longer than the model's context."""


class NotAnEndpoint(EndpointError):
    """What answered does not speak the OpenAI protocol."""


class EndpointFailed(EndpointError):
    """The server failed by itself (5xx)."""
