"""The chat's handlers, and its server from the port to Ctrl-C, with a scripted engine."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from e2e.fake_engine import EXAMPLES, PAPERS, FakeEngine
from house import make_house, make_page

from rag.errors import LibraryTooNew, SettingsError
from rag.events import Event, Found, TextDelta
from rag.replies import Offer
from ui.app import serve
from ui.handlers import Handlers
from ui.reading import Reading
from ui.turns import Chat, Stage

ROOT = Path(__file__).parents[1]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(pace=0.002)


@pytest.fixture
def handlers(engine: FakeEngine, tmp_path: Path) -> Handlers:
    return Handlers(make_house(tmp_path, engine), make_page())


def request(username: str = "") -> Any:
    return SimpleNamespace(session_hash="tab", username=username or None)


def hello(owner: str = "browser-1", opened: str = "") -> str:
    return json.dumps({"do": "hello", "owner": owner, "open": opened})


def tell(do: str, **values: str | int) -> str:
    """What `actions.js` writes when the reader does something."""
    return json.dumps({"do": do} | {key: str(value) for key, value in values.items()})


async def ask(handlers: Handlers, chat: Chat, question: str) -> dict[Any, Any]:
    """Ask, wait for the end, and return the last thing shown in each place."""
    await handlers.take(question, chat)
    return await drain(handlers.answer(chat))


async def drain(updates: AsyncIterator[dict[Any, Any]]) -> dict[Any, Any]:
    shown: dict[Any, Any] = {}
    async for update in updates:
        shown |= update
    return shown


async def until(condition: Any, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


# --- the handlers -------------------------------------------------------------------


async def test_a_question_is_answered_and_its_sources_are_shown(handlers: Handlers) -> None:
    chat = Chat()
    shown = await ask(handlers, chat, " What is cheaper? ")
    assert chat.turns[0].question == "What is cheaper?"
    assert chat.turns[0].stage is Stage.DONE
    assert 'href="#t1-p1-s2"' in shown["live"]
    assert 'id="t1-p1"' in shown["sources"]
    assert shown["announcer"] == "The answer is there; it cites 5 papers."
    assert shown["stop"]["visible"] is False


@pytest.mark.parametrize("question", ["", "   ", "\n\t"])
async def test_an_empty_question_does_nothing(
    handlers: Handlers, engine: FakeEngine, question: str
) -> None:
    chat = Chat()
    assert set(await handlers.take(question, chat)) == {"box"}
    await drain(handlers.answer(chat))
    assert (chat.turns, engine.asked) == ([], [])


async def test_a_second_question_waits_and_is_answered_next(
    handlers: Handlers, engine: FakeEngine
) -> None:
    chat = Chat()
    await handlers.take("First?", chat)
    running = asyncio.create_task(drain(handlers.answer(chat)))
    await until(lambda: chat.busy and engine.asked)
    taken = await handlers.take("Second?", chat)
    assert "Second?" in taken["waiting"]
    assert taken["box"] == ""
    second_loop = await drain(handlers.answer(chat))
    assert "live" not in second_loop
    shown = await running
    assert engine.asked == ["First?", "Second?"]
    assert [turn.stage for turn in chat.turns] == [Stage.DONE, Stage.DONE]
    assert "fn-waiting" not in shown["waiting"]
    assert "First?" in shown["history"]
    assert "Second?" in shown["live"]


async def test_stop_ends_a_stalled_answer_at_once_and_keeps_what_came(
    handlers: Handlers, engine: FakeEngine
) -> None:
    chat = Chat()
    await handlers.take("please stall", chat)
    running = asyncio.create_task(drain(handlers.answer(chat)))
    await until(lambda: chat.turns and "papers" in chat.turns[0].text)
    began = time.monotonic()
    await handlers.stop(chat)
    shown = await running
    assert time.monotonic() - began < 0.5
    assert (engine.closed_early, engine.finished) == (1, 0)
    assert chat.turns[0].stage is Stage.STOPPED
    assert "Two of these papers" in shown["live"]
    assert "What came before you stopped it stays." in shown["live"]


async def test_numbers_shown_in_a_stopped_answer_keep_their_papers(handlers: Handlers) -> None:
    chat = Chat()
    await handlers.take("please stall", chat)
    running = asyncio.create_task(drain(handlers.answer(chat)))
    await until(lambda: chat.turns and chat.turns[0].offers)
    await handlers.stop(chat)
    await running
    assert chat.conversation.numbers == tuple(paper.paper_id for paper in PAPERS)


async def test_an_error_of_ours_is_told_with_its_remedy(handlers: Handlers) -> None:
    chat = Chat()
    shown = await ask(handlers, chat, "please fail")
    assert chat.turns[0].stage is Stage.FAILED
    assert "nothing answers at http://127.0.0.1:11434/v1" in shown["live"]
    assert "start the server, or empty [llm] base_url to answer by quoting" in shown["live"]
    await ask(handlers, chat, "please fail")
    assert chat.turns[1].stage is Stage.DONE


async def test_a_mistake_of_footnotes_own_is_told_and_logged(
    handlers: Handlers, caplog: pytest.LogCaptureFixture
) -> None:
    chat = Chat()
    shown = await ask(handlers, chat, "meet a bug")
    assert (
        "Footnote failed by a mistake of its own: KeyError: &#x27;chunk-17&#x27;" in shown["live"]
    )
    assert [record.message for record in caplog.records] == ["the answer failed"]
    assert not chat.busy


async def test_a_new_conversation_stops_the_old_one_and_forgets_its_numbers(
    handlers: Handlers, engine: FakeEngine
) -> None:
    chat = Chat()
    await ask(handlers, chat, "One?")
    await handlers.take("please stall", chat)
    running = asyncio.create_task(drain(handlers.answer(chat)))
    await until(lambda: len(chat.turns) == 2 and chat.turns[1].text)
    cleared = await handlers.clear(chat)
    await running
    assert (chat.turns, chat.conversation.numbers) == ([], ())
    assert (cleared["live"], cleared["sources"]) == ("", "")
    assert engine.closed_early == 1
    await ask(handlers, chat, "Two?")
    assert [turn.number for turn in chat.turns] == [1]


async def test_a_closed_tab_closes_its_stream(handlers: Handlers, engine: FakeEngine) -> None:
    chat = Chat()
    await handlers.open(hello(), chat, request())
    await handlers.take("please stall", chat)
    running = asyncio.create_task(drain(handlers.answer(chat)))
    await until(lambda: chat.turns and chat.turns[0].text)
    await handlers.leave(request())
    await running
    assert engine.closed_early == 1


async def test_the_page_opens_with_what_the_library_holds(handlers: Handlers) -> None:
    shown = await handlers.open(hello(), Chat(), request())
    assert "346 papers" in shown["header"]
    assert [shown[f"example {n}"].get("value") for n in range(4)] == list(EXAMPLES)
    assert shown["example 5"]["visible"] is False


async def test_an_empty_library_offers_no_examples(tmp_path: Path) -> None:
    handlers = Handlers(make_house(tmp_path, FakeEngine(papers=0)), make_page())
    shown = await handlers.open(hello(), Chat(), request())
    assert "footnote add PATH" in shown["welcome"]
    assert not any(shown[f"example {n}"]["visible"] for n in range(6))


async def test_a_question_is_seen_before_its_answer_begins(handlers: Handlers) -> None:
    taken = await handlers.take("What is <cheaper>?", Chat())
    assert "What is &lt;cheaper&gt;?" in taken["live"]
    assert "Looking for papers" in taken["live"]


async def test_a_library_that_cannot_be_opened_is_told_on_the_page(tmp_path: Path) -> None:
    class Broken(FakeEngine):
        def paper_count(self) -> int:
            raise LibraryTooNew("library.db has version 9", remedy="pip install -U footnote")

    handlers = Handlers(make_house(tmp_path, Broken()), make_page())
    shown = await handlers.open(hello(), Chat(), request())
    assert "library.db has version 9" in shown["welcome"]
    assert "pip install -U footnote" in shown["welcome"]


async def test_a_filter_taken_off_asks_the_same_question_without_it(
    handlers: Handlers, engine: FakeEngine
) -> None:
    chat = Chat()
    await ask(handlers, chat, "What is cheaper?")
    await ask(handlers, chat, "And since 2024, by Okafor?")
    taken = await handlers.act(tell("drop", turn=2, key="date>=2024"), chat)
    assert taken["act"] == ""
    assert "And since 2024, by Okafor?" in taken["live"]
    shown = await drain(handlers.answer(chat))
    assert engine.asked[1:] == ["And since 2024, by Okafor?"] * 2
    assert engine.without == [frozenset(), frozenset(), frozenset({"date>=2024"})]
    assert "<s>since 2024</s>" in shown["live"]
    assert 'data-key="author=Mira Okafor"' in shown["live"]
    asked_first, asked_again = engine.conversations[1:]
    assert asked_again.exchanges == asked_first.exchanges
    assert len(chat.conversation.exchanges) == 3
    assert asked_again.numbers == tuple(paper.paper_id for paper in PAPERS)


@pytest.mark.parametrize(
    "message",
    [
        *("", "x", "[1]", '{"do": 3}', '{"do": "dance"}', "{" * 5000, '"' * 30_000),
        *(tell("drop"), tell("drop", turn=1), tell("drop", turn=1, key="date>=1999")),
        *(tell("drop", turn=7, key="date>=2024"), tell("drop", turn=-1, key="date>=2024")),
        *(tell("retry", turn=9), tell("edit", turn=0), tell("export", kind="exe", turn=1)),
    ],
)
async def test_what_names_nothing_that_is_there_is_let_go(handlers: Handlers, message: str) -> None:
    chat = Chat()
    await ask(handlers, chat, "What is cheaper since 2024?")
    assert await handlers.act(message, chat) == {"act": ""}
    assert not chat.waiting


async def test_a_filter_taken_off_while_an_answer_comes_waits_its_turn(
    handlers: Handlers, engine: FakeEngine
) -> None:
    chat = Chat()
    await ask(handlers, chat, "What is cheaper since 2024?")
    await handlers.take("Another?", chat)
    running = asyncio.create_task(drain(handlers.answer(chat)))
    await until(lambda: len(engine.asked) == 2)
    taken = await handlers.act(tell("drop", turn=1, key="date>=2024"), chat)
    assert "What is cheaper since 2024?" in taken["waiting"]
    assert await handlers.act(tell("drop", turn=1, key="date>=2024"), chat) == {"act": ""}
    await running
    assert engine.asked == [
        "What is cheaper since 2024?",
        "Another?",
        "What is cheaper since 2024?",
    ]


async def test_the_sources_follow_what_is_checked_while_the_answer_comes(
    handlers: Handlers,
) -> None:
    chat = Chat()
    await handlers.take("What is cheaper, checked?", chat)
    streamed = [updates async for updates in handlers.answer(chat)]
    lit = [one["sources"] for one in streamed if "sources" in one and 'class="ev' in one["sources"]]
    assert len(lit) > 2
    assert "2 of 5 sentences supported" in [one["live"] for one in streamed if "live" in one][-1]


# --- reading a stream ---------------------------------------------------------------


async def test_what_comes_fast_is_shown_together() -> None:
    async def fast() -> AsyncIterator[Event]:
        yield Found((Offer(1, PAPERS[0]),), 1.0)
        for number in range(200):
            yield TextDelta(f"{number} ")

    batches = [batch async for batch in Reading(fast()).batches()]
    assert sum(len(batch) for batch in batches) == 201
    assert len(batches) < 5


async def test_a_reading_stopped_before_its_first_step_ends() -> None:
    reading = Reading(FakeEngine().astream("Q?", Chat().conversation))
    reading.stop()
    assert [batch async for batch in reading.batches()] == []
    assert reading.problem() is None


async def test_leaving_the_batches_early_closes_the_stream() -> None:
    engine = FakeEngine(pace=0.002)
    batches = Reading(engine.astream("please stall", Chat().conversation)).batches()
    await anext(batches)
    await batches.aclose()  # type: ignore[attr-defined]
    await until(lambda: engine.closed_early == 1)


# --- the server ---------------------------------------------------------------------


def test_a_port_in_use_is_named_with_a_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as caught:
            serve(make_house(tmp_path), host="127.0.0.1", port=port)
    assert str(caught.value) == f"port {port} on 127.0.0.1 is in use by another program"
    assert caught.value.remedy == f"PORT={port + 1} make chat"


def test_an_address_that_is_not_this_machines_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"^the chat cannot listen on 192\.0\.2\.1, port 7860: "
    ):
        serve(make_house(tmp_path), host="192.0.2.1", port=7860)


def test_importing_the_chat_loads_nothing_heavy() -> None:
    code = "import sys, ui.app; print([m for m in ('gradio', 'uvicorn') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_password_keeps_strangers_out(tmp_path: Path) -> None:
    from fastapi.testclient import TestClient

    from ui.app import _mount, build

    client = TestClient(_mount(build(make_house(tmp_path)), ("reader", "secret")))
    assert client.get("/config").status_code == 401
    assert client.get("/").headers["x-content-type-options"] == "nosniff"
    wrong = client.post("/login", data={"username": "reader", "password": "guess"})
    assert wrong.status_code == 400
    right = client.post("/login", data={"username": "reader", "password": "secret"})
    assert right.status_code == 200
    assert client.get("/config").status_code == 200


def test_the_server_says_when_it_is_ready_and_ends_with_ctrl_c() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "e2e.fake_engine", "0"],
        cwd=ROOT / "tests",
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin", "HOME": "/tmp"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            line = process.stdout.readline()
            found = re.fullmatch(r"Footnote is ready: (http://127\.0\.0\.1:\d+)\n", line)
            assert found, line
            response = httpx.get(found[1], trust_env=False)
            config = httpx.get(f"{found[1]}/config", trust_env=False).json()
        finally:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert response.status_code == 200
    assert "connect-src 'self'" in response.headers["content-security-policy"]
    assert config["title"] == "Footnote"
    assert config["footer_links"] == []
    assert config["analytics_enabled"] is False
