"""The filters that a question says in words: "from 2024", "by more than five authors".

Owns which words are filters on what is known of the papers, and the question without them;
knows nothing about the papers. A date or a number is a filter only where the question says
it of papers ("papers since 2023", "posted in May", "grokking, from 2024"), not of what they
are about ("data from 2019", "the 2020 warning paper", "in 2012 AlexNet ..."): by closed
classes of English words, never by the names of subjects. In doubt there is no filter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rag.filters.dates import (
    PERIODS,
    SpokenDate,
    find_dates,
    read_number,
    read_point,
    read_possessive,
)
from rag.filters.selecting import keeps as keeps
from rag.filters.selecting import knows_author as knows_author
from rag.filters.selecting import label as label
from rag.filters.selecting import mentions_code as mentions_code
from rag.filters.selecting import order as order
from rag.filters.selecting import select as select
from rag.filters.subjects import (
    PAPER,
    PUBLISHED,
    THAT_ARE,
    before_speaks_of_papers,
    is_whole_question,
    speaks_of_papers,
)
from rag.filters.words import (
    AGED,
    ATTRIBUTIVE,
    AUTHOR,
    AUTHORED,
    CODE,
    COUNTED,
    COUNTS,
    DOES_WITH,
    ONLY,
    SINGLE,
    VOTED,
    WROTE,
)
from rag.question import Field, Filter
from rag.terms import content_words

LONGEST = 4000  # characters of a question in which filters are looked for
PASSES = 4  # how many phrases may hang one on another: "papers from 2024 by two authors with code"


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of the question, `question[start:end]`, and the filters that it says."""

    start: int
    end: int
    filters: tuple[Filter, ...]


def find_filters(
    question: str, today: date, known_author: Callable[[str], bool] | None = None
) -> tuple[Filter, ...]:
    """The filters that a question says, in its order; without `known_author` no author's name
    is looked for, because "by Adam" may as well be a method."""
    taken: list[Found] = []
    text = question[:LONGEST]
    for _ in range(PASSES):
        found = [*_find_dates(text, today), *_find_counts(text), *_find_orders(text)]
        found += [*_find_code(text), *(_find_authors(text, known_author) if known_author else ())]
        fresh = list(_without_overlaps(found))
        if not fresh:
            break
        taken += fresh
        text = _blank(text, fresh)
    taken.sort(key=lambda one: one.start)
    return tuple({one.key: one for each in taken for one in each.filters}.values())


def _without_overlaps(found: Iterable[Found]) -> Iterator[Found]:
    """The first of those that overlap, the longest of those that begin together."""
    end = 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= end:
            end = one.end
            yield one


def _blank(text: str, found: Sequence[Found]) -> str:
    """The text with blanks for what was found, so that the next phrase stands behind what it
    is said of."""
    parts, at = [], 0
    for one in found:
        parts += [text[at : one.start], " " * (one.end - one.start)]
        at = one.end
    return "".join([*parts, text[at:]])


def strip_filters(question: str, filters: Sequence[Filter]) -> str:
    """The question without the words of these filters; as it is if nothing would be left."""
    left = question
    for words in dict.fromkeys(one.words for one in filters):
        left = left.replace(words, " ", 1)
    left = re.sub(r"\(\s*\)|\[\s*\]", " ", left)
    left = re.sub(r"\b(?:and|or|but)\s+(?=\s*[?.!,;]|\s*$)", " ", left)
    left = re.sub(r"\s+(?=[?.!,;:)])", "", left)
    left = re.sub(r"([,;:])(?:\s*[,;:])+|[,;:](?=[?.!])", r"\1", left)
    left = re.sub(r"^\W*(?:and|but|or)?[\s,;:]+", "", " ".join(left.split()))
    nothing = re.sub(rf"\b(?:{PAPER}|what|about|list|show|only|just)\b", " ", left, flags=re.I)
    return left if content_words(nothing) else question


def _find_dates(question: str, today: date) -> Iterator[Found]:
    if PERIODS.search(question):
        return
    found = list(_spoken(question, today)) + list(_attributive(question, today))
    bounds = [(one.relation, str(one.value)) for each in found for one in each.filters]
    if not _contradict(bounds):
        yield from found


def _spoken(question: str, today: date) -> Iterator[Found]:
    compares = re.search(r"\b(?:compar|contrast|differ|versus|vs\b|chang|shift)", question, re.I)
    if only := ONLY.match(question):
        point = read_point(only["point"], today, bound=False)
        if point:
            words = question[only.start("words") : only.end("point")]
            filters = (Filter(Field.DATE, "in", point, words),)
            yield Found(only.start("words"), only.end("point"), filters)
    for spoken in find_dates(question, today):
        if compares and re.search(r"\d\s+(?:and|or)\s+\d", question[spoken.start : spoken.end]):
            continue
        verb = re.search(rf"\b(?:{THAT_ARE}\s+)?{PUBLISHED}\s+$", question[: spoken.start], re.I)
        start = verb.start() if verb else spoken.start
        if speaks_of_papers(question, start, spoken.end, spoken.lead, bool(verb)):
            yield _dated(question, start, spoken)


