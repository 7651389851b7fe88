"""What is printed, without anything that a terminal would obey or that hides what is there.

Owns which characters those are; knows nothing about what is printed. Titles, abstracts and
what models say are other people's: an escape sequence among them would move the cursor, set
the window's title, or make a link of it (ECMA-48; XTerm's OSC 8), and a turn of direction
would show another text than the one that is there.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Controls of both sets but line feed and tab, turns of direction, separators that begin a
# line, what is private, half of a pair, a tag.
OBEYED = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069"
    "\\ud800-\\udfff\\ue000-\\uf8ff\\ufeff\\U000e0000-\\U000e007f\\U000f0000-\\U0010ffff]"
)


def make_plain(text: str) -> str:
    """The text without such characters; what stood around them stays."""
    return OBEYED.sub("", text)


def escape_json(line: str) -> str:
    """JSON with such characters written as `\\uXXXX`, which means the same."""
    return OBEYED.sub(lambda match: json.dumps(match.group())[1:-1], line)


@contextmanager
def print_plainly() -> Iterator[None]:
    """Within it nothing else is printed, on standard output or standard error."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Plain(before[0]), _Plain(before[1], "\r")
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


class _Plain:
    """A stream that writes plainly. `first` may begin what is written: a bar that is drawn
    over itself begins so, and nothing of others stands at the beginning of a line."""

    def __init__(self, stream: Any, first: str = "") -> None:
        self._stream = stream
        self._first = first

    def write(self, text: str) -> int:
        begun = text[:1] if self._first and text[:1] == self._first else ""
        self._stream.write(begun + make_plain(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
