"""An endpoint tried with settings that are not saved yet.

Owns what is asked of it, and within which time; knows nothing about the form. What goes
wrong is told as it is, without the key.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from rag.address import Address
from rag.client import make_client
from rag.discover import LocalServer, discover
from rag.errors import EndpointFailed, EndpointTimeout, FootnoteError, NotAnEndpoint
from rag.llm import Endpoint, Message
from rag.settings import LlmSettings
from ui.setup.state import Outcome

QUESTION = (Message("user", "Answer with the one word: ready"),)
TOKENS = 8
NAMED = 200
ANYWHERE = "http://127.0.0.1"
LOOK_SECONDS = 1.5


async def look_around() -> tuple[LocalServer, ...]:
    """The servers of this machine. A port that nobody listens at says so at once."""
    await asyncio.to_thread(make_client, Address.parse(ANYWHERE), "", LOOK_SECONDS)
    return await discover(LOOK_SECONDS)


async def list_models(llm: LlmSettings) -> Outcome:
    """Ask for the models; an Outcome says what is wrong."""
    return await _ask(llm, _list)


async def try_endpoint(llm: LlmSettings) -> Outcome:
    """List the models, then let one say a word; an Outcome says what is wrong."""
    return await _ask(llm, _try)


async def _ask(llm: LlmSettings, ask: Callable[[Endpoint], Awaitable[Outcome]]) -> Outcome:
    try:
        address = Address.parse(llm.base_url)
        key = llm.api_key.get_secret_value()
        endpoint = Endpoint(llm.base_url, llm.model, key, timeout=llm.timeout)
        # The first client of all takes a second to load: not here, where all readers wait.
        await asyncio.to_thread(make_client, address, key, llm.timeout)
        try:
            async with asyncio.timeout(llm.timeout):
                return await ask(endpoint)
        except TimeoutError as error:
            raise EndpointTimeout(
                f"{address.shown} was not done within {llm.timeout:g} s",
                remedy="raise the time limit, or ask a faster model",
            ) from error
        finally:
            await endpoint.aclose()
    except FootnoteError as error:
        return Outcome(False, str(error), error.remedy)


async def _list(endpoint: Endpoint) -> Outcome:
    models = (await endpoint.models())[:NAMED]
    if not models:
        return Outcome(False, "It answers, but lists no model.", "load a model in that server")
    count = "one model" if len(models) == 1 else f"{len(models)} models"
    return Outcome(True, f"It lists {count}.", models=models)


async def _try(endpoint: Endpoint) -> Outcome:
    try:
        models = (await endpoint.models())[:NAMED]
    except NotAnEndpoint:
        models = ()  # some answer without listing; whether this one does is seen below
    name = await endpoint.model_name()
    began = time.perf_counter()
    if not await _hears_anything(endpoint):
        raise EndpointFailed(f"{name} sent an empty reply", remedy="try another model")
    return Outcome(True, f"{name} answered in {tell_time(time.perf_counter() - began)}", "", models)


async def _hears_anything(endpoint: Endpoint) -> bool:
    stream = endpoint.stream(QUESTION, max_tokens=TOKENS, temperature=0.0)
    heard = False
    async with aclosing(stream) as pieces:
        async for piece in pieces:
            # A model that thinks first may have used the tokens up without a word.
            heard = heard or bool(piece.text.strip()) or piece.finish == "length"
    return heard


def tell_time(seconds: float) -> str:
    """`0.4 s`, and what is shorter than a twentieth of a second in milliseconds."""
    return f"{seconds:.1f} s" if seconds >= 0.05 else f"{seconds * 1000:.0f} ms"
