"""A walk through JSON text that hands out the entries of its lists, as far as it is whole.

Owns the handling of JSON that breaks off or is broken in places, which `json.loads` gives up
as a whole; knows nothing about what the entries say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

LISTS = frozenset(
    {
        *("papers", "dailypapers", "daily_papers", "data", "results", "items", "entries"),
        *("records", "documents", "articles"),
    }
)
"""Names under which an object holds its list, in lower case."""
DEPTH = 4
"""Lists are looked for in objects in objects, this deep."""
RETRIES = 200
"""Places after a break at which another entry is looked for."""
WASTE = 4
"""How often, on the whole, a text is gone through in vain before breaks are no longer mended."""
NEAR_END = 10

_SPACE = re.compile(r"[ \t\n\r]*")
_NEXT_OBJECT = re.compile(r"\}\s*,\s*(?=\{)")


@dataclass(frozen=True, slots=True)
class Found:
    """A value in a list of papers, and the offset at which it begins."""

    value: object
    offset: int


@dataclass(frozen=True, slots=True)
class Break:
    """Where JSON stops being JSON; `at_end` says that the text ends there."""

    offset: int
    at_end: bool


class _Document(str):
    """A text in which no error counts the lines before it: that takes as long as the text is,
    at each of what may be thousands of breaks."""

    __slots__ = ()

    def count(self, *_: object) -> int:
        return 0

    def rfind(self, *_: object) -> int:
        return -1


class Walker:
    """Collects the entries and the breaks of one text, each in the order it has there.

    A break ends the walk, except in a list: there the next entry that is whole, by
    `is_wanted`, is looked for, so that a broken entry costs no other.
    """

    def __init__(self, text: str, is_wanted: Callable[[object], bool]) -> None:
        self.found: list[Found] = []
        self.breaks: list[Break] = []
        self._text = _Document(text)
        self._end = len(text.rstrip())
        self._patience = WASTE * len(text)
        self._is_wanted = is_wanted
        self._decoder = json.JSONDecoder()

    def walk(self) -> None:
        """Go through all values of the text, one after the other, up to a break."""
        at = self._skip(0)
        try:
            while at < self._end:
                at = self._skip(self._walk_value(at))
        except json.JSONDecodeError as error:
            self._note_break(error)

    def _walk_value(self, at: int) -> int:
        if self._text[at] == "[":
            return self._walk_list(at)
        if self._text[at] == "{":
            return self._walk_object(at, DEPTH)
        raise self._complain(at)

    def _walk_list(self, at: int) -> int:
        at = self._skip(at + 1)
        while self._peek(at) != "]":
            try:
                value, end = self._decode(at)
                following = self._pass_comma(end, "]")
            except json.JSONDecodeError as error:
                resumed = self._find_next(error.pos)
                if resumed is None:
                    raise
                self._note_break(error)
                at = resumed
                continue
            self.found.append(Found(value, at))
            at = following
        return at + 1

    def _walk_object(self, at: int, depth: int) -> int:
        before, start = len(self.found), at
        members: dict[str, Found] = {}
        at = self._skip(at + 1)
        while self._peek(at) != "}":
            name, end = self._decode(at)
            at = self._pass_colon(name, end)
            opening = self._peek(at)
            listed = depth > 0 and str(name).lower() in LISTS
            if listed and opening == "[":
                end = self._walk_list(at)
            elif listed and opening == "{":
                end = self._walk_object(at, depth - 1)
            else:
                value, end = self._decode(at)
                members[str(name)] = Found(value, at)
            at = self._pass_comma(end, "}")
        self._keep_members(members, start, before)
        return at + 1

    def _keep_members(self, members: dict[str, Found], start: int, before: int) -> None:
        """Of an object, keep itself if it is an entry, else what it holds."""
        whole = {name: member.value for name, member in members.items()}
        if self._is_wanted(whole):
            self.found[before:] = [Found(whole, start)]
            return
        self.found.extend(member for member in members.values() if self._is_wanted(member.value))
        if len(self.found) == before and not self.breaks:
            self.found.append(Found(whole, start))

    def _find_next(self, offset: int) -> int | None:
        for match in islice(_NEXT_OBJECT.finditer(self._text, offset), RETRIES):
            at = match.end()
            try:
                value, end = self._decode(at)
                if self._is_wanted(value):
                    return at
            except json.JSONDecodeError as error:
                end = error.pos
            self._patience -= end - at
            if self._patience < 0:
                break
        return None

    def _decode(self, at: int) -> tuple[object, int]:
        try:
            value, end = self._decoder.raw_decode(self._text, at)
        except json.JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            # A number of thousands of digits, or brackets nested by the thousand.
            raise self._complain(at) from error
        return value, end

    def _pass_colon(self, name: object, at: int) -> int:
        at = self._skip(at)
        if not isinstance(name, str) or self._peek(at) != ":":
            raise self._complain(at)
        return self._skip(at + 1)

    def _pass_comma(self, at: int, closing: str) -> int:
        at = self._skip(at)
        if self._peek(at) == ",":
            return self._skip(at + 1)
        if self._peek(at) != closing:
            raise self._complain(at)
        return at

    def _complain(self, at: int) -> json.JSONDecodeError:
        return json.JSONDecodeError("not JSON", self._text, at)

    def _note_break(self, error: json.JSONDecodeError) -> None:
        open_string = error.msg.startswith("Unterminated string")
        at_end = open_string or error.pos + NEAR_END >= self._end
        self.breaks.append(Break(max(0, self._end - 1) if at_end else error.pos, at_end))

    def _peek(self, at: int) -> str:
        return self._text[at : at + 1]

    def _skip(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        return match.end() if match else at
