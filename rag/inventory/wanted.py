"""The conditions that a question about the library sets: filters, pages, what is not known.

Owns the words of those that `rag.filters` leaves alone because elsewhere they may be content
("seven authors", "one person", "2024" by itself). Knows nothing about what is asked. What is
found is blanked sign by sign, so that every word stays where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.filters.dates import DAY, MONTH, NUMBER, POINT, find_dates, read_number, read_point
from rag.filters.finding import find_filters
from rag.filters.subjects import PUBLISHED, THAT_ARE
from rag.filters.words import COUNT, COUNTS
from rag.inventory.asked import Fact
from rag.inventory.slots import HAS, LACKS, PEOPLE
from rag.question import Field, Filter

WITH = (
    r"(?:(?:(?:that|which)\s+)?(?:have|has|had|got|lists?|having|listing|names?|carry|with|by|from|of|are\s+by"
    r"|written\s+by|authored\s+by)\s+)"
)
AFTER = (
    r"(?:\s+or\s+(?P<or>more|fewer|less)|\s+(?:exactly|precisely|alone|each|only|in\s+all|or\s+so)"
    r"|,?\s*no\s+more(?:,|\s+and|,\s+and)?\s+no\s+(?:less|fewer))*"
)
EXACT = r"(?:exactly|precisely|just|only)\s+"
AUTHOR_COUNTS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{WITH}?(?:between\s+|from\s+)(?P<low>{NUMBER})\s+(?:and|to)\s+(?P<high>{NUMBER})\s+{PEOPLE}\b",
        rf"(?<!\w){WITH}?(?:(?P<count>{COUNT})\s+|(?P<sign>[<>]=?|[≥≤])\s*|precisely\s+)?\b(?P<number>{NUMBER})(?P<plus>\+|\s+or\s+(?:more|fewer"
        rf"|less))?\s+(?:different\s+)?{PEOPLE}\b(?!['’]){AFTER}",
        rf"\b{WITH}?(?:an?\s+|the\s+)?(?:team|group)s?\s+of\s+(?:{EXACT})?(?:(?P<count>{COUNT})\s+)?\b"
        rf"(?P<number>{NUMBER})\b(?:\s+{PEOPLE}\b)?{AFTER}",
        rf"\b{WITH}?(?:(?:an?|only\s+an?|just\s+an?)\s+)?(?P<one>(?:single|sole|lone|solo)[\s-]+"
        rf"(?:{PEOPLE}|author(?:ed)?|written)|solo|single-handed(?:ly)?)\b(?:\s+(?:alone|only))?",
        rf"\b{WITH}?(?P<several>multiple|several)\s+{PEOPLE}\b",
    )
)
PAGE = re.compile(
    r"\b(?:(?:on|in|from|at|by|of)\s+)?(?:the\s+)?(?:(?:page|file|listing)\s+)?"
    r"[\"'“]?(?P<page>[\w-][\w.-]*\.(?:txt|html?|mhtml?|md|json|jsonl|csv|bib|pdf))\b[\"'”]?",
    re.IGNORECASE,
)
NTH = {"fi": 1, "se": 2, "th": 3, "fo": 4}
# "What page is the paper from 2021 on?" is not "from 2021 on".
ON_PAGE = re.compile(
    r"\b(?:what|which)\s+(?:page|file|listing)\b.*?(?P<on>\bon)\W*$", re.IGNORECASE
)
THE_DAY = re.compile(rf"\bthe\s+(?={DAY}\s+(?:of\s+)?{MONTH})", re.IGNORECASE)
PART_OF_YEAR = re.compile(
    rf"\b(?:{THAT_ARE}\s+)?(?:{PUBLISHED}\s+)?(?:(?:in|from|during|of)\s+)?(?:the\s+)?(?:"
    r"(?P<which>first|second|third|fourth|last|1st|2nd|3rd|4th)\s+(?P<part>half|quarter)\s+of"
    r"|q(?P<quarter>[1-4])(?:\s+of)?)\s+(?P<year>20\d\d)\b",
    re.IGNORECASE,
)
BARE_DATE = re.compile(rf"(?<![\w-]){POINT}(?![-\w])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The text with blanks for the conditions it sets, and these."""

    text: str
    filters: tuple[Filter, ...] = ()
    page: str = ""
    lacks: Fact | None = None
    has: Fact | None = None

    @property
    def restricts(self) -> bool:
        return bool(self.filters or self.page or self.lacks or self.has)


def blank(text: str, start: int, end: int, mark: str = "") -> str:
    """The text with blanks there, behind the mark."""
    return f"{text[:start]}{mark}{' ' * (end - start - len(mark))}{text[end:]}"


