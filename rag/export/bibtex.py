"""Papers as BibTeX, in Unicode, with abstracts.

Owns the use of bibtexparser's writer and what LaTeX would take for its own in a text; knows
nothing about how BibTeX is read (`rag.pages.bibtex`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.export.keys import make_keys
from rag.export.words import clean
from rag.links import arxiv_id, web_address
from rag.partial_date import MONTHS
from rag.records import Paper, PartialDate

# LaTeX's own signs (https://www.ctan.org/pkg/usrguide). Braces are spelt out, because BibTeX
# counts even those behind a backslash.
_SIGNS = {
    **{sign: f"\\{sign}" for sign in "%&_#$"},
    "\\": "\\textbackslash{}",
    "{": "\\textbraceleft{}",
    "}": "\\textbraceright{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
}
# A formula as arXiv's titles have it: no blank inside its signs, no figure behind them.
_FORMULA = re.compile(r"(\$(?=[^\s$])(?:[^$\\%#&~]|\\[A-Za-z{}|,;:!])*(?<=\S)\$(?!\d))")
_WORD = re.compile(r"\w+")
# Signs are masked by private-use characters, which `clean` has taken out, so that no word of
# what spells them is taken for a word of the title.
_MASK = {ord(sign): chr(0xE000 + at) for at, sign in enumerate(_SIGNS)}
_UNMASK = {0xE000 + at: spelt for at, spelt in enumerate(_SIGNS.values())}
# Names that BibTeX would part, or turn into initials though no person has them.
_WHOLE = re.compile(
    r",|\b(?i:and|others)\b|\b(?:Team|Group|Collaboration|Consortium|Labs?|Laborator\w+|AI|"
    r"Universit\w+|Institut\w+|Community|Project|Inc|Ltd|Research|Foundation)\b"
)
_CLASS = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")


def to_bibtex(papers: Sequence[Paper]) -> str:
    """An entry for each paper, in order, each once; nothing for no papers.

    A date whose year is not known has no field, but a note; where more authors are known to
    be than are known by name, the names end in `and others`.
    """
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field
    from bibtexparser.writer import BibtexFormat, write

    distinct = list({paper.paper_id: paper for paper in papers}.values())
    form = BibtexFormat()  # type: ignore[no-untyped-call]
    form.indent, form.block_separator, form.trailing_comma = "  ", "\n", True
    library = Library()
    for key, paper in zip(make_keys(distinct), distinct, strict=True):
        library.add(Entry("misc", key, [Field(name, value) for name, value in _list_fields(paper)]))
    return str(write(library, form))


def _list_fields(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "title", f"{{{_write_title(clean(paper.title))}}}"
    if paper.authors:
        yield "author", f"{{{_write_authors(paper)}}}"
    if paper.date:
        yield from _write_date(paper.date)
    if known := arxiv_id(paper):
        yield "eprint", f"{{{known}}}"
        yield "archiveprefix", "{arXiv}"
        if paper.categories and _CLASS.fullmatch(paper.categories[0]):
            yield "primaryclass", f"{{{paper.categories[0]}}}"
    if address := write_address(paper):
        yield "url", f"{{{address}}}"
    if paper.categories:
        yield "keywords", f"{{{', '.join(escape(clean(one)) for one in paper.categories)}}}"
    if paper.abstract:
        yield "abstract", f"{{{escape(clean(paper.abstract))}}}"


def escape(text: str) -> str:
    """A text, ready to stand in braces; its formulas stay formulas."""
    return "".join(
        part if formula else _mask(part).translate(_UNMASK) for part, formula in _part(text)
    )


def _write_title(title: str) -> str:
    """Words with capitals inside are kept as they are by braces, whatever a style does."""
    return "".join(
        part if formula else _WORD.sub(_keep_capitals, _mask(part)).translate(_UNMASK)
        for part, formula in _part(title)
    )


def _part(text: str) -> Iterator[tuple[str, bool]]:
    """Stretches of the text, and whether each is a formula whose braces are paired."""
    for at, part in enumerate(_FORMULA.split(text)):
        yield part, bool(at % 2) and _is_balanced(part)


def _is_balanced(text: str) -> bool:
    depth = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def _mask(text: str) -> str:
    return text.translate(_MASK)


def _keep_capitals(match: re.Match[str]) -> str:
    word = match.group()
    return f"{{{word}}}" if any(map(str.isupper, word[1:])) else word


def _write_authors(paper: Paper) -> str:
    names = [" ".join(clean(name).split()) for name in paper.authors]
    written = [
        f"{{{escape(name)}}}" if _WHOLE.search(name) else escape(name) for name in names if name
    ]
    if (paper.author_count or 0) > len(names):
        written.append("others")
    return " and ".join(written)


def _write_date(date: PartialDate) -> Iterator[tuple[str, str]]:
    if date.year is None:
        yield "note", f"{{{date.in_words()}}}"
        return
    yield "year", f"{{{date.year:04d}}}"
    if date.month:
        yield "month", MONTHS[date.month - 1].lower()
    if date.day:
        yield "day", f"{{{date.day}}}"


def write_address(paper: Paper) -> str:
    """The paper's address without signs that mean something in BibTeX, which are written in
    per cent (RFC 3986, section 2.1)."""
    address = web_address(paper)
    for sign in '{}\\"<>^`|':
        address = address.replace(sign, f"%{ord(sign):02X}")
    return address
