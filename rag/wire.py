"""What OpenAI-compatible servers send, read: chunks, listings, and their words for failures.

Owns the shapes on the wire and the records made from them; pure. Knows nothing about
connections, nor about the package that opens them (`rag.llm` does).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MARKUP = re.compile(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>")
_WINDOW_FIELDS = ("max_model_len", "context_length", "context_window", "max_context_length")
_WINDOW_META_FIELDS = ("n_ctx", "n_ctx_train")


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat. `role` is "system", "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written, as the server counts them; None where it does not say."""

    prompt_tokens: int | None
    completion_tokens: int | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a reply. `finish` says why the reply ended ("stop", "length", ...)."""

    text: str = ""
    finish: str | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A model that a server lists; `window` is in tokens, None where it does not say."""

    name: str
    window: int | None


class ThoughtFilter:
    """Leaves out `<think>...</think>` at the beginning of a reply; keeps all else as it is.

    A reply may come in pieces of any size: what could still become a mark is held back
    until it is known. A thought that never closes takes the rest of the reply with it.
    """

    OPEN, CLOSE = "<think>", "</think>"

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._answering = False

    def feed(self, text: str) -> str:
        """Take the next piece; return what of the reply is now known to be no thought."""
        if self._answering:
            return text
        self._held += text
        shown = ""
        while True:
            if self._thinking:
                if not self._leave_thought():
                    return shown
            elif self._held.lstrip().startswith(self.OPEN):
                shown += self._enter_thought()
            else:
                return shown + self._release()

    def keep_answer(self, piece: Piece) -> Piece:
        """Filter the text of a piece, and release what is held back at the reply's end."""
        text = self.feed(piece.text)
        return replace(piece, text=text + self.flush() if piece.finish else text)

    def flush(self) -> str:
        """Return what was held back, once the reply has ended."""
        held, self._held = self._held, ""
        return "" if self._thinking else held

    def _enter_thought(self) -> str:
        """Step over the opening mark; return the space before it."""
        space, _, self._held = self._held.partition(self.OPEN)
        self._thinking = True
        return space

    def _leave_thought(self) -> bool:
        _, mark, rest = self._held.partition(self.CLOSE)
        self._thinking = not mark
        # Only the end of a thought can hold the beginning of the mark that closes it.
        self._held = rest if mark else self._held[1 - len(self.CLOSE) :]
        return bool(mark)

    def _release(self) -> str:
        self._answering = not self.OPEN.startswith(self._held.lstrip())
        return self.flush() if self._answering else ""


def read_chunk(chunk: object) -> Piece:
    """Read one chunk of a stream, or one whole completion; what says nothing is `Piece()`.

    `choices: []` is legal (chunks that carry only the usage), and so are fields besides
    `content`, as `reasoning_content`, which are no part of the reply.
    Source: https://platform.openai.com/docs/api-reference/chat/streaming
    """
    if not isinstance(chunk, Mapping):
        return Piece()
    usage = _read_usage(chunk.get("usage"))
    choices = chunk.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        return Piece(usage=usage)
    said = choices[0].get("delta") or choices[0].get("message")
    text = said.get("content") if isinstance(said, Mapping) else None
    finish = choices[0].get("finish_reason")
    return Piece(
        text if isinstance(text, str) else "",
        finish if isinstance(finish, str) and finish else None,
        usage,
    )


def _read_usage(usage: object) -> Usage | None:
    if not isinstance(usage, Mapping):
        return None
    return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_listing(payload: object) -> tuple[Listed, ...] | None:
    """Read a reply to `/models`, in the server's order; None where it is no listing.

    Ollama without any model sends `"data": null`; some servers send the bare list.
    """
    items = payload.get("data", payload) if isinstance(payload, Mapping) else payload
    if items is None and payload is not None:
        return ()
    if not isinstance(items, list):
        return None
    models = [item for item in items if isinstance(item, Mapping)]
    named = [(item.get("id"), item) for item in models]
    return tuple(Listed(name, _window(item)) for name, item in named if isinstance(name, str))


def _window(model: Mapping[str, object]) -> int | None:
    meta = model.get("meta")
    told = [model.get(field) for field in _WINDOW_FIELDS]
    if isinstance(meta, Mapping):
        told += [meta.get(field) for field in _WINDOW_META_FIELDS]
    return next((size for size in map(_count, told) if size is not None and size > 0), None)


def read_json(body: str) -> object:
    """Read a body as JSON; a body that is none reads as None, which is no reply of use."""
    try:
        payload: object = json.loads(body)
    except ValueError:
        return None
    return payload


def find_words(body: object) -> str:
    """Find what a server says went wrong in the body of its reply, on one line."""
    if isinstance(body, Mapping):
        for field in ("error", "message", "detail"):
            if body.get(field):
                return find_words(body[field])
    text = str(body) if body else ""
    return " ".join((_MARKUP.sub(" ", text) if is_page(text) else text).split())


def is_page(text: str) -> bool:
    """Tell a page of HTML or XML from a server's own words."""
    return text.lstrip().startswith("<")


def read_retry_after(value: str | None) -> float | None:
    """Read a `Retry-After` header, seconds or an HTTP date, as seconds from now.

    Source: RFC 9110, section 10.2.3. None where it is missing or unreadable.
    """
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        return _seconds_until(value)
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _seconds_until(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
