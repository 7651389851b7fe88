"""A house to stand a page on in tests: a real library and index of made-up papers, a quick
embedder in place of the model, and a scripted engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from e2e.fake_engine import FakeEngine
from e2e.fake_papers import PAPERS
from libraries import WordEmbedder

from rag import Footnote
from rag.history import History
from rag.index import Index
from rag.records import Entry, Page, Paper
from rag.retrieve import Retriever
from ui import handlers
from ui.house import ChatEngine, House
from ui.keeping import Keeper

# What was opened and is to be closed again: `close_houses` is called after every test.
_opened: list[House] = []
SHARED_FIELDS = {one.name for one in fields(Entry)} & {one.name for one in fields(Paper)}


def open_footnote(folder: Path, papers: Sequence[Paper] = PAPERS) -> Footnote:
    """A library of these papers, embedded word by word; their ids are those that `add` gives."""
    footnote = Footnote.open(library=folder)
    embedder: Any = WordEmbedder()
    footnote.embedder = embedder
    footnote.index = Index(footnote.library.folder, embedder)
    footnote.retriever = Retriever(footnote.library, footnote.index, embedder)
    if papers:
        footnote.library.add([make_listing(papers)])
        footnote.sync()
    return footnote


def make_listing(papers: Sequence[Paper], source: str = "listing.txt") -> Page:
    """A page that tells of the papers all that they are."""
    told = ({name: getattr(one, name) for name in SHARED_FIELDS} for one in papers)
    entries = (Entry(**known, source=source, line=line) for line, known in enumerate(told, 1))
    return Page(source, "test", tuple(entries))


def make_house(
    folder: Path,
    engine: ChatEngine | None = None,
    papers: Sequence[Paper] = PAPERS,
    *,
    own_machine: bool = True,
) -> House:
    """The scripted engine before a library of these papers, in this folder."""
    footnote = open_footnote(folder, papers)
    keeper = Keeper(History(footnote.library.folder))
    house = House(footnote, keeper, engine or FakeEngine(pace=0.002), own_machine=own_machine)
    _opened.append(house)
    return house


def count_houses() -> int:
    """How many are open."""
    return len(_opened)


def close_houses(beyond: int) -> None:
    """Close those opened last, all but so many: a hundred of them use up a process's files."""
    while len(_opened) > beyond:
        house = _opened.pop()
        house.jobs.close()
        house.keeper.history.close()
        house.footnote.close()


def make_page() -> handlers.Page:
    """A page whose components are their own names: the handlers only use them as keys."""
    names = [field.name for field in fields(handlers.Page) if field.name != "examples"]
    parts: dict[str, Any] = {name: name for name in names}
    examples: Any = tuple(f"example {n}" for n in range(6))
    return handlers.Page(examples=examples, **parts)
