"""Fields by name, as JSON, tables, BibTeX and RIS have them, made into an entry.

Owns the names under which exports keep a title, an abstract and the rest, and the forms that
their values take; knows nothing about the files they come from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TypeAlias

from rag.pages.dates import join_date, parse_date
from rag.pages.text import tidy
from rag.records import Entry, PartialDate

Fields: TypeAlias = Mapping[str, object]
"""A record as an export has it: names in lower case with `_` for spaces and hyphens."""

TITLE = ("title", "paper_title", "papertitle", "article_title", "document_title", "ti")
ABSTRACT = (
    "abstract", "summary", "text", "description", "abstract_text", "abstractnote",
    "abstract_note", "paper_abstract", "ab",
)  # fmt: skip
AUTHORS = ("authors", "author", "author_names", "author_list", "creators", "au")
COUNT = ("author_count", "authors_count", "num_authors", "n_authors", "authorcount")
DATE = (
    "publishedat", "published_at", "published", "publication_date", "publicationdate",
    "published_date", "date_published", "date", "submitted", "submitted_date", "created",
    "v1_date", "issued",
)  # fmt: skip
YEAR = ("year", "publication_year", "pub_year", "py")
IDENTIFIER = ("arxiv_id", "arxivid", "arxiv", "eprint", "paper_id", "id", "key", "doi")
URL = ("url", "link", "href", "abs_url", "arxiv_url", "paper_url", "entry_id", "pdf_url")
UPVOTES = ("upvotes", "votes", "likes", "num_upvotes")
CATEGORIES = ("categories", "category", "keywords", "tags", "subjects", "primary_category")

_ARXIV = re.compile(
    r"(?:^|arxiv[.:]|arxiv\.org/\w+/|huggingface\.co/papers/)\s*"
    r"(?P<id>(?P<year>\d\d)(?:0[1-9]|1[0-2])\.(?P<serial>\d{4,5})|[a-z-]{2,10}(?:\.[A-Z]{2})?/\d{7})"
    r"(?:v\d+)?(?:\.pdf)?(?=$|[\s?#/\])])",
    re.IGNORECASE,
)
# A run of blanks is tried from its beginning only: from each of its blanks takes quadratic time.
_AND = re.compile(r"(?<!\s)\s++and\s+|;|\n+", re.IGNORECASE)
_LIST = re.compile(r",\s*(?:and\s+)?|(?<!\s)\s++and\s+")
_PUNCTUATION = re.compile(r"[\s\-.]+")


def name_field(name: str) -> str:
    """A field's name in the one way of writing in which it is looked up."""
    return _PUNCTUATION.sub("_", name.strip().strip("\"'")).casefold()


def make_entry(fields: Fields, source: str, line: int) -> Entry:
    """Make an entry of a record's fields. Title and abstract may turn out empty."""
    arxiv_id = find_arxiv_id(fields)
    authors = split_names(_find(fields, AUTHORS))
    return Entry(
        title=_read_text(_find(fields, TITLE)),
        abstract=_read_text(_find(fields, ABSTRACT)),
        source=source,
        line=line,
        authors=authors,
        author_count=_read_count(_find(fields, COUNT)),
        date=find_date(fields),
        arxiv_id=arxiv_id,
        url=link_arxiv(arxiv_id) if arxiv_id else _find_url(fields),
        upvotes=_read_count(_find(fields, UPVOTES)),
        categories=split_categories(_find(fields, CATEGORIES)),
    )


def looks_like_paper(fields: Fields) -> bool:
    """Whether a record has a field for a title or an abstract by a telling name."""
    return any(name in fields for name in (*TITLE, "abstract", "summary"))


def read_arxiv_id(text: str) -> str | None:
    """The arXiv id, without its version, that is or stands in an id, a DOI or a link.

    Ids have five digits since January 2015 and four before
    (https://info.arxiv.org/help/arxiv_identifier.html).
    """
    match = _ARXIV.search(text.strip()) if len(text) < 500 else None
    if match is None:
        return None
    if match["serial"] and (len(match["serial"]) == 5) != (int(match["year"]) >= 15):
        return None
    return match["id"] if match["serial"] else match["id"].replace("//", "/")


def link_arxiv(arxiv_id: str) -> str:
    return f"https://arxiv.org/abs/{arxiv_id}"


