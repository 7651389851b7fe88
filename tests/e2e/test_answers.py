"""What a reader does with an answer: looks at what a number stands for, goes back from a
source, sorts and copies a table, goes on asking, says what a sentence is worth."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from e2e.fake_engine import FOLLOWUPS, PAPERS, FakeEngine
from e2e.steps import FAINT_TEXT, LIT, ask_and_wait, until, wait_for

pytestmark = pytest.mark.browser
CARD = "#fn-hover"
COMPARES = "Compare sparse attention with evicting the cache"
CHECKED = "What is checked?"
FIRST = "A trained gate skips 91% of the blocks"


def texts(page: Any, selector: str) -> list[str]:
    return [str(one) for one in page.locator(selector).all_inner_texts()]


def focused(page: Any, attribute: str) -> str:
    return str(page.evaluate("(name) => document.activeElement.getAttribute(name)", attribute))


# --- what a number stands for -------------------------------------------------------


def test_a_number_shows_its_paper_its_evidence_and_what_was_found(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, CHECKED, 1)
    cite = page.locator('a.cite[href="#t1-p1-s3"]').first
    assert cite.get_attribute("title") is None
    assert cite.get_attribute("aria-label") == f"Source 1: {PAPERS[0].title}"
    cite.hover()
    page.locator(CARD).wait_for()
    assert texts(page, f"{CARD} .fn-hover-title") == [PAPERS[0].title]
    assert texts(page, f"{CARD} .fn-hover-meta") == [
        "Mira Okafor et al. · 26 Jun 2025 · 112 upvotes"
    ]
    assert texts(page, f"{CARD} blockquote") == [
        "Decoding becomes 3.4 times faster on one GPU, and no kernel has to be rewritten."
    ]
    assert texts(page, f"{CARD} .fn-hover-why") == [
        "Supported in part “Without rewriting” is not in the abstract's words."
    ]


def test_the_pointer_may_go_into_the_card_and_leaves_it_by_leaving(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, CHECKED, 1)
    page.locator('a.cite[href="#t1-p1-s3"]').first.hover()
    page.locator(f"{CARD} blockquote").hover()
    page.wait_for_timeout(500)
    assert page.locator(CARD).is_visible()
    page.mouse.move(2, 2)
    page.locator(CARD).wait_for(state="hidden")


def test_a_card_comes_with_the_focus_and_goes_with_escape(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "What is cheaper?", 1)
    page.locator('.fn-say[data-sentence="2"]').wait_for(state="attached")
    page.locator("a.cite").first.focus()
    page.keyboard.press("Tab")  # the button behind the sentence
    page.keyboard.press("Tab")
    page.locator(CARD).wait_for()
    assert focused(page, "href") == "#t1-p1-s3"
    assert focused(page, "aria-describedby") == "fn-hover"
    page.keyboard.press("Escape")
    page.locator(CARD).wait_for(state="hidden")
    assert focused(page, "href") == "#t1-p1-s3"


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 420), (390, 500)])
def test_every_card_stands_inside_the_window(visit: Any, width: int, height: int) -> None:
    page = visit(width, height)
    ask_and_wait(page, COMPARES, 1)
    for cite in page.locator("#t1 .fn-answer a.cite:visible").all():
        cite.focus()
        page.keyboard.press("Shift")  # from here on the focus is the keyboard's
        cite.blur()
        cite.focus()
        page.locator(CARD).wait_for()
        box = page.locator(CARD).bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height


def test_cells_and_the_premise_show_theirs_too(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, f"{COMPARES}, premise", 1)
    page.locator('a.cite[href="#t1-p2-c4"]').hover()
    page.locator(f"{CARD} blockquote", has_text="With a quarter of the cache").wait_for()
    page.locator('a.cite[href="#t1-p1-q1"]').hover()
    page.locator(f"{CARD} blockquote", has_text="no kernel has to be rewritten").wait_for()


def test_a_hostile_paper_is_text_in_its_card(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "hostile", 1)
    page.locator("#t1 a.cite").first.hover()
    page.locator(CARD).wait_for()
    assert "<script>" in page.locator(f"{CARD} .fn-hover-title").inner_text()
    assert page.locator(f"{CARD} :is(script, img, b[onmouseover])").count() == 0
    assert page.evaluate("window.pwned") is None


# --- from a source back -------------------------------------------------------------


def test_a_source_leads_back_to_the_sentence_that_cites_it(visit: Any) -> None:
    page = visit(1440, 500)
    ask_and_wait(page, CHECKED, 1)
    page.locator('a.cite[href="#t1-p1-s2"]').click()
    page.locator("#t1-p1 .fn-back", has_text="Decoding becomes").click()
    back = page.locator(".is-returned")
    assert back.all_inner_texts() == [
        "Decoding becomes 3.4 times faster without rewriting a kernel"
    ]
    assert focused(page, "href") == "#t1-p1-s3"
    box = back.bounding_box()
    assert 60 < box["y"] < 400
    back.wait_for(state="detached")


def test_evidence_leads_to_what_rests_on_it_one_after_the_other(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, COMPARES, 1)
    page.locator('a.cite[href="#t1-p1-s1"]').click()
    mark = page.locator(LIT)
    led = []
    for _ in range(3):
        mark.click()
        led.append(" ".join(texts(page, ".is-returned")))
    assert led[0] == "Both shorten what is read, at different moments"
    assert led[1] == "The gate decides before reading"
    assert led[2].startswith("yes, a small gate for each head")


def test_a_hidden_sentence_is_shown_to_whom_a_source_leads_to_it(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "What is checked and hidden?", 1)
    assert not page.locator("#t1 .fn-contradicted").first.is_visible()
    page.locator("#t1-p4 > summary").click()
    page.locator("#t1-p4 .fn-back").click()
    assert page.locator("#t1 .fn-contradicted").first.is_visible()


def test_on_a_phone_the_sheet_closes_before_it_leads_back(visit: Any) -> None:
    page = visit(390, 700)
    ask_and_wait(page, CHECKED, 1)
    page.locator('a.cite[href="#t1-p1-s2"]').click()
    page.locator("#t1-p1 .fn-back").first.click()
    until(lambda: not page.locator("#fn-panel").is_visible())
    assert page.locator(".is-returned").first.inner_text().startswith(FIRST)
    assert focused(page, "href") == "#t1-p1-s2"


# --- the table ----------------------------------------------------------------------

ROWS = ["What is skipped", "What it costs", "Extra time", "Needs training"]


def test_a_table_is_sorted_by_a_column_and_back(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, COMPARES, 1)
    rows, heads = "#t1 .fn-compare tbody th", page.locator("#t1 .fn-compare thead th")
    assert texts(page, rows) == ROWS
    heads.nth(0).get_by_role("button").click()
    assert texts(page, rows) == sorted(ROWS)
    assert heads.nth(0).get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert texts(page, rows) == sorted(ROWS, reverse=True)
    assert heads.nth(0).get_attribute("aria-sort") == "descending"
    page.keyboard.press("Enter")
    assert texts(page, rows) == ROWS
    heads.nth(1).get_by_role("button").click()
    # By number, and what is not stated at the end.
    assert texts(page, rows) == ["What it costs", "What is skipped", "Needs training", "Extra time"]
    assert [one.get_attribute("aria-sort") for one in heads.all()] == ["none", "ascending", "none"]


def test_the_order_outlives_a_patch_and_cells_keep_their_numbers(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, COMPARES, 1)
    page.locator("#t1 .fn-compare thead button").first.click()
    page.locator("#t1").get_by_role("button", name="Good answer").click()
    page.locator("#t1 .fn-comment").wait_for()
    rows = page.locator("#t1 .fn-compare tbody tr")
    assert texts(page, "#t1 .fn-compare tbody th") == sorted(ROWS)
    ask_and_wait(page, "And more?", 2)
    assert texts(page, "#t1 .fn-compare tbody th") == sorted(ROWS)
    cites = [one.get_attribute("href") for one in rows.first.locator("a.cite").all()]
    assert cites == ["#t1-p2-c6"]


def test_a_table_is_copied_as_markdown_and_as_csv(visit: Any) -> None:
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask_and_wait(page, COMPARES, 1)
    page.get_by_role("button", name="Copy the table as Markdown").click()
    page.locator(".fn-toast", has_text="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("|  | Sparse attention (2 papers) | Evicting the key-value cache")
    assert "[^2]: \\[2\\] Aiko Brandt and Luis Ferreira (Mar 2025)." in copied
    page.get_by_role("button", name="Copy the table as CSV").click()
    until(lambda: page.evaluate("navigator.clipboard.readText()").startswith("Aspect,"))
    rows = list(csv.reader(io.StringIO(page.evaluate("navigator.clipboard.readText()"))))
    assert rows[0] == ["Aspect", "Sparse attention", "Evicting the key-value cache"]
    assert rows[3] == ["Extra time", "not stated in the abstract", "2% of a forward pass [2]"]


# --- going on -----------------------------------------------------------------------


def test_a_question_to_go_on_with_is_asked_and_the_others_go(
    visit: Any, engine: FakeEngine
) -> None:
    page = visit()
    ask_and_wait(page, "What is cheaper?", 1)
    page.locator(".fn-next").first.wait_for()
    assert texts(page, ".fn-next") == list(FOLLOWUPS)
    page.locator(".fn-next").first.focus()
    page.keyboard.press("Enter")
    page.locator(".fn-next").first.wait_for(state="detached")
    wait_for(page, 2)
    assert engine.asked == ["What is cheaper?", FOLLOWUPS[0]]
    until(lambda: texts(page, ".fn-next") == list(FOLLOWUPS[1:]))
    page.get_by_role("button", name="New conversation").click()
    page.locator(".fn-next").wait_for(state="detached")


def test_the_foot_leads_to_the_map(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "What is cheaper?", 1)
    page.locator("#t1").get_by_role("link", name="See on the map").click()
    until(lambda: page.url.endswith("#map"))


def test_time_and_tokens_are_told(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "What is cheaper?", 1)
    byline = page.locator("#t1 .fn-byline > span")
    assert byline.all_inner_texts()[1:3] == ["2.1 s", "1,240 tokens read, 96 written"]
    assert byline.nth(1).get_attribute("title").startswith("Papers found after 12 ms")


def test_what_can_be_done_is_reached_in_order_and_escape_closes_the_menu(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "What is cheaper?", 1)
    page.locator("#t1 .fn-thumb").first.wait_for()
    page.locator("#t1 .fn-show").focus()
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText")
        )
    assert reached == ["Copy", "Ask again", "Edit", "Save", "See on the map", "Good answer"]
    page.locator("#t1-save > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Markdown with footnotes"
    page.keyboard.press("Escape")
    assert page.locator("#t1-save").get_attribute("open") is None
    assert page.evaluate("document.activeElement.innerText") == "Save"


# --- what a sentence is worth -------------------------------------------------------


def reopen(page: Any) -> Any:
    until(lambda: "#c=" in page.url)
    tab = page.context.new_page()
    tab.goto(page.url)
    wait_for(tab, 1)
    return tab


def test_a_sentence_is_rated_in_its_card_and_it_is_there_after_a_reload(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, CHECKED, 1)
    page.locator('#t1 .fn-say[data-sentence="2"]').wait_for(state="attached")
    page.locator('a.cite[href="#t1-p1-s2"]').hover()
    page.locator(CARD).get_by_role("button", name="Bad sentence").click()
    said = page.locator(f"{CARD} input")
    said.fill("It says 92%")
    said.press("Enter")
    page.locator(CARD, has_text="Kept.").wait_for()
    tab = reopen(page)
    button = tab.locator('#t1 .fn-say[data-sentence="2"]')
    assert button.get_attribute("data-comment") == "It says 92%"
    assert button.get_attribute("aria-label") == "You disliked this sentence"
    button.click()
    assert tab.locator(f"{CARD} input").input_value() == "It says 92%"
    pressed = tab.locator(CARD).get_by_role("button", name="Bad sentence")
    assert pressed.get_attribute("aria-pressed") == "true"
    assert tab.locator("#t1 .fn-thumb[aria-pressed=true]").count() == 0


def test_a_sentence_is_rated_from_the_keyboard(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, CHECKED, 1)
    page.locator('#t1 .fn-say[data-sentence="1"]').wait_for(state="attached")
    page.locator('#t1 .fn-say[data-sentence="1"]').focus()
    page.keyboard.press("Enter")
    assert focused(page, "aria-label") == "Good sentence"
    page.keyboard.press("Enter")
    page.locator('#t1 .fn-say[data-sentence="1"][data-liked="yes"]').wait_for()
    assert focused(page, "aria-label") == "Good sentence"
    page.keyboard.press("Escape")
    assert focused(page, "data-sentence") == "1"
    assert not page.locator(CARD).is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_belongs_to_an_answer_is_legible(visit: Any, scheme: str) -> None:
    page = visit(scheme=scheme)
    ask_and_wait(page, COMPARES, 1)
    page.locator(".fn-next").first.wait_for()
    page.locator("#t1 .fn-compare thead button").first.click()
    page.locator('a.cite[href="#t1-p1-s1"]').click()
    page.locator("#t1-p1 .fn-back").first.click()
    page.locator('#t1 .fn-say[data-sentence="3"]').focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator(f"{CARD} input").wait_for()
    assert page.evaluate(FAINT_TEXT) == []
    page.keyboard.press("Escape")
    page.mouse.move(2, 2)
    page.locator('a.cite[href="#t1-p2-s3"]').first.hover()
    page.locator(f"{CARD} .fn-hover-why").wait_for()
    assert page.evaluate(FAINT_TEXT) == []
