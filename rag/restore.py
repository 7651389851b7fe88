"""Records read back: the JSON that a command printed -> the Answer that it was.

Owns the inverse of the `to_record` of what an answer is made of; knows nothing about where
records are kept. All raise KeyError, TypeError or ValueError on what no `to_record` wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.partial_date import PartialDate
from rag.question import Field, Filter, Selection, Side, Understood
from rag.records import Paper
from rag.replies import (
    Answer,
    Aspect,
    Column,
    Comparison,
    Evidence,
    Mode,
    Offer,
    Sentence,
    Support,
    Timings,
    Tokens,
    Verdict,
)

Record = Mapping[str, Any]


def restore_paper(record: Record) -> Paper:
    """The inverse of `Paper.to_record`; older abstracts are not printed and not restored."""
    return Paper(
        paper_id=record["paper_id"],
        title=record["title"],
        abstract=record["abstract"],
        authors=tuple(record["authors"] or ()),
        author_count=record["author_count"],
        date=PartialDate.parse(record["date"]) if record["date"] else None,
        arxiv_id=record["arxiv_id"],
        url=record["url"],
        upvotes=record["upvotes"],
        categories=tuple(record["categories"] or ()),
        pages=tuple(record["pages"]),
    )


def restore_answer(record: Record, papers: Mapping[str, Paper]) -> Answer:
    """The inverse of `Answer.to_record`; `papers` has the papers that were offered, by id.

    Times and scores are as rounded as they were printed; of the sides of a comparison that
    was asked for, only the names are printed.
    """
    table = record["comparison"]
    return Answer(
        question=record["question"],
        text=_take_prose(record["answer"], table),
        mode=Mode(record["mode"]),
        sentences=tuple(map(restore_sentence, record["sentences"])),
        papers=tuple(
            Offer(one["number"], papers[one["paper_id"]], one["cited"]) for one in record["papers"]
        ),
        refused=record["refused"],
        missing_terms=tuple(record["missing_terms"]),
        complete=record["complete"],
        notice=record["notice"],
        fell_back=record.get("fell_back", False),  # answers kept by earlier versions lack it
        premise=restore_sentence(record["premise"]) if record["premise"] else None,
        understood=_restore_understood(record),
        selection=Selection(**record["selection"]) if record["selection"] else None,
        comparison=restore_comparison(table) if table else None,
        judged=record["supported"]["by"],
        hidden=record["hidden"],
        dropped_papers=record["dropped_papers"],
        invalid_citations=record["invalid_citations"],
        model=record["model"],
        timings=Timings(**record["timings"]),
        tokens=Tokens(**record["tokens"]),
    )


def restore_sentence(record: Record) -> Sentence:
    """The inverse of `Sentence.to_record`."""
    support = record["support"]
    checked = (
        Verdict(Support(support), record["support_score"], record["support_reason"])
        if (support is not None)
        else None
    )
    return Sentence(
        text=record["text"],
        citations=tuple(record["citations"]),
        evidence=tuple(Evidence(**one) for one in record["evidence"]),
        verdict=checked,
    )


def restore_comparison(record: Record) -> Comparison:
    """The inverse of `Comparison.to_record`."""
    sides = tuple(
        Column(one["name"], tuple(one["papers"]), one["found"]) for one in record["sides"]
    )
    aspects = tuple(
        Aspect(one["name"], tuple(map(restore_sentence, one["cells"]))) for one in record["aspects"]
    )
    return Comparison(sides, aspects)


def _take_prose(whole: str, table: Record | None) -> str:
    """The text of an answer, without the table that is printed below it."""
    if not table:
        return whole
    return whole.removesuffix(restore_comparison(table).to_markdown()).rstrip("\n")


def _restore_understood(record: Record) -> Understood | None:
    understood = record["understood"]
    if understood is None:
        return None
    return Understood(
        asked=record["question"],
        question=understood["question"],
        about=tuple(understood["about"]),
        filters=tuple(
            Filter(Field(one["field"]), one["relation"], one["value"], one["words"])
            for one in understood["filters"]
        ),
        sides=tuple(Side(name, name) for name in understood["sides"]),
        follows=understood["follows"],
    )
