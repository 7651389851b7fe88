"""The place of the map: what is sent when, what is lit, picked and told, and each state."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from e2e.fake_papers import HOSTILE, PAPERS
from house import make_house, make_listing, make_page
from libraries import WordEmbedder

import ui.atlas.room
from rag.atlas import Cluster
from rag.browse import Months
from rag.errors import VectorError
from rag.index import Index
from rag.records import Paper, PartialDate
from rag.replies import Answer, Mode, Offer
from rag.titles import make_paper_id
from ui.actions import Action
from ui.atlas.choice import choose
from ui.atlas.data import write_data
from ui.atlas.drawn import COLOURS, Drawn, Spot, choose_colours, draw, find_key
from ui.atlas.lit import Lit, count_answers, find_lit
from ui.atlas.render import View, render_map
from ui.atlas.room import AtlasRoom
from ui.atlas.timeline import Bar, make_bars, render_time
from ui.house import House
from ui.turns import Chat, Stage, Turn

SUBJECTS = ("sparse attention", "protein folding", "speech recognition")
UNDATED = Months((), (), 0, 0)


def make_papers(count: int = 30) -> tuple[Paper, ...]:
    """Papers on three subjects in turn, of the months of 2024 in turn."""
    titles = [f"{SUBJECTS[n % 3].title()} Number {n}" for n in range(count)]
    return tuple(
        Paper(
            make_paper_id(title),
            title,
            f"We treat {SUBJECTS[n % 3]}. Here {SUBJECTS[n % 3]} is solved. Part{n} helps.",
            date=PartialDate(2024, n % 12 + 1),
        )
        for n, title in enumerate(titles)
    )


@pytest.fixture
def house(tmp_path: Path) -> House:
    return make_house(tmp_path, papers=(*make_papers(), HOSTILE))


@pytest.fixture
def room(house: House) -> AtlasRoom:
    return AtlasRoom(house, make_page())


async def look(room: AtlasRoom, chat: Chat | None = None, **values: str) -> str:
    """The place as `map-draw` shows it; empty where nothing is sent."""
    action = Action("map-draw", values)
    shown: str = (await room.actions["map-draw"](chat or Chat(), action)).get("atlas", "")
    return shown


def attribute(html: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', html)
    assert found
    return found[1]


def cite(turn: int, *papers: Paper, first: int = 1) -> Turn:
    """A turn whose answer cites all these papers but the last one."""
    offers = tuple(
        Offer(n, paper, cited=paper is not papers[-1]) for n, paper in enumerate(papers, first)
    )
    answer = Answer("Why?", "So.", Mode.QUOTING, papers=offers)
    return Turn(turn, "Why?", stage=Stage.DONE, offers=offers, answer=answer)


def spot(name: str, date: PartialDate | None = None, cluster: int = 1) -> Spot:
    return Spot(name, f"Title {name}", date, 0.25, 0.75, cluster)


def make_drawn(*spots: Spot, months: Months = UNDATED) -> Drawn:
    clusters = (Cluster(1, "depth, width", 0.5, 0.5, len(spots)),)
    return Drawn("key", spots, clusters, (1,), months)


FIVE = tuple(spot(name) for name in "abcde")


# --- what is sent ---------------------------------------------------------------------


async def test_a_map_that_takes_long_is_said_to_be_drawn_and_is_drawn_once_for_all_tabs(
    room: AtlasRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, drawings = threading.Event(), []

    def draw_slowly(footnote: Any) -> Drawn:
        drawings.append(1)
        go.wait(10)
        return replace(draw(footnote), key=find_key(footnote))

    monkeypatch.setattr(ui.atlas.room, "draw", draw_slowly)
    monkeypatch.setattr(ui.atlas.room, "QUICK_SECONDS", 0.01)
    first = await room.actions["map"](Chat(), Action("map"))
    second = await room.actions["map"](Chat(), Action("map"))
    assert 'data-wait="yes"' in first["atlas"]
    assert "Drawing the map…" in first["atlas"]
    assert "Laying 31 papers out by what their abstracts say." in first["atlas"]
    assert second == first
    waiting = [asyncio.create_task(look(room)) for _ in range(2)]
    await asyncio.sleep(0.05)
    go.set()
    shown = await asyncio.gather(*waiting)
    assert shown[0] == shown[1]
    assert "<canvas" in shown[0]
    assert drawings == [1]
    assert "<canvas" in (await room.actions["map"](Chat(), Action("map")))["atlas"]
    assert drawings == [1]


async def test_what_the_browser_shows_already_is_not_sent_again(room: AtlasRoom) -> None:
    html = await look(room)
    assert html.count("fn-map-data") == 1
    seen = {"key": attribute(html, "data-key"), "frame": attribute(html, "data-frame")}
    assert await look(room, **seen) == ""
    picked = await look(room, **seen, pick="c1")
    assert "fn-map-data" not in picked
    assert attribute(picked, "data-frame") != seen["frame"]
    assert attribute(picked, "data-key") == seen["key"]


async def test_a_library_that_changed_is_mapped_anew(house: House, room: AtlasRoom) -> None:
    key = attribute(await look(room), "data-key")
    house.footnote.library.add([make_listing(PAPERS, "another.txt")])
    unembedded = await look(room, key=key)
    assert attribute(unembedded, "data-key") != key
    assert "5 papers are not on the map yet, because not yet embedded." in unembedded
    house.footnote.sync()
    whole = await look(room)
    assert "36 papers in" in whole
    assert "not on the map yet" not in whole


async def test_the_points_are_written_so_that_no_title_breaks_out(room: AtlasRoom) -> None:
    html = await look(room)
    found = re.search(r'<div hidden class="fn-map-data">(.*?)</div>', html)
    assert found
    assert set("<>&$`{}'") & set(found[1]) == set()
    points, groups = json.loads(found[1])
    assert len(points) == 31
    own = next(point for point in points if point[0] == HOSTILE.paper_id)
    assert own[1] == HOSTILE.title
    assert own[2:4] == ["", ""]
    assert {point[6] for point in points} == {group[0] for group in groups}
    assert "<script>window" not in html


def test_a_point_tells_its_date_in_words_and_to_be_compared() -> None:
    html = write_data(make_drawn(spot("a", PartialDate(2024, 3, 2)), spot("gone", cluster=0)))
    points, groups = json.loads(html.removesuffix("</div>").partition(">")[2])
    assert points == [["a", "Title a", "2 Mar 2024", "2024-03-02", 0.25, 0.75, 1]]
    assert groups == [[1, "depth, width", 0.5, 0.5, 1]]


async def test_a_paper_is_shown_beside_the_map_and_closing_it_leads_back(room: AtlasRoom) -> None:
    paper = make_papers()[4]
    shown = await room.show(Chat(), paper.paper_id)
    assert paper.title in shown["paper"]
    assert 'class="fn-close" href="#map"' in shown["paper"]
    assert "#library" not in shown["paper"]
    assert await room.show(Chat(), "") == {"paper": ""}


# --- what is lit ----------------------------------------------------------------------


def test_the_papers_that_the_last_answer_cited_are_lit_under_their_numbers() -> None:
    one, two, three, four = PAPERS[:4]
    turns = [cite(1, one, two, three), cite(2, three, four, first=3)]
    assert [(lit.number, lit.paper_id) for lit in find_lit(turns)] == [(3, three.paper_id)]
    assert [lit.number for lit in find_lit(turns, whole=True)] == [1, 2, 3]
    assert find_lit([]) == ()
    assert count_answers([*turns, cite(3, four)]) == 2


async def test_what_is_lit_is_told_with_the_way_back(room: AtlasRoom) -> None:
    papers = make_papers()
    chat = Chat(turns=[cite(1, *papers[:4])], saved_id="kept-conversation")
    html = await look(room, chat)
    assert "<span>3 papers of your last answer are lit.</span>" in html
    assert '<a href="#c=kept-conversation">Back to the conversation</a>' in html
    assert "fn-map-whole" not in html
    lit = json.loads(attribute(html, "data-lit").replace("&quot;", '"'))
    assert lit == [[papers[n].paper_id, n + 1] for n in range(3)]
    assert "<h3>Cited in your last answer</h3>" in html


async def test_all_answers_are_lit_where_that_is_asked_for(room: AtlasRoom) -> None:
    papers = make_papers()
    chat = Chat(turns=[cite(1, *papers[:2]), cite(2, *papers[2:4], first=3)])
    last = await look(room, chat)
    assert "<span>1 paper of your last answer is lit.</span>" in last
    assert 'data-map="whole" aria-pressed="false">All 2 answers</button>' in last
    whole = await look(room, chat, whole="yes")
    assert "<span>2 papers of this conversation are lit.</span>" in whole
    assert 'aria-pressed="true">All 2 answers' in whole
    assert '<a href="#">Back to the conversation</a>' in whole


def test_a_lit_paper_that_the_map_lacks_is_counted() -> None:
    lit = (Lit(1, "a", "Title a", None), Lit(2, "gone", "Gone", None))
    html = render_map(make_drawn(*FIVE), View(lit=lit, answers=1))
    assert "2 papers of your last answer are lit, 1 of them not on the map." in html


# --- what is picked -------------------------------------------------------------------


async def test_a_group_lists_its_papers_by_title_with_links(room: AtlasRoom) -> None:
    html = await look(room, pick="c1")
    assert html.count('aria-expanded="true"') == 1
    assert attribute(html, "data-pick") == "c1"
    listed = html[html.index('aria-expanded="true"') :]
    titles = re.findall(r'<a href="#map=\w+"><span>([^<]+)</span>', listed)
    assert len(titles) > 5
    assert titles == sorted(titles, key=str.casefold)


def test_a_month_and_a_year_mean_the_papers_whose_dates_are_known_so_far() -> None:
    drawn = make_drawn(
        spot("a", PartialDate(2024, 3, 9)),
        spot("b", PartialDate(2024, 3)),
        spot("c", PartialDate(2024)),
        spot("d", PartialDate(None, 3, 2)),
        spot("e"),
    )
    assert [one.paper_id for one in choose(drawn, "t2024-03").spots] == ["a", "b"]
    assert [one.paper_id for one in choose(drawn, "t2024").spots] == ["a", "b", "c"]
    assert choose(drawn, "t2024-03").words == "Mar 2024"
    html = render_map(drawn, View(choose(drawn, "t2024-03")))
    assert "<span>2 papers shown: <b>Mar 2024</b></span>" in html


@pytest.mark.parametrize("key", ["", "c9", "c0", "t2023", "t2024-13", "x", "c1c1", "t٢٠٢٤"])
def test_a_name_that_means_no_paper_picks_nothing(key: str) -> None:
    choice = choose(make_drawn(spot("a", PartialDate(2024, 3))), key)
    assert (choice.key, choice.spots) == ("", ())


def test_a_long_list_is_cut_and_says_how_many_are_left() -> None:
    drawn = make_drawn(*(spot(f"{n:03}") for n in range(120)))
    choice = choose(drawn, "c1")
    short = render_map(drawn, View(choice))
    assert short.count("#map=") == 50
    assert (
        '<button type="button" class="fn-map-more" data-map="more">50 more of 70</button>' in short
    )
    assert "fn-map-more" not in render_map(drawn, View(choice, 150))


# --- the time line --------------------------------------------------------------------


def test_months_stand_where_they_are_in_their_years() -> None:
    made = make_bars(Months(((2023, 1, 4), (2024, 7, 2)), (), 0, 0))
    assert made.bars == (Bar("2023-01", 4, 0.0), Bar("2024-07", 2, 0.75))
    assert made.width == 1 / 24
    assert made.years == ((2023, 0.0), (2024, 0.5))
    assert not made.by_year


def test_a_long_time_is_told_by_year() -> None:
    made = make_bars(Months(((1990, 5, 1), (2024, 2, 3), (2024, 3, 1)), ((2024, 6),), 0, 0))
    assert [(bar.time, bar.count) for bar in made.bars] == [("1990", 1), ("2024", 10)]
    assert made.by_year
    assert made.bars[1].at == pytest.approx(34 / 35)


def test_a_bar_says_its_month_its_papers_and_which_are_lit() -> None:
    lit = [Lit(1, "a", "A", PartialDate(2024, 3, 9))]
    html = render_time(Months(((2024, 3, 2), (2024, 4, 1)), (), 0, 0), lit, "t2024-04")
    assert (
        'data-pick="t2024-03" aria-pressed="false" aria-label="Mar 2024: 2 papers, 1 lit"' in html
    )
    assert 'data-pick="t2024-04" aria-pressed="true" aria-label="Apr 2024: 1 paper"' in html
    assert html.count("has-lit") == 1


def test_what_is_not_known_of_dates_is_told_in_words() -> None:
    html = render_time(Months(((2024, 3, 1),), ((2022, 1), (2023, 3)), 2, 303), (), "")
    assert (
        "<p>1 paper shown by month. 4 papers tell only the year: 1 of 2022, 3 of 2023. "
        "2 papers tell a day but no year. 303 papers have no known date.</p>" in html
    )


def test_without_any_date_there_are_words_and_no_bars() -> None:
    html = render_time(Months((), (), 1, 7), (), "")
    assert "<p>1 paper tells a day but no year. 7 papers have no known date.</p>" in html
    assert "fn-bars" not in html


# --- states ---------------------------------------------------------------------------


async def test_an_empty_library_says_what_the_map_is_for(tmp_path: Path) -> None:
    html = await look(AtlasRoom(make_house(tmp_path, papers=()), make_page()))
    assert "There is nothing to map yet." in html
    assert '<a href="#library">library</a>' in html
    assert "<canvas" not in html


async def test_four_papers_are_listed_in_place_of_a_map(tmp_path: Path) -> None:
    html = await look(AtlasRoom(make_house(tmp_path, papers=PAPERS[:4]), make_page()))
    assert "Too few papers for a map." in html
    assert "Nearness tells something from 5 papers on; so far there are 4." in html
    assert html.count("#map=") == 4
    assert "<canvas" not in html


async def test_vectors_of_another_model_are_told_with_the_way_out(
    house: House, room: AtlasRoom
) -> None:
    other: Any = WordEmbedder("other@2")
    house.footnote.index = Index(house.footnote.library.folder, other)
    html = await look(room)
    assert "The map cannot be drawn" in html
    assert "the index was made by &#x27;words@1" in html
    assert "footnote rebuild, or put [embedding] model back" in html
    assert 'data-map="again">Try again</button>' in html


async def test_a_drawing_that_fails_is_told_and_tried_again(
    room: AtlasRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Any) -> Drawn:
        raise VectorError("the vectors <are> gone", remedy="footnote rebuild")

    monkeypatch.setattr(ui.atlas.room, "draw", fail)
    assert "the vectors &lt;are&gt; gone" in await look(room)
    monkeypatch.setattr(ui.atlas.room, "draw", draw)
    assert "<canvas" in await look(room)


class SlowDrawing:
    """Draws when it is let go; the first time, it fails where that is asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, fails_first: bool = False) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.ended = 0
        self.at_once: list[int] = []
        self._fails_first = fails_first
        self._under_way = 0
        monkeypatch.setattr(ui.atlas.room, "draw", self)
        monkeypatch.setattr(ui.atlas.room, "QUICK_SECONDS", 0.01)

    def __call__(self, footnote: Any) -> Drawn:
        self._under_way += 1
        self.at_once.append(self._under_way)
        try:
            drawn = draw(footnote)
            self.begun.set()
            assert self.go.wait(10)
            if self._fails_first and len(self.at_once) == 1:
                raise VectorError("the vectors are gone")
            return drawn
        finally:
            self._under_way -= 1
            self.ended += 1


