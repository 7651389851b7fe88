"""What adding would do, before anything is added; and removing that can be taken back.

Owns the comparison of pages with the library; knows nothing about how pages are read or
papers merged. A preview writes nothing, and holds all that it read: what is added is what
was shown, even if the file has changed since.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields, replace

from rag.errors import LibraryError, PageError
from rag.library import Library
from rag.locks import WAIT_SECONDS, hold_lock
from rag.merge import merge_entry, start_paper
from rag.pages import open_pages, read_page
from rag.records import AddReport, Entry, Failure, Page, Paper
from rag.schema import COLUMNS, from_row, to_row
from rag.titles import make_paper_id, normalise_title

NAME_LENGTH = 200
TOLD = tuple(one.name for one in fields(Paper) if one.name != "pages")
HAS_ID = "SELECT 1 FROM papers WHERE paper_id = ?"


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text that was pasted: read as `footnote add -` reads it, whatever its shape."""

    text: str
    name: str = "pasted text"


@dataclass(frozen=True, slots=True)
class Upload:
    """The bytes of a file, and the name that its sender gives it, which may be anything."""

    name: str
    data: bytes


Source = str | Pasted | Upload  # a path of a file or a folder, or what came without one


@dataclass(frozen=True, slots=True)
class Known:
    """An entry of a paper that the library has, as it stands. `changes` names the fields that
    adding would change, beside the pages that list it."""

    entry: Entry
    paper: Paper
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """An entry of the same paper as `first`, which was read before it."""

    entry: Entry
    first: Entry


