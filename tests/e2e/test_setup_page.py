"""The settings in a real browser, with a server that speaks the endpoints' protocol beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import Watch, opening, serve_house
from e2e.steps import FAINT_TEXT, ask, ask_and_wait, wait_for
from house import open_footnote
from openai_server import OpenAIServer
from test_setup import speak

from rag.config_file import read_file
from rag.history import History
from rag.settings import own_config_file
from ui.house import House
from ui.keeping import Keeper

pytestmark = pytest.mark.browser

SECRET = "sk-very-secret"
QUESTION = "Does evicting the key-value cache save memory?"
ADDRESS, KEY = "[name='llm.base_url']", "[name='llm.api_key']"
OUTCOME = ".fn-try .fn-outcome"
# All that stands on the page, what is typed into it as well.
ALL_TEXT = """() => document.documentElement.outerHTML
  + [...document.querySelectorAll("input, textarea, select")].map((one) => one.value).join("\\n")
  + JSON.stringify({...localStorage, ...sessionStorage})"""

Open = Callable[..., Any]


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where a chat is served that answers by its settings."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    footnote = open_footnote(tmp_path / "library")
    with serve_house(House(footnote, Keeper(History(footnote.library.folder)))) as address:
        yield address
    footnote.close()


@pytest.fixture
def open_page(browser: Any, address: str, watch: Watch) -> Iterator[Open]:
    with opening(browser, watch) as open_one:
        yield partial(open_one, address)


def open_settings(page: Any) -> Any:
    """The dialog, once the servers of this machine have been looked for."""
    with page.expect_response(lambda one: "settings-look" in (one.request.post_data or "")):
        page.get_by_role("button", name="Settings", exact=True).click()
    dialog = page.get_by_role("dialog", name="Settings")
    dialog.wait_for()
    page.locator(".fn-setup:not([data-round='0'])").wait_for()
    return dialog


def choose_model(page: Any, url: str) -> None:
    page.get_by_role("radio", name="A model").check()
    page.fill(ADDRESS, url)


def save(page: Any) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".fn-setup").wait_for(state="detached")


def has_focus(page: Any, selector: str) -> bool:
    script = "(selector) => document.activeElement.matches(selector)"
    return bool(page.evaluate(script, selector))


def test_it_is_used_by_the_keyboard_alone(open_page: Open, openai_server: OpenAIServer) -> None:
    page = open_page()
    page.locator(".fn-gear").focus()
    page.keyboard.press("Enter")
    page.locator(".fn-setup").wait_for()
    page.wait_for_function("document.activeElement.matches('.fn-setup')")
    page.keyboard.press("Shift+Tab")
    assert has_focus(page, ".fn-setup-save")
    page.keyboard.press("Tab")
    assert has_focus(page, ".fn-x")
    page.keyboard.press("Tab")
    assert has_focus(page, "[value=quoting]")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    while not has_focus(page, ADDRESS):  # past the servers found on this machine
        page.keyboard.press("Tab")
    page.keyboard.type(openai_server.base_url)
    page.keyboard.press("Enter")
    page.locator(".fn-setup").wait_for(state="detached")
    assert has_focus(page, ".fn-gear")
    assert read_file(own_config_file()) == {"llm": {"base_url": openai_server.base_url}}
    page.keyboard.press("Enter")
    page.locator(".fn-setup").wait_for()
    page.keyboard.press("Escape")
    page.locator(".fn-setup").wait_for(state="hidden")
    assert has_focus(page, ".fn-gear")


def test_a_press_beside_it_shuts_it_and_what_was_typed_is_gone(open_page: Open) -> None:
    page = open_page()
    open_settings(page)
    choose_model(page, "http://127.0.0.1:1/v1")
    page.fill(KEY, SECRET)
    page.mouse.click(20, 450)
    page.locator(".fn-setup").wait_for(state="detached")
    open_settings(page)
    assert page.input_value(ADDRESS) == ""
    assert page.input_value(KEY) == ""


def test_a_model_is_listed_tried_saved_and_answers(
    open_page: Open, openai_server: OpenAIServer, capfd: pytest.CaptureFixture[str]
) -> None:
    openai_server.reply = speak
    openai_server.models = [{"id": "llama3.1"}, {"id": "qwen3"}]
    page = open_page()
    heard: list[str] = []
    page.on("response", lambda one: heard.append(one.url + str(one.headers)))
    open_settings(page)
    choose_model(page, openai_server.base_url)
    page.get_by_role("button", name="List models").click()
    page.get_by_role("button", name="llama3.1").click()
    assert page.input_value("[name='llm.model']") == "llama3.1"

    openai_server.fault = "unauthorized"
    page.fill(KEY, SECRET)
    page.get_by_role("button", name="Test", exact=True).click()
    told = page.locator(f"{OUTCOME}.fn-ill").inner_text()
    assert f"{openai_server.base_url} refused the key (401): Incorrect API key: [key]." in told
    assert (page.input_value(KEY), page.input_value(ADDRESS)) == (SECRET, openai_server.base_url)

    openai_server.fault = None
    page.get_by_role("button", name="Test", exact=True).click()
    assert page.locator(f"{OUTCOME}.fn-well").inner_text().startswith("llama3.1 answered in ")
    save(page)
    assert SECRET not in page.evaluate(ALL_TEXT)
    assert f"llama3.1 at {openai_server.base_url}" in page.locator("#fn-header").inner_text()
    answer = ask_and_wait(page, QUESTION, 1)
    assert "Written by llama3.1" in answer.inner_text()

    tab = page.context.new_page()
    tab.goto(page.url)
    tab.locator("#fn-header .fn-count").wait_for()
    open_settings(tab)
    assert tab.input_value(KEY) == ""
    assert tab.locator(".fn-key-state").inner_text() == "A key is kept."
    seen = tab.evaluate(ALL_TEXT) + page.request.get(page.url.split("#")[0] + "config").text()
    told_here = capfd.readouterr()
    assert SECRET not in seen + "".join(heard) + told_here.out + told_here.err
    assert read_file(own_config_file())["llm"]["api_key"] == SECRET


def test_no_answer_of_the_server_holds_a_key(open_page: Open, openai_server: OpenAIServer) -> None:
    page = open_page()
    bodies: list[str] = []
    page.on("requestfinished", lambda one: bodies.append(one.response().text()))
    open_settings(page)
    choose_model(page, openai_server.base_url)
    page.fill(KEY, SECRET)
    page.fill("[name='retrieval.papers']", "many")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".fn-wrong").wait_for()
    assert has_focus(page, "[name='retrieval.papers']")
    assert page.input_value(KEY) == SECRET
    page.fill("[name='retrieval.papers']", "5")
    save(page)
    assert any("many" in body or "valid integer" in body for body in bodies)
    assert [body for body in bodies if SECRET in body] == []


@pytest.mark.parametrize("fails", [False, True], ids=["the server hears", "the request fails"])
def test_a_key_stays_in_no_hidden_box(
    open_page: Open, openai_server: OpenAIServer, watch: Watch, fails: bool
) -> None:
    page = open_page()
    open_settings(page)
    choose_model(page, openai_server.base_url)
    page.fill(KEY, SECRET)
    if fails:
        page.route("**/gradio_api/run/**", lambda route: route.abort())
    page.get_by_role("button", name="Test", exact=True).click()
    if not fails:
        page.locator(OUTCOME).wait_for()
    page.wait_for_timeout(500)
    boxes = "[...document.querySelectorAll('textarea, input:not([type=password])')]"
    assert SECRET not in page.evaluate(f"{boxes}.map((one) => one.value).join()")
    assert SECRET not in page.content()
    assert page.input_value(KEY) == SECRET
    assert bool(watch.complaints) == fails
    watch.complaints.clear()


def test_what_becomes_of_a_key_is_told_as_the_address_is_typed(open_page: Open) -> None:
    page = open_page()
    open_settings(page)
    choose_model(page, "http://127.0.0.1:1/v1")
    page.fill(KEY, SECRET)
    save(page)
    open_settings(page)
    hint = page.get_by_text("The key that is kept belongs to http://127.0.0.1:1/v1")
    assert not hint.is_visible()
    assert page.get_by_text("A key is kept.").is_visible()
    page.fill(ADDRESS, "http://127.0.0.1:2/v1")
    assert hint.is_visible()
    page.fill(ADDRESS, "http://127.0.0.1:1/v1/")
    assert not hint.is_visible()
    page.get_by_role("checkbox", name="Remove it when saving").check()
    page.fill(ADDRESS, "http://127.0.0.1:1/v1")
    save(page)
    assert read_file(own_config_file()) == {"llm": {"base_url": "http://127.0.0.1:1/v1"}}


def test_an_endpoint_that_dies_is_left_and_asked_again(
    open_page: Open, openai_server: OpenAIServer
) -> None:
    openai_server.reply = speak
    page = open_page()
    open_settings(page)
    choose_model(page, openai_server.base_url)
    save(page)
    openai_server.fault = "server_error"
    failed = ask_and_wait(page, QUESTION, 1)
    callout = failed.locator(".fn-outage")
    assert "failed (500): CUDA error: out of memory. These are quotations" in callout.inner_text()
    callout.get_by_role("button", name="Go on quoting").click()
    status = page.locator(".fn-quoting")
    status.wait_for()
    assert "Quoting, until you ask the model again" in status.inner_text()

    asked = len(openai_server.requests)
    quoted = ask_and_wait(page, "Does a trained gate skip blocks of the context?", 2)
    assert "Quoted from the abstracts" in quoted.inner_text()
    assert quoted.locator(".fn-outage").count() == 0
    assert len(openai_server.requests) == asked

    openai_server.fault = None
    page.get_by_role("button", name="Ask the model", exact=True).click()
    status.wait_for(state="detached")
    page.locator("#t1").get_by_role("button", name="Try the model again").click()
    page.locator("#t1", has_text="Written by test-model").wait_for()
    assert page.locator("#t2").count() == 0


def test_a_failed_turn_is_quoted_in_its_place(open_page: Open, openai_server: OpenAIServer) -> None:
    page = open_page()
    open_settings(page)
    choose_model(page, openai_server.base_url)
    page.get_by_role("checkbox", name="Quote when the endpoint fails").uncheck()
    save(page)
    openai_server.fault = "server_error"
    ask(page, QUESTION)
    failed = wait_for(page, 1, "failed")
    failed.get_by_role("button", name="Go on quoting").click()
    assert "Quoted from the abstracts" in wait_for(page, 1).inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_easy_to_read_and_fits(
    open_page: Open, openai_server: OpenAIServer, scheme: str, width: int
) -> None:
    page = open_page(width, 844, scheme)
    open_settings(page)
    assert page.evaluate(FAINT_TEXT) == []
    choose_model(page, openai_server.base_url)
    page.fill("[name='retrieval.papers']", "many")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".fn-wrong").wait_for()
    openai_server.fault = "unauthorized"
    page.get_by_role("button", name="Test", exact=True).click()
    page.locator(f"{OUTCOME}.fn-ill").wait_for()
    assert page.evaluate(FAINT_TEXT) == []
    openai_server.fault = None
    page.get_by_role("button", name="Test", exact=True).click()
    page.locator(f"{OUTCOME}.fn-well").wait_for()
    assert page.evaluate(FAINT_TEXT) == []
    outside = """() => [...document.querySelectorAll('.fn-setup *')].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width && (box.right > innerWidth + 1 || box.left < 0);
    }).map((one) => one.outerHTML.slice(0, 80))"""
    assert page.evaluate(outside) == []
    small = """() => [...document.querySelectorAll('.fn-setup :is(button, select, label)')].filter(
      (one) => one.getClientRects().length && one.getBoundingClientRect().height < 18
    ).map((one) => one.outerHTML.slice(0, 80))"""
    assert page.evaluate(small) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_failing_endpoint_is_easy_to_read_on_a_telephone(
    open_page: Open, openai_server: OpenAIServer, scheme: str
) -> None:
    page = open_page(390, 844, scheme)
    open_settings(page)
    choose_model(page, openai_server.base_url)
    save(page)
    openai_server.fault = "server_error"
    failed = ask_and_wait(page, QUESTION, 1)
    failed.get_by_role("button", name="Go on quoting").click()
    page.locator(".fn-quoting").wait_for()
    assert page.evaluate(FAINT_TEXT) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.get_by_role("button", name="Ask the model", exact=True).is_visible()
