"""The lines of an answer from the library's records.

Owns how a paper's facts are put into words; knows nothing about which papers are meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from rag.filters.selecting import Known
from rag.inventory.asked import Fact
from rag.question import Field
from rag.records import Paper

NAMED = 20  # papers that are named; the rest are counted
AUTHORS_NAMED = 30
TITLE = "\ue003"  # stands for the title of a line's first paper until the papers are read


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence and the papers that it cites. `item`: of a list; `goes_on`: in the paragraph
    of the line before it."""

    text: str
    paper_ids: tuple[str, ...] = ()
    item: bool = False
    goes_on: bool = False

    def fill(self, papers: Mapping[str, Paper]) -> Line:
        """With the title of its paper."""
        if TITLE not in self.text or self.paper_ids[0] not in papers:
            return self
        return replace(self, text=self.text.replace(TITLE, plain(papers[self.paper_ids[0]].title)))


def plain(title: str) -> str:
    """A title as it can stand in an answer: brackets around numbers would be citations."""
    one_line = " ".join(title.split()).replace("**", "")
    return re.sub(r"\[(\s*\d[^\[\]]*)\]", r"(\1)", one_line)


def count_of(number: int, noun: str) -> str:
    """`1 paper`, `1,200 papers`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def bullet(one: Known) -> Line:
    """An item: the title, and what is known of date, authors and upvotes."""
    known = [
        one.date.in_words() if one.date else "",
        count_of(one.author_count, "author") if one.author_count is not None else "",
        count_of(one.upvotes, "upvote") if one.upvotes is not None else "",
    ]
    told = "; ".join(filter(None, known))
    return Line(f"{TITLE} ({told})" if told else TITLE, (one.paper_id,), item=True)


def measured(field: Field, one: Known) -> str:
    """What an order went by: `14 Dec 2025`, `11 authors`."""
    if field is Field.DATE:
        return one.date.in_words() if one.date else ""
    if field is Field.AUTHORS:
        return count_of(one.author_count or 0, "author")
    return count_of(one.upvotes or 0, "upvote")


def tell(fact: Fact, paper: Paper, *, named: bool = True) -> Line:
    """A sentence that states the fact, or that it is not known; `named`: with the title."""
    if fact in (Fact.TITLE, Fact.HERE):
        text = f"The title is “{TITLE}”." if fact is Fact.TITLE else f"“{TITLE}” is in the library."
    else:
        text = _TELL[fact](paper, f"“{TITLE}”" if named else "It")
    return Line(text, (paper.paper_id,), goes_on=not named)


def _tell_authors(paper: Paper, it: str) -> str:
    if not paper.authors:
        count = count_of(paper.author_count, "author") if paper.author_count is not None else ""
        if count:
            return f"{it} has {count}, whose names are not known here."
        return _no(it, "authors", paper)
    names = list(paper.authors[:AUTHORS_NAMED])
    rest = max(len(paper.authors), paper.author_count or 0) - len(names)
    names += [f"{rest:,} more"] if rest else []
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return f"{it} is by {listed}."


def _tell_author_count(paper: Paper, it: str) -> str:
    if paper.author_count is None:
        return _no(it, "number of authors", paper)
    return f"{it} has {count_of(paper.author_count, 'author')}."


def _tell_date(paper: Paper, it: str) -> str:
    return f"{it} is dated {paper.date.in_words()}." if paper.date else _no(it, "date", paper)


def _tell_link(paper: Paper, it: str) -> str:
    return f"{it} is at {paper.url}" if paper.url else _no(it, "link", paper)


def _tell_arxiv(paper: Paper, it: str) -> str:
    if not paper.arxiv_id:
        return _no(it, "arXiv id", paper)
    return f"{it} has the arXiv id {paper.arxiv_id}."


def _tell_upvotes(paper: Paper, it: str) -> str:
    if paper.upvotes is None:
        return _no(it, "number of upvotes", paper)
    return f"{it} has {count_of(paper.upvotes, 'upvote')}."


def _tell_pages(paper: Paper, it: str) -> str:
    pages = ", ".join(name_pages(paper.pages))
    return f"{it} is listed on {pages}." if pages else _no(it, "page", paper)


def _no(it: str, what: str, paper: Paper) -> str:
    """That it is not known, and which pages do not say it."""
    known = "are" if what == "authors" else "is"
    text = f"No {what} {known} known for {it if it != 'It' else 'it'}"
    names = name_pages(paper.pages)
    if not names:
        return f"{text}."
    pages = f"page {names[0]} gives" if len(names) == 1 else f"pages {', '.join(names)} give"
    return f"{text}: {pages} none."


_TELL = {
    Fact.AUTHORS: _tell_authors,
    Fact.AUTHOR_COUNT: _tell_author_count,
    Fact.DATE: _tell_date,
    Fact.YEAR: _tell_date,
    Fact.LINK: _tell_link,
    Fact.ARXIV: _tell_arxiv,
    Fact.UPVOTES: _tell_upvotes,
    Fact.PAGES: _tell_pages,
}


def count_years(dated: Sequence[Known]) -> str:
    """`1 from 2017, 12 from 2024`."""
    years = Counter(one.date.year for one in dated if one.date and one.date.year)
    return ", ".join(f"{years[year]:,} from {year}" for year in sorted(years))


def write_pages(listed: Sequence[Sequence[str]]) -> Iterator[Line]:
    """Where papers come from, `listed` having the pages of each."""
    counts = Counter(page for pages in listed for page in pages)
    verb = "comes" if len(listed) == 1 else "come"
    several = ", some from several of them" if any(len(pages) > 1 for pages in listed) else ""
    pages = count_of(len(counts), "page")
    yield Line(f"{count_of(len(listed), 'paper')} {verb} from {pages}{several}:")
    for page, name in list(zip(counts, name_pages(list(counts)), strict=True))[:NAMED]:
        yield Line(f"{name}: {count_of(counts[page], 'paper')}", item=True)
    if len(counts) > NAMED:
        yield Line(f"{count_of(len(counts) - NAMED, 'more page')} not named here.")


def name_pages(pages: Sequence[str]) -> list[str]:
    """The names of files without their folders, as long as that tells them apart."""
    names = [page if "://" in page else PurePath(page).name or page for page in pages]
    twice = {name for name, number in Counter(names).items() if number > 1}
    shown = (page if name in twice else name for page, name in zip(pages, names, strict=True))
    return [plain(name) for name in shown]