@pytest.mark.parametrize("fails", [False, True], ids=["drawn", "failed"])
async def test_a_drawing_that_nobody_waited_for_is_not_shown_of_a_library_that_changed(
    house: House, room: AtlasRoom, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    slow = SlowDrawing(monkeypatch, fails_first=fails)
    first = await room.actions["map"](Chat(), Action("map"))
    assert "Drawing the map…" in first["atlas"]
    slow.go.set()
    while not slow.ended:
        await asyncio.sleep(0.01)
    house.footnote.library.add([make_listing(PAPERS, "another.txt")])
    house.footnote.sync()
    html = await look(room)
    assert "36 papers in" in html
    assert attribute(html, "data-key") == find_key(house.footnote)
    assert slow.at_once == [1, 1]


@pytest.mark.parametrize("fails", [False, True], ids=["drawn", "failed"])
async def test_a_library_that_changes_while_its_map_is_drawn_is_drawn_again(
    house: House, room: AtlasRoom, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    slow = SlowDrawing(monkeypatch, fails_first=fails)
    waiting = asyncio.create_task(look(room))
    assert await asyncio.to_thread(slow.begun.wait, 10)
    house.footnote.library.add([make_listing(PAPERS, "another.txt")])
    house.footnote.sync()
    late = asyncio.create_task(look(room))
    await asyncio.sleep(0.05)
    slow.go.set()
    for html in await asyncio.gather(waiting, late):
        assert "36 papers in" in html
        assert attribute(html, "data-key") == find_key(house.footnote)
    assert slow.at_once == [1, 1]


async def test_a_failure_that_nobody_waited_for_is_tried_again(
    room: AtlasRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowDrawing(monkeypatch, fails_first=True)
    await room.actions["map"](Chat(), Action("map"))
    slow.go.set()
    while not slow.ended:
        await asyncio.sleep(0.01)
    assert "<canvas" in await look(room)


async def test_a_library_that_never_rests_is_shown_as_it_was_drawn_last(
    room: AtlasRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = iter(range(100))
    monkeypatch.setattr(ui.atlas.room, "find_key", lambda _: f"state {next(states)}")
    drawings: list[Drawn] = []

    def draw_and_count(footnote: Any) -> Drawn:
        drawings.append(draw(footnote))
        return drawings[-1]

    monkeypatch.setattr(ui.atlas.room, "draw", draw_and_count)
    assert "<canvas" in await look(room)
    assert len(drawings) == 3


# --- names and colours ----------------------------------------------------------------


def test_the_plot_says_in_words_what_it_shows() -> None:
    html = render_map(make_drawn(*FIVE), View(lit=(Lit(1, "a", "Title a", None),), answers=1))
    assert attribute(html, 'role="img" aria-label') == (
        "Map of 5 papers, alike ones near each other. 1 of them cited and lit. Groups and their "
        "sizes: depth, width, 5. The lists beside it lead to the same papers."
    )


def test_names_and_titles_are_escaped() -> None:
    hostile = replace(FIVE[0], paper_id='"><b>', title="<b>bold</b>")
    drawn = replace(
        make_drawn(hostile, *FIVE[1:]), clusters=(Cluster(1, "<i>x</i>, <u>", 0.5, 0.5, 5),)
    )
    html = render_map(drawn, View(choose(drawn, "c1"), lit=(Lit(1, '"><b>', "<b>", None),)))
    assert not re.search("<b>bold|<i>x|<u>", html)
    assert "&lt;i&gt;x&lt;/i&gt;" in html


def test_no_two_groups_have_one_colour_and_neighbours_are_the_least_alike() -> None:
    clusters = [Cluster(n + 1, f"name {n}", n % 6 / 6, n // 6 / 4, 9) for n in range(COLOURS)]
    assert sorted(choose_colours(clusters)) == list(range(1, COLOURS + 1))
    near = [Cluster(1, "one", 0.5, 0.5, 9), Cluster(2, "two", 0.51, 0.5, 9)]
    assert choose_colours(near) == (1, 7)
    assert len(choose_colours([*clusters, *near])) == 26
