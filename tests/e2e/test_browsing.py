"""The library in a real browser: looked through, filtered, a paper opened, removed, put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from e2e.conftest import serve_house
from e2e.fake_engine import EXAMPLES
from e2e.fake_papers import HOSTILE, PAPERS
from e2e.steps import BOX, FAINT_TEXT, ask_and_wait, until, wait_for
from house import make_house, make_listing

from rag.records import Paper

pytestmark = pytest.mark.browser
SPARSE, FORGET, RECURRENT, NEEDLE, BYTES = PAPERS
OTHERS = [Paper("", f"Number {n:03d}", f"Word{n} is studied.") for n in range(118)]
WORDS = "#fn-filters [name=words]"
ROWS = "#fn-books .fn-book > a"
VIEW = "#fn-paper .fn-view"
FOCUS = "document.activeElement"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A chat over more papers than are listed at once, on two pages; one is hostile."""
    house = make_house(tmp_path_factory.mktemp("many"), papers=[*OTHERS, HOSTILE])
    source = '/home/me/<img src=x onerror="window.pwned=1">/second.txt'
    house.footnote.library.add([make_listing([*PAPERS[:2], HOSTILE], source)])
    house.footnote.sync()
    with serve_house(house) as address:
        yield address


def go_there(page: Any) -> Any:
    page.locator(".fn-nav a[data-place=library]").click()
    page.locator(ROWS).first.wait_for()
    return page


def titles(page: Any) -> list[str]:
    return [str(one) for one in page.locator(ROWS).all_inner_texts()]


def count(page: Any) -> str:
    return str(page.locator(".fn-shown").inner_text())


def open_paper(page: Any, paper: Paper) -> Any:
    page.locator(f"{ROWS}[href='#library={paper.paper_id}']").click()
    view = page.locator(f"{VIEW}[data-paper='{paper.paper_id}']")
    view.wait_for()
    return view


def violations(page: Any) -> list[str]:
    page.wait_for_timeout(300)
    return [str(one["id"]) for one in Axe().run(page).response["violations"]]


def test_a_reader_looks_through_the_library(visit: Any) -> None:
    page = go_there(visit())
    assert titles(page) == [one.title for one in reversed(PAPERS)]
    page.locator(WORDS).press_sequentially("attention", delay=20)
    until(lambda: titles(page) == [RECURRENT.title, SPARSE.title])
    assert count(page) == "2 of 5 papers"
    page.select_option("[name=sort]", "upvotes")
    until(lambda: titles(page) == [SPARSE.title, RECURRENT.title])
    page.fill("[name=dated_from]", "2025-13")
    page.locator("#fn-sieve-wrong-dated_from:not(:empty)").wait_for()
    assert page.input_value("[name=dated_from]") == "2025-13"
    page.fill("[name=dated_from]", "2025")
    until(lambda: titles(page) == [SPARSE.title])
    assert page.locator("#fn-sieve-wrong-dated_from").inner_text() == ""
    page.get_by_role("button", name="Take off the filter From 2025").click()
    until(lambda: len(titles(page)) == 2)
    assert page.input_value("[name=dated_from]") == ""
    assert page.input_value(WORDS) == "attention"
    page.get_by_role("button", name="Clear filters").click()
    until(lambda: titles(page)[:2] == [NEEDLE.title, SPARSE.title])
    assert page.input_value(WORDS) == ""
    assert page.input_value("[name=sort]") == "upvotes"


def test_a_paper_is_opened_removed_and_put_back(visit: Any) -> None:
    page = go_there(visit())
    view = open_paper(page, RECURRENT)
    assert view.locator("h3").inner_text() == RECURRENT.title
    assert page.url.endswith(f"#library={RECURRENT.paper_id}")
    view.locator(".fn-part a").first.click()
    until(lambda: page.locator(f"{VIEW} h3").inner_text() != RECURRENT.title)
    assert page.evaluate(f"{FOCUS}.className") == "fn-panel fn-view"
    page.go_back()
    until(lambda: page.locator(f"{VIEW} h3").inner_text() == RECURRENT.title)
    page.locator(VIEW).get_by_role("button", name="Remove").click()
    until(lambda: RECURRENT.title not in titles(page))
    until(lambda: page.url.endswith("#library"))
    assert page.locator(VIEW).count() == 0
    assert page.locator(".fn-told p").inner_text() == f"Removed “{RECURRENT.title}”."
    until(lambda: page.evaluate(f"{FOCUS}.textContent") == "Undo")
    page.get_by_role("button", name="Undo").click()
    until(lambda: titles(page) == [one.title for one in reversed(PAPERS)])
    assert page.locator(".fn-told", has_text="Removed").count() == 0