def take_conditions(text: str, today: date) -> Wanted:
    """Every condition of a clause."""
    page = ""
    if match := PAGE.search(text):
        page, text = match["page"], blank(text, *match.span())
    text, counts = _take_author_counts(text)
    text = THE_DAY.sub(lambda match: " " * len(match.group()), text)
    if match := ON_PAGE.search(text):
        text = blank(text, *match.span("on"))
    text, parts = _take_part_of_year(text)
    text, spoken = _take_filters(text, today)
    text, dates = _take_dates(text, today, spoken)
    text, lacks, has = _take_known(text)
    return Wanted(text, (*parts, *spoken, *dates, *counts), page, lacks, has)


def _take_author_counts(text: str) -> tuple[str, tuple[Filter, ...]]:
    for form in AUTHOR_COUNTS:
        if match := form.search(text):
            said = match.group().strip()
            bounds = _read_count(match.groupdict())
            filters = tuple(Filter(Field.AUTHORS, how, number, said) for how, number in bounds)
            return blank(text, *match.span()), filters
    return text, ()


def _read_count(groups: dict[str, str | None]) -> Sequence[tuple[str, int]]:
    if groups.get("one"):
        return (("=", 1),)
    if groups.get("several"):
        return ((">", 1),)
    if (low := groups.get("low")) and (high := groups.get("high")):
        return ((">=", read_number(low)), ("<=", read_number(high)))
    relation = COUNTS[" ".join((groups.get("count") or "").lower().split())]
    if sign := groups.get("sign"):
        relation = {"≥": ">=", "≤": "<="}.get(sign, sign)
    beyond = (groups.get("or") or groups.get("plus") or "").lower()
    if beyond:
        relation = ">=" if "more" in beyond or "+" in beyond else "<="
    return ((relation, read_number(groups["number"] or "0")),)


def _take_part_of_year(text: str) -> tuple[str, tuple[Filter, ...]]:
    """`the first half of 2025`, `Q3 2024`."""
    match = PART_OF_YEAR.search(text)
    if not match:
        return text, ()
    which = (match["which"] or match["quarter"]).lower()
    length = 6 if (match["part"] or "").lower() == "half" else 3
    ordinal = 12 // length if which == "last" else NTH.get(which[:2]) or int(which[0])
    if ordinal * length > 12:
        return text, ()
    first, last = (ordinal - 1) * length + 1, ordinal * length
    bounds = ((">=", f"{match['year']}-{first:02}"), ("<=", f"{match['year']}-{last:02}"))
    filters = tuple(Filter(Field.DATE, how, value, match.group()) for how, value in bounds)
    return blank(text, *match.span()), filters


def _take_filters(text: str, today: date) -> tuple[str, tuple[Filter, ...]]:
    found = tuple(one for one in find_filters(text, today, bool) if not one.orders)
    for words in dict.fromkeys(one.words for one in found):
        if (at := text.find(words)) >= 0:
            text = blank(text, at, at + len(words))
    return text, found


def _take_dates(text: str, today: date, spoken: Sequence[Filter]) -> tuple[str, tuple[Filter, ...]]:
    """Dates that nothing says are the papers': if no content is left they can be nothing else."""
    found: list[Filter] = []
    for one in list(find_dates(text, today)):
        words = text[one.start : one.end]
        found += [Filter(Field.DATE, how, value, words) for how, value in one.bounds]
        text = blank(text, one.start, one.end)
    bare = list(BARE_DATE.finditer(text))
    dated = any(one.field is Field.DATE for one in (*found, *spoken))
    if len(bare) == 1 and not dated:
        point = read_point(bare[0].group(), today, bound=False)
        found += [Filter(Field.DATE, "in", point, bare[0].group())] if point else []
        text = blank(text, *bare[0].span())
    return text, tuple(found)


def _take_known(text: str) -> tuple[str, Fact | None, Fact | None]:
    """(the text without it, the fact that must be unknown, the fact that must be known)"""
    lacks = has = None
    for form in LACKS:
        if match := form.search(text):
            lacks = fact_of(match.groupdict().get("fact") or "date")
            text = blank(text, *match.span())
            break
    if match := HAS.search(text):
        has = fact_of(next((one for one in match.groups() if one), "date"))
        text = blank(text, *match.span())
    return text, lacks, has


def fact_of(said: str) -> Fact:
    """The fact that a word stands for: "arXiv ids", "author count", "publication year"."""
    low = said.lower()
    if "author" in low:
        return Fact.AUTHOR_COUNT if "count" in low or "number" in low else Fact.AUTHORS
    if "vote" in low:
        return Fact.UPVOTES
    if "arxiv" in low:
        return Fact.ARXIV
    if re.match(r"link|url", low):
        return Fact.LINK
    return Fact.YEAR if "year" in low else Fact.DATE
