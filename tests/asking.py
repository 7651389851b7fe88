"""How the tests ask an endpoint, and what they ask of the reply."""

from __future__ import annotations

import socket

import pytest
from openai_server import OpenAIServer

from rag import errors
from rag.llm import Endpoint, Message, Piece

ASK = (Message("system", "Cite."), Message("user", "Who?"))
KEY = "sk-very-secret-0123456789"


def make_endpoint(
    server: OpenAIServer, *, model: str = "test-model", key: str = "", timeout: float = 10.0
) -> Endpoint:
    return Endpoint(server.base_url, model, key, timeout=timeout)


async def ask(endpoint: Endpoint) -> list[Piece]:
    stream = endpoint.stream(ASK, max_tokens=50, temperature=0.0)
    return [piece async for piece in stream]


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def finish_of(pieces: list[Piece]) -> list[str]:
    return [piece.finish for piece in pieces if piece.finish]


async def fail(endpoint: Endpoint) -> errors.EndpointError:
    with pytest.raises(errors.EndpointError) as caught:
        await ask(endpoint)
    return caught.value


async def fail_with(fault: str, **options: str | float) -> tuple[errors.EndpointError, str]:
    """The error of one question, and the server's address."""
    with OpenAIServer(reply="One two three four.", fault=fault) as server:
        return await fail(make_endpoint(server, **options)), server.base_url


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