@dataclass(frozen=True, slots=True)
class PagePreview:
    """A page: its shape ("unknown" if none shows), and each of its entries in one place."""

    source: str
    shape: str
    new: tuple[Entry, ...]
    known: tuple[Known, ...]
    repeats: tuple[Repeat, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What adding would do with a library of so many `changes`, and report as `outcome`."""

    pages: tuple[PagePreview, ...]
    outcome: AddReport
    content: tuple[Page, ...]
    changes: int

    @property
    def new(self) -> tuple[Entry, ...]:
        return tuple(one for page in self.pages for one in page.new)

    @property
    def known(self) -> tuple[Known, ...]:
        return tuple(one for page in self.pages for one in page.known)

    @property
    def repeats(self) -> tuple[Repeat, ...]:
        return tuple(one for page in self.pages for one in page.repeats)

    def is_current(self, library: Library) -> bool:
        """Whether the library is as it was: else the report may differ from `outcome`."""
        return library.changes() == self.changes


@dataclass(frozen=True, slots=True)
class Removed:
    """Papers that were removed, whole, and their places in the order of adding."""

    papers: tuple[Paper, ...]
    places: tuple[int, ...]


def preview(sources: Iterable[Source], library: Library) -> Preview:
    """Read the sources and say what adding them, in this order, would do.

    Raises PageError for a path where there is nothing, and for `-`, which can be read only
    once. What is wrong inside a page is among its failures.
    """
    content, changes = tuple(_read(list(sources))), library.changes()
    entries = [entry for page in content for entry in page.entries]
    with _connect(library) as connection:
        shelf = _Shelf(_find_known(connection, entries))
    counts = {"added": 0, "merged": 0, "unchanged": 0}
    pages = tuple(shelf.put(page, counts) for page in content)
    failed = tuple(failure for page in content for failure in page.failures)
    outcome = AddReport(len(entries), **counts, failed=failed)
    return Preview(pages, outcome, content, changes)


def add_preview(previewed: Preview, library: Library) -> AddReport:
    """Add exactly what was previewed. The index follows by `Footnote.sync`."""
    return library.add(previewed.content)


@dataclass(slots=True)
class _Place:
    """A paper as it stands, as the library has it, and the first entry read of it."""

    paper: Paper
    before: Paper | None = None
    first: Entry | None = None


class _Shelf:
    """The papers that entries may meet, as they stand after each: the rules of `Library.add`
    without a file."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._by_arxiv_id: dict[str, _Place] = {}
        self._by_title: dict[str, list[_Place]] = {}
        for paper in papers:
            self._append(_Place(paper, paper))

    def put(self, page: Page, counts: dict[str, int]) -> PagePreview:
        """What becomes of a page's entries; each is counted as `Library.add` counts it."""
        new, known, repeats = list[Entry](), list[Known](), list[Repeat]()
        for entry in page.entries:
            place = self.find(entry)
            if place is None:
                counts["added"] += 1
                self._append(_Place(start_paper(entry), None, entry))
                new.append(entry)
                continue
            merged = merge_entry(place.paper, entry)
            counts["unchanged" if merged == place.paper else "merged"] += 1
            if place.first is not None:
                repeats.append(Repeat(entry, place.first))
            elif place.before is not None:
                was, now = asdict(place.before), asdict(merged)
                changes = tuple(name for name in TOLD if was[name] != now[name])
                known.append(Known(entry, place.before, changes))
                place.first = entry
            place.paper = merged
            if merged.arxiv_id:
                self._by_arxiv_id.setdefault(merged.arxiv_id, place)
        found = tuple(new), tuple(known), tuple(repeats)
        return PagePreview(page.source, page.shape, *found, page.failures)

    def find(self, told: Entry | Paper) -> _Place | None:
        """The paper of this arXiv id, else of this title unless both have ids that differ."""
        if told.arxiv_id and told.arxiv_id in self._by_arxiv_id:
            return self._by_arxiv_id[told.arxiv_id]
        for place in self._by_title.get(normalise_title(told.title), ()):
            if not (told.arxiv_id and place.paper.arxiv_id):
                return place
        return None

    def _append(self, place: _Place) -> None:
        self._by_title.setdefault(normalise_title(place.paper.title), []).append(place)
        if place.paper.arxiv_id:
            self._by_arxiv_id[place.paper.arxiv_id] = place


def _read(sources: Sequence[Source]) -> Iterator[Page]:
    paths = [source for source in sources if isinstance(source, str)]
    if "-" in paths:
        problem = "standard input cannot be previewed, as it can be read only once"
        raise PageError(problem, remedy="paste the text, or save it in a file")
    # All paths are looked at before anything is read.
    opened = iter([open_pages([path]) for path in paths])
    for source in sources:
        if isinstance(source, str):
            yield from next(opened)
        elif isinstance(source, Pasted):
            yield read_page(source.name, source.text.encode("utf-8", "replace"))
        else:
            yield read_page(_tidy_name(source.name), source.data)


def _tidy_name(name: str) -> str:
    """A name to show and to keep: no folders, no marks that a screen obeys."""
    shown = "".join(one for one in re.split(r"[/\\]", name)[-1] if one.isprintable()).strip()
    return shown[:NAME_LENGTH] or "an upload"


def remove_papers(library: Library, ids: Sequence[str], wait: float = WAIT_SECONDS) -> Removed:
    """Remove papers, all or none, and hold what was removed. Raises PaperNotFound, and
    LibraryLocked where another has been writing for `wait` seconds."""
    with hold_lock(library.folder, "removing papers", wait):
        with _connect(library) as connection:
            rows = connection.execute(
                f"SELECT {', '.join(COLUMNS)}, number FROM papers"
                " WHERE paper_id IN (SELECT value FROM json_each(?)) ORDER BY number",
                (json.dumps(list(ids)),),
            ).fetchall()
        library.remove(ids)
    return Removed(tuple(map(from_row, rows)), tuple(row[-1] for row in rows))


def put_back(library: Library, removed: Removed, wait: float = WAIT_SECONDS) -> tuple[str, ...]:
    """Put removed papers back as they were, all or none: the ids that they have now, in order.

    A paper that was added again since is merged with what was removed, as if that had been
    read first; where another paper has taken an id, the one put back gets the id that `add`
    would give it. The index follows by `Footnote.sync`. Raises LibraryLocked as removing does.
    """
    with hold_lock(library.folder, "putting papers back", wait), _connect(library) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            pairs = zip(removed.papers, removed.places, strict=True)
            ids = tuple(_put_one(connection, paper, place) for paper, place in pairs)
            connection.execute("UPDATE state SET changes = changes + 1")
    return ids


def _put_one(connection: sqlite3.Connection, paper: Paper, place: int) -> str:
    found = _Shelf(_find_known(connection, [paper])).find(paper)
    if found is not None:
        paper = _rejoin(paper, found.paper)
        connection.execute("DELETE FROM papers WHERE paper_id = ?", (paper.paper_id,))
    elif connection.execute(HAS_ID, (paper.paper_id,)).fetchone():
        paper = replace(paper, paper_id=make_paper_id(paper.title, paper.arxiv_id))
    taken = connection.execute("SELECT 1 FROM papers WHERE number = ?", (place,)).fetchone()
    connection.execute(
        f"INSERT INTO papers (number, title_key, {', '.join(COLUMNS)})"
        f" VALUES (?, ?, {', '.join('?' * len(COLUMNS))})",
        (None if taken else place, normalise_title(paper.title), *to_row(paper)),
    )
    return paper.paper_id


def _rejoin(removed: Paper, present: Paper) -> Paper:
    """The paper that is there now, with what was removed as if it had been read first."""
    shared = {one.name for one in fields(Entry)} & {one.name for one in fields(Paper)}
    told = {name: getattr(present, name) for name in shared}
    merged = merge_entry(removed, Entry(**told, source="", line=0))
    older = (*merged.older_abstracts, *present.older_abstracts)
    return replace(
        merged,
        paper_id=present.paper_id,
        title=present.title,
        pages=tuple(dict.fromkeys(removed.pages + present.pages)),
        older_abstracts=tuple(one for one in dict.fromkeys(older) if one != merged.abstract),
    )


def _find_known(connection: sqlite3.Connection, told: Sequence[Entry | Paper]) -> list[Paper]:
    """The library's papers of these arXiv ids or titles, in the order of the library."""
    ids = json.dumps(sorted({one.arxiv_id for one in told if one.arxiv_id}))
    titles = json.dumps(sorted({normalise_title(one.title) for one in told}))
    rows = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM papers WHERE number IN"
        " (SELECT number FROM papers WHERE arxiv_id IN (SELECT value FROM json_each(?))"
        " UNION SELECT number FROM papers WHERE title_key IN (SELECT value FROM json_each(?)))"
        " ORDER BY number",
        (ids, titles),
    )
    return [from_row(row) for row in rows]


@contextmanager
def _connect(library: Library) -> Iterator[sqlite3.Connection]:
    try:
        with closing(library.connect()) as opened:
            yield opened
    except sqlite3.Error as error:
        raise LibraryError(
            f"the library at {library.folder} cannot be used: {error}", remedy="footnote doctor"
        ) from error
