"""The chat as a reader meets it: in Chromium, with a scripted engine."""

from __future__ import annotations

import time
from typing import Any

import pytest
from e2e.fake_engine import EXAMPLES, PAPERS, FakeEngine
from e2e.steps import BOX, FAINT_TEXT, LIT, ask, ask_and_wait, until, wait_for

pytestmark = pytest.mark.browser


# --- asking -------------------------------------------------------------------------


def test_an_example_question_is_answered_as_it_is_written(visit: Any, engine: FakeEngine) -> None:
    page = visit()
    page.get_by_role("button", name=EXAMPLES[0]).click()
    page.locator("#t1.fn-writing .fn-answer").wait_for()
    early = len(page.locator("#t1 .fn-answer").inner_text())
    until(lambda: len(page.locator("#t1 .fn-answer").inner_text()) > early + 40)
    assert page.locator("#t1.fn-writing").count() == 1
    wait_for(page, 1)
    assert page.locator("#t1 .fn-question").inner_text() == EXAMPLES[0]
    assert page.locator("#t1 a.cite").count() == 6
    assert "Written by llama3.1" in page.locator("#t1 .fn-byline").inner_text()
    assert not page.locator("#fn-opening").is_visible()
    assert not page.locator("#fn-stop").is_visible()
    assert engine.asked == [EXAMPLES[0]]


def test_an_empty_question_changes_nothing(visit: Any, engine: FakeEngine) -> None:
    page = visit()
    ask(page, "   ")
    page.locator("#fn-send").click()
    page.wait_for_timeout(400)
    assert page.locator("#fn-opening").is_visible()
    assert engine.asked == []


def test_a_second_question_waits_its_turn(visit: Any, engine: FakeEngine) -> None:
    page = visit()
    ask(page, "The first one?")
    page.locator("#t1.fn-writing .fn-answer").wait_for()
    ask(page, "The second one?")
    page.locator(".fn-waiting li", has_text="The second one?").wait_for()
    assert page.locator("#fn-panel").is_visible()
    assert page.locator("#fn-stop").inner_text() == "Stop"
    wait_for(page, 2)
    assert page.locator(".fn-waiting").count() == 0
    assert page.locator(".fn-done").count() == 2
    assert engine.asked == ["The first one?", "The second one?"]


def test_one_reader_does_not_hold_up_another(visit: Any) -> None:
    slow, quick = visit(), visit()
    ask(slow, "a slow one")
    slow.locator("#t1.fn-writing .fn-answer").wait_for()
    ask_and_wait(quick, "a quick one", 1)
    assert slow.locator("#t1.fn-writing").count() == 1


def test_a_new_conversation_begins_empty(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "One?", 1)
    page.get_by_role("button", name="New conversation").click()
    page.get_by_role("button", name=EXAMPLES[0]).wait_for()
    assert page.locator(".fn-turn").count() == 0
    assert page.locator("#fn-panel").count() == 0
    ask_and_wait(page, "Two?", 1)
    page.locator("#t1 a.cite").first.click()
    assert page.locator(LIT).is_visible()


# --- citations ----------------------------------------------------------------------


def test_a_citation_opens_its_paper_at_the_sentence_that_says_so(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "What is cheaper?", 1)
    cite = page.locator('a.cite[href="#t1-p1-s3"]')
    assert cite.get_attribute("aria-label") == f"Source 1: {PAPERS[0].title}"
    cite.click()
    assert page.locator(LIT).inner_text() == (
        "Decoding becomes 3.4 times faster on one GPU, and no kernel has to be rewritten."
    )
    assert page.locator("#t1-p1 .fn-title").inner_text() == PAPERS[0].title
    card = page.locator("#t1-p1").inner_text()
    for known in ("Mira Okafor et al.", "26 Jun 2025", "112 upvotes", "arXiv 2506.21103"):
        assert known in card
    link = page.locator("#t1-p1 .fn-link a").first
    assert link.get_attribute("target") == "_blank"
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert "#t" not in page.url


def test_the_lit_sentence_is_scrolled_into_view(visit: Any) -> None:
    page = visit(1100, 420)
    ask_and_wait(page, "What is cheaper?", 1)
    page.locator('a.cite[href="#t1-p4-s5"]').click()
    page.wait_for_timeout(300)
    mark, panel = page.locator(LIT).bounding_box(), page.locator(".fn-panel-body").bounding_box()
    assert panel["y"] <= mark["y"]
    assert mark["y"] + mark["height"] <= panel["y"] + panel["height"]


