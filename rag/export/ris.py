"""Papers as RIS, with abstracts.

Owns the use of rispy's writer and the forms of names and dates in RIS
(https://en.wikipedia.org/wiki/RIS_(file_format)); knows nothing about how RIS is read
(`rag.pages.ris`).
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.export.words import clean
from rag.links import arxiv_id, web_address
from rag.records import Paper, PartialDate

PREPRINT = "GEN"
"""RIS knows no preprints; reference managers write and read them as this."""


def to_ris(papers: Sequence[Paper]) -> str:
    """A reference for each paper, in order, each once; nothing for no papers.

    A date whose year is not known is told in a note, and so is how many authors there are
    where more are known to be than are known by name.
    """
    import rispy

    class Writer(rispy.RisWriter):  # type: ignore[misc]
        """Without the numbers that rispy puts before each reference."""

        def set_header(self, count: int) -> str:  # noqa: ARG002
            return ""

    distinct = {paper.paper_id: paper for paper in papers}.values()
    return str(rispy.dumps([_list_fields(paper) for paper in distinct], implementation=Writer))


def _list_fields(paper: Paper) -> dict[str, str | list[str]]:
    """What rispy calls by these names; what is not known is left out."""
    year = paper.date.year if paper.date else None
    known = arxiv_id(paper)
    fields: dict[str, str | list[str]] = {
        "type_of_reference": PREPRINT,
        "title": clean(paper.title),
        "authors": [name for name in map(turn_name, paper.authors) if name],
        "year": f"{year:04d}" if year is not None else "",
        "date": _write_date(paper.date) if paper.date else "",
        "name_of_database": "arXiv" if known else "",
        "accession_number": f"arXiv:{known}" if known else "",
        "urls": [address] if (address := web_address(paper)) else [],
        "keywords": [word for word in map(clean, paper.categories) if word],
        "notes": _write_notes(paper),
        "abstract": clean(paper.abstract),
    }
    return {name: value for name, value in fields.items() if value}


def turn_name(name: str) -> str:
    """`Beethoven, Ludwig van` as RIS wants a person's name.

    A comma parts a name in RIS and nothing escapes it, so that a name that has one of its own
    (`Gemini Team, Google`) is written without.
    """
    words = clean(name).replace(",", " ").split()
    if len(words) < 2 or "," in name:
        return " ".join(words)
    return f"{words[-1]}, {' '.join(words[:-1])}"


def _write_date(date: PartialDate) -> str:
    """`2025/06/26/`, with nothing where a part is not known; nothing at all without a year."""
    if date.year is None:
        return ""
    parts = (f"{part:02d}" if part else "" for part in (date.month, date.day))
    return "/".join([f"{date.year:04d}", *parts, ""])


def _write_notes(paper: Paper) -> list[str]:
    notes = []
    if paper.date and paper.date.year is None:
        notes.append(paper.date.in_words())
    if paper.authors and (paper.author_count or 0) > len(paper.authors):
        notes.append(f"{paper.author_count} authors in all")
    return notes
