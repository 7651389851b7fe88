"""Every place and state of the page, held against the rules of axe-core (WCAG 2.2 A and AA,
and its best practices), in both schemes and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from e2e.steps import ask_and_wait

pytestmark = pytest.mark.browser
COMPARES = "Compare sparse attention with evicting the cache"


def violations(page: Any) -> list[tuple[str, list[str]]]:
    """(rule, the HTML of what breaks it), for every rule that is broken."""
    page.wait_for_timeout(300)
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


@pytest.fixture(params=[(1440, "light"), (1440, "dark"), (390, "light")], ids=str)
def page(request: pytest.FixtureRequest, visit: Any) -> Any:
    width, scheme = request.param
    return visit(width=width, height=844, scheme=scheme)


def test_an_empty_conversation(page: Any) -> None:
    assert violations(page) == []


def test_an_answer_with_its_table_and_sources(page: Any) -> None:
    ask_and_wait(page, COMPARES, 1)
    page.locator("#t1 a.cite").first.click()
    assert violations(page) == []


def test_an_answer_with_marks_and_the_reason_for_one(page: Any) -> None:
    ask_and_wait(page, "What is cheaper, checked?", 1)
    page.locator("#t1 .fn-doubt").first.click()
    assert violations(page) == []


def test_a_failure(page: Any) -> None:
    ask_and_wait(page, "please fail", 1, "failed")
    assert violations(page) == []


def test_the_library_and_a_paper_in_it(page: Any) -> None:
    page.locator(".fn-nav a[data-place=library]").click()
    page.locator("#fn-books a[href^='#library=']").first.click()
    page.locator("#fn-paper .fn-panel").wait_for()
    assert violations(page) == []


def test_the_map(page: Any) -> None:
    page.locator(".fn-nav a[data-place=map]").click()
    page.locator("#fn-atlas canvas").wait_for()
    assert violations(page) == []


def test_the_dialog_that_adds_papers(page: Any) -> None:
    page.locator(".fn-nav a[data-place=library]").click()
    page.locator("#fn-books [data-do=adding]").first.click()
    page.locator("#fn-add").wait_for()
    assert violations(page) == []


def test_the_settings(page: Any) -> None:
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
