"""Answers to trust, as a reader meets them: marks, what was understood, tables side by side."""

from __future__ import annotations

from typing import Any

import pytest
from e2e.fake_engine import FakeEngine
from e2e.steps import BOX, FAINT_TEXT, LIT, ask, ask_and_wait, until, wait_for

pytestmark = pytest.mark.browser

CHECKED = "What is cheaper, checked?"
COMPARE = "Compare sparse attention with evicting the cache"
THREE = "Compare these and linear attention since 2024"
FOCUSED = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"


def tab_to(page: Any, name: str, steps: int = 40) -> None:
    """Press Tab until what carries this name has the focus."""
    for _ in range(steps):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"{name!r} is not reached by Tab")


# --- support ------------------------------------------------------------------------


def test_marks_appear_while_the_answer_is_written(visit: Any) -> None:
    page = visit()
    ask(page, CHECKED + " slow")
    page.locator("#t1.fn-writing .fn-partly .fn-doubt").wait_for()
    page.locator("#t1.fn-writing .fn-notfound .fn-doubt").wait_for()
    assert page.locator("#t1.fn-writing a.cite.fn-check").count() == 0
    page.locator("#t1.fn-writing a.cite[href='#t1-p1-s2']").click()
    assert page.locator(LIT).inner_text().startswith("On documents of 128K tokens")


def test_a_doubt_tells_its_reason_and_shows_the_sentence_of_the_abstract(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, CHECKED, 1)
    doubt = page.locator("#t1 .fn-partly .fn-doubt")
    reason = page.locator("#t1-s3-why")
    assert not reason.is_visible()
    doubt.click()
    page.mouse.move(5, 500)
    assert reason.is_visible()
    assert doubt.get_attribute("aria-expanded") == "true"
    assert "“Without rewriting” is not in the abstract's words." in reason.inner_text()
    reason.locator("a.cite").click()
    assert page.locator(LIT).inner_text().startswith("Decoding becomes 3.4 times faster")
    assert reason.is_visible()
    page.keyboard.press("Escape")
    assert not reason.is_visible()
    doubt.click()
    page.locator("#t1 .fn-question").click()
    assert not reason.is_visible()
    assert "#t" not in page.url


def test_the_pointer_alone_shows_a_reason_and_escape_shuts_it(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, CHECKED, 1)
    reason = page.locator("#t1-s5-why")
    page.locator("#t1 .fn-contradicted .fn-doubt").hover()
    reason.wait_for()
    box = reason.bounding_box()
    sign = page.locator("#t1 .fn-contradicted .fn-doubt").bounding_box()
    page.mouse.move(sign["x"] + 4, box["y"] + 12, steps=8)
    assert reason.is_visible()
    page.keyboard.press("Escape")
    reason.wait_for(state="hidden")
    page.mouse.move(5, 500)
    page.locator("#t1 .fn-contradicted .fn-doubt").hover()
    reason.wait_for()


def test_a_reason_is_never_wider_than_the_window_nor_under_the_box(visit: Any) -> None:
    page = visit(390, 844)
    ask_and_wait(page, COMPARE, 1)
    doubts = page.locator("#t1 .fn-doubt")
    for index in range(doubts.count()):
        doubts.nth(index).click()
        box = page.locator("#t1 .is-open .fn-reason").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] + box["height"] <= page.locator("#fn-box").bounding_box()["y"]
        page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_has_no_support_is_hidden_and_shown_again_turn_by_turn(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, CHECKED, 1)
    first = page.locator("#t1 .fn-answer")
    assert "2 of 5 sentences supported" in page.locator("#t1 .fn-byline").inner_text()
    assert "cheaper still" in first.inner_text()
    page.get_by_role("button", name="Hide the 2 without support").click()
    assert "cheaper still" not in first.inner_text()
    assert "hardest reading" not in first.inner_text()
    assert first.inner_text().rstrip().endswith("2 sentences hidden")
    assert first.locator("a.cite:visible").count() == 3
    ask_and_wait(page, CHECKED, 2)
    assert "cheaper still" not in first.inner_text()
    assert "cheaper still" in page.locator("#t2 .fn-answer").inner_text()
    page.get_by_role("button", name="Show the 2 without support").click()
    assert "cheaper still" in first.inner_text()
    assert page.locator("#t1 .fn-gap:visible").count() == 0


def test_what_is_hidden_from_the_start_can_be_shown(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, CHECKED + " hidden", 1)
    assert "2 sentences hidden" in page.locator("#t1 .fn-answer").inner_text()
    page.get_by_role("button", name="Show the 2 without support").click()
    assert "cheaper still" in page.locator("#t1 .fn-answer").inner_text()


def test_a_new_conversation_forgets_what_was_hidden(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, CHECKED, 1)
    page.get_by_role("button", name="Hide the 2 without support").click()
    page.get_by_role("button", name="New conversation").click()
    until(lambda: page.locator(".fn-turn").count() == 0)
    ask_and_wait(page, CHECKED, 1)
    assert "cheaper still" in page.locator("#t1 .fn-answer").inner_text()


def test_marks_switch_and_reasons_work_from_the_keyboard(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, CHECKED, 1)
    page.locator("#fn-fresh").focus()
    tab_to(page, "Hide the 2 without supportShow the 2 without support")
    page.keyboard.press("Space")
    assert page.locator("#t1 .fn-gap:visible").inner_text() == "2 sentences hidden"
    page.keyboard.press("Enter")
    tab_to(page, "Supported in part: why?")
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        assert page.locator("#t1-s3-why").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("#t1-s3-why").is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#t1-p1-s3"
    assert page.evaluate("document.activeElement.closest('.fn-reason') !== null")
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED) == "Supported in part: why?"