def test_a_citation_of_an_older_answer_shows_that_answers_evidence(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "What is cheaper?", 1)
    ask_and_wait(page, "quote me something", 2)
    assert page.locator(".fn-sources:not([hidden]) .fn-for").inner_text() == "quote me something"
    page.locator('a.cite[href="#t1-p2-s4"]').click()
    assert page.locator(".fn-sources:not([hidden]) .fn-for").inner_text() == "What is cheaper?"
    assert page.locator(LIT).inner_text().startswith("With a quarter of the cache")
    page.locator('a.cite[href="#t2-p2-s2"]').click()
    assert page.locator(LIT).inner_text().startswith("The key-value cache grows")


def test_what_the_reader_opened_stays_open_while_an_answer_grows(visit: Any) -> None:
    page = visit()
    ask(page, "What is cheaper?")
    page.locator('a.cite[href="#t1-p1"]').first.click()
    wait_for(page, 1)
    assert page.locator("#t1-p1").get_attribute("open") is not None
    assert page.locator("#t1-p1.is-chosen").count() == 1


def test_a_citation_without_evidence_asks_to_be_checked(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "What is cheaper?", 1)
    page.locator("a.cite.fn-check").click()
    assert page.locator("#t1-p5 .fn-unmatched").is_visible()
    assert page.locator(LIT).count() == 0
    page.locator('a.cite[href="#t1-p1-s3"]').click()
    assert not page.locator("#t1-p1 .fn-unmatched").is_visible()


def test_citations_work_from_the_keyboard(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "What is cheaper?", 1)
    page.locator('.fn-say[data-sentence="2"]').wait_for(state="attached")
    page.locator("a.cite").first.focus()
    page.keyboard.press("Tab")  # the button behind the sentence
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(LIT).inner_text().startswith("Decoding becomes")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#t1-p1-s3"


def test_papers_that_were_not_cited_are_folded_away(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "quote me something", 1)
    fold = page.locator("#t1-also")
    assert not page.locator("#t1-p4").is_visible()
    fold.locator("> summary").click()
    page.locator("#t1-p4 > summary").click()
    assert page.locator("#t1-p4 .fn-abstract").is_visible()
    fold.locator("> summary").click()
    assert not page.locator("#t1-p4").is_visible()


# --- stopping and failing -----------------------------------------------------------


def test_stop_stops_at_once_and_closes_the_stream(visit: Any, engine: FakeEngine) -> None:
    page = visit()
    ask(page, "please stall")
    page.locator("#t1 .fn-answer").wait_for()
    page.wait_for_timeout(400)
    began = time.monotonic()
    page.locator("#fn-stop").click()
    wait_for(page, 1, "stopped")
    assert time.monotonic() - began < 1.5
    until(lambda: engine.closed_early == 1, 1.0)
    assert engine.finished == 0
    assert "Two of these papers" in page.locator("#t1 .fn-answer").inner_text()
    assert "Stopped." in page.locator("#t1 .fn-stop-note").inner_text()
    until(lambda: not page.locator("#fn-stop").is_visible())
    ask_and_wait(page, "and on?", 2)


def test_closing_the_tab_closes_the_stream(visit: Any, engine: FakeEngine) -> None:
    page = visit()
    ask(page, "please stall")
    page.locator("#t1 .fn-answer").wait_for()
    page.close()
    until(lambda: engine.closed_early == 1, 3.0)


def test_a_failure_is_told_and_the_question_can_be_asked_again(visit: Any) -> None:
    page = visit()
    failed = ask_and_wait(page, "please fail, then answer", 1, "failed")
    error = failed.locator(".fn-error")
    assert "nothing answers at http://127.0.0.1:11434/v1" in error.inner_text()
    assert "start the server, or empty [llm] base_url" in error.inner_text()
    failed.get_by_role("button", name="Edit and ask again").click()
    assert page.input_value(BOX) == "please fail, then answer"
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.press("Enter")
    wait_for(page, 2)


def test_a_failure_before_anything_was_found_is_told_too(visit: Any) -> None:
    page = visit()
    failed = ask_and_wait(page, "fail early", 1, "failed")
    assert "nothing answers" in failed.inner_text()
    assert "footnote doctor" in failed.inner_text()


def test_a_refusal_and_an_incomplete_answer_say_what_they_are(visit: Any) -> None:
    page = visit()
    refused = ask_and_wait(page, "Is Muon used?", 1)
    missing = refused.locator(".fn-refused .fn-missing").inner_text()
    assert " ".join(missing.split()) == "Not in these papers: Muon"
    assert refused.locator(".fn-error").count() == 0
    cut = ask_and_wait(page, "cut it short", 2)
    assert "The model’s stream broke off: this answer is incomplete." in cut.inner_text()


# --- hostile text -------------------------------------------------------------------


