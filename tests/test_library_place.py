"""The library's place: its list, its filters, a paper's own view, removing and putting back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from e2e.fake_engine import FakeEngine
from e2e.fake_papers import HOSTILE, PAPERS
from house import make_house, make_listing, make_page
from test_app import ask, hello, request, tell, until
from test_history import say

from rag.history import Listed
from rag.records import Paper
from ui.actions import Action
from ui.handlers import Handlers
from ui.house import House
from ui.library.browsing import BACKWARDS, NO_DATE, NO_YEAR, Browsing, Form
from ui.library.filters import render_filters
from ui.library.naming import name_page
from ui.library.reading import View
from ui.library.view import render_view
from ui.sources import render_sources
from ui.turns import Chat

SPARSE, FORGET, RECURRENT, NEEDLE, BYTES = PAPERS
ATTACKS = ("<script", "<img", "<svg onload", 'onmouseover="', "javascript:")


class Reader:
    """A tab in which the library's place is open."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.handlers = Handlers(house, make_page())
        self.chat = Chat(owner="browser-1")
        self.shown: dict[Any, Any] = {}

    async def do(self, name: str, **values: str) -> dict[Any, Any]:
        self.shown = await self.handlers.act(tell(name, **values), self.chat)
        return self.shown

    async def go(self, paper: Paper | None = None) -> dict[Any, Any]:
        return await self.do("go", place="library", paper=paper.paper_id if paper else "")

    async def fill(self, **values: str) -> dict[Any, Any]:
        return await self.do("browse", version=str(self.chat.browsing.version), **values)

    @property
    def listed(self) -> list[str]:
        return [title_at(part) for part in self.shown["books"].split('<li class="fn-book')[1:]]


def title_at(row: str) -> str:
    return row.split("</a>")[0].rsplit(">", 1)[1]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return make_house(tmp_path, FakeEngine(pace=0.002))


@pytest.fixture
def reader(house: House) -> Reader:
    return Reader(house)


def titles(*papers: Paper) -> list[str]:
    return [paper.title for paper in papers]


def make_reader(folder: Path, papers: Sequence[Paper]) -> Reader:
    return Reader(make_house(folder, FakeEngine(pace=0.002), papers))


def numbered(count: int) -> list[Paper]:
    return [Paper("", f"Paper {n:03d}", f"Word{n} is studied.") for n in range(count)]


# --- the list -----------------------------------------------------------------------


async def test_the_place_lists_the_papers_latest_first(reader: Reader) -> None:
    shown = await reader.go()
    assert reader.listed == titles(*reversed(PAPERS))
    assert '<p class="fn-shown" role="status">5 papers</p>' in shown["books"]
    assert (
        '<option value="listing.txt" title="listing.txt">listing.txt (5)</option>'
        in (shown["filters"])
    )
    assert shown["paper"] == ""


async def test_a_row_tells_what_is_known_of_a_paper(reader: Reader) -> None:
    row = next(
        one
        for one in (await reader.go())["books"].split('<li class="fn-book')
        if SPARSE.title in one
    )
    meta = row.split('<p class="fn-meta">')[1].split("</p>")[0]
    assert meta == (
        "<span>Mira Okafor et al.</span><span>26 Jun 2025</span><span>112 upvotes</span>"
        '<span class="fn-book-page" title="listing.txt">listing.txt</span>'
    )


@pytest.mark.parametrize(
    ("filled", "found", "told"),
    [
        ({"words": "attention"}, [RECURRENT, SPARSE], "2 of 5 papers"),
        ({"words": "atten"}, [RECURRENT, FORGET, SPARSE], "3 of 5 papers"),
        ({"sort": "upvotes"}, [NEEDLE, SPARSE, FORGET, RECURRENT, BYTES], "5 papers"),
        (
            {"sort": "date"},
            [SPARSE, FORGET, RECURRENT, NEEDLE, BYTES],
            "5 papers · 2 without a year come last",
        ),
        (
            {"dated_from": "2025", "dated_to": "2025-05"},
            [FORGET],
            "1 of 5 papers · 2 left out: their dates are not known well enough",
        ),
        ({"page": "listing.txt"}, [BYTES, NEEDLE, RECURRENT, FORGET, SPARSE], "5 of 5 papers"),
    ],
)
async def test_the_list_is_as_the_filters_want_it(
    reader: Reader, filled: dict[str, str], found: list[Paper], told: str
) -> None:
    await reader.go()
    shown = await reader.fill(**filled)
    assert reader.listed == titles(*found)
    assert f'role="status">{told}</p>' in shown["books"]


