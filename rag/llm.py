"""The endpoint: the one boundary where the vendor's errors become ours.

Owns the `openai` package and the `httpx` under it: connections, time limits, and which
vendor's error means what. Knows nothing about papers or prompts, nor about what is done
with a reply; the words for errors are in `rag.complaints`, the wire's shapes in `rag.wire`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rag import errors
from rag.address import Address, check_key
from rag.client import CONNECT_SECONDS, in_time, make_client
from rag.complaints import Complaints, Refusal
from rag.wire import (
    Listed,
    Message,
    Piece,
    ThoughtFilter,
    Usage,
    find_words,
    read_chunk,
    read_json,
    read_listing,
    read_retry_after,
)

if TYPE_CHECKING:
    import httpx
    import openai

__all__ = ["Endpoint", "Message", "Piece", "Usage"]

LISTING_SECONDS = 2.0
PATIENCE_SECONDS = 5.0


class Endpoint:
    """An OpenAI-compatible server, and the model asked of it.

    `model` may be empty: the first model that the server lists, asked for once. `timeout`
    is the seconds that the server may say nothing. Making one connects to nothing; one may
    be used from several event loops and threads. Raises SettingsError where `base_url` is
    no web address or `api_key` cannot stand in a header.
    """

    def __init__(
        self, base_url: str, model: str, api_key: str = "", *, timeout: float = 60.0
    ) -> None:
        self._address = Address.parse(base_url)
        self._key = check_key(api_key)
        self._complaints = Complaints(self._address, self._key)
        self._model = model
        self._first_listed = ""
        self._timeout = timeout
        self._asks_usage = True
        self._calls: dict[openai.AsyncOpenAI, asyncio.AbstractEventLoop] = {}

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float
    ) -> AsyncGenerator[Piece, None]:
        """Ask once and yield the reply as it comes, without what the model thinks aloud.

        A reply that breaks off yields no Piece with `finish`: it is incomplete. Closing the
        generator (`aclose`), or cancelling the task that reads it, closes the connection at
        once. Raises any EndpointError; once text has come only EndpointTimeout,
        EndpointFailed and ContextOverflow.
        """
        thoughts = ThoughtFilter()
        spoken = finished = False
        ask: dict[str, Any] = {"max_tokens": max_tokens, "temperature": temperature}
        ask["messages"] = [*map(asdict, messages)]
        async with self._connect() as client:
            response = await self._open_patiently(client, ask)
            try:
                async with aclosing(self._read_chunks(client, response)) as chunks:
                    async for chunk in chunks:
                        piece = thoughts.keep_answer(read_chunk(chunk))
                        finished = finished or piece.finish is not None
                        spoken = spoken or finished or bool(piece.text.strip())
                        if piece != Piece():
                            yield piece
            except _vendors_errors(ValueError) as error:
                if not (spoken and _only_ends_early(error, finished)):
                    raise self._translate(error) from error
            finally:
                await response.aclose()
        if rest := thoughts.flush():
            yield Piece(rest)

    async def models(self) -> tuple[str, ...]:
        """List the server's models, in its order, within `timeout` seconds in all.

        Raises any EndpointError but ContextOverflow.
        """
        return tuple(model.name for model in await self._list_models(self._timeout))

    async def model_name(self) -> str:
        """Name the model asked: the one given, else the first listed, asked for once.

        Raises ModelNotFound where the server lists none, and what `models` raises.
        """
        if not self._model and not self._first_listed:
            names = await self.models()
            if not names:
                raise self._complaints.no_model_listed()
            self._first_listed = names[0]
        return self._model or self._first_listed

    async def context_window(self) -> int | None:
        """Tokens that the model reads, where the server's listing tells; asks each time.

        llama.cpp may tell what the model was trained with, which is more than it serves.
        None without a listing that tells. Raises any other EndpointError.
        """
        try:
            listed = await self._list_models(self._timeout)
        except errors.NotAnEndpoint:
            return None
        name = self._model or (listed[0].name if listed else "")
        return next((model.window for model in listed if model.name == name), None)

    async def aclose(self) -> None:
        """Break off the calls that the running event loop has open; a later one is answered."""
        loop = asyncio.get_running_loop()
        for client in [client for client, its in self._calls.items() if its is loop]:
            await client.close()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[openai.AsyncOpenAI, None]:
        """A client for one call. One for several would keep the connection of a call that was
        cancelled open: httpcore's pool loses sight of it."""
        client = make_client(self._address, self._key, self._timeout)
        self._calls[client] = asyncio.get_running_loop()
        try:
            yield client
        finally:
            del self._calls[client]
            await client.close()

    async def _open_patiently(
        self, client: openai.AsyncOpenAI, ask: dict[str, Any]
    ) -> httpx.Response:
        """Open the stream; where the server asks for a short wait, wait and ask once more."""
        try:
            return await self._open_counting(client, ask)
        except errors.RateLimited as error:
            if error.retry_after is None or error.retry_after > PATIENCE_SECONDS:
                raise
            wait = error.retry_after
        await asyncio.sleep(wait)
        return await self._open_counting(client, ask)

    async def _open_counting(
        self, client: openai.AsyncOpenAI, ask: dict[str, Any]
    ) -> httpx.Response:
        """Ask for the count of tokens too, but of a server that knows no such option only once."""
        if self._asks_usage:
            try:
                return await self._open(client, ask | {"stream_options": {"include_usage": True}})
            except errors.EndpointRefused as error:
                if "stream_options" not in str(error) and "include_usage" not in str(error):
                    raise
                self._asks_usage = False
        return await self._open(client, ask)

    async def _open(self, client: openai.AsyncOpenAI, ask: dict[str, Any]) -> httpx.Response:
        model = await self.model_name()
        chat = client.chat.completions  # which may have to be imported
        seconds = self._timeout + min(CONNECT_SECONDS, self._timeout)
        try:
            async with asyncio.timeout(seconds):  # headers may come a letter at a time
                opened: Any = await chat.create(model=model, stream=True, **ask)
        except TimeoutError as error:
            raise self._complaints.timed_out(seconds) from error
        except _vendors_errors() as error:
            problem = self._translate(error, model)
            if isinstance(problem, errors.ModelNotFound):
                problem.remedy = await self._suggest_models()
            raise problem from error
        response: httpx.Response = opened.response
        return response

    async def _suggest_models(self) -> str:
        self._first_listed = ""  # what the server has changed since it was asked
        try:
            listed = await self._list_models(min(LISTING_SECONDS, self._timeout))
        except errors.EndpointError:
            listed = ()
        return self._complaints.suggest(tuple(model.name for model in listed))

    async def _read_chunks(
        self, client: openai.AsyncOpenAI, response: httpx.Response
    ) -> AsyncGenerator[object, None]:
        """Yield the stream's events as JSON values; a reply that is no stream is one of them."""
        import openai

        kind = response.headers.get("content-type", "")
        if "html" in kind or "json" in kind:
            yield await self._read_completion(response)
            return
        events = 0
        stream = openai.AsyncStream(cast_to=object, response=response, client=client)
        # The stream itself stands for its end: an event may be None.
        while (event := await in_time(anext(stream, stream), self._timeout)) is not stream:
            events += 1
            yield event
        if events:
            return
        if "event-stream" in kind:
            raise self._complaints.silent()
        raise self._complaints.no_endpoint(f"answered with {kind or 'no type'}, no stream", "")

    async def _read_completion(self, response: httpx.Response) -> object:
        await in_time(response.aread(), self._timeout)
        payload = read_json(response.text)
        if not isinstance(payload, dict) or not isinstance(payload.get("choices"), list):
            raise self._complaints.no_completion(response.text)
        return payload

    async def _list_models(self, seconds: float) -> tuple[Listed, ...]:
        import httpx

        try:
            async with asyncio.timeout(seconds), self._connect() as client:
                response = await client.get("/models", cast_to=httpx.Response)
        except TimeoutError as error:
            raise self._complaints.timed_out(seconds) from error
        except _vendors_errors() as error:
            raise self._translate(error) from error
        listed = read_listing(read_json(response.text))
        if listed is None:
            words = find_words(response.text)
            raise self._complaints.no_endpoint("answered with what lists no models", words)
        return listed

    def _translate(self, error: Exception, model: str = "") -> errors.EndpointError:
        """Make a vendor's error ours, and leave no key in the one that it is raised from."""
        import httpx
        import openai

        problem: errors.EndpointError
        cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
        if isinstance(error, openai.APIStatusError):
            problem = self._complaints.refused(_to_refusal(error), model)
        elif isinstance(cause, httpx.RequestError):
            problem = self._translate_transport(cause)
        elif isinstance(error, openai.APIError):
            problem = self._complaints.failed_midway(error.code or "", error.body)
        else:
            problem = self._complaints.unreadable(str(error))
        error.args = tuple(self._complaints.scrub(str(arg)) for arg in error.args)
        return problem

    def _translate_transport(self, error: httpx.RequestError) -> errors.EndpointError:
        import httpx

        if isinstance(error, httpx.ConnectTimeout):
            seconds = min(CONNECT_SECONDS, self._timeout)
            return self._complaints.unreachable(f"no connection within {seconds:g} s")
        if isinstance(error, httpx.TimeoutException):
            return self._complaints.timed_out(self._timeout)
        unreached = (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol)
        if isinstance(error, unreached):
            return self._complaints.unreachable(str(error) or type(error).__name__)
        return self._complaints.broken_off(str(error) or type(error).__name__)


def _to_refusal(error: openai.APIStatusError) -> Refusal:
    retry_after = read_retry_after(error.response.headers.get("retry-after"))
    code = f"{error.code or ''} {error.type or ''}".strip()
    return Refusal(error.status_code, code, error.body, retry_after)


def _vendors_errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    import httpx
    import openai

    return (httpx.RequestError, openai.APIError, *more)


def _only_ends_early(error: Exception, finished: bool) -> bool:
    """Whether what came still stands: cut short, in a letter perhaps, or silent after its end."""
    import httpx

    if isinstance(error, UnicodeDecodeError):
        return error.reason == "unexpected end of data"
    silent = isinstance(error, httpx.TimeoutException)
    return isinstance(error, httpx.RequestError) and (finished or not silent)
