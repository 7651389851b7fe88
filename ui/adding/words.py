"""The words for what adding does: counts, shapes of pages, fields that change.

Owns the words; knows nothing about HTML.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.records import AddReport

SHAPES = {
    "listing": "Listing, as text",
    "html": "Listing or paper, as HTML",
    "hf-json": "Daily Papers, as JSON",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "table": "Table",
    "arxiv-atom": "arXiv feed",
    "bibtex": "BibTeX",
    "ris": "RIS",
    "unknown": "Not recognised",
}
FIELDS = {
    "author_count": "number of authors",
    "arxiv_id": "arXiv id",
    "url": "link",
    "older_abstracts": "older abstract",
}
READ = (
    "a saved Daily Papers listing (text, HTML or JSON)",
    "an arXiv feed (Atom)",
    "a BibTeX or RIS export with abstracts",
    "JSON, JSON Lines, CSV or TSV with title and abstract",
)


def count(number: int, noun: str = "paper") -> str:
    """`1 paper`, `1,200 papers`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def name_shape(shape: str) -> str:
    return SHAPES.get(shape, shape)


def name_changes(changes: Sequence[str]) -> str:
    """`changes authors, date`, or that nothing changes."""
    names = ", ".join(FIELDS.get(name, name) for name in changes)
    return f"updates {names}" if names else "nothing new"


def sum_up(outcome: AddReport) -> str:
    """What adding would do, in one line."""
    parts = [count(outcome.added, "new paper")]
    if outcome.merged:
        parts.append(f"{outcome.merged:,} updated")
    if outcome.unchanged:
        parts.append(f"{outcome.unchanged:,} here already")
    if outcome.failed:
        parts.append(f"{len(outcome.failed):,} not read")
    return ", ".join(parts)


def name_deed(outcome: AddReport) -> str:
    """What the button does that adds."""
    if outcome.added or not outcome.merged:
        return f"Add {count(outcome.added)}"
    return f"Update {count(outcome.merged)}"


def tell_report(report: AddReport, expected: AddReport | None) -> str:
    """What adding did; and that it was not what had been told, where the library changed."""
    parts = [f"{count(report.added)} added"]
    if report.merged:
        parts.append(f"{report.merged:,} updated")
    told = ", ".join(parts)
    if report.failed:
        told += f"; {len(report.failed):,} could not be read"
    counted = (report.added, report.merged)
    if expected and counted != (expected.added, expected.merged):
        told += ". The library had changed since they were shown"
    return f"{told}."