async def test_a_paper_is_found_by_its_page(house: House, reader: Reader) -> None:
    folder = "/home/me/pages/a rather long name of a folder/"
    house.footnote.library.add([make_listing([SPARSE], f"{folder}second.txt")])
    shown = await reader.go()
    option = f'<option value="{folder}second.txt" title="{folder}second.txt">second.txt (1)'
    assert option in shown["filters"]
    shown = await reader.fill(page=f"{folder}second.txt")
    assert reader.listed == titles(SPARSE)
    assert "listing.txt +1</span>" in shown["books"]


async def test_many_papers_are_shown_fifty_at_a_time(tmp_path: Path) -> None:
    reader = make_reader(tmp_path, numbered(120))
    shown = await reader.go()
    assert (len(reader.listed), reader.listed[0]) == (50, "Paper 119")
    assert "Show 50 more</button><span>70 not shown</span>" in shown["books"]
    shown = await reader.do("show-more")
    assert (len(reader.listed), reader.listed[99]) == (100, "Paper 020")
    assert "Show 20 more</button><span>20 not shown</span>" in shown["books"]
    shown = await reader.do("show-more")
    assert len(reader.listed) == 120
    assert "show-more" not in shown["books"]
    await reader.fill(words="studied")
    assert len(reader.listed) == 50


async def test_a_field_left_as_it_was_changes_nothing(tmp_path: Path) -> None:
    reader = make_reader(tmp_path, numbered(60))
    await reader.go()
    await reader.fill(words="studied")
    await reader.do("show-more")
    assert await reader.fill(words="studied ") == {"act": ""}
    await reader.go()
    assert len(reader.listed) == 60


# --- filters ------------------------------------------------------------------------


async def test_what_is_typed_is_never_written_over(reader: Reader) -> None:
    """The browser keeps what is typed only while the server writes the same as before."""
    before = (await reader.go())["filters"]
    shown = await reader.fill(words="attention")
    cleared = 'data-do="widen"'
    assert shown["filters"] == before.replace(f"{cleared} disabled", cleared)
    shown = await reader.go(SPARSE)
    assert shown["filters"] == before.replace(f"{cleared} disabled", cleared)


async def test_a_filter_that_is_on_is_a_chip_and_can_be_taken_off(reader: Reader) -> None:
    await reader.go()
    shown = await reader.fill(words="the <b>", dated_from="2024", kind="unread", sort="title")
    assert 'aria-label="Take off the filter “the &lt;b&gt;”"' in shown["books"]
    for name in ("words", "dated_from", "kind"):
        assert f'data-do="widen" data-filter="{name}"' in shown["books"]
    shown = await reader.do("widen", filter="words")
    assert reader.chat.browsing.form == Form("", "title", "2024", "", "", "unread")
    assert 'name="words" value=""' in shown["filters"]
    assert 'name="dated_from" value="2024"' in shown["filters"]
    assert "data-filter=" in shown["books"]
    shown = await reader.do("widen")
    assert reader.chat.browsing.form == Form(sort="title")
    assert '<option value="title" selected>Title</option>' in shown["filters"]
    assert "data-filter=" not in shown["books"]


async def test_what_was_typed_before_the_filters_were_cleared_is_late(reader: Reader) -> None:
    await reader.go()
    await reader.fill(words="attention")
    late = str(reader.chat.browsing.version)
    await reader.do("widen")
    assert await reader.do("browse", version=late, words="attention x") == {"act": ""}
    assert reader.chat.browsing.form == Form()


@pytest.mark.parametrize(
    ("first", "last", "wrong_first", "wrong_last"),
    [
        ("2024-13", "", NO_DATE, ""),
        ("soon", "2024", NO_DATE, ""),
        ("2 Mar", "", NO_YEAR, ""),
        ("2024-03", "2023", "", BACKWARDS),
        ("2024-03", "2024", "", ""),
        ("March 2024", "2024-03-01", "", ""),
    ],
)
async def test_a_wrong_date_is_told_beside_its_field_and_left_out(
    reader: Reader, first: str, last: str, wrong_first: str, wrong_last: str
) -> None:
    await reader.go()
    shown = await reader.fill(dated_from=first, dated_to=last)
    for name, told in (("dated_from", wrong_first), ("dated_to", wrong_last)):
        assert f'id="fn-sieve-wrong-{name}" role="status">{told}</p>' in shown["filters"]
    assert shown["filters"].count('aria-invalid="true"') == bool(wrong_first) + bool(wrong_last)
    bounds = reader.chat.browsing.form.bounds
    assert (bounds.first is None, bounds.last is None) == (
        bool(wrong_first),
        bool(wrong_last) or not last,
    )


