"""The map as a reader meets it: the plot, its lists, what is lit, the time line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from e2e.conftest import serve_house
from e2e.fake_engine import FakeEngine
from e2e.fake_papers import HOSTILE, PAPERS
from e2e.steps import FAINT_TEXT, ask_and_wait, until
from house import make_house

from rag.records import Paper, PartialDate
from rag.titles import make_paper_id

pytestmark = pytest.mark.browser

SUBJECTS = ("sparse attention", "protein folding", "speech recognition")
CANVAS = "#fn-atlas canvas"
TIP = "#fn-atlas .fn-map-tip.is-shown"
DRAWN = "document.querySelector('#fn-atlas canvas')?.width > 300"
# Where a paper lies on the whole map, in pixels of the canvas' box; see EDGE in plot.js.
PLACE = """(title) => {
  const [points] = JSON.parse(document.querySelector(".fn-map-data").textContent);
  const [, , , , x, y] = points.find((point) => point[1] === title);
  const {clientWidth: w, clientHeight: h} = document.querySelector("#fn-atlas canvas");
  return {x: 34 + x * (w - 68), y: 34 + (1 - y) * (h - 68)};
}"""
# How many pixels of the canvas have the accent's colour.
ACCENTED = """() => {
  const canvas = document.querySelector("#fn-atlas canvas");
  const css = getComputedStyle(canvas).getPropertyValue("--fn-accent").trim();
  const accent = [1, 3, 5].map((at) => parseInt(css.slice(at, at + 2), 16));
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (accent.every((value, n) => Math.abs(data[at + n] - value) < 3)) found += 1;
  }
  return found;
}"""
PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PICTURE = "document.querySelector('#fn-atlas canvas').toDataURL()"


def make_papers() -> tuple[Paper, ...]:
    titles = [f"{SUBJECTS[n % 3].title()} Number {n}" for n in range(30)]
    return tuple(
        Paper(
            make_paper_id(title),
            title,
            f"We treat {SUBJECTS[n % 3]}. Here {SUBJECTS[n % 3]} is solved. Part{n} helps.",
            date=PartialDate(2024, n % 4 + 1) if n % 2 else None,
        )
        for n, title in enumerate(titles)
    )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, FakeEngine]]:
    """A chat whose library is large enough for groups, and holds a hostile paper."""
    engine = FakeEngine()
    papers = (*PAPERS, HOSTILE, *make_papers())
    house = make_house(tmp_path_factory.mktemp("library"), engine, papers)
    with serve_house(house) as address:
        yield address, engine


def go_to_map(page: Any) -> Any:
    page.locator(".fn-nav a[data-place=map]").click()
    page.wait_for_function(DRAWN, timeout=60_000)
    return page


def place_of(page: Any, title: str) -> dict[str, float]:
    place: dict[str, float] = page.evaluate(PLACE, title)
    return place


def open_hash(page: Any) -> str:
    found: str = page.evaluate("location.hash")
    return found


# --- the plot -------------------------------------------------------------------------


def test_pointing_at_a_paper_tells_its_title_and_a_click_opens_it(visit: Any) -> None:
    page = go_to_map(visit())
    paper = next(one for one in make_papers() if one.date)
    page.locator(CANVAS).hover(position=place_of(page, paper.title))
    page.locator(TIP).wait_for()
    assert page.locator(f"{TIP} b").inner_text() == paper.title
    assert paper.date is not None
    assert page.locator(f"{TIP} span").inner_text() == paper.date.in_words()
    page.locator(CANVAS).click(position=place_of(page, paper.title))
    until(lambda: open_hash(page) == f"#map={paper.paper_id}")
    view = page.locator("#fn-paper .fn-panel")
    view.wait_for()
    assert paper.title in view.inner_text()
    view.locator(".fn-close").click()
    until(lambda: open_hash(page) == "#map")
    view.wait_for(state="detached")


def test_the_map_opens_by_its_address(visit: Any) -> None:
    page = visit()
    page.goto(page.url.split("#")[0] + "#map")
    page.reload()
    page.wait_for_function(DRAWN, timeout=60_000)
    assert "36 papers in" in page.locator(".fn-map-head").inner_text()
    label = page.locator(CANVAS).get_attribute("aria-label")
    assert label.startswith("Map of 36 papers, alike ones near each other.")
    assert page.locator(CANVAS).get_attribute("role") == "img"


def test_a_hostile_title_is_but_a_title(visit: Any) -> None:
    page = go_to_map(visit())
    page.locator(CANVAS).hover(position=place_of(page, HOSTILE.title))
    page.locator(TIP).wait_for()
    assert page.locator(f"{TIP} b").inner_text().startswith('<script>window.pwned="title"')
    for group in page.locator(".fn-group").all():
        group.click()
        page.wait_for_function(
            "(key) => document.querySelector('.fn-map').dataset.pick === key",
            arg=group.get_attribute("data-pick"),
        )
        if page.locator(f"a[href='#map={HOSTILE.paper_id}']").count():
            break
    hostile = page.locator(f"a[href='#map={HOSTILE.paper_id}']")
    assert hostile.inner_text().startswith('<script>window.pwned="title"')
    assert page.evaluate("window.pwned") is None


def test_the_map_is_drawn_closer_moved_and_whole_again(visit: Any) -> None:
    page = go_to_map(visit())
    whole = page.evaluate(PICTURE)
    page.get_by_role("button", name="Closer").click()
    until(lambda: page.evaluate(PICTURE) != whole)
    closer = page.evaluate(PICTURE)
    box = page.locator(CANVAS).bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 360, box["y"] + 340, steps=4)
    page.mouse.up()
    page.mouse.move(5, 5)
    until(lambda: page.evaluate(PICTURE) not in (whole, closer))
    assert open_hash(page) == "#map"
    page.get_by_role("button", name="The whole map").click()
    until(lambda: page.evaluate(PICTURE) == whole)
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.wheel(0, -240)
    page.mouse.move(5, 5)
    until(lambda: page.evaluate(PICTURE) != whole)


def test_coming_back_neither_draws_nor_loses_anything(visit: Any) -> None:
    page = go_to_map(visit())
    page.get_by_role("button", name="Closer").click()
    page.mouse.move(5, 5)
    page.evaluate(PAINTED)
    closer = page.evaluate(PICTURE)
    page.evaluate("document.querySelector('#fn-atlas .fn-map').mine = 'kept'")
    page.locator(".fn-nav a[data-place=chat]").click()
    page.locator(".fn-nav a[data-place=map]").click()
    page.locator(CANVAS).wait_for()
    page.wait_for_timeout(400)
    assert page.evaluate("document.querySelector('#fn-atlas .fn-map').mine") == "kept"
    assert page.evaluate(PICTURE) == closer


# --- what is lit ----------------------------------------------------------------------


def test_the_papers_of_the_last_answer_are_lit(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "What makes attention cheaper?", 1)
    cited = page.locator("#sources-t1 > .fn-card").count()
    assert cited > 1
    go_to_map(page)
    told = page.locator(".fn-map-lit")
    assert told.inner_text().startswith(f"{cited} papers of your last answer are lit.")
    assert page.locator(".fn-map-cited li").count() == cited
    lit = page.evaluate(ACCENTED)
    assert lit > 100 * cited
    told.get_by_role("link", name="Back to the conversation").click()
    page.locator("#t1").wait_for()
    page.locator("#fn-fresh").click()
    page.locator("#t1").wait_for(state="detached")
    page.locator(".fn-nav a[data-place=map]").click()
    told.wait_for(state="detached")
    page.locator(CANVAS).wait_for()
    until(lambda: page.evaluate(ACCENTED) < lit / 10)


# --- by keyboard ----------------------------------------------------------------------


def test_a_group_and_its_papers_are_reached_by_keyboard(visit: Any) -> None:
    page = go_to_map(visit())
    unlit = page.evaluate(PICTURE)
    group = page.locator(".fn-group").first
    group.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert group.evaluate("element => element === document.activeElement")
    until(lambda: page.evaluate(PICTURE) != unlit)
    page.keyboard.press("Enter")
    first = page.locator(".fn-map-papers a").first
    first.wait_for()
    assert group.get_attribute("aria-expanded") == "true"
    assert (
        page.locator(".fn-map-said")
        .inner_text()
        .startswith(f"{page.locator('.fn-map-papers a').count()} papers shown:")
    )
    page.keyboard.press("Tab")
    assert first.evaluate("element => element === document.activeElement")
    page.locator(TIP).wait_for()
    title = first.locator("span").inner_text()
    assert page.locator(f"{TIP} b").inner_text() == title
    page.keyboard.press("Enter")
    page.locator("#fn-paper .fn-panel").wait_for()
    assert title in page.locator("#fn-paper .fn-panel").inner_text()
    assert first.get_attribute("aria-current") == "true"
    page.get_by_role("button", name="Show all").click()
    page.locator(".fn-map-papers").wait_for(state="detached")
    assert group.evaluate("element => element === document.activeElement")


def test_the_time_line_is_one_stop_and_lights_its_months(visit: Any) -> None:
    page = go_to_map(visit())
    unlit = page.evaluate(PICTURE)
    bars = page.locator(".fn-bar")
    names = bars.evaluate_all("bars => bars.map((bar) => bar.getAttribute('aria-label'))")
    assert names == [
        *("Feb 2024: 8 papers", "Apr 2024: 7 papers"),
        *("Nov 2024: 1 paper", "Mar 2025: 1 paper", "Jun 2025: 1 paper"),
    ]
    assert page.locator(".fn-map-time header p").first.inner_text() == (
        "18 papers shown by month. 1 paper tells a day but no year. 17 papers have no known date."
    )
    assert bars.evaluate_all("bars => bars.map((bar) => bar.tabIndex)") == [0, -1, -1, -1, -1]
    bars.first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.pick") == "t2024-04"
    assert page.locator(".fn-bar-said").inner_text() == "Apr 2024: 7 papers"
    page.keyboard.press("Enter")
    page.locator(".fn-map-side h3", has_text="Apr 2024").wait_for()
    assert page.locator(".fn-map-papers a").count() == 7
    assert page.evaluate("document.activeElement.dataset.pick") == "t2024-04"
    assert bars.nth(1).get_attribute("aria-pressed") == "true"
    page.keyboard.press("Home")
    assert page.locator(".fn-bar-said").inner_text() == "Feb 2024: 8 papers"
    page.evaluate("document.activeElement.blur()")
    page.evaluate(PAINTED)
    assert page.evaluate(PICTURE) != unlit
    page.get_by_role("button", name="Show all").click()
    page.evaluate("document.activeElement.blur()")
    until(lambda: page.evaluate(PICTURE) == unlit)


# --- looks ----------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_text_can_be_read_and_nothing_scrolls_sideways(
    visit: Any, scheme: str, width: int
) -> None:
    page = visit(width, 844 if width < 1000 else 900, scheme)
    ask_and_wait(page, "What makes attention cheaper?", 1)
    ask_and_wait(page, "What is said about memory?", 2)
    go_to_map(page)
    page.locator(".fn-map-whole").click()
    page.locator(".fn-map-whole[aria-pressed=true]").wait_for()
    page.locator(".fn-group").first.click()
    page.locator(".fn-map-papers").wait_for()
    page.locator(".fn-map-cited a").first.hover()
    assert page.evaluate(FAINT_TEXT) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") == width


def test_a_paper_is_opened_and_closed_on_a_phone(visit: Any) -> None:
    page = go_to_map(visit(390, 844))
    paper = make_papers()[0]
    box = page.locator(CANVAS).bounding_box()
    assert box["width"] > 300
    page.locator(CANVAS).click(position=place_of(page, paper.title))
    until(lambda: open_hash(page).startswith("#map="))
    page.locator("#fn-paper .fn-panel").wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390
    page.locator("#fn-paper .fn-close").click()
    until(lambda: open_hash(page) == "#map")
