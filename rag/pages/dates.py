"""Dates as pages write them, in words, in figures or as time stamps.

Owns the reading of a date's text into a `PartialDate`; knows nothing about whose date
it is. What is not written (most often the year) stays unknown.
"""

from __future__ import annotations

import calendar
import re

from rag.records import PartialDate

# Not the calendar module's names: those follow the locale.
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
EARLIEST, LATEST = 1500, 2200
A_LEAP_YEAR = 2000
LONGEST = 60

_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_END = r"(?=$|[T\s/])"
_ISO = re.compile(r"(?P<year>\d{4})(?:[-/](?P<month>\d{1,2})(?:[-/](?P<day>\d{1,2}))?)?" + _END)
_DOTTED = re.compile(r"(?P<year>\d{4})\.(?P<month>\d{1,2})\.(?P<day>\d{1,2})" + _END)
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})$")
_MONTH_FIRST = re.compile(_MONTH + r"(?:\s+(?P<day>\d{1,2}))?(?:,?\s+(?P<year>\d{4}))?$")
_DAY_FIRST = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(?P<day>\d{1,2})\s+" + _MONTH + r"(?:,?\s+(?P<year>\d{4}))?(?!\d)"
)


def parse_date(text: str) -> PartialDate | None:
    """Read `2024-05-24T17:34:15Z`, `2024/5`, `May 24, 2024`, `Fri, 24 May 2024 …`, `Mar 2`.

    Nothing comes of what is no date, or none that exists (`Feb 31`).
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    for pattern in (_COMPACT, _ISO, _DOTTED, _MONTH_FIRST, _DAY_FIRST):
        if match := pattern.match(text):
            found = match.groupdict()
            return join_date(found["year"], found["month"], found["day"])
    return None


def join_date(year: str | None, month: str | None, day: str | None) -> PartialDate | None:
    """Put a date together from its parts, each in words or figures, or None where unknown.

    A year alone is a date, and so is a month with a day; an impossible part voids it all.
    """
    if not all(_is_number(part) for part in (year, day) if part):
        return None
    the_year = int(year) if year else None
    the_month = number_month(month) if month else None
    the_day = int(day) if day else None
    if (month and the_month is None) or not _exists(the_year, the_month, the_day):
        return None
    return PartialDate(the_year, the_month, the_day)


def number_month(text: str) -> int | None:
    """1 to 12 for `5`, `05`, `May` or `may`; nothing for what is no month."""
    text = text.strip().rstrip(".")
    if text.isdecimal():
        return int(text) if len(text) <= 2 and 1 <= int(text) <= 12 else None
    return next((at for at, name in enumerate(MONTHS, start=1) if _names(text, name)), None)


def is_month(word: str) -> bool:
    """Whether a word is a month's English name, whole or cut to three letters or more."""
    return any(_names(word, name) for name in MONTHS)


def _names(word: str, month: str) -> bool:
    return len(word) >= 3 and month.startswith(word.lower())


def _is_number(text: str) -> bool:
    return len(text) <= 4 and text.isdecimal()


def _exists(year: int | None, month: int | None, day: int | None) -> bool:
    if year is not None and not EARLIEST <= year <= LATEST:
        return False
    if day is None:
        return year is not None
    if month is None:
        return False
    return 1 <= day <= calendar.monthrange(year or A_LEAP_YEAR, month)[1]