async def test_a_new_page_is_offered_and_the_form_written_anew(
    house: House, reader: Reader
) -> None:
    await reader.go()
    version = reader.chat.browsing.version
    await reader.fill(words="attention")
    house.footnote.library.add([make_listing([SPARSE], "second.txt")])
    shown = await reader.go()
    assert reader.chat.browsing.version == version + 1
    assert 'name="words" value="attention"' in shown["filters"]
    assert "second.txt (1)" in shown["filters"]


async def test_papers_that_were_cited_are_marked_and_found(reader: Reader) -> None:
    history = reader.house.keeper.history
    for paper in (SPARSE, NEEDLE):
        history.keep("browser-1", history.start("browser-1"), say("Why?", paper=paper.paper_id))
    shown = await reader.go()
    assert shown["books"].count('<span class="fn-book-cited">Cited</span>') == 2
    await reader.fill(kind="cited")
    assert reader.listed == titles(NEEDLE, SPARSE)
    await reader.fill(kind="uncited")
    assert reader.listed == titles(BYTES, RECURRENT, FORGET)


async def test_a_paper_is_read_once_its_view_was_open(reader: Reader) -> None:
    shown = await reader.go()
    assert shown["books"].count('<span class="fn-book-new">Unread</span>') == 5
    shown = await reader.go(SPARSE)
    assert shown["books"].count("fn-book-new") == 4
    assert reader.house.keeper.history.seen.of("browser-1") == {SPARSE.paper_id}
    await reader.fill(kind="unread")
    assert reader.listed == titles(BYTES, NEEDLE, RECURRENT, FORGET)
    stranger = Reader(reader.house)
    stranger.chat.owner = "browser-2"
    assert (await stranger.go())["books"].count("fn-book-new") == 5


async def test_a_paper_opened_from_the_unread_stays_until_the_list_is_made_anew(
    reader: Reader,
) -> None:
    await reader.go()
    await reader.fill(kind="unread")
    await reader.go(FORGET)
    await reader.go()
    assert reader.listed == titles(*reversed(PAPERS))
    await reader.fill(kind="unread", sort="title")
    assert FORGET.title not in reader.listed


async def test_a_tab_without_a_name_may_look_but_nothing_is_kept(reader: Reader) -> None:
    reader.chat.owner = ""
    shown = await reader.go(SPARSE)
    assert SPARSE.title in shown["paper"]
    assert reader.house.keeper.history.seen.of("") == frozenset()


# --- nothing there ------------------------------------------------------------------


async def test_an_empty_library_says_how_to_begin(tmp_path: Path) -> None:
    reader = make_reader(tmp_path, ())
    shown = await reader.go()
    assert "Your library is empty." in shown["books"]
    assert 'data-do="adding">Add papers</button>' in shown["books"]
    assert shown["filters"] == ""


async def test_where_nothing_fits_the_filters_can_be_cleared(reader: Reader) -> None:
    await reader.go()
    shown = await reader.fill(words="zebra")
    assert "No paper fits." in shown["books"]
    assert "0 of 5 papers" in shown["books"]
    assert 'data-do="widen">Clear filters</button></div>' in shown["books"]
    shown = await reader.fill(dated_to="1999", words="bytes")
    assert "0 of 5 papers · 1 left out: their date is not known well enough" in shown["books"]
    assert "<p>1 paper may fit, but the date is not known.</p>" in shown["books"]


# --- a paper's view -----------------------------------------------------------------


async def test_a_view_tells_all_that_is_known(reader: Reader) -> None:
    shown = (await reader.go(SPARSE))["paper"]
    assert f'data-paper="{SPARSE.paper_id}"' in shown
    assert f'<h3 class="fn-name">{SPARSE.title}</h3>' in shown
    assert "<span>26 Jun 2025</span><span>112 upvotes</span>" in shown
    assert 'href="https://arxiv.org/abs/2506.21103" target="_blank"' in shown
    assert "Elena Petrova, Sam Adeyemi and 4 more</p>" in shown
    assert f'<p class="fn-abstract">{SPARSE.abstract}</p>' in shown
    assert '<li title="listing.txt">listing.txt</li>' in shown
    assert "None of your answers cites it yet." in shown