def test_a_paper_is_unread_until_it_was_opened(visit: Any) -> None:
    page = go_there(visit())
    assert page.locator(".fn-book-new").count() == 5
    page.get_by_label("Unread", exact=True).check()
    until(lambda: count(page) == "5 of 5 papers")
    open_paper(page, FORGET)
    until(lambda: page.locator(".fn-book-new").count() == 4)
    assert FORGET.title in titles(page)
    page.select_option("[name=sort]", "title")
    until(lambda: FORGET.title not in titles(page))


def test_from_an_answer_to_the_library_and_back(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, EXAMPLES[0], 1)
    page.locator("#t1 a.cite").first.click()
    page.locator(".fn-card[open] .fn-link a", has_text="In the library").click()
    page.locator(VIEW).wait_for()
    until(lambda: page.locator(".fn-book-cited").count() == 5)
    page.locator(VIEW).get_by_role("link", name=EXAMPLES[0]).click()
    wait_for(page, 1)
    assert page.locator("#t1").is_visible()
    assert not page.locator(VIEW).is_visible()


def test_a_paper_is_asked_about(visit: Any) -> None:
    page = go_there(visit())
    open_paper(page, NEEDLE)
    page.get_by_role("button", name="Ask about it").click()
    until(lambda: page.input_value(BOX) == f"What does “{NEEDLE.title}” find?")
    assert page.locator(BOX).is_visible()
    assert page.evaluate(f"{FOCUS}.tagName") == "TEXTAREA"
    page.press(BOX, "Enter")
    wait_for(page, 1)
    assert NEEDLE.title in page.locator("#t1 .fn-question").inner_text()


def test_a_reference_is_copied(visit: Any) -> None:
    page = go_there(visit())
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_paper(page, SPARSE)
    page.get_by_role("button", name="Copy BibTeX").click()
    page.locator(".fn-toast").wait_for()
    assert "eprint = {2506.21103}" in page.evaluate("navigator.clipboard.readText()")


def test_what_is_typed_stays_while_the_list_changes(visit: Any) -> None:
    page = go_there(visit())
    for letter in "memory vectors":
        page.locator(WORDS).press_sequentially(letter)
        page.wait_for_timeout(70)
    until(lambda: titles(page) == [RECURRENT.title])
    assert page.input_value(WORDS) == "memory vectors"
    assert page.evaluate(f"{FOCUS}.name") == "words"
    page.keyboard.press("Home")
    page.keyboard.type("constant ")
    until(lambda: page.locator(".fn-off").inner_text().startswith("“constant memory vectors”"))
    assert page.evaluate(f"{FOCUS}.selectionStart") == len("constant ")


def test_the_keyboard_is_enough(visit: Any) -> None:
    page = go_there(visit())
    page.locator(ROWS).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(f"{FOCUS}.textContent") == NEEDLE.title
    page.keyboard.press("Enter")
    page.locator(VIEW).wait_for()
    assert page.evaluate(f"{FOCUS}.textContent") == NEEDLE.title
    page.keyboard.press("Escape")
    until(lambda: page.locator(VIEW).count() == 0)
    assert page.evaluate(f"{FOCUS}.textContent") == NEEDLE.title


def test_the_paper_of_an_address_that_leads_nowhere_is_told(visit: Any) -> None:
    page = visit()
    page.evaluate("location.hash = 'library=0123456789ab'")
    page.locator(VIEW).wait_for()
    assert page.locator(f"{VIEW} h3").inner_text() == "This paper is not in the library."
    page.get_by_role("link", name="Close the paper").click()
    until(lambda: page.locator(VIEW).count() == 0)


# --- widths, schemes ----------------------------------------------------------------