def test_hostile_text_neither_runs_nor_loads(visit: Any) -> None:
    page = visit()
    ask_and_wait(page, "hostile <img src=x onerror=\"window.pwned='question'\">", 1)
    page.locator("a.cite").first.click()
    page.locator("#t1-also > summary").click()
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None
    ours = "svg:not(button > svg)"
    inside = f"#fn-live :is(img, script, iframe, {ours}, object), #fn-sources :is(img, script, svg)"
    assert page.locator(inside).count() == 0
    addresses = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    assert addresses
    outside = [one for one in addresses if one not in ("#", "#library", "#map")]
    assert all(
        address.startswith(("#t1-", "#library=", "https://arxiv.org/")) for address in outside
    )
    title = page.locator("#t1-p1 .fn-title").inner_text()
    assert title.startswith('<script>window.pwned="title"</script><img src=')
    assert "${window.pwned='dollar'} {{constructor}}" in title
    shown = page.locator("#t1 .fn-answer").inner_text()
    assert "[a link](javascript:window.pwned='md')" in shown
    assert page.locator(LIT).inner_text() == (
        "First <script>window.pwned='abstract'</script> sentence of the abstract."
    )


# --- widths, schemes ----------------------------------------------------------------


def test_on_a_phone_the_sources_are_a_drawer(visit: Any) -> None:
    page = visit(390, 844)
    ask_and_wait(page, "What is cheaper?", 1)
    panel = page.locator("#fn-panel")
    assert not panel.is_visible()
    cite = page.locator('a.cite[href="#t1-p1-s3"]')
    cite.click()
    page.wait_for_timeout(200)
    assert panel.get_attribute("aria-modal") == "true"
    box, mark = panel.bounding_box(), page.locator(LIT).bounding_box()
    assert box["width"] == 390
    assert box["y"] + box["height"] == 844
    assert box["y"] < mark["y"] < 844
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#t1-p1-s3"
    page.locator("#t1 .fn-show").click()
    page.get_by_role("button", name="Close the sources").click()
    assert not panel.is_visible()
    cite.click()
    page.mouse.click(195, 20)
    assert not panel.is_visible()


def test_in_the_drawer_tab_goes_round(visit: Any) -> None:
    page = visit(390, 844)
    ask_and_wait(page, "What is cheaper?", 1)
    page.locator("a.cite").first.click()
    inside = "document.getElementById('fn-panel').contains(document.activeElement)"
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(inside)
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(inside)


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
def test_nothing_is_wider_than_the_window(visit: Any, width: int) -> None:
    page = visit(width, 800)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ask_and_wait(page, "compare the two " + "https://" + "x" * 90, 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    send, conversation = page.locator("#fn-send").bounding_box(), page.locator("#t1").bounding_box()
    assert send["x"] + send["width"] <= width
    if width >= 1024:
        panel = page.locator("#fn-panel").bounding_box()
        assert conversation["x"] + conversation["width"] <= panel["x"]
        assert send["x"] + send["width"] <= panel["x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(visit: Any, scheme: str) -> None:
    page = visit(scheme=scheme)
    assert page.evaluate("document.body.classList.contains('dark')") is (scheme == "dark")
    assert page.evaluate(FAINT_TEXT) == []
    ask_and_wait(page, "compare the two", 1)
    ask_and_wait(page, "Is Muon used?", 2)
    ask_and_wait(page, "please fail", 3, "failed")
    ask_and_wait(page, "cut what is cheaper", 4)
    page.locator("a.cite[href^='#t4']").nth(1).click()
    page.mouse.move(5, 400)
    page.wait_for_timeout(200)
    assert page.evaluate(FAINT_TEXT) == []


def test_a_screen_reader_is_told_how_the_answer_goes(visit: Any) -> None:
    page = visit()
    announcer = page.locator("#fn-announcer")
    assert announcer.get_attribute("aria-live") == "polite"
    ask(page, "What is cheaper?")
    until(lambda: "Reading 5 papers." in announcer.inner_text())
    wait_for(page, 1)
    until(lambda: "it cites 5 papers" in announcer.inner_text())
    assert page.get_by_role("textbox", name="Your question").count() == 1


def test_an_answer_longer_than_the_window_is_read_from_its_question(visit: Any) -> None:
    page = visit(width=1024, height=420)
    ask_and_wait(page, EXAMPLES[0], 1)
    ask_and_wait(page, EXAMPLES[1], 2)
    top = page.locator("#t2").bounding_box()["y"]
    header = page.locator("#fn-top").bounding_box()
    assert page.locator("#t2").bounding_box()["height"] > 420 - header["height"]
    assert abs(top - header["height"]) < 4
