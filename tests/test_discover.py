"""Looking for model servers, at ports of the test's own."""

from __future__ import annotations

import socket
import time

from openai_server import OpenAIServer

from rag.discover import USUAL_PORTS, LocalServer, discover


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_servers_are_found_in_the_order_of_their_ports_and_only_read() -> None:
    with OpenAIServer() as ollama, OpenAIServer() as vllm:
        ollama.models = []
        vllm.models = [{"id": "a"}, {"id": "b"}]
        ports = (("vLLM", vllm.port), ("LM Studio", free_port()), ("Ollama", ollama.port))
        found = await discover(1.0, ports)
    assert found == (
        LocalServer("vLLM", vllm.base_url, ("a", "b")),
        LocalServer("Ollama", ollama.base_url, ()),
    )
    seen = [(request.method, request.path) for request in ollama.requests + vllm.requests]
    assert seen == [("GET", "/v1/models"), ("GET", "/v1/models")]


async def test_what_is_no_endpoint_or_wants_a_key_is_left_out() -> None:
    with OpenAIServer(fault="html_200") as page, OpenAIServer(fault="unauthorized") as locked:
        assert await discover(1.0, (("llama.cpp", page.port), ("vLLM", locked.port))) == ()


async def test_silent_servers_cost_one_timeout_together() -> None:
    await discover(0.1, (("vLLM", free_port()),))  # what is imported once is not measured
    with OpenAIServer(fault="silent") as first, OpenAIServer(fault="silent") as second:
        start = time.monotonic()
        assert await discover(0.3, (("Ollama", first.port), ("vLLM", second.port))) == ()
        assert time.monotonic() - start < 0.9


def test_the_usual_ports_are_those_of_four_servers() -> None:
    assert dict(USUAL_PORTS) == {
        "Ollama": 11434,
        "LM Studio": 1234,
        "llama.cpp": 8080,
        "vLLM": 8000,
    }
