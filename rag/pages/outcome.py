"""What a reader hands back: a page put together from entries and failures.

Owns the words for an entry that lacks its title or its abstract, and for a page in which
there is none; knows nothing about shapes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from rag.pages.text import tidy
from rag.records import Entry, Failure, Page, PartialDate

NO_PAPERS = "nothing in it looks like a list of papers"
LONGEST = 1 << 20
"""Characters of one entry; what is longer is no paper, and would cost more than its share."""
TOO_LONG = "an entry is longer than a million characters"
MOST = 1_000_000
"""Entries and failures of one page."""
TOO_MANY = "it holds more than a million entries; the rest is left out"
SHOWN = 80
"""Characters of a title that a failure quotes."""

Outcome = Entry | Failure


def judge_entry(entry: Entry) -> Outcome:
    """Tidy an entry's title and abstract, or say which of them it lacks."""
    title, abstract = tidy(entry.title), tidy(entry.abstract)
    if title and abstract:
        return replace(entry, title=title, abstract=abstract)
    if title:
        reason = f"the entry '{shorten(title)}' has no abstract"
    elif abstract:
        reason = f"the entry with the abstract '{shorten(abstract)}' has no title"
    else:
        reason = "an entry has neither title nor abstract"
    return Failure(entry.source, entry.line, reason)


def shorten(text: str) -> str:
    """The beginning of a text, marked by an ellipsis where something was left off."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1].rstrip() + "…"


def make_page(
    source: str, shape: str, outcomes: Iterable[Outcome], date: PartialDate | None = None
) -> Page:
    """Part what was read from what was not. A page without either is a failure itself.

    No more than MOST are taken of the outcomes, so that a page cannot fill the memory.
    """
    entries: list[Entry] = []
    failures: list[Failure] = []
    for outcome in islice(outcomes, MOST + 1):
        if len(entries) + len(failures) == MOST:
            failures.append(Failure(source, None, TOO_MANY))
        elif isinstance(outcome, Entry):
            entries.append(outcome)
        else:
            failures.append(outcome)
    if not entries and not failures:
        failures.append(Failure(source, None, NO_PAPERS))
    failures.sort(key=lambda failure: failure.line or 0)
    return Page(source, shape, tuple(entries), tuple(failures), date)
