"""Conversations that are there again, and answers that are asked again, rated, carried away:
in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from e2e.fake_engine import EXAMPLES, FakeEngine
from e2e.steps import BOX, FAINT_TEXT, ask, ask_and_wait, until, wait_for

pytestmark = pytest.mark.browser
COMPARES = "Compare sparse attention with evicting the cache"
FIND = "#fn-find :is(input, textarea)"


def titles(page: Any) -> list[str]:
    return [str(one) for one in page.locator(".fn-open").all_inner_texts()]


def questions(page: Any) -> list[str]:
    return [str(one) for one in page.locator(".fn-question").all_inner_texts()]


def reopen(page: Any, address: str) -> Any:
    """The same browser, a new tab."""
    tab = page.context.new_page()
    tab.goto(address)
    tab.locator("#fn-header .fn-count").wait_for()
    return tab


def test_a_conversation_is_whole_in_a_new_tab_and_goes_on(visit: Any, engine: FakeEngine) -> None:
    page = visit()
    ask_and_wait(page, EXAMPLES[0], 1)
    ask_and_wait(page, COMPARES, 2)
    until(lambda: "#c=" in page.url)
    tab = reopen(page, page.url)
    wait_for(tab, 2)
    assert questions(tab) == [EXAMPLES[0], COMPARES]
    assert tab.locator("#t2 table").count() == 1
    tab.locator("#t1 a.cite").first.click()
    assert tab.locator(".fn-sources:not([hidden]) mark.is-lit").count() == 1
    ask_and_wait(tab, "And which is newest?", 3)
    assert len(engine.conversations[-1].exchanges) == 2


def test_conversations_are_listed_found_renamed_deleted_and_had_back(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, EXAMPLES[0], 1)
    until(lambda: titles(page) == [EXAMPLES[0]])
    page.get_by_role("button", name="New conversation").click()
    until(lambda: not questions(page))
    ask_and_wait(page, COMPARES, 1)
    until(lambda: titles(page) == [COMPARES, EXAMPLES[0]])
    page.locator(FIND).press_sequentially("compare spar")
    until(lambda: titles(page) == [COMPARES])
    page.press(FIND, "Control+a")
    page.press(FIND, "Delete")
    until(lambda: len(titles(page)) == 2)
    page.locator(".fn-kept").last.hover()
    page.get_by_role("button", name=f"Rename {EXAMPLES[0]}").click()
    page.locator(".fn-rename").fill("Cheaper <attention>")
    page.press(".fn-rename", "Enter")
    until(lambda: titles(page) == [COMPARES, "Cheaper <attention>"])
    page.locator(".fn-open").last.click()
    until(lambda: questions(page) == [EXAMPLES[0]])
    page.locator(".fn-kept").last.hover()
    page.get_by_role("button", name="Delete Cheaper <attention>").click()
    until(lambda: titles(page) == [COMPARES])
    assert questions(page) == []
    page.get_by_role("button", name="Undo").click()
    until(lambda: titles(page) == [COMPARES, "Cheaper <attention>"])


def test_another_browser_sees_none_of_them_and_a_link_gives_it_a_copy(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, EXAMPLES[0], 1)
    until(lambda: "#c=" in page.url)
    stranger = visit()
    assert titles(stranger) == []
    tab = reopen(stranger, page.url)
    wait_for(tab, 1)
    until(lambda: "#c=" in tab.url and tab.url != page.url)


def test_an_answer_is_asked_again_and_a_question_edited(visit: Any, engine: FakeEngine) -> None:
    page = visit()
    ask_and_wait(page, EXAMPLES[0], 1)
    ask_and_wait(page, COMPARES, 2)
    page.locator("#t2").get_by_role("button", name="Ask again").click()
    until(lambda: len(engine.asked) == 3)
    wait_for(page, 2)
    assert questions(page) == [EXAMPLES[0], COMPARES]
    page.locator("#t1").get_by_role("button", name="Edit").click()
    until(lambda: page.input_value(BOX) == EXAMPLES[0])
    assert "Sending replaces this answer" in page.locator(".fn-editing").inner_text()
    page.fill(BOX, "Quote what is said about memory")
    page.press(BOX, "Enter")
    until(lambda: questions(page) == ["Quote what is said about memory"])
    wait_for(page, 1)


def test_an_answer_is_saved_in_every_format(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, COMPARES, 1)
    for name, extension in (
        ("Markdown with footnotes", "md"),
        ("A page (HTML)", "html"),
        ("Cited papers, BibTeX", "bib"),
        ("Cited papers, RIS", "ris"),
    ):
        page.locator("#t1-save > summary").click()
        with page.expect_download() as coming:
            page.locator("#t1-save").get_by_role("button", name=name).click()
        saved = coming.value
        assert saved.suggested_filename.endswith(f".{extension}")
        assert saved.path().stat().st_size > 200


def test_an_answer_is_rated_and_commented_on(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, EXAMPLES[0], 1)
    page.locator("#t1").get_by_role("button", name="Bad answer").click()
    said = page.locator("#t1 .fn-comment input")
    said.fill("It missed the newest paper")
    said.press("Enter")
    page.locator("#t1 .fn-comment", has_text="Kept.").wait_for()
    tab = reopen(page, page.url)
    wait_for(tab, 1)
    assert tab.locator("#t1 .fn-comment input").input_value() == "It missed the newest paper"
    pressed = tab.locator("#t1").get_by_role("button", name="Bad answer")
    assert pressed.get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("width", [1024, 390])
def test_on_a_narrow_screen_the_conversations_are_a_drawer(visit: Any, width: int) -> None:
    page = visit(width=width, height=844)
    ask_and_wait(page, EXAMPLES[0], 1)
    assert not page.locator("#fn-left").is_visible()
    page.get_by_role("button", name="Conversations").click()
    until(lambda: page.locator("#fn-left").is_visible())
    assert page.evaluate("document.activeElement.closest('#fn-fresh') !== null")
    page.keyboard.press("Escape")
    until(lambda: not page.locator("#fn-left").is_visible())
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_kept_is_legible(visit: Any, scheme: str) -> None:
    page = visit(scheme=scheme)
    ask_and_wait(page, EXAMPLES[0], 1)
    page.locator("#t1").get_by_role("button", name="Good answer").click()
    page.locator("#t1 .fn-comment").wait_for()
    page.locator("#t1-save > summary").click()
    page.locator(".fn-kept").hover()
    assert page.evaluate(FAINT_TEXT) == []


def test_both_panels_fold_and_stay_folded_until_they_are_asked_for(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, EXAMPLES[0], 1)
    page.locator("#fn-panel").wait_for()
    page.get_by_role("button", name="Close the sources").click()
    page.locator("#fn-panel").wait_for(state="hidden")
    page.get_by_role("button", name="Conversations and filters").click()
    page.locator("#fn-left").wait_for(state="hidden")
    width = page.locator("#fn-middle").bounding_box()["width"]
    assert width == 1440
    tab = reopen(page, page.url)
    wait_for(tab, 1)
    assert not tab.locator("#fn-left").is_visible()
    assert not tab.locator("#fn-panel").is_visible()
    tab.locator("#t1 a.cite").first.click()
    tab.locator("#fn-panel mark.is-lit").first.wait_for()
    tab.get_by_role("button", name="Conversations and filters").click()
    tab.locator("#fn-left").wait_for()


def test_who_waits_is_told_in_the_page_how_many_are_ahead(visit: Any, engine: FakeEngine) -> None:
    pages = [visit() for _ in range(9)]
    for page in pages[:8]:
        ask(page, "please be slow")
        page.locator("#t1.fn-writing .fn-answer").wait_for()
    ask(pages[8], EXAMPLES[0])
    pages[8].locator("#t1", has_text="Others are being answered: 1 before you").wait_for()
    pages[0].locator("#fn-stop").click()
    wait_for(pages[8], 1)
    assert len(engine.asked) == 9
