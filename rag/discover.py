"""Looking for model servers on this machine, at the ports where they usually listen.

Owns the ports and the looking, which only reads a listing; knows nothing about settings,
and changes none: `footnote doctor` says how to use what is found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import EndpointError
from rag.llm import Endpoint

USUAL_PORTS = (("Ollama", 11434), ("LM Studio", 1234), ("llama.cpp", 8080), ("vLLM", 8000))


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answers. `name` is the one usual at its port; `models` may be empty."""

    name: str
    base_url: str
    models: tuple[str, ...]


async def discover(
    timeout: float = 0.3, ports: Sequence[tuple[str, int]] = USUAL_PORTS
) -> tuple[LocalServer, ...]:
    """Ask all ports at once for their models; `timeout` is the seconds each of them has.

    Returns those that list models as an endpoint does, in the order of `ports`. What
    listens there but is no endpoint, wants a key, or is too slow is left out.
    """
    found = await asyncio.gather(*(_probe(name, port, timeout) for name, port in ports))
    return tuple(server for servers in found for server in servers)


async def _probe(name: str, port: int, timeout: float) -> tuple[LocalServer, ...]:
    base_url = f"http://127.0.0.1:{port}/v1"
    endpoint = Endpoint(base_url, "", timeout=timeout)
    try:
        models = await endpoint.models()
    except EndpointError:
        return ()
    finally:
        await endpoint.aclose()
    return (LocalServer(name, base_url, models),)
