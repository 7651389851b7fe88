"""Which papers fit a question about the library, and of which it is not known.

Owns the choice and how its conditions are put into words: a paper is "known to be from
2025", and those without a date are counted. Knows nothing about orders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from rag.filters.selecting import keeps, label, write_date
from rag.inventory.asked import Ask, Fact, Topic
from rag.inventory.lines import count_of
from rag.inventory.naming import find_named
from rag.library import Library
from rag.partial_date import PartialDate
from rag.question import Field, Filter
from rag.replies import Offer
from rag.schema import Facts

NOUNS = {
    Fact.AUTHORS: "authors",
    Fact.AUTHOR_COUNT: "number of authors",
    Fact.DATE: "date",
    Fact.YEAR: "year",
    Fact.LINK: "link",
    Fact.ARXIV: "arXiv id",
    Fact.UPVOTES: "number of upvotes",
}
DATES = {"in": "from {}", ">=": "from {} or later", "<=": "from {} or earlier"} | {
    ">": "from after {}",
    "<": "from before {}",
}


@dataclass(frozen=True, slots=True)
class Records:
    """The library, and the papers that the conversation means."""

    library: Library
    offers: Sequence[Offer]


@dataclass(frozen=True, slots=True)
class Pool:
    """The papers that a question asks of: `every` one of the conversation's, if it asks of
    these (`given`), else of the library; `inside` are those of them that fit, `unknown` those
    of which it is not known."""

    every: Sequence[Facts]
    inside: Sequence[Facts]
    unknown: Sequence[Facts]
    given: bool

    @property
    def whole(self) -> str:
        """`the 346 papers here`, `these 3 papers`."""
        number = count_of(len(self.every), "paper")
        return f"these {number}" if self.given else f"the {number} here"


def choose_papers(ask: Ask, records: Records) -> Pool:
    """The papers that fit what is asked. Raises LibraryError."""
    given = _find_given(ask, records)
    facts = records.library.facts()
    if given is not None:
        facts = [one for one in facts if one.paper_id in given]
    mentioning = _find_mentioning(ask.topic, records.library) if ask.topic.phrases else None
    if ask.page:
        listed = _find_listed(ask.page, records.library)
        mentioning = listed if mentioning is None else listed & mentioning
    inside: list[Facts] = []
    unknown: list[Facts] = []
    for one in facts:
        if mentioning is not None and one.paper_id not in mentioning:
            continue
        judged = [_has(ask, one), *(keeps(condition, one) for condition in ask.filters)]
        if False not in judged:
            (unknown if None in judged else inside).append(one)
    return Pool(facts, inside, unknown, given is not None)


def _find_given(ask: Ask, records: Records) -> Collection[str] | None:
    """The ids of the papers that are meant outright; None where the whole library is, as it is
    by "these" where nothing has been cited."""
    if ask.numbers:
        return {one.paper.paper_id for one in records.offers if one.number in ask.numbers}
    if ask.titles:
        return {one for title in ask.titles for one in find_named(title, records.library)}
    meant = {one.paper.paper_id for one in records.offers}
    return meant if ask.given and meant else None


def _find_mentioning(topic: Topic, library: Library) -> set[str]:
    total = library.count()
    found = [{one for one, _ in library.match([phrase], total)} for phrase in topic.phrases]
    return set.intersection(*found) if topic.every else set.union(*found)


def _find_listed(page: str, library: Library) -> set[str]:
    """The ids of the papers that a page of this file name lists."""
    wanted = page.casefold()
    return {
        paper.paper_id
        for paper in library.papers()
        if any(PurePath(one).name.casefold() == wanted for one in paper.pages)
    }


def _has(ask: Ask, one: Facts) -> bool:
    if ask.lacks and _is_known(ask.lacks, one):
        return False
    return not ask.has or _is_known(ask.has, one)


def _is_known(fact: Fact, one: Facts) -> bool:
    if fact is Fact.YEAR:
        return one.date is not None and one.date.year is not None
    known = {
        Fact.AUTHORS: one.authors or one.author_count,
        Fact.AUTHOR_COUNT: one.author_count,
        Fact.DATE: one.date,
        Fact.LINK: one.url,
        Fact.ARXIV: one.arxiv_id,
        Fact.UPVOTES: one.upvotes,
    }
    return known.get(fact) not in (None, ())


def is_restricted(ask: Ask) -> bool:
    """Whether anything is asked of the papers that are counted."""
    return bool(ask.filters or ask.topic.phrases or ask.lacks or ask.has or ask.page)


def describe(ask: Ask, *, plural: bool) -> str:
    """What is asked of the papers: `are known to be from 2025 and to have 2 authors`."""
    parts = []
    if ask.topic.phrases:
        phrases = (" and " if ask.topic.every else " or ").join(
            f"“{phrase}”" for phrase in ask.topic.phrases
        )
        parts.append(f"{'mention' if plural else 'mentions'} {phrases}")
    have = "have" if plural else "has"
    if ask.page:
        parts.append(f"{'are' if plural else 'is'} listed on {ask.page}")
    if ask.lacks:
        parts.append(f"{have} no {NOUNS[ask.lacks]}")
    if ask.has:
        parts.append(f"{have} {_with_article(NOUNS[ask.has])}")
    if any(one.field is Field.CODE for one in ask.filters):
        parts.append(f"{'mention' if plural else 'mentions'} code that is released")
    if known := _describe_filters(ask.filters):
        parts.append(f"{'are' if plural else 'is'} known {' and '.join(known)}")
    return " and ".join(parts)


def _with_article(noun: str) -> str:
    return noun if noun == "authors" else f"{'an' if noun[0] == 'a' else 'a'} {noun}"


def _describe_filters(filters: Sequence[Filter]) -> list[str]:
    dates = {one.relation: str(one.value) for one in filters if one.field is Field.DATE}
    said = []
    if dates.keys() == {">=", "<="}:
        first, last = write_date(dates[">="]), write_date(dates["<="])
        said.append(f"to be from {first}{f' to {last}' if first != last else ''}")
    else:
        said += [
            f"to be {DATES[relation].format(write_date(value))}"
            for relation, value in dates.items()
        ]
    for one in filters:
        if one.field is Field.AUTHOR:
            said.append(f"to be by {one.value}")
        elif one.field in (Field.AUTHORS, Field.UPVOTES):
            said.append(f"to have {label(one)}")
    return said


def tell_unknown(filters: Sequence[Filter], unknown: Sequence[Facts]) -> str:
    """Why it is not known of these papers: `303 have no date and 4 state no year`, or empty."""
    reasons: Counter[tuple[str, str]] = Counter()
    for one in unknown:
        unjudged = (condition for condition in filters if keeps(condition, one) is None)
        reasons.update(dict.fromkeys(_find_reason(condition, one) for condition in unjudged).keys())
    said = [
        f"{number:,} {reason[0] if number == 1 else reason[1]}"
        for reason, number in reasons.items()
    ]
    if sum(reasons.values()) == len(unknown):
        return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
    return f"of {len(unknown):,} more it is not known ({', '.join(said)})"


def _find_reason(condition: Filter, one: Facts) -> tuple[str, str]:
    """Why a condition cannot be judged, of one paper and of several."""
    if condition.field is Field.DATE:
        if one.date is None:
            return "has no date", "have no date"
        if one.date.year is None:
            return "states no year", "state no year"
        return "has a date too coarse to tell", "have dates too coarse to tell"
    if condition.field is Field.AUTHOR:
        if one.authors:
            return "does not name all its authors", "do not name all their authors"
        return "names no authors", "name no authors"
    if condition.field is Field.CODE:
        return "has no abstract", "have no abstract"
    noun = "authors" if condition.field is Field.AUTHORS else "upvotes"
    return f"has no number of {noun}", f"have no number of {noun}"


def find_day(one: PartialDate | None) -> date | None:
    """The day that a date is, where it states all of it."""
    if one is None or one.year is None or one.month is None or one.day is None:
        return None
    return date(one.year, one.month, one.day)