def test_on_a_phone_a_paper_is_a_sheet_and_the_filters_a_drawer(visit: Any) -> None:
    page = go_there(visit(390, 844))
    open_paper(page, FORGET)
    view = page.locator(VIEW)
    until(lambda: view.bounding_box()["y"] + view.bounding_box()["height"] == 844)
    assert view.bounding_box()["width"] == 390
    until(lambda: view.get_attribute("role") == "dialog")
    assert view.get_attribute("aria-modal") == "true"
    inside = f"document.querySelector('{VIEW}').contains({FOCUS})"
    for _ in range(14):
        page.keyboard.press("Tab")
        assert page.evaluate(inside)
    page.mouse.click(195, 20)
    until(lambda: view.count() == 0)
    assert page.evaluate(f"{FOCUS}.textContent") == FORGET.title
    assert not page.locator(WORDS).is_visible()
    page.get_by_role("button", name="Filters", exact=True).click()
    page.locator(WORDS).wait_for()
    page.fill(WORDS, "bytes")
    until(lambda: titles(page) == [BYTES.title])
    page.keyboard.press("Escape")
    until(lambda: not page.locator(WORDS).is_visible())


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
def test_nothing_is_wider_than_the_window(visit: Any, width: int) -> None:
    page = go_there(visit(width, 800))
    scroll = "document.documentElement.scrollWidth"
    assert page.evaluate(scroll) <= width
    open_paper(page, SPARSE)
    assert page.evaluate(scroll) <= width
    if width >= 1024:
        books, view = page.locator("#fn-books").bounding_box(), page.locator(VIEW).bounding_box()
        assert books["x"] + books["width"] <= view["x"] + 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(visit: Any, scheme: str) -> None:
    page = visit(scheme=scheme)
    ask_and_wait(page, EXAMPLES[0], 1)
    go_there(page)
    open_paper(page, SPARSE)
    page.fill("[name=dated_from]", "never")
    page.fill(WORDS, "attention")
    page.locator(".fn-off").first.wait_for()
    page.locator("#fn-sieve-wrong-dated_from:not(:empty)").wait_for()
    page.wait_for_timeout(200)
    assert page.evaluate(FAINT_TEXT) == []
    page.fill(WORDS, "zebra")
    page.locator(".fn-nothing").wait_for()
    assert page.evaluate(FAINT_TEXT) == []


@pytest.mark.parametrize("width", [1440, 390])
def test_the_place_keeps_the_rules_of_accessibility(visit: Any, width: int) -> None:
    page = go_there(visit(width, 844))
    assert violations(page) == []
    open_paper(page, SPARSE)
    assert violations(page) == []


# --- many papers, hostile ones ------------------------------------------------------


def test_the_list_goes_on_where_it_was(open_page: Callable[[str], Any], many: str) -> None:
    page = go_there(open_page(many))
    assert len(titles(page)) == 50
    more = page.locator(".fn-book-more button")
    more.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    more.click()
    until(lambda: len(titles(page)) == 100)
    assert page.evaluate("scrollY") == before
    page.locator(".fn-book-more button").click()
    until(lambda: len(titles(page)) == 121)
    assert page.locator(".fn-book-more").count() == 0


def test_hostile_text_neither_runs_nor_loads(open_page: Callable[[str], Any], many: str) -> None:
    page = go_there(open_page(many))
    options = page.locator("[name=page] option").all_inner_texts()
    assert options == ["All pages", "listing.txt (119)", "second.txt (3)"]
    page.select_option("[name=page]", index=2)
    until(lambda: len(titles(page)) == 3)
    view = open_paper(page, HOSTILE)
    assert view.locator("h3").inner_text() == HOSTILE.title
    view.get_by_role("button", name="Copy BibTeX").click()
    page.locator(".fn-toast").wait_for()
    view.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Undo").click()
    until(lambda: page.locator(".fn-told", has_text="Removed").count() == 0)
    page.fill(WORDS, "<img src=x onerror=\"window.pwned='words'\">")
    page.locator(".fn-off").first.wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None
    inside = ":is(#fn-books, #fn-paper, #fn-filters, #fn-told) :is(img, script, iframe, object)"
    assert page.locator(inside).count() == 0
