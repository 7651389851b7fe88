"""What a paper becomes when another page lists it too.

Owns the rules, each of which gives the same result whatever is added twice; knows
nothing about SQLite.
"""

from __future__ import annotations

from dataclasses import replace

from rag.records import Entry, Paper, PartialDate
from rag.titles import make_paper_id


def start_paper(entry: Entry, paper_id: str | None = None) -> Paper:
    """The paper as its first page tells it."""
    return Paper(
        paper_id=paper_id or make_paper_id(entry.title),
        title=entry.title,
        abstract=entry.abstract,
        authors=entry.authors,
        author_count=_more(entry.author_count, len(entry.authors) or None),
        date=entry.date,
        arxiv_id=entry.arxiv_id,
        url=entry.url,
        upvotes=entry.upvotes,
        categories=entry.categories,
        pages=(entry.source,),
    )


def merge_entry(paper: Paper, entry: Entry) -> Paper:
    """The paper with what this entry adds; equal to `paper` where it adds nothing.

    Of two abstracts the one read later wins and the other is kept, unless the later one
    is known already or is a cut-off beginning of what is there.
    """
    abstract, older = _merge_abstracts(paper, entry.abstract)
    authors = max(paper.authors, entry.authors, key=len)
    counts = (paper.author_count, entry.author_count, len(authors) or None)
    return replace(
        paper,
        abstract=abstract,
        older_abstracts=older,
        authors=authors,
        author_count=_more(_more(*counts[:2]), counts[2]),
        date=_more_precise(paper.date, entry.date),
        arxiv_id=paper.arxiv_id or entry.arxiv_id,
        url=paper.url or entry.url,
        upvotes=_more(paper.upvotes, entry.upvotes),
        categories=tuple(dict.fromkeys(paper.categories + entry.categories)),
        pages=tuple(dict.fromkeys((*paper.pages, entry.source))),
    )


def _merge_abstracts(paper: Paper, new: str) -> tuple[str, tuple[str, ...]]:
    """(the abstract that stands, the older ones)"""
    known = (paper.abstract, *paper.older_abstracts)
    if not new or new in known:
        return paper.abstract, paper.older_abstracts
    if not paper.abstract:
        return new, paper.older_abstracts
    if paper.abstract.startswith(new.rstrip(".… ")):
        return paper.abstract, (*paper.older_abstracts, new)
    return new, (*paper.older_abstracts, paper.abstract)


def _more(one: int | None, other: int | None) -> int | None:
    return max((number for number in (one, other) if number is not None), default=None)


def _more_precise(one: PartialDate | None, other: PartialDate | None) -> PartialDate | None:
    """The date of which more is known, the year before all; the first on a tie."""

    def precision(date: PartialDate | None) -> tuple[bool, int]:
        if date is None:
            return (False, 0)
        parts = (date.year, date.month, date.day)
        return (date.year is not None, sum(part is not None for part in parts))

    return max(one, other, key=precision)
