"""Connections: addresses, listings, closing, event loops, proxies."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import subprocess
import sys
import threading
import traceback
import weakref
from pathlib import Path

import pytest
from asking import ASK, ask, fail, finish_of, free_port, make_endpoint
from openai_server import OpenAIServer

from rag import errors
from rag.llm import Endpoint, Piece


async def closed_early(server: OpenAIServer) -> bool:
    (request,) = server.chats
    await asyncio.to_thread(request.ended.wait, 1.0)
    return request.client_closed


async def test_a_refused_connection_says_how_to_go_on_without() -> None:
    port = free_port()
    error = await fail(Endpoint(f"http://127.0.0.1:{port}/v1", "m"))
    assert type(error) is errors.EndpointUnreachable
    assert str(error) == (
        f"Nothing answers at http://127.0.0.1:{port}/v1: All connection attempts failed"
    )
    assert error.remedy == 'start the server, or set base_url = "" to quote without a model'


async def test_an_unknown_host_is_unreachable() -> None:
    error = await fail(Endpoint("http://no-such-host.invalid/v1", "m", timeout=0.3))
    assert type(error) is errors.EndpointUnreachable
    assert str(error).startswith("Nothing answers at http://no-such-host.invalid/v1: ")


@pytest.mark.parametrize("url", ["", "localhost:8000", "http://", "ftp://a/v1", "http://a:b/v1"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(errors.SettingsError) as caught:
        Endpoint(url, "m")
    assert str(caught.value) == f"base_url is {url!r}, which is no web address"


async def test_a_password_in_the_address_is_not_shown() -> None:
    error = await fail(Endpoint(f"http://me:hidden@127.0.0.1:{free_port()}/v1", "m"))
    assert "hidden" not in "".join(traceback.format_exception(error)) + error.remedy


@pytest.mark.parametrize(
    ("fields", "window"),
    [
        ({"max_model_len": 4096}, 4096),
        ({"context_length": 8192}, 8192),
        ({"meta": {"n_ctx_train": 2048}}, 2048),
        ({"meta": {"n_ctx": 512, "n_ctx_train": 2048}}, 512),
        ({"max_model_len": None, "meta": None}, None),
        ({"max_model_len": True, "context_length": "8k"}, None),
        ({}, None),
    ],
)
async def test_the_context_window_is_what_the_listing_tells(
    fields: dict[str, object], window: int | None
) -> None:
    with OpenAIServer() as server:
        server.models = [{"id": "other", "max_model_len": 1}, {"id": "test-model", **fields}]
        assert await make_endpoint(server).context_window() == window


async def test_a_server_without_a_listing_tells_no_context_window() -> None:
    with OpenAIServer(fault="html_404") as server:
        assert await make_endpoint(server).context_window() is None


async def test_closing_the_stream_closes_the_connection_at_once() -> None:
    with OpenAIServer(reply="One two three four.", fault="stalled") as server:
        stream = make_endpoint(server, timeout=30).stream(ASK, max_tokens=9, temperature=0)
        assert await anext(stream) == Piece("One")
        await stream.aclose()
        assert await closed_early(server)


async def test_cancelling_the_reader_closes_the_connection_at_once() -> None:
    with OpenAIServer(reply="One two three four.", fault="stalled") as server:
        reader = asyncio.create_task(ask(make_endpoint(server, timeout=30)))
        await asyncio.sleep(0.1)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert await closed_early(server)


@pytest.mark.parametrize("fault", [None, "silent", "slow"])
async def test_calls_cancelled_at_any_moment_leave_no_connection_open(fault: str | None) -> None:
    with OpenAIServer(reply="One two three four.", fault=fault) as server:
        endpoint = make_endpoint(server, timeout=30)
        for moment in range(40):
            reader = asyncio.create_task(ask(endpoint))
            for _ in range(moment):
                await asyncio.sleep(0)
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader
        async with asyncio.timeout(20):
            while any("process_request" in one.name for one in threading.enumerate()):
                await asyncio.sleep(0.01)


async def test_a_reply_read_to_its_end_was_not_closed_early() -> None:
    with OpenAIServer() as server:
        await ask(make_endpoint(server))
        assert not await closed_early(server)


async def test_an_endpoint_answers_again_after_it_was_closed() -> None:
    with OpenAIServer() as server:
        endpoint = make_endpoint(server)
        await endpoint.aclose()
        await ask(endpoint)
        await endpoint.aclose()
        assert finish_of(await ask(endpoint)) == ["stop"]


def test_one_endpoint_serves_many_event_loops_and_keeps_none_alive() -> None:
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def ask_here() -> list[Piece]:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        pieces = await ask(endpoint)
        await endpoint.models()
        return pieces

    with OpenAIServer() as server:
        endpoint = make_endpoint(server)
        for _ in range(3):
            assert finish_of(asyncio.run(ask_here())) == ["stop"]
    gc.collect()
    assert [loop() for loop in loops] == [None, None, None]


async def test_fifty_calls_good_bad_and_broken_off_leave_no_file_open() -> None:
    def count_open() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("open files are counted in /proc")
    with OpenAIServer(reply="One two three four.") as server:
        endpoint = make_endpoint(server)
        await ask(endpoint)
        before = count_open()
        for number in range(50):
            server.fault = (None, "server_error", "cut_off", "html_200", "error_event")[number % 5]
            with contextlib.suppress(errors.EndpointError):
                await anext(endpoint.stream(ASK, max_tokens=9, temperature=0))
        await asyncio.sleep(0.1)
        assert count_open() <= before + 1
    assert len(server.chats) == 51


async def test_a_server_on_this_machine_is_not_asked_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with OpenAIServer() as server:
        assert await make_endpoint(server).models() == ("test-model",)
    remote = await fail(Endpoint("http://no-such-host.invalid/v1", "m"))
    assert str(remote).endswith(": All connection attempts failed")  # the proxy's refusal


def test_importing_the_endpoint_loads_no_vendor() -> None:
    code = "import sys, rag.llm, rag.discover; print({'openai', 'httpx'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
        env=os.environ,
    )
    assert done.stdout.strip() == "set()"
