"""Dates as a question says them: "since March", "between 2022 and 2024", "the last two years".

Owns reading them into bounds (a relation and an ISO 8601 prefix); knows nothing about
whether a question means the papers' dates by them. A month without a year is, as a bound
("since March"), the latest such month that is not after today, and otherwise ("in March")
that month of any year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.partial_date import PartialDate

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        " fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {"a single": 1, "a dozen": 12, "thirty": 30, "forty": 40, "fifty": 50, "a hundred": 100}
NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,7}}|{'|'.join(sorted(NUMBERS, key=len)[::-1])})"
YEAR = r"(?:19|20)\d\d"
DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
# "may", "mar" and "dec" are words too, so that a month alone is written out, and May with its
# capital.
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
LONE_MONTH = (
    r"(?:january|february|march|april|(?-i:May)|june|july|august|september|october|november"
    r"|december|(?-i:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
POINT = (
    rf"(?:{YEAR}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?"
    rf"|{MONTH}\s+{DAY},?\s+{YEAR}|{DAY}\s+(?:of\s+)?{MONTH},?\s+{YEAR}"
    rf"|{MONTH},?\s+(?:of\s+)?{YEAR}|(?:the\s+year\s+)?{YEAR}"
    rf"|{DAY}\s+(?:of\s+)?{MONTH}|{MONTH}\s+{DAY}|{LONE_MONTH}"
    r"|(?:last|this|the\s+previous)\s+(?:year|month|week)|today|yesterday)"
    r"(?!\w|[-–/.]\w|['’]|\s*%)"
)
LEADS = {
    "since": ">=", "starting in": ">=", "starting from": ">=", "beginning in": ">=",
    "no earlier than": ">=", "not earlier than": ">=", "no older than": ">=",
    "not older than": ">=", "not before": ">=",
    "after": ">", "later than": ">", "newer than": ">", "more recent than": ">",
    "before": "<", "prior to": "<", "earlier than": "<", "older than": "<",
    "until": "<=", "till": "<=", "up to": "<=", "up until": "<=", "no later than": "<=",
    "not later than": "<=", "not after": "<=", "no newer than": "<=",
    "from before": "<", "from after": ">", "from since": ">=", "from until": "<=",
    "from": "in", "in": "in", "during": "in", "of": "in", "within": "in", "on": "in",
    "dated": "in", "throughout": "in", "only in": "in", "only from": "in",
}  # fmt: skip
LEAD = "|".join(rf"{lead}".replace(" ", r"\s+") for lead in sorted(LEADS, key=len)[::-1])
RANGE = re.compile(
    rf"\b(?:(?:from\s+|in\s+)?between\s+(?P<a>{POINT})\s+and\s+(?P<b>{POINT})"
    rf"|from\s+(?P<c>{POINT})\s*(?:to|until|till|through|up\s+to|[-–—])\s*(?P<d>{POINT})"
    rf"|(?:in|from|during|of)\s+(?P<e>{YEAR})\s*[-–—]\s*(?P<f>{YEAR})\b(?![-\w])"
    rf"|(?:in|from|of)\s+(?P<g>{YEAR})\s+(?:and|or)\s+(?P<h>{YEAR})\b(?![-\w]))",
    re.IGNORECASE,
)
OPEN = re.compile(
    rf"\b(?:(?:from|in)\s+)?(?P<point>{POINT})\s+(?:(?P<on>on(?=\s*(?:$|[?.,;!)]))|onwards?|and"
    r"\s+(?:later|after|newer)|or\s+(?:later|newer|after))|(?:and|or)\s+(?:earlier|before|older))\b"
    rf"(?!\s+{POINT})",
    re.IGNORECASE,
)
ROLLING = re.compile(
    rf"\b(?P<lead>(?:in|over|within|during|from|for|of)\s+)(?:the\s+|these\s+)?(?:last|past)\s+"
    rf"(?:(?P<number>{NUMBER})\s+(?P<units>year|month|week|day)s?|(?<=past\s)(?P<past>year|month|week)"
    r"|(?<=the\slast\s)(?P<last>year|month|week))\b(?!['’])",
    re.IGNORECASE,
)
SIMPLE = re.compile(
    rf"\b(?P<lead>{LEAD})\s+(?P<point>{POINT})"
    rf"(?!\s*(?:(?:,|and|or)\s+|(?:vs\.?|versus|to|with|than|[-–—])\s+(?:(?:{LEAD})\s+)?){POINT})",
    re.IGNORECASE,
)
BARE = re.compile(r"\b(?:last|this)\s+(?:year|month|week)\b(?!['’])|\byesterday\b|\btoday\b", re.I)
POSSESSIVE = re.compile(r"\b(?:last|this)\s+(?:year|month|week)['’]s\b", re.IGNORECASE)
PERIODS = re.compile(
    r"\b(?:before|prior\s+to|pre|until|up\s+to)\b[^.?!]{0,40}?"
    r"\b(?:and|or|vs|versus|to|with|than|against)\b[^.?!]{0,30}?\b(?:after\w*|since|post|from)\b"
    r"|\b(?:after|since|post)\b[^.?!\d]{0,40}?\b(?:and|or|vs|versus|to|with|than|against)\b"
    r"[^.?!]{0,30}?\b(?:before|prior|pre)\b"
    r"|\b(?:versus|vs\.?|against|compared?\s+(?:to|with)|(?<!er\s)(?<!recent\s)than)\s+"
    rf"(?:(?:the|those|papers|work|in|from|of)\s+){{0,3}}{YEAR}\b",
    re.IGNORECASE,
)

Bounds = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SpokenDate:
    """`question[start:end]` and the bounds that it sets, each (relation, ISO 8601 prefix).

    `lead` is the word that it begins with, `between` and `past` standing for all ranges and
    all stretches up to today; empty where there is none.
    """

    start: int
    end: int
    lead: str
    bounds: Bounds


def find_dates(question: str, today: date) -> Iterator[SpokenDate]:
    """The dates that are said with a preposition, none overlapping another, and bare `last
    year`. One that stands beside another ("2020 vs 2024") is none."""
    taken = bytearray(len(question))
    readers = ((RANGE, _read_range), (OPEN, _read_open), (ROLLING, _read_rolling))
    for pattern, read in (*readers, (SIMPLE, _read_simple), (BARE, _read_bare)):
        for match in pattern.finditer(question):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            taken[start:end] = b"x" * (end - start)
            lead, bounds = read(match, today)
            if bounds:
                yield SpokenDate(start, end, lead, bounds)


def read_number(text: str) -> int:
    """`12`, `1,200` or `twelve`."""
    plain = " ".join(text.lower().split())
    return NUMBERS[plain] if plain in NUMBERS else int(plain.replace(",", ""))


def read_point(text: str, today: date, *, bound: bool) -> str:
    """The ISO 8601 prefix of a date in words, or nothing where there is no such day. Without
    a year it is the latest not after today for a `bound`, else `--03` or `--03-05`."""
    low = " ".join(text.lower().replace(",", " ").split())
    if relative := _read_relative(low, today):
        return relative
    if re.fullmatch(rf"{YEAR}-\d\d(?:-\d\d)?", low):
        return low if _exists(PartialDate.parse(low)) else ""
    year = re.search(rf"\b{YEAR}\b", low)
    month = re.search(rf"\b(?:{'|'.join(one[:3] for one in MONTHS)})", low)
    day = re.search(r"(?<!\d)\d{1,2}(?!\d)", low)
    found = PartialDate(
        int(year.group()) if year else None,
        _MONTH_NUMBERS[month.group()] if month else None,
        int(day.group()) if month and day else None,
    )
    if not _exists(found):
        return ""
    return str(found if year or not bound else _latest(found, today))


_MONTH_NUMBERS = {month[:3]: number for number, month in enumerate(MONTHS, start=1)}


def _exists(point: PartialDate) -> bool:
    """Whether there is such a day (29 Feb without a year is one)."""
    try:
        date(point.year or 2024, point.month or 1, point.day or 1)
    except ValueError:
        return False
    return point.year is not None or point.month is not None


def _latest(point: PartialDate, today: date) -> PartialDate:
    """A month or day of this year, or of the last where that is still to come."""
    this = replace(point, year=today.year)
    come = str(this) <= today.isoformat()
    return this if come and _exists(this) else replace(point, year=today.year - 1)


def _read_relative(words: str, today: date) -> str:
    which, _, unit = words.removeprefix("the ").partition(" ")
    if words in ("today", "yesterday"):
        return (today - timedelta(days=words == "yesterday")).isoformat()
    back = which in ("last", "previous")
    if unit == "year":
        return str(today.year - back)
    if unit == "month":
        return (today.replace(day=1) - timedelta(days=int(back))).isoformat()[:7]
    return ""


def _read_range(match: re.Match[str], today: date) -> tuple[str, Bounds]:
    first, last = (one for one in match.groups() if one)
    if match["g"]:
        if int(last) != int(first) + 1:
            return "between", ()
    elif not re.search(YEAR, first) and (year := re.search(YEAR, last)):
        first = f"{first} {year.group()}"  # "between March and May 2024"
    return "between", _bounds(
        (">=", read_point(first, today, bound=True)), ("<=", read_point(last, today, bound=True))
    )


def _read_open(match: re.Match[str], today: date) -> tuple[str, Bounds]:
    earlier = re.search(r"(?:earlier|before|older)$", match.group(), re.IGNORECASE)
    point = read_point(match["point"], today, bound=True)
    return "from", _bounds(("<=" if earlier else ">=", point))


def _read_rolling(match: re.Match[str], today: date) -> tuple[str, Bounds]:
    unit = (match["units"] or match["past"] or match["last"]).lower()
    number = read_number(match["number"]) if match["number"] else 1
    return "past", ((">=", _go_back(today, unit, number)),) if number else ()


def _go_back(today: date, unit: str, number: int) -> str:
    if unit in ("day", "week"):
        days = number * (7 if unit == "week" else 1)
        return (today - timedelta(days=min(days, today.toordinal() - 1))).isoformat()
    months = today.year * 12 + today.month - 1 - number * (12 if unit == "year" else 1)
    year, month = max(1, months // 12), months % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(today.day, last)).isoformat()


def _read_simple(match: re.Match[str], today: date) -> tuple[str, Bounds]:
    lead = " ".join(match["lead"].lower().split())
    relation = LEADS[lead]
    if re.fullmatch(r"(?:last|this|the\s+previous)\s+week", match["point"], re.IGNORECASE):
        return lead, _read_week(match["point"], today) if relation == "in" else ()
    point = read_point(match["point"], today, bound=relation != "in")
    if lead == "on" and len(point) < len("--03-05"):
        return lead, ()  # "papers on 2024"
    return lead, _bounds((relation, point))


def _read_bare(match: re.Match[str], today: date) -> tuple[str, Bounds]:
    if match.group().lower().endswith("week"):
        return "", _read_week(match.group(), today)
    return "", _bounds(("in", read_point(match.group(), today, bound=False)))


def read_possessive(text: str, today: date) -> Bounds:
    """`last year's`."""
    words = re.sub(r"['’]s$", "", text)
    if words.lower().endswith("week"):
        return _read_week(words, today)
    return _bounds(("in", read_point(words, today, bound=False)))


def _read_week(words: str, today: date) -> Bounds:
    back = 0 if words.lower().startswith("this") else 7
    monday = today - timedelta(days=min(today.weekday() + back, today.toordinal() - 1))
    return (">=", monday.isoformat()), ("<=", (monday + timedelta(days=6)).isoformat())


def _bounds(*bounds: tuple[str, str]) -> Bounds:
    return bounds if all(prefix for _, prefix in bounds) else ()