def _dated(question: str, start: int, spoken: SpokenDate) -> Found:
    words = question[start : spoken.end]
    filters = (Filter(Field.DATE, relation, value, words) for relation, value in spoken.bounds)
    return Found(start, spoken.end, tuple(filters))


def _attributive(question: str, today: date) -> Iterator[Found]:
    """`2024 papers`, `the March 2025 papers`, `pre-2023 work`, `last year's papers`: plural,
    because "the 2020 paper" describes one; not after a name, because of "CVPR 2024 papers"."""
    for match in ATTRIBUTIVE.finditer(question):
        one = re.match(r"\s+(?:work|study|research)\b", question[match.end() :], re.IGNORECASE)
        before = question[: match.start()]
        if not before_speaks_of_papers(before) or (one and re.search(r"\w\s*$", before)):
            continue
        relation = {"pre-": "<", "post-": ">"}.get((match["lead"] or "").lower(), "in")
        if re.search(r"['’]s$", match["point"]):
            bounds = read_possessive(match["point"], today)
        else:
            point = read_point(match["point"], today, bound=False)
            bounds = ((relation, point),) if point else ()
        filters = (Filter(Field.DATE, one, value, match.group()) for one, value in bounds)
        yield Found(*match.span(), tuple(filters))


def _contradict(bounds: Sequence[tuple[str, str]]) -> bool:
    """Whether no date could pass: then the question speaks of two periods, not of a filter."""
    first, last = "0", "9"
    for relation, value in bounds:
        if value.startswith("--"):
            continue
        if relation in ("in", ">=", ">"):
            first = max(first, value + ("~" if relation == ">" else ""))
        if relation in ("in", "<=", "<"):
            last = min(last, value + ("~" if relation != "<" else ""))
    return last < first


def _find_counts(question: str) -> Iterator[Found]:
    for match in COUNTED.finditer(question):
        count = " ".join((match["count"] or "").lower().split())
        more = (match["or"] or "").lower()
        relation = COUNTS[count]
        if more:
            relation = ">=" if "more" in more or "+" in more else "<="
        plain = relation == "=" and not match["upvotes"]
        if speaks_of_papers(question, *match.span(), "count" if not plain else "with", False):
            field = Field.UPVOTES if match["upvotes"] else Field.AUTHORS
            yield _one(match, field, relation, read_number(match["number"]))
    for match in SINGLE.finditer(question):
        if speaks_of_papers(question, *match.span(), "with", False):
            yield _one(match, Field.AUTHORS, "=", 1)
    for match in AUTHORED.finditer(question):
        yield _one(match, Field.AUTHORS, "=", 1 if match["one"] else read_number(match["number"]))


def _find_orders(question: str) -> Iterator[Found]:
    for match in VOTED.finditer(question):
        which = (match["which"] or match["much"] or match["liked"] or "most").lower()
        relation = "least" if which in ("least", "lowest", "fewest") else "most"
        number = match["top"] or match["number"]
        yield _one(match, Field.UPVOTES, relation, read_number(number) if number else 0)
    for match in AGED.finditer(question):
        if not (match["noun"] or match["first"] or is_whole_question(question, match.start())):
            continue
        which = (match["which"] or "newest").lower()
        number = match["number"] or match["count"]
        wanted = read_number(number.strip()) if number else 0
        if not wanted and (match["noun"] or "").lower() in ("paper", "study", "article", "entry"):
            wanted = 1
        yield _one(match, Field.DATE, "least" if which[0] in "oe" else "most", wanted)


def _find_code(question: str) -> Iterator[Found]:
    if re.search(r"\bwithout\s+(?:\w+\s+)?code\b", question, re.IGNORECASE):
        return
    for match in CODE.finditer(question):
        before = question[: match.start()]
        if match.group().lower().startswith("with") and DOES_WITH.search(before):
            continue
        if speaks_of_papers(question, *match.span(), "with", False):
            yield _one(match, Field.CODE, "has", 1)


def _find_authors(question: str, known_author: Callable[[str], bool]) -> Iterator[Found]:
    for match in AUTHOR.finditer(question):
        name = re.sub(r"['’]s?$|[.]$", "", match["name"])
        end = match.end() if match["al"] else match.start("name") + len(name)
        if speaks_of_papers(question, match.start(), end, "by", False) and known_author(name):
            yield _by(name, question, match.start(), end)
    for match in WROTE.finditer(question):
        name = re.sub(r"['’]s?$", "", match["name"] or match["owner"])
        if known_author(name):
            yield _by(name, question, *match.span())


def _by(name: str, question: str, start: int, end: int) -> Found:
    return Found(start, end, (Filter(Field.AUTHOR, "has", name, question[start:end]),))


def _one(match: re.Match[str], field: Field, relation: str, value: int) -> Found:
    return Found(*match.span(), (Filter(field, relation, value, match.group()),))