def find_arxiv_id(fields: Fields) -> str | None:
    for name in (*IDENTIFIER, *URL):
        if found := read_arxiv_id(_read_text(fields.get(name))):
            return found
    return None


def find_date(fields: Fields) -> PartialDate | None:
    """The paper's date: of the fields that hold one, the first that is whole, else the year's."""
    for name in DATE:
        if found := parse_date(_read_text(fields.get(name))):
            return found
    year = _read_text(_find(fields, YEAR)).removesuffix(".0")
    parts = (_read_text(fields.get("month")) or None, _read_text(fields.get("day")) or None)
    if not year.isdecimal():
        return parse_date(year)
    return join_date(year, *parts) or join_date(year, parts[0], None) or join_date(year, None, None)


def split_names(value: object) -> tuple[str, ...]:
    """Names of people from a list, or from `A and B`, `A; B` or `A, B`; in reading order."""
    if isinstance(value, Mapping):
        value = [value]
    if isinstance(value, list | tuple):
        names = [_read_name(item) for item in value]
    elif isinstance(value, str):
        names = _split_text(value)
    else:
        return ()
    return tuple(name for name in map(tidy, names) if name)


def split_categories(value: object) -> tuple[str, ...]:
    """Categories from a list, or from a text parted by semicolons, commas or, if codes, spaces."""
    if isinstance(value, list | tuple):
        parts = [_read_name(item) for item in value]
    elif isinstance(value, str):
        by_mark = re.split(r"[;,]", value)
        codes = len(by_mark) == 1 and all("." in word for word in value.split())
        parts = value.split() if codes else by_mark
    else:
        return ()
    return tuple(dict.fromkeys(part for part in map(tidy, parts) if part))


def turn_name(name: str) -> str:
    """`Last, First` and `Last, Jr, First` in reading order; other names as they are."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) not in (2, 3) or not all(parts):
        return name.strip()
    return " ".join([parts[-1], *parts[:-1]])


def _find(fields: Fields, names: tuple[str, ...]) -> object:
    return next((fields[name] for name in names if fields.get(name) not in (None, "", [])), None)


def _find_url(fields: Fields) -> str | None:
    texts = (_read_text(fields.get(name)) for name in URL)
    url = next((text for text in texts if text.startswith(("http://", "https://"))), None)
    doi = _read_text(fields.get("doi")).removeprefix("doi:").strip()
    if url is None and doi:
        return doi if doi.startswith(("http://", "https://")) else f"https://doi.org/{doi}"
    return url


def _read_text(value: object) -> str:
    """A string as it is, a number in figures, a list's strings joined; nothing of the rest."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value) if not isinstance(value, int) or abs(value) < 10**18 else ""
    if isinstance(value, list | tuple):
        return tidy("\n".join(item for item in value if isinstance(item, str)))
    return ""


def _read_count(value: object) -> int | None:
    """A number that counts something, or nothing: never below nought, never a fraction."""
    if isinstance(value, str) and len(value) <= 12:
        text = value.strip().replace(",", "")
        value = int(text) if text.isascii() and text.isdecimal() else None
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < 10**9 else None


def _read_name(item: object) -> str:
    if isinstance(item, Mapping):
        for key in ("name", "fullname", "full_name", "term", "label"):
            if isinstance(item.get(key), str):
                return str(item[key])
        parts = [item.get("given"), item.get("family")]
        return " ".join(part for part in parts if isinstance(part, str))
    return item if isinstance(item, str) else ""


def _split_text(text: str) -> list[str]:
    """Part names at `;` or `and`, else at commas.

    With `and`, a comma in every part turns each (`Last, First and Last, First`), a comma in
    only some parts them as well (`A, B and C`). One comma after a single word is `Last, First`.
    """
    text = text.strip()
    text = text.strip("[]") if text.startswith("[") else text
    parts = _AND.split(text)
    commas = sum("," in part for part in parts)
    if ";" in text or (len(parts) > 1 and commas in (0, len(parts))):
        return [turn_name(part) for part in parts]
    names = [part.strip(" '\"") for part in _LIST.split(tidy(text))]
    if len(names) == 2 and len(parts) == 1 and " " not in names[0]:
        return [turn_name(", ".join(names))]
    return names
