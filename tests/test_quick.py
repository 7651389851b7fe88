"""What an event leaves alone stays as it is, and costs nothing."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from typing import Any

import gradio as gr
import pytest
from libraries import run_process

from ui.quick import make_blocks

WATCH = """
stubs = []
sys.addaudithook(
    lambda event, given: stubs.append(given[0])
    if event == "open" and str(given[0]).endswith(".pyi")
    else None
)
"""


@pytest.fixture(autouse=True)
def _without_analytics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")


def tell(*changes: dict[str, Any]) -> list[list[Any]]:
    """What the browser is told of the outputs "one", "two", "three" for each dict of changes."""
    with make_blocks(analytics_enabled=False) as blocks:
        parts = {name: gr.HTML() for name in ("one", "two", "three")}
        gr.Button().click(lambda: None, None, [*parts.values()])
    (event,) = blocks.fns.values()

    async def run(names: dict[str, Any]) -> list[Any]:
        changed = {parts[name]: value for name, value in names.items()}
        told: list[Any] = await blocks.postprocess_data(event, changed, None)
        return told

    return [asyncio.run(run(names)) for names in changes]


def test_only_what_changes_is_told() -> None:
    whole, one, none = tell(
        {"one": "a", "two": "b", "three": gr.update(visible=False)},
        {"two": "b", "one": gr.skip()},
        {"three": gr.skip()},
    )
    assert whole[:2] == ["a", "b"]
    assert (whole[2]["__type__"], whole[2]["visible"]) == ("update", False)
    assert one == [gr.skip(), "b", gr.skip()]
    assert none == [gr.skip()] * 3


def test_outputs_that_stay_are_not_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with make_blocks(analytics_enabled=False) as blocks:
        parts = [gr.HTML() for _ in range(3)]
        gr.Button().click(lambda: None, None, parts)
    (event,) = blocks.fns.values()
    made: list[object] = []
    monkeypatch.setattr(gr.HTML, "__init__", lambda self, **_: made.append(self))
    told = asyncio.run(blocks.postprocess_data(event, {parts[0]: "a"}, None))
    assert told == ["a", gr.skip(), gr.skip()]
    assert made == []


@pytest.mark.parametrize(
    ("kind", "new"),
    [
        (gr.HTML, "a <b>word</b>"),
        (gr.HTML, ""),
        (gr.HTML, gr.update(visible=True)),
        (gr.Button, gr.update(visible=False)),
        (gr.Column, gr.update(visible=True)),
        (gr.Button, gr.update(value="Go", visible=True)),
    ],
)
def test_what_is_told_as_it_is_is_what_gradio_tells(kind: Any, new: Any) -> None:
    told = []
    for make in (make_blocks, gr.Blocks):
        with make(analytics_enabled=False) as blocks:
            parts = [kind(), gr.Textbox()]
            gr.Button().click(lambda: None, None, parts)
        (event,) = blocks.fns.values()
        changed = {parts[0]: deepcopy(new), parts[1]: "words"}
        told.append(asyncio.run(blocks.postprocess_data(event, changed, None)))
    assert told[0] == told[1]


def test_any_component_appears_and_goes_without_being_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with make_blocks(analytics_enabled=False) as blocks:
        stop, box = gr.Button("Stop"), gr.Textbox()
        gr.Button().click(lambda: None, None, [stop, box])
    (event,) = blocks.fns.values()
    monkeypatch.setattr(gr.Button, "__init__", lambda *_, **__: pytest.fail("made anew"))
    hidden = gr.update(visible=False)
    told = asyncio.run(blocks.postprocess_data(event, {stop: hidden, box: "x"}, None))
    assert told == [hidden, "x"]


def test_importing_gradio_writes_no_stubs() -> None:
    plain = WATCH + "import gradio\nprint(len(stubs) > 0)"
    ours = (
        WATCH
        + """
import inspect
before = inspect.getfile
from ui.quick import import_gradio
import_gradio()
import gradio
print(stubs, inspect.getfile is before, inspect.getfile(gradio.HTML).endswith("html.py"))
"""
    )
    assert run_process(plain) == "True"
    assert run_process(ours) == "[] True True"
