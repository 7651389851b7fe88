"""The judge asked: a prompt of RAGAS -> a record of the shape that it wants.

Owns what is sent, when it is sent again, and when a reply comes from the cache; knows nothing
about metrics. Asking in words for JSON, as the MD_JSON mode of `instructor` does, works with
servers that know no response format.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from eval.judging.cache import CallCache, make_key
from eval.judging.replies import BadReply, read_reply
from rag.address import Address
from rag.errors import EndpointTimeout, RateLimited
from rag.llm import Endpoint, Message, Usage

if TYPE_CHECKING:
    from pydantic import BaseModel

    Shape = TypeVar("Shape", bound=BaseModel)

TOTAL_TIMEOUTS = 10  # how many times `timeout` a reply may take in all
WAITS = 3  # for a judge that asks to wait
LONGEST_WAIT = 60.0
REPLY_SHOWN = 4_000
ORDER = (
    "Reply with one JSON object in a ```json block and nothing else. It is an instance of this "
    "JSON schema, not the schema itself:\n{schema}\n\n{prompt}"
)
# llama-cpp-python's server, for one, streams nothing where unstreamed it would refuse.
SILENCE = "the server ended its reply without a word: the prompt may be too long for its context"
COMPLAINT = "That cannot be used: {problem}. Reply again, with the JSON object only."


@dataclass(frozen=True, slots=True)
class JudgeModel:
    """The model that judges, and how it is asked; an empty `model` is the first one listed.

    `timeout` is the seconds that the server may say nothing.
    """

    base_url: str
    model: str = ""
    api_key: str = field(default="", repr=False)
    timeout: float = 120.0
    max_tokens: int = 4096
    temperature: float = 0.0


@dataclass(frozen=True, slots=True)
class Tally:
    """What judging took: `calls` of RAGAS, of which `hits` were in the cache; `requests` sent.

    `tokens_read` and `tokens_written` are the judge's, as far as the server counts them.
    """

    calls: int = 0
    hits: int = 0
    requests: int = 0
    tokens_read: int = 0
    tokens_written: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A call of RAGAS with the reply that it got, and under what that is kept."""

    prompt: str
    reply: Any
    key: str


class Caller:
    """Asks `model` over HTTP what `cache` does not know. `answered`: it has ever replied."""

    def __init__(self, model: JudgeModel, cache: CallCache) -> None:
        self.answered = False
        self._model = model
        self._cache = cache
        self._address = Address.parse(model.base_url).shown
        self._endpoint = Endpoint(model.base_url, model.model, model.api_key, timeout=model.timeout)
        self._counts: Counter[str] = Counter()

    @property
    def tally(self) -> Tally:
        return Tally(**self._counts)

    async def ask(self, prompt: str, shape: type[Shape], turn: int = 0) -> tuple[Shape, str]:
        """(the reply, its key in the cache). `turn` tells equal prompts of one metric apart.

        Raises BadReply where the second reply does not fit either, any EndpointError, and
        UnusableCache.
        """
        order = ORDER.format(schema=json.dumps(shape.model_json_schema()), prompt=prompt)
        key = await self._make_key(order, shape.__name__, turn)
        self._counts["calls"] += 1
        if known := self._find(key, shape):
            self._counts["hits"] += 1
            return known, key
        reply = await self._ask_twice(order, shape)
        self._cache.keep(key, reply.model_dump_json())
        return reply, key

    def forget(self, calls: list[Call]) -> None:
        """Drop the replies of calls whose replies do not fit each other."""
        self._cache.forget(call.key for call in calls)

    async def aclose(self) -> None:
        await self._endpoint.aclose()

    async def _make_key(self, order: str, shape: str, turn: int) -> str:
        said = {
            "address": self._address,
            "model": await self._endpoint.model_name(),
            "max_tokens": self._model.max_tokens,
            "temperature": self._model.temperature,
            "shape": shape,
            "order": order,  # the shape's schema stands in it
            "turn": turn,
        }
        return make_key(said)

    def _find(self, key: str, shape: type[Shape]) -> Shape | None:
        known = self._cache.find(key)
        if known is None:
            return None
        try:
            return read_reply(known, shape)
        except BadReply:
            return None

    async def _ask_twice(self, order: str, shape: type[Shape]) -> Shape:
        """Ask, and where the reply does not fit, once more with what is wrong with it."""
        first = await self._read([Message("user", order)])
        try:
            return read_reply(first, shape)
        except BadReply as error:
            complaint = COMPLAINT.format(problem=error)
        if first.strip():
            said = Message("assistant", first[:REPLY_SHOWN])
            talk = [Message("user", order), said, Message("user", complaint)]
        else:  # an empty turn, or two of one side, many servers refuse
            talk = [Message("user", f"{order}\n\n{complaint}")]
        return read_reply(await self._read(talk), shape)

    async def _read(self, messages: list[Message]) -> str:
        for _ in range(WAITS):
            try:
                return await self._read_once(messages)
            except RateLimited as error:
                if error.retry_after is None or error.retry_after > LONGEST_WAIT:
                    raise
                await asyncio.sleep(error.retry_after)
        return await self._read_once(messages)

    async def _read_once(self, messages: list[Message]) -> str:
        seconds = self._model.timeout * TOTAL_TIMEOUTS
        try:
            async with asyncio.timeout(seconds):
                text, finish = await self._stream(messages)
        except TimeoutError as error:
            raise EndpointTimeout(f"{self._address} was not done after {seconds:g} s") from error
        self.answered = True
        if finish == "length":
            tokens = self._model.max_tokens
            raise BadReply(f"the reply was cut off at {tokens} tokens; raise [judge] max_tokens")
        if finish == "content_filter":
            raise BadReply("the reply was withheld by the server's content filter")
        if not finish and not text:
            raise BadReply(SILENCE)
        if not finish:
            raise BadReply("the reply broke off before its end")
        return text

    async def _stream(self, messages: list[Message]) -> tuple[str, str]:
        """(the text, why it ended or "")"""
        text = finish = ""
        self._counts["requests"] += 1
        stream = self._endpoint.stream(
            messages, max_tokens=self._model.max_tokens, temperature=self._model.temperature
        )
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                text += piece.text
                finish = piece.finish or finish
                self._count(piece.usage)
        return text, finish

    def _count(self, usage: Usage | None) -> None:
        if usage is not None:
            self._counts["tokens_read"] += usage.prompt_tokens or 0
            self._counts["tokens_written"] += usage.completion_tokens or 0
