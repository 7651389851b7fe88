"""What the browser tells that the reader did, beyond typing and Gradio's own buttons.

Owns the message's form: a JSON object with `do`, the name of what was done, and texts
besides; knows nothing about what follows. `actions.js` writes it into a box that nobody sees.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Action:
    """A thing done: `name` says what, `values` to what. A value that was not sent is empty."""

    name: str
    values: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        return self.values.get(key, "")

    def number(self, key: str) -> int:
        """A count from 1, 0 where there is none."""
        text = self.text(key)
        return int(text) if text.isdecimal() and len(text) < 10 else 0


def read_action(message: str) -> Action | None:
    """The action of a message; None where it is none, whoever sent it."""
    if len(message) > LONGEST:
        return None
    try:
        record = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or not isinstance(record.get("do"), str):
        return None
    values = {key: _clean(value) for key, value in record.items() if isinstance(value, str)}
    return Action(values.pop("do"), values)


def _clean(text: str) -> str:
    """Without halves of surrogate pairs, which neither SQLite nor JSON can hold."""
    return text.encode("utf-8", "replace").decode()
