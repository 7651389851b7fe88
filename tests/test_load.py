"""Five hundred questions to an endpoint of which three calls in four fail: each ends, in time,
in an answer or in a clear error, and nothing of it stays behind."""

from __future__ import annotations

import asyncio
import gc
import random
import threading
from collections import Counter
from contextlib import aclosing
from pathlib import Path

import pytest
from asking import free_port
from house import make_house
from load import ask_at_once, wait_until_ready
from openai_server import OpenAIServer, Request

from rag import Footnote, errors
from rag.assemble import assemble_engine
from rag.client import CONNECT_SECONDS
from rag.conversation import Conversation
from rag.engine import Engine
from rag.events import Done, TextDelta
from rag.llm import PATIENCE_SECONDS as RETRY_SECONDS
from rag.replies import Answer, Mode
from rag.rewrite import PATIENCE_SECONDS as REWRITING_SECONDS
from rag.settings import load_settings
from ui.app import serve

QUESTIONS, EARLY, AT_ONCE = 500, 100, 20
TIMEOUT = 0.6
QUOTED_AT_MOST = 12  # sentences that are judged of one answer
JUDGED_AT_ONCE = 4
BUSY = 20.0  # seconds for what the machine itself has to do for the twenty at once
ASKED = (
    "What causes grokking?",
    "Does the weight norm explain grokking?",
    "What shortens the delay of grokking?",
    "Which networks show grokking?",
)
REPLY = "Grokking needs a rich regime [1]. Weight norm alone does not explain it [2]."
# A quarter each: times out, breaks off, is refused for now, is well.
FAULTS = (
    *("silent", "stalled", "comments"),
    *("hang_up", "cut_off", "cut_off_at_once"),
    *("rate_limited", "rate_limited_date", "server_error"),
    *(None, None, None),
)
MEMORY_GROWS = 60  # MB, of about 700: what allocators keep; a leaked prompt a question is 6 MB


class FaultyServer(OpenAIServer):
    """Every request has a fault of its own, in an order that is the same each time."""

    def __init__(self) -> None:
        super().__init__(REPLY)
        self._dice = random.Random(6)
        self._throwing = threading.Lock()

    def choose(self, _: Request) -> str | None:
        with self._throwing:
            return self._dice.choice(FAULTS)


def longest_wait(timeout: float) -> float:
    """Seconds that one question may take of an endpoint, however it fails.

    A call connects, waits for its headers, and once more after a wait that it was asked for;
    then each event may take `timeout`, of which the test's server sends none after a pause.
    """
    opening = min(CONNECT_SECONDS, timeout) + timeout
    call = 2 * opening + RETRY_SECONDS + timeout
    listings = 2 * timeout  # the model's name, the context window
    rewriting = min(REWRITING_SECONDS, timeout + call)
    judging = -(-QUOTED_AT_MOST // JUDGED_AT_ONCE) * call
    return rewriting + listings + call + judging


def make_engines(footnote: Footnote, server: OpenAIServer) -> list[Engine]:
    """One that falls back to quoting, one that does not, one that has a second judge."""
    llm = {"base_url": server.base_url, "timeout": TIMEOUT}
    settings = (
        {"answer": {"fall_back": True}},
        {"answer": {"fall_back": False}},
        {"support": {"judge": "endpoint"}},
    )
    return [
        assemble_engine(footnote.library, footnote.retriever, load_settings({"llm": llm} | one))
        for one in settings
    ]


async def ask(engine: Engine, number: int, before: Conversation) -> str:
    """How one question ended. Every fifth refers back, every seventh is not read to its end."""
    follows = number % 5 == 0
    question = "And what about it?" if follows else ASKED[number % len(ASKED)]
    conversation = before if follows else Conversation()
    try:
        async with asyncio.timeout(longest_wait(TIMEOUT) + BUSY):
            return await read(engine, question, conversation, to_its_end=number % 7 != 0)
    except errors.EndpointError as error:
        return "error" if str(error) else "an error without a word"


async def read(
    engine: Engine, question: str, conversation: Conversation, *, to_its_end: bool
) -> str:
    async with aclosing(engine.astream(question, conversation)) as events:
        async for event in events:
            if isinstance(event, TextDelta) and not to_its_end:
                return "left"
            if isinstance(event, Done):
                return tell(event.answer)
    raise AssertionError("a stream of events ends in Done")


def tell(answer: Answer) -> str:
    """What kind of answer it is; one that is less than whole says why."""
    assert answer.text
    if answer.mode is Mode.MODEL:
        assert answer.complete or answer.notice
        return "whole" if answer.complete else "cut"
    assert answer.fell_back
    assert answer.notice.partition(". ")[2] or answer.notice.endswith("quotations instead.")
    return "quoted"


async def ask_all(engines: list[Engine], numbers: range, before: Conversation) -> Counter[str]:
    """All questions of these numbers, twenty at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def ask_in_turn(number: int) -> str:
        async with room:
            return await ask(engines[number % len(engines)], number, before)

    return Counter(await asyncio.gather(*map(ask_in_turn, numbers)))


async def take_stock(server: OpenAIServer) -> tuple[int, int, int, int]:
    """(open files, tasks, threads, resident memory in MB), once the server is done as well."""
    async with asyncio.timeout(90.0):
        while not all(request.ended.is_set() for request in server.requests):
            await asyncio.sleep(0.02)
        while any("process_request" in one.name for one in threading.enumerate()):
            await asyncio.sleep(0.02)
    server.requests.clear()
    await asyncio.sleep(0.1)
    gc.collect()
    resident = Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]
    files = len(list(Path("/proc/self/fd").iterdir()))
    return files, len(asyncio.all_tasks()), threading.active_count(), int(resident) * 4096 >> 20


@pytest.mark.timeout(400)
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted in /proc")
async def test_500_questions_to_a_failing_endpoint_all_end_and_leave_nothing(
    starter: Footnote,
) -> None:
    starter.embedder.load()
    with FaultyServer() as server:
        engines = make_engines(starter, server)
        quoting = assemble_engine(starter.library, starter.retriever, load_settings({}))
        before = Conversation().after(await quoting.aask(ASKED[0]))
        ended = await ask_all(engines, range(EARLY), before)
        early = await take_stock(server)
        ended += await ask_all(engines, range(EARLY, QUESTIONS), before)
        late = await take_stock(server)
    assert ended.total() == QUESTIONS
    assert {*ended} == {"whole", "cut", "quoted", "error", "left"}
    assert all(now <= then for now, then in zip(late[:3], early[:3], strict=True))
    assert late[3] - early[3] < MEMORY_GROWS


async def test_people_at_the_page_are_all_answered_as_a_browser_would_be(tmp_path: Path) -> None:
    house, port = make_house(tmp_path), free_port()
    options = {"host": "127.0.0.1", "port": port}
    threading.Thread(target=serve, args=(house,), kwargs=options, daemon=True).start()
    await asyncio.to_thread(wait_until_ready, f"http://127.0.0.1:{port}")
    outcome = await ask_at_once(f"http://127.0.0.1:{port}", people=3, rounds=2)
    assert outcome.errors == []
    assert len(outcome.waited) == 6
    assert all(0 < one.first_ms <= one.last_ms for one in outcome.waited)
    assert outcome.to_record()["answers"] == 6