async def test_a_view_leads_to_similar_papers(reader: Reader) -> None:
    shown = (await reader.go(SPARSE))["paper"]
    part = shown.split("<h4>Similar papers</h4>")[1].split("</section>")[0]
    others = [one for one in PAPERS if one is not SPARSE]
    assert all(f'<a href="#library={one.paper_id}">{one.title}</a>' in part for one in others)
    assert SPARSE.title not in part


async def test_the_row_of_the_paper_that_is_open_is_marked(reader: Reader) -> None:
    shown = await reader.go(NEEDLE)
    here = f'<a href="#library={NEEDLE.paper_id}" aria-current="true">{NEEDLE.title}</a>'
    assert here in shown["books"]
    assert shown["books"].count("aria-current") == 1
    assert "aria-current" not in (await reader.go())["books"]


async def test_a_view_leads_to_the_conversations_that_cite_the_paper(reader: Reader) -> None:
    await ask(reader.handlers, reader.chat, "What is <cheaper>?")
    shown = (await reader.go(SPARSE))["paper"]
    link = f'<a href="#c={reader.chat.saved_id}">What is &lt;cheaper&gt;?</a>'
    assert link in shown
    assert "<span>1 question</span>" in shown
    opened = await reader.do("open", id=reader.chat.saved_id)
    assert "What is &lt;cheaper&gt;?" in opened["history"]


def test_only_so_many_citing_conversations_are_named() -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    citing = tuple(Listed(f"id{n}", f"Question {n}", moment, 2) for n in range(11))
    shown = render_view(View(SPARSE.paper_id, SPARSE, citing))
    assert shown.count('href="#c=') == 8
    assert "and 3 more</p>" in shown
    assert "<span>1 Mar 2026</span><span>2 questions</span>" in shown


async def test_a_paper_that_is_not_embedded_has_a_view(house: House, reader: Reader) -> None:
    new = replace(SPARSE, title="Quite new", arxiv_id=None, abstract="Nothing is known yet.")
    house.footnote.library.add([make_listing([new])])
    found = next(one for one in house.footnote.library.papers() if one.title == "Quite new")
    shown = (await reader.go(found))["paper"]
    assert "They can be told once this paper has been embedded." in shown


