"""The lines of a *Daily Papers* page that are no paper's: its header, its footer, and the
author count and date under an entry.

Owns the telling of these lines from text; knows nothing about titles and abstracts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.pages.dates import is_month, join_date
from rag.records import PartialDate

_NEWSLETTER = re.compile(r"get trending papers in your email inbox.{0,40}$", re.IGNORECASE)
_BYLINE = re.compile(r"by\s?ak and the research community$", re.IGNORECASE)
_BUTTONS = frozenset({"subscribe", "daily papers"})
_NAVIGATION = frozenset(
    {
        *("new", "hugging face", "hugging face's logo", "models", "datasets", "spaces"),
        *("community", "docs", "enterprise", "pricing", "solutions", "posts", "papers"),
        *("trending papers", "log in", "sign up", "search", "daily", "weekly", "monthly"),
        *("trending", "previous", "next", "website", "buckets", "inference providers"),
    }
)
_FOOTER = _NAVIGATION | {
    *("system theme", "company", "tos", "terms of service", "privacy", "about", "careers"),
    *("jobs", "press", "…", "...", "load more", "back to top", "© hugging face"),
}
# "Subscriber", "Subscribers", "Subscribed" and "Subscribes" are words of a title; whatever
# else follows the button's label without a space is the first title, glued to it.
_GLUED = re.compile(r"Subscribe(?!(?:rs?|d|s)\b)(?=[\w$\"“‘(\[\\])")
_AUTHORS = re.compile(r"(?:[•·*-]\s*)?(\d{1,5}) authors?$", re.IGNORECASE)
_DATE = re.compile(
    r"(?P<month>[A-Z][a-z]{2,8})\.? (?P<day>\d{1,2})(?:, (?P<year>\d{4}))?(?: \d{1,6})?$"
)
_DOT = "·"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that says something: its stripped text and its number, from 1.

    `after_blank` says that a blank line stands before it, `starts` that facts do: an entry
    must begin here.
    """

    text: str
    number: int
    after_blank: bool = False
    starts: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands under an entry."""

    author_count: int | None = None
    date: PartialDate | None = None


def is_newsletter(text: str) -> bool:
    return _NEWSLETTER.match(text) is not None


def is_header(text: str) -> bool:
    """A line that only a listing's header has, wherever it stands."""
    low = text.lower()
    return low in _BUTTONS or is_newsletter(text) or _BYLINE.match(text) is not None


def is_navigation(text: str) -> bool:
    """A line of the site's menus: no paper's, if it stands in the header."""
    return text.lower() in _NAVIGATION


def is_footer(text: str) -> bool:
    """A line of the site's foot or its page numbers: no paper's, if nothing else follows."""
    return text.lower() in _FOOTER or (len(text) <= 3 and text.isdecimal())


def unglue(text: str) -> str:
    """Part the first title from the button's label, which some browsers glue to it."""
    return _GLUED.sub("", text, count=1) if _GLUED.match(text) else text


def count_authors(text: str) -> int | None:
    """The number in `• 4 authors`; nothing for another line."""
    match = _AUTHORS.match(text)
    return int(match[1]) if match else None


def is_dot(text: str) -> bool:
    return text == _DOT


def is_date_line(text: str) -> bool:
    """`Mar 2`, `Feb 27 3`, `Jun 26, 2025` or `Jun 26, 2025 2`: the last number is comments."""
    match = _DATE.match(text)
    return match is not None and is_month(match["month"])


def read_date_line(text: str) -> PartialDate | None:
    """The date of such a line, without a year where it states none."""
    match = _DATE.match(text)
    return join_date(match["year"], match["month"], match["day"]) if match else None
