"""What the library's place shows, read from the library, the index and the kept conversations.

Owns the gathering; knows nothing about HTML or events. Everything here waits for the disk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rag.browse import Listing, Wanted, browse, find_similar, pages
from rag.errors import EmbedderError, RecipeMismatch, VectorError
from rag.history import Listed
from rag.records import Paper
from ui.house import House
from ui.library.browsing import Browsing, Form
from ui.turns import Chat

SIMILAR = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """The list. `count` is the size of the library, `pages` are (source, papers that it lists);
    `cited` and `seen` are ids, of any papers."""

    listing: Listing
    count: int
    pages: tuple[tuple[str, int], ...]
    cited: frozenset[str]
    seen: frozenset[str]


@dataclass(frozen=True, slots=True)
class View:
    """A paper on its own; `paper` is None where the library does not hold the id. `unknown` says
    why its `similar` papers cannot be told; `removed`: it can be put back."""

    paper_id: str
    paper: Paper | None
    citing: tuple[Listed, ...] = ()
    similar: tuple[Paper, ...] = ()
    unknown: str = ""
    removed: bool = False


def read_shown(house: House, chat: Chat) -> Shown:
    """The list as the tab's filters want it. Raises LibraryError, HistoryError."""
    history, library = house.keeper.history, house.footnote.library
    cited, seen = history.cited_papers(chat.owner), history.seen.of(chat.owner)
    wanted = _make_wanted(chat.browsing, cited, seen)
    listing = browse(library, wanted)
    if not listing.total and wanted.words[-1:].isalnum():
        # The last word may be but begun; as a beginning alone, a whole one would not be stemmed.
        listing = browse(library, replace(wanted, words=f"{wanted.words}*"))
    return Shown(listing, library.count(), pages(library), cited, seen)


def _make_wanted(browsing: Browsing, cited: frozenset[str], seen: frozenset[str]) -> Wanted:
    form: Form = browsing.form
    without = {"uncited": cited, "unread": seen - browsing.opened}
    return Wanted(
        form.words,
        form.sort,
        form.page,
        form.bounds.first,
        form.bounds.last,
        among=cited if form.kind == "cited" else None,
        without=without.get(form.kind, frozenset()),
        limit=browsing.limit,
    )


def read_view(house: House, chat: Chat, paper_id: str) -> View:
    """A paper's view, which is read by being opened. Raises LibraryError, HistoryError."""
    history, library = house.keeper.history, house.footnote.library
    paper = library.get([paper_id]).get(paper_id)
    citing = history.citing(chat.owner, paper_id)
    if paper is None:
        removed = chat.browsing.removed
        held = removed is not None and any(one.paper_id == paper_id for one in removed.papers)
        return View(paper_id, None, citing, removed=held)
    if chat.owner:
        history.seen.mark(chat.owner, paper_id)
    similar, unknown = _find_similar(house, paper_id)
    return View(paper_id, paper, citing, similar, unknown)


def _find_similar(house: House, paper_id: str) -> tuple[tuple[Paper, ...], str]:
    """(the papers most like it, why they cannot be told)"""
    footnote = house.footnote
    try:
        found = find_similar(footnote.library, footnote.index, paper_id, SIMILAR)
    except (RecipeMismatch, EmbedderError) as error:
        return (), f"They cannot be told: {error}."
    except VectorError:
        return (), "They can be told once this paper has been embedded."
    return tuple(paper for paper, _ in found), ""