async def test_why_similar_papers_cannot_be_told_is_said(
    house: House, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder: Any = house.footnote.embedder
    monkeypatch.setattr(embedder, "revision", "words@2")
    shown = (await reader.go(SPARSE))["paper"]
    assert "They cannot be told: the index was made by " in shown
    assert SPARSE.title in shown


async def test_a_paper_the_library_does_not_hold_is_told(reader: Reader) -> None:
    gone = Paper("ab'\"<i>cd", "", "")
    shown = await reader.go(gone)
    assert "This paper is not in the library." in shown["paper"]
    assert 'data-paper="ab&#x27;&quot;&lt;i&gt;cd"' in shown["paper"]
    assert "put-back" not in shown["paper"]
    assert reader.house.keeper.history.seen.of("browser-1") == frozenset()


async def test_asking_about_a_paper_puts_a_question_into_the_box(reader: Reader) -> None:
    await ask(reader.handlers, reader.chat, "What is cheaper?")
    await reader.do("edit", turn="1")
    shown = await reader.do("ask-about", id=FORGET.paper_id)
    assert shown == {"act": "", "box": f"What does “{FORGET.title}” find?", "waiting": ""}
    assert reader.chat.editing == 0
    shown = await reader.do("ask-about", id=FORGET.paper_id)
    assert set(shown) == {"act", "box"}


async def test_a_reference_is_handed_over_to_copy_each_time(reader: Reader) -> None:
    first = (await reader.do("copy-reference", id=SPARSE.paper_id))["parcel"]
    assert 'data-how="copy"' in first
    assert "eprint = {2506.21103}" in first
    again = (await reader.do("copy-reference", id=SPARSE.paper_id))["parcel"]
    assert 'data-parcel="reference-1"' in first
    assert 'data-parcel="reference-2"' in again


# --- removing -----------------------------------------------------------------------


async def test_a_paper_is_removed_and_put_back_where_it_was(house: House, reader: Reader) -> None:
    before = (await reader.go(RECURRENT))["books"]
    engine: Any = house.engine
    engine.papers = 4
    shown = await reader.do("remove", id=RECURRENT.paper_id)
    assert reader.listed == titles(BYTES, NEEDLE, FORGET, SPARSE)
    assert f"Removed “{RECURRENT.title}”." in shown["told"]
    assert 'data-do="put-back">Undo</button>' in shown["told"]
    assert '<span class="fn-count">4 papers</span>' in shown["header"]
    assert f'class="fn-left-paper" data-paper="{RECURRENT.paper_id}"' in shown["paper"]
    await until(lambda: house.footnote.index.counts()["vectors"] == 4)
    engine.papers = 5
    shown = await reader.do("put-back")
    assert shown["books"] == before.replace(' aria-current="true"', "")
    assert (shown["told"], shown["paper"]) == ("", "")
    assert '<span class="fn-count">5 papers</span>' in shown["header"]
    await until(lambda: house.footnote.index.counts()["vectors"] == 5)
    assert await reader.do("put-back") == {"act": "", "told": ""}


async def test_a_removed_paper_can_be_put_back_from_its_own_address(reader: Reader) -> None:
    await ask(reader.handlers, reader.chat, "What is cheaper?")
    await reader.do("remove", id=SPARSE.paper_id)
    shown = await reader.go(SPARSE)
    assert "This paper is not in the library." in shown["paper"]
    assert "Your conversations below keep its abstract" in shown["paper"]
    assert f'href="#c={reader.chat.saved_id}"' in shown["paper"]
    assert 'data-do="put-back">Put it back</button>' in shown["paper"]
    shown = await reader.do("put-back")
    assert f'<h3 class="fn-name">{SPARSE.title}</h3>' in shown["paper"]


async def test_a_paper_that_another_tab_removed_is_told(house: House, reader: Reader) -> None:
    house.footnote.library.remove([SPARSE.paper_id])
    shown = await reader.do("remove", id=SPARSE.paper_id)
    assert f"no paper has the id {SPARSE.paper_id}; nothing was removed" in shown["told"]
    for name in ("ask-about", "copy-reference"):
        shown = await reader.do(name, id=SPARSE.paper_id)
        assert f"the library has no paper {SPARSE.paper_id}" in shown["told"]


# --- what pages wrote ---------------------------------------------------------------


async def test_what_a_page_wrote_is_shown_as_text(tmp_path: Path) -> None:
    reader = make_reader(tmp_path, (*PAPERS, HOSTILE))
    source = '"><img src=x onerror=alert(1)>/<script>p</script>.txt'
    reader.house.footnote.library.add([make_listing([HOSTILE], source)])
    shown = await reader.go(HOSTILE)
    filled = await reader.fill(page=source, words="<script>")
    removed = await reader.do("remove", id=HOSTILE.paper_id)
    for html in (shown["books"], shown["paper"], shown["filters"], filled["books"]):
        assert not any(attack in html for attack in ATTACKS)
    assert not any(attack in removed["told"] for attack in ATTACKS)
    assert "&lt;script&gt;window.pwned=&quot;title&quot;" in shown["paper"]


def test_nothing_that_is_sent_as_a_filter_breaks_the_form() -> None:
    sent = Action("browse", {"words": 'a"><b>' * 200, "kind": "all", "sort": "size", "page": "<x>"})
    form = Form.read(sent)
    assert (len(form.words), form.kind, form.sort) == (200, "", "added")
    browsing = Browsing(form=form)
    browsing.write()
    assert "<b>" not in render_filters(browsing, [("<x>", 3)])


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/home/me/pages/monday.txt", "monday.txt"),
        ("C:\\pages\\monday.txt", "monday.txt"),
        ("/home/me/pages/", "pages"),
        ("pasted text", "pasted text"),
        ("/", "/"),
        ("a" * 20 + "b" * 20, "a" * 16 + "…" + "b" * 16),
    ],
)
def test_a_page_has_a_short_name(source: str, name: str) -> None:
    assert name_page(source) == name


async def test_a_source_leads_to_its_paper_in_the_library(reader: Reader) -> None:
    await reader.handlers.open(hello(), reader.chat, request())
    await ask(reader.handlers, reader.chat, "What is cheaper?")
    link = f'<a href="#library={SPARSE.paper_id}">In the library</a>'
    assert link in render_sources(reader.chat.turns)