# --- the question -------------------------------------------------------------------


def test_a_filter_that_is_taken_off_asks_again_without_it(visit: Any, engine: FakeEngine) -> None:
    page = visit()
    question = "What is cheaper since 2024, by Okafor?"
    ask_and_wait(page, question, 1)
    told = page.locator("#t1 .fn-understood").inner_text()
    assert "12 papers kept; 303 cannot be judged and are left out" in told
    page.get_by_role("button", name="Take off the filter since 2024").click()
    wait_for(page, 2)
    assert page.locator("#t2 .fn-question").inner_text() == question
    assert page.locator("#t2 s").inner_text() == "since 2024"
    page.locator("#t2").get_by_role("button", name="Take off the filter by Mira Okafor").click()
    wait_for(page, 3)
    assert page.locator("#t3 .fn-drop").count() == 0
    assert engine.asked == [question] * 3
    assert engine.without[1:] == [
        frozenset({"date>=2024"}),
        frozenset({"date>=2024", "author=Mira Okafor"}),
    ]
    ask_and_wait(page, "And another?", 4)
    assert engine.without[3] == frozenset()


def test_a_filter_is_taken_off_from_the_keyboard(visit: Any, engine: FakeEngine) -> None:
    page = visit()
    ask_and_wait(page, "What is cheaper since 2024?", 1)
    page.locator("#fn-fresh").focus()
    tab_to(page, "Take off the filter since 2024")
    page.keyboard.press("Enter")
    wait_for(page, 2)
    assert engine.without == [frozenset(), frozenset({"date>=2024"})]
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_a_follow_up_and_a_premise_are_told_before_the_answer_comes(visit: Any) -> None:
    page = visit()
    ask(page, "And what of the premise, stall?")
    page.locator("#t1.fn-writing .fn-meant").wait_for()
    assert page.locator("#t1 .fn-meant").inner_text().startswith("Understood as: What makes")
    page.locator("#t1.fn-writing .fn-premise a.cite").click()
    assert page.locator(LIT).inner_text().startswith("Decoding becomes 3.4 times faster")


def test_an_answer_from_the_library_is_not_judged(visit: Any) -> None:
    page = visit()
    answer = ask_and_wait(page, "How many papers are there?", 1)
    assert "From the library’s records" in answer.inner_text()
    assert answer.locator(".fn-support, .fn-doubt, .fn-uncited, .fn-check").count() == 0


# --- comparisons --------------------------------------------------------------------


@pytest.mark.parametrize("width", [1440, 390])
def test_the_table_stays_inside_its_own_box(visit: Any, width: int) -> None:
    page = visit(width, 844)
    ask_and_wait(page, THREE, 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".fn-compare")
    assert box.bounding_box()["width"] <= width
    heads = [head.inner_text().split("\n") for head in page.locator("thead th").all()]
    assert [head[0] for head in heads] == [
        "Aspect",
        "Sparse attention",
        "Evicting the key-value cache",
        "Linear attention",
    ]
    assert heads[3][-1].endswith("nearest shown")
    assert page.get_by_role("rowheader", name="Extra time").is_visible()
    scrolls = box.evaluate("one => one.scrollWidth > one.clientWidth")
    assert scrolls is (width == 390)
    before = page.locator("tbody th").first.bounding_box()["x"]
    box.evaluate("one => one.scrollLeft = 1000")
    assert page.locator("tbody th").first.bounding_box()["x"] == before
    last = page.locator("thead th").last.bounding_box()
    assert last["x"] + last["width"] <= width


def test_the_table_scrolls_from_the_keyboard(visit: Any) -> None:
    page = visit(390, 844)
    ask_and_wait(page, THREE, 1)
    page.locator(".fn-compare").focus()
    page.keyboard.press("ArrowRight")
    until(lambda: page.locator(".fn-compare").evaluate("one => one.scrollLeft") > 0)


def test_a_citation_in_a_cell_opens_the_sentence_it_rests_on(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, COMPARE, 1)
    page.locator("td a.cite[href='#t1-p1-c3']").first.click()
    assert page.locator(LIT).inner_text().startswith("On documents of 128K tokens")
    page.locator("td a.cite[href='#t1-p2-c6']").click()
    assert page.locator(LIT).inner_text().startswith("The predictor adds 2%")
    assert page.locator("td.fn-unstated").inner_text() == "not stated in the abstract"


def test_a_cell_without_support_hides_and_leaves_a_trace(visit: Any) -> None:
    page = visit()
    answer = ask_and_wait(page, COMPARE, 1)
    assert "2 of 3 sentences and 5 of 7 cells supported" in answer.inner_text()
    page.get_by_role("button", name="Hide the 1 not found").click()
    assert page.locator("tbody tr").last.locator("td").last.inner_text() == "1 cell hidden"


# --- how it looks -------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_chips_and_tables_stand_out_from_their_ground(visit: Any, scheme: str) -> None:
    page = visit(scheme=scheme)
    ask_and_wait(page, "And what is cheaper since 2024, checked, premise?", 1)
    page.locator(".fn-drop").first.click()
    wait_for(page, 2)
    ask_and_wait(page, THREE, 3)
    page.locator("#t3 td .fn-doubt").first.click()
    page.locator("#t1 .fn-hide").click()
    page.mouse.move(5, 400)
    page.wait_for_timeout(200)
    assert page.evaluate(FAINT_TEXT) == []


def test_the_box_that_hears_of_actions_is_out_of_the_way(visit: Any) -> None:
    page = visit()
    assert not page.locator("#fn-act").is_visible()
    assert page.locator(f"{BOX}:visible").count() == 1
