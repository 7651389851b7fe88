"""What one tab has open of the settings.

Owns no value of the form: what is typed stays in the browser until it is saved, a key above
all. Knows nothing about HTML or files.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from rag.discover import LocalServer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking an endpoint, or of saving. `models` are those that it lists."""

    well: bool
    says: str
    remedy: str = ""
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What is told in the dialog: `problems` beside the settings they are of, by name.

    `saying` is of the whole form, or, where it is about an endpoint, of that.
    """

    problems: Mapping[str, str] = field(default_factory=dict)
    endpoint: Outcome | None = None
    saying: Outcome | None = None


@dataclass(slots=True)
class Setup:
    """The dialog of one tab. `round` grows with all that happens there: what comes back to
    an earlier round has been overtaken. `asking` is the endpoint's answer, waited for."""

    shown: bool = False
    round: int = 0
    servers: tuple[LocalServer, ...] = ()
    models: tuple[str, ...] = ()
    told: Told = field(default_factory=Told)
    asking: asyncio.Task[Outcome] | None = None

    def next(self) -> int:
        """Begin another round; what was asked in the last is asked no more."""
        self.round += 1
        if self.asking:
            self.asking.cancel()
        self.asking = None
        return self.round
