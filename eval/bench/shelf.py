"""The libraries that are measured, by their size, and the papers they are made of.

Owns where they lie and how they are made: that of the listing pages, the daily papers
embedded once, the first of those with their vectors copied, and, beyond their number, papers
recombined from them. They are kept in the user's cache folder, apart for other papers,
another embedding recipe or another release. What measures adding makes a library of its own.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from eval.bench.recombine import CopyingEmbedder, recombine
from eval.retrieval import SHARED
from rag.chunks import CHUNKING, cut_paper
from rag.errors import SettingsError
from rag.footnote import Footnote
from rag.index import Index
from rag.pages import open_pages
from rag.records import Entry, Page
from rag.settings import load_settings
from rag.terminal import show_progress

DAILY = SHARED / "daily-papers-10k.jsonl.gz"
PAGES = SHARED / "pages"
LISTED = 346  # papers of the listing pages
TAKEN = 2_000  # papers whose vectors are read at a time
QUOTING: dict[str, dict[str, Any]] = {"answer": {"mode": "quoting"}}


@dataclass(frozen=True)
class Shelf:
    """The libraries in `folder`; `base` daily papers are embedded, all others made of them.

    Raises SettingsError where the papers are not there.
    """

    folder: Path
    base: int
    daily_path: Path = DAILY
    pages_path: Path = PAGES

    def __post_init__(self) -> None:
        for path in (self.daily_path, self.pages_path):
            if not path.exists():
                raise SettingsError(f"the papers to measure with are not at {path}")

    @cached_property
    def daily(self) -> tuple[Entry, ...]:
        """The daily papers that are embedded, in the order of their file."""
        pages = open_pages([str(self.daily_path)])
        return tuple(islice((entry for page in pages for entry in page.entries), self.base))

    @cached_property
    def listed(self) -> tuple[Entry, ...]:
        """What the listing pages say; a paper that two pages list is there twice."""
        return tuple(one for page in open_pages([str(self.pages_path)]) for one in page.entries)

    def find(self, papers: int) -> Path:
        """The library of so many papers, made when it is missing: that of the listing pages
        for LISTED, else of the first daily papers, recombined ones beyond their number."""
        place = self._place(papers)
        if not place.exists():
            part = place.with_name(f"{place.name}.part")
            shutil.rmtree(part, ignore_errors=True)
            self._make(part, papers)
            part.rename(place)
        return place

    def keep(self, made: Path, papers: int) -> None:
        """Take over a library of the first daily papers that was just embedded."""
        place = self._place(papers)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(made, place)

    @contextmanager
    def copy(self, papers: int) -> Iterator[Path]:
        """A copy of a library, which may be written and goes away again."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            yield self.copy_to(papers, Path(folder) / "library")

    def copy_to(self, papers: int, folder: Path) -> Path:
        """A copy of a library in a folder that is not there yet; that folder."""
        return Path(shutil.copytree(self.find(papers), folder))

    def recombine(self, count: int, seed: int = 0) -> Iterator[Entry]:
        """Papers made of the daily ones."""
        return recombine(self.daily, count, seed)

    def _make(self, folder: Path, papers: int) -> None:
        if papers == LISTED:
            fill(folder, self.listed)
        elif papers == self.base:
            fill(folder, self.daily)
        elif papers < self.base:
            fill(folder, self.daily[:papers], self._learn())
        else:
            made = self.recombine(papers - len(self.daily))
            fill(folder, [*self.daily, *made], self._learn())

    def _learn(self) -> CopyingEmbedder:
        """An embedder that knows the vectors of all daily papers."""
        with Footnote.open(self.find(self.base)) as footnote:
            copying = CopyingEmbedder(footnote.embedder.revision)
            remaining = footnote.library.papers()
            while papers := list(islice(remaining, TAKEN)):
                vectors = {
                    one.paper_id: one
                    for one in footnote.index.vectors([paper.paper_id for paper in papers])
                }
                copying.learn((cut_paper(paper), vectors[paper.paper_id]) for paper in papers)
        return copying

    def _place(self, papers: int) -> Path:
        kind = "listed" if papers == LISTED else "daily"
        entries = self.listed if papers == LISTED else self.daily
        return self.folder / f"{kind}-{papers}-{self._hash(entries)}"

    def _hash(self, entries: Sequence[Entry]) -> str:
        embedding = load_settings().embedding.model_dump(mode="json")
        told = hashlib.sha256(json.dumps([embedding, CHUNKING, version("footnote")]).encode())
        for entry in entries:
            told.update(f"{entry.title}\n{entry.abstract}\n".encode())
        return told.hexdigest()[:12]


def fill(folder: Path, entries: Iterable[Entry], copying: CopyingEmbedder | None = None) -> None:
    """Make a library of these papers, with the vectors of `copying` instead of the model's."""
    with Footnote.open(folder) as footnote, show_progress() as progress:
        footnote.library.add([Page("papers", "JSON Lines", tuple(entries))])
        if copying is not None:
            footnote.index = Index(footnote.library.folder, copying)
        footnote.sync(progress)
        footnote.index.close()


def write_page(entries: Iterable[Entry], path: Path) -> Path:
    """Write papers as a page in JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        for one in entries:
            record = {
                "title": one.title,
                "abstract": one.abstract,
                "authors": list(one.authors),
                "date": str(one.date) if one.date else None,
                "id": one.arxiv_id,
                "upvotes": one.upvotes,
            }
            told = {name: value for name, value in record.items() if value not in (None, [])}
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
    return path
