"""The client under the endpoint: connections, time limits, and what is sent along.

Owns the making of one; knows nothing about what is asked or how errors are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from rag.address import Address, refuse_address

if TYPE_CHECKING:
    import ssl

    import httpx
    import openai

CONNECT_SECONDS = 5.0
T = TypeVar("T")


def make_client(address: Address, key: str, timeout: float) -> openai.AsyncOpenAI:
    """A client for one call; `timeout` is the seconds that the server may say nothing.

    Raises SettingsError where the address is none.
    """
    import httpx
    import openai

    limits = httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout))
    try:
        return openai.AsyncOpenAI(
            base_url=address.url,
            api_key=key or "none",  # an empty one is refused before anything is sent
            timeout=limits,
            max_retries=0,
            http_client=httpx.AsyncClient(
                timeout=limits,
                verify=_read_certificates(),
                limits=httpx.Limits(max_keepalive_connections=0),
                trust_env=not address.is_this_machine,
                follow_redirects=True,
                event_hooks={"request": [_drop_machine_facts]},
            ),
        )
    except httpx.InvalidURL as error:
        raise refuse_address(address.url) from error


@cache
def _read_certificates() -> ssl.SSLContext:
    """Whom to trust; reading it takes a hundred times as long as making a client."""
    import httpx

    return httpx.create_ssl_context()


async def in_time(coming: Awaitable[T], seconds: float) -> T:
    """What comes within so many seconds: bytes that say nothing, such as the comments by which a
    server keeps a connection open, are silence too. Raises httpx.ReadTimeout."""
    import httpx

    try:
        async with asyncio.timeout(seconds):
            return await coming
    except TimeoutError as error:
        raise httpx.ReadTimeout("nothing was said") from error


async def _drop_machine_facts(request: httpx.Request) -> None:
    """Keep this machine's system and Python version, which openai sends along, to ourselves."""
    for name in [name for name in request.headers if name.startswith("x-stainless-")]:
        del request.headers[name]
