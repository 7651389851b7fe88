"""Filters, asked of what is known of a paper.

Owns whether a paper passes, how many do not or cannot be judged, the order of papers, and a
filter's words for the reader; knows nothing about how a question says a filter. What is not
known is never guessed: a paper of 2024 is neither from before nor from after March 2024.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol, TypeVar

from rag.partial_date import PartialDate
from rag.question import Field, Filter, Selection

FULL_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
Day = tuple[int, int, int]
DATES_IN_WORDS: Mapping[str, str] = {"in": "from", ">=": "since", ">": "after", "<": "before"}
NUMBERS_IN_WORDS: Mapping[str, str] = {
    ">": "more than ",
    ">=": "at least ",
    "<": "fewer than ",
    "<=": "at most ",
    "=": "",
}
ORDERS_IN_WORDS: Mapping[tuple[Field, str], str] = {
    (Field.DATE, "most"): "newest",
    (Field.DATE, "least"): "oldest",
    (Field.UPVOTES, "most"): "most upvoted",
    (Field.UPVOTES, "least"): "least upvoted",
    (Field.AUTHORS, "most"): "most authors",
    (Field.AUTHORS, "least"): "fewest authors",
}
HOSTS = ("github.com", "gitlab.com", "github.io", "huggingface.co", "bitbucket.org")
# Beginning with a letter, not with a boundary, finds candidates several times as fast. "Code
# models" and "code generation" are subjects of papers, not something that comes with one.
CODE = re.compile(
    r"(?:code(?<![\w-]code)(?:base)?|implementation(?<![\w-]implementation))s?\b(?![-–]\w|\s+(?:\w+ing"
    r"|\w+tion|\w*l?lms?|models?|data\w*|agents?|language|snippets|synthesis|review|tasks?"
    r"|problems?|benchmarks?)\b)"
)
RELEASED = re.compile(
    r"\b(?:releas(?:e|es|ed|ing)|open[- ]sourc(?:e|es|ed|ing)|publish(?:es|ed)?|public(?:ly)?"
    r"|available|accessible|https?:|found at)"
)
SHARES = re.compile(r"\b(?:provides?|shared?|mak(?:e|ing)) (?:all |our |the |its |their )")
NEAR_CODE = 60


class Known(Protocol):
    """What filters look at: a Paper, or the Facts of one."""

    @property
    def paper_id(self) -> str: ...
    @property
    def abstract(self) -> str: ...
    @property
    def authors(self) -> tuple[str, ...]: ...
    @property
    def author_count(self) -> int | None: ...
    @property
    def date(self) -> PartialDate | None: ...
    @property
    def upvotes(self) -> int | None: ...


P = TypeVar("P", bound=Known)


def keeps(wanted: Filter, paper: Known) -> bool | None:
    """Whether the paper passes; None where that is not known of it. An order leaves none out."""
    if wanted.orders:
        return True
    if wanted.field is Field.DATE:
        return _compare_dates(wanted.relation, str(wanted.value), paper.date)
    if wanted.field is Field.AUTHOR:
        return _is_by(str(wanted.value), paper)
    if wanted.field is Field.CODE:
        return mentions_code(paper.abstract) if paper.abstract else None
    number = paper.author_count if wanted.field is Field.AUTHORS else paper.upvotes
    return None if number is None else _compare(wanted.relation, number, int(wanted.value))


def select(filters: Sequence[Filter], papers: Iterable[Known]) -> tuple[list[str], Selection]:
    """The ids of the papers that pass every filter, and what became of the rest. A paper that
    one filter leaves out is left out, whatever is not known of it besides."""
    conditions = [one for one in filters if not one.orders]
    kept, left_out, unknown = [], 0, 0
    for paper in papers:
        judged = [keeps(one, paper) for one in conditions]
        if False in judged:
            left_out += 1
        elif None in judged:
            unknown += 1
        else:
            kept.append(paper.paper_id)
    return kept, Selection(len(kept), left_out, unknown)


def order(filters: Sequence[Filter], papers: Iterable[P]) -> list[P]:
    """The papers as the filters' orders want them, the first order before the others; those of
    which it is not known come last, and ties keep their places. Nothing is cut off."""
    ordered = list(papers)
    for one in reversed([one for one in filters if one.orders]):
        known = [paper for paper in ordered if measure(one.field, paper) is not None]
        rest = [paper for paper in ordered if measure(one.field, paper) is None]
        most = one.relation == "most"
        known.sort(key=lambda paper: measure(one.field, paper) or (), reverse=most)
        ordered = known + rest
    return ordered


def measure(field: Field, paper: Known) -> tuple[int, ...] | None:
    """What an order goes by: the date (0 for a part that is not stated), or a number. None
    where it is not known; a date without a year cannot be put in an order."""
    if field is Field.DATE:
        if paper.date is None or paper.date.year is None:
            return None
        return paper.date.year, paper.date.month or 0, paper.date.day or 0
    number = paper.author_count if field is Field.AUTHORS else paper.upvotes
    return None if number is None else (number,)


def first_and_last(date: PartialDate) -> tuple[Day, Day]:
    """The first and the last day that a date with a year may be; every month may have a 31st."""
    return _span(date.year or 0, date.month, date.day)


def label(one: Filter) -> str:
    """What its chip says: `since Mar 2026`, `more than 5 authors`, `5 newest`."""
    if one.orders:
        words = ORDERS_IN_WORDS[one.field, one.relation]
        if one.value:
            return f"{one.value} {words}" if one.value != 1 else words
        return f"{words} first" if one.field is Field.DATE else words
    if one.field is Field.DATE:
        return f"{DATES_IN_WORDS.get(one.relation, 'until')} {write_date(str(one.value))}"
    if one.field is Field.AUTHOR:
        return f"by {one.value}"
    if one.field is Field.CODE:
        return "code mentioned"
    noun = "author" if one.field is Field.AUTHORS else "upvote"
    return f"{NUMBERS_IN_WORDS[one.relation]}{one.value} {noun}{'s' * (one.value != 1)}"


def write_date(prefix: str) -> str:
    """`Mar 2026`, `5 Mar 2025`; `March, any year`, `5 March, any year`."""
    year, month, day = _parts(prefix)
    if year is None:
        return f"{f'{day} ' if day else ''}{FULL_MONTHS[(month or 1) - 1]}, any year"
    return PartialDate(year, month, day).in_words()


def is_named(asked: str, name: str) -> bool:
    """Whether a name asked for is this author's: the last names are the same, and of the rest
    as much as is said, an initial for a name. Case, accents and a `Last, First` do not count."""
    wanted = _asked_parts(asked)
    if not wanted or (name.isascii() and wanted[-1] not in name.lower()):
        return False
    known = _name_parts(name)
    if not known or wanted[-1] != known[-1]:
        return False
    rest = known[:-1]
    return all(
        any(mine == one or (1 in (len(mine), len(one)) and mine[0] == one[0]) for one in rest)
        for mine in wanted[:-1]
    )


def knows_author(asked: str, papers: Iterable[Known]) -> bool:
    """Whether any of the papers lists an author of this name."""
    return any(is_named(asked, name) for paper in papers for name in paper.authors)


def mentions_code(abstract: str) -> bool:
    """Whether an abstract names a place of code, or says that code is there or will be."""
    low = abstract.lower()
    if any(host in low for host in HOSTS):
        return True
    for match in CODE.finditer(low):
        before = low[max(0, match.start() - NEAR_CODE) : match.start()].rpartition(". ")[2]
        after = low[match.end() : match.end() + NEAR_CODE].partition(". ")[0]
        if RELEASED.search(before) or RELEASED.search(after) or SHARES.search(before):
            return True
    return False


def _is_by(asked: str, paper: Known) -> bool | None:
    """None where the authors are not known, or not all of them and not this one."""
    if any(is_named(asked, name) for name in paper.authors):
        return True
    return False if paper.authors and len(paper.authors) >= (paper.author_count or 0) else None


@lru_cache(maxsize=64)
def _asked_parts(asked: str) -> tuple[str, ...]:
    return tuple(_name_parts(asked))


def _name_parts(name: str) -> list[str]:
    last, comma, first = name.partition(",")
    plain = unicodedata.normalize("NFKD", f"{first} {last}" if comma else name).casefold()
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return re.findall(r"[^\W\d_]+", letters)


def _compare(relation: str, number: int | Day, limit: int | Day) -> bool:
    if relation == ">":
        return number > limit  # type: ignore[operator]
    if relation == "<":
        return number < limit  # type: ignore[operator]
    if relation == ">=":
        return number >= limit  # type: ignore[operator]
    if relation == "<=":
        return number <= limit  # type: ignore[operator]
    return number == limit


@lru_cache(maxsize=4096)  # thousands of papers share a few hundred days
def _compare_dates(relation: str, prefix: str, date: PartialDate | None) -> bool | None:
    """All days that the paper's date may be pass, or none does, or it is not known."""
    if date is None:
        return None
    year, month, day = _parts(prefix)
    if year is None or date.year is None:
        return _compare_within_year(relation, (year, month, day), date)
    first, last = _span(date.year, date.month, date.day)
    start, end = _span(year, month, day)
    if relation in (">=", "<"):
        passing = None if first < start <= last else first >= start
        return passing if passing is None or relation == ">=" else not passing
    if relation in ("<=", ">"):
        passing = None if first <= end < last else last <= end
        return passing if passing is None or relation == "<=" else not passing
    if start <= first and last <= end:
        return True
    return False if last < start or end < first else None


def _compare_within_year(
    relation: str, wanted: tuple[int | None, int | None, int | None], date: PartialDate
) -> bool | None:
    """Where one of the two has no year, a month or a day that differs can tell them apart."""
    pairs = list(zip(wanted, (date.year, date.month, date.day), strict=True))
    if relation != "in":
        return None
    if any(one is not None and other is not None and one != other for one, other in pairs):
        return False
    return True if all(one is None or other is not None for one, other in pairs) else None


@lru_cache(maxsize=64)
def _parts(prefix: str) -> tuple[int | None, int | None, int | None]:
    """Year, month and day of `2024`, `2024-03`, `2024-03-05`, `--03` or `--03-05`."""
    bare = prefix.removeprefix("--")
    numbers = [int(part) for part in bare.split("-")]
    if bare != prefix:
        return None, numbers[0], numbers[1] if len(numbers) > 1 else None
    year, month, day = [*numbers, None, None][:3]
    return year, month, day


def _span(year: int, month: int | None, day: int | None) -> tuple[Day, Day]:
    return (year, month or 1, day or 1), (year, month or 12, day or 31)
