"""What one tab looks at in the library's place: the filters as filled in, how far the list
goes, which paper is open.

Owns that state and its reading as what is wanted; knows nothing about HTML.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rag.browse import ORDERS
from rag.pages.dates import parse_date
from rag.partial_date import PartialDate
from rag.preview import Removed
from ui.actions import Action

STEP = 50
KINDS = ("", "cited", "uncited", "unread")
WORDS_LENGTH = 200
FIELDS = ("words", "dated_from", "dated_to", "page", "kind")
NO_DATE = "This is no date. Write 2024, 2024-03 or 2024-03-15."
NO_YEAR = "The year is missing. Write 2024, 2024-03 or 2024-03-15."
BACKWARDS = "This is before the first date."


@dataclass(frozen=True, slots=True)
class Form:
    """The filters as the reader filled them in. `kind` is one of KINDS, empty for all."""

    words: str = ""
    sort: str = "added"
    dated_from: str = ""
    dated_to: str = ""
    page: str = ""
    kind: str = ""

    @classmethod
    def read(cls, action: Action) -> Form:
        """What was sent; a choice that is none is the usual one."""
        sort, kind = action.text("sort"), action.text("kind")
        return cls(
            action.text("words").strip()[:WORDS_LENGTH],
            sort if sort in ORDERS else "added",
            action.text("dated_from").strip()[:WORDS_LENGTH],
            action.text("dated_to").strip()[:WORDS_LENGTH],
            action.text("page"),
            kind if kind in KINDS else "",
        )

    @property
    def filtering(self) -> tuple[str, ...]:
        """The names of the fields that leave papers out."""
        return tuple(name for name in FIELDS if getattr(self, name))

    def without(self, name: str) -> Form:
        """The same with one of its filters taken off, or, for an empty name, all of them."""
        taken = [one for one in FIELDS if name in ("", one)]
        return replace(self, **dict.fromkeys(taken, ""))

    @property
    def bounds(self) -> Bounds:
        """The dates, as far as they can be read."""
        first, wrong_first = _read_bound(self.dated_from)
        last, wrong_last = _read_bound(self.dated_to)
        if first and last and str(last) < str(first)[: len(str(last))]:
            last, wrong_last = None, BACKWARDS
        return Bounds(first, last, wrong_first, wrong_last)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The dates that are asked for, and what is wrong with those that cannot be."""

    first: PartialDate | None = None
    last: PartialDate | None = None
    wrong_first: str = ""
    wrong_last: str = ""


def _read_bound(text: str) -> tuple[PartialDate | None, str]:
    if not text:
        return None, ""
    date = parse_date(text)
    if date is None:
        return None, NO_DATE
    return (date, "") if date.year is not None else (None, NO_YEAR)


@dataclass(slots=True)
class Browsing:
    """`paper_id` is the paper whose view is open, empty without one; `limit` how many of the
    list are shown. `opened` are the papers that were opened since the filters were changed: they
    stay in a list of the unread. `removed` is what can be put back.

    The page holds what is typed; `written` is what the server last wrote into its form, for
    the `version`th time, so that nothing is written over while the reader types.
    """

    paper_id: str = ""
    form: Form = field(default_factory=Form)
    written: Form = field(default_factory=Form)
    version: int = 1
    limit: int = STEP
    opened: frozenset[str] = frozenset()
    pages: tuple[str, ...] = ()
    removed: Removed | None = None

    def change(self, form: Form) -> None:
        """Look for something else, from the top of the list."""
        self.form, self.limit, self.opened = form, STEP, frozenset()

    def write(self) -> None:
        """Have the filters written into the page's form as they are."""
        self.written, self.version = self.form, self.version + 1
