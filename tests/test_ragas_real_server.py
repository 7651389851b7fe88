"""Footnote and RAGAS through a real server with a real model, whose words are noise.

What is tested is that nothing hangs, nothing is lost without a word, and no noise is a score.
"""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
from ragas_rows import make_judge, make_row
from real_server import RealServer, write_model

from eval.judging import RAGAS_METRICS, judge_all
from eval.records import Score
from rag import Footnote
from rag.answer import ENDINGS
from rag.events import Done, Event, TextDelta
from rag.llm import Endpoint, Message
from rag.replies import Answer, Mode, Support

MISSING = [
    name for name in ("llama_cpp", "gguf", "ragas") if importlib.util.find_spec(name) is None
]
pytestmark = [
    pytest.mark.real_server,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
QUESTION = "What causes grokking?"
WINDOW, SMALL_WINDOW = 8_192, 512
ASK = [Message("system", "Cite."), Message("user", "Why do tides rise?")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[RealServer]:
    """Its model talks until it is stopped."""
    model = write_model(folder / "endless.gguf")
    with RealServer(model, folder / "endless.log", WINDOW) as one:
        yield one


@pytest.fixture(scope="module")
def brief_server(folder: Path) -> Iterator[RealServer]:
    """Its model says a few words."""
    model = write_model(folder / "brief.gguf", loudness=4.0)
    with RealServer(model, folder / "brief.log", WINDOW) as one:
        yield one


@pytest.fixture(scope="module")
def small_server(folder: Path) -> Iterator[RealServer]:
    """It reads less than any prompt of Footnote or RAGAS."""
    model = write_model(folder / "small.gguf")
    with RealServer(model, folder / "small.log", SMALL_WINDOW) as one:
        yield one


async def read(endpoint: Endpoint, temperature: float = 0.0) -> tuple[str, str | None]:
    """(the text, why it ended)"""
    text, finish = "", None
    async for piece in endpoint.stream(ASK, max_tokens=40, temperature=temperature):
        text, finish = text + piece.text, piece.finish or finish
    return text, finish


async def test_the_server_lists_its_model_and_streams_until_the_limit(server: RealServer) -> None:
    endpoint = Endpoint(server.base_url, "", timeout=20.0)
    assert await endpoint.models() == (str(server.model),)
    text, finish = await read(endpoint, 1.0)
    assert len(text.split()) > 5
    assert finish == "length"
    await endpoint.aclose()


async def test_two_streams_at_once_are_both_whole(server: RealServer) -> None:
    endpoint = Endpoint(server.base_url, "", timeout=20.0)
    first, second = await asyncio.gather(read(endpoint), read(endpoint))
    assert first == second
    assert first[1] == "length"
    await endpoint.aclose()


async def ask(library: Path, server: RealServer, window: int) -> tuple[str, Answer]:
    """(what was streamed, the answer)"""
    llm = {
        "base_url": server.base_url,
        "model": "",
        "timeout": 30.0,
        "context_window": window,
        "max_tokens": 60,
        "temperature": 1.0,  # at 0 noise goes in circles, and the engine stops it
    }
    events: list[Event] = []
    with Footnote.open(library=library, llm=llm) as footnote:
        async with aclosing(footnote.engine().astream(QUESTION)) as stream:
            events = [event async for event in stream]
    assert isinstance(events[-1], Done)
    shown = "".join(event.text for event in events if isinstance(event, TextDelta))
    return shown, events[-1].answer


async def test_noise_is_streamed_as_it_is_and_is_never_supported(
    starter_folder: Path, server: RealServer
) -> None:
    shown, answer = await ask(starter_folder, server, WINDOW)
    assert shown.strip()
    assert answer.mode is Mode.MODEL
    assert answer.model == str(server.model)
    assert not answer.complete
    assert answer.notice == ENDINGS["length"]
    assert answer.sentences
    found = {one.verdict.support for one in answer.sentences if one.verdict}
    assert found <= {Support.NOT_FOUND, Support.NOT_NEEDED}


async def test_a_prompt_that_is_too_long_for_the_server_is_survived_by_quoting(
    starter_folder: Path, small_server: RealServer
) -> None:
    shown, answer = await ask(starter_folder, small_server, WINDOW)
    assert answer.mode is Mode.QUOTING
    assert answer.notice.endswith("These are quotations instead.")
    assert len(answer.notice) > len("These are quotations instead.")
    assert shown.strip() == answer.text
    assert len(answer.sentences) > 2
    assert all(one.evidence for one in answer.sentences)


async def judge_rows(server: RealServer, folder: Path, **model: float) -> list[Score]:
    kept: list[Score] = []
    rows = [make_row({"id": f"q{number}"}) for number in range(2)]
    began = time.monotonic()
    async with make_judge(server.base_url, folder, model="", timeout=30.0, **model) as judge:
        await judge_all(rows, RAGAS_METRICS, judge, lambda _, score: kept.append(score))
    assert time.monotonic() - began < 60
    assert Counter(score.metric for score in kept) == dict.fromkeys(RAGAS_METRICS, 2)
    return kept


async def test_noise_that_is_cut_off_is_never_a_score(server: RealServer, tmp_path: Path) -> None:
    scores = await judge_rows(server, tmp_path, max_tokens=24)
    assert {(score.value, score.failure) for score in scores} == {
        (None, "the reply was cut off at 24 tokens; raise [judge] max_tokens")
    }


async def test_noise_that_ends_by_itself_is_never_a_score(
    brief_server: RealServer, tmp_path: Path
) -> None:
    scores = await judge_rows(brief_server, tmp_path, max_tokens=60, temperature=0.7)
    assert {score.value for score in scores} == {None}
    told = {score.failure.partition(": ")[0] for score in scores}
    assert told <= {
        "the judge's reply was empty",
        "the judge's reply holds no whole JSON object",
        "the reply was cut off at 60 tokens; raise [judge] max_tokens",
    }
    assert "the judge's reply holds no whole JSON object" in told


async def test_prompts_that_are_too_long_for_the_judge_fail_their_rows(
    small_server: RealServer, tmp_path: Path
) -> None:
    scores = await judge_rows(small_server, tmp_path)
    assert {score.value for score in scores} == {None}
    # Streaming, this server ends in silence where it would else refuse; others refuse.
    told = {score.failure.partition(": ")[0] for score in scores}
    assert told <= {
        "the server ended its reply without a word",
        f"{small_server.base_url} ended its reply without a word",
        f"the prompt is too long for the model at {small_server.base_url}",
    }
