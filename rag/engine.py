"""The engine: a LlamaIndex query engine that wires all stages together.

    understand -> gather -> write -> check

Owns the order of the stages and nothing else; this is the only place that knows them all.
The terminal, the browser and the evaluation ask here. `Engine.ask` and `aask` give an
Answer, `astream` its pieces; `query` and `aquery` are LlamaIndex's, with the papers as
source nodes and the Answer under `metadata["answer"]`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.check import Checker, LiveChecker, count_unsupported
from rag.conversation import Conversation
from rag.events import Checked, Done, Event, Found
from rag.gather import Gathered, Gatherer
from rag.library import Library
from rag.onward import OFFERED, suggest_followups
from rag.question import Understood
from rag.quote import choose_quotations
from rag.replies import Answer, Timings
from rag.response import PaperRetriever, make_response
from rag.retrieve import Retriever
from rag.suggest import suggest_questions
from rag.understand import Understander
from rag.write import Writer


@dataclass(frozen=True, slots=True)
class Stages:
    """The parts of an engine, each of which may be another one in a test."""

    understander: Understander
    gatherer: Gatherer
    writer: Writer
    checker: Checker


@dataclass(frozen=True, slots=True)
class Options:
    """`papers`: how many the answerer is given. `hide`: unsupported sentences start hidden."""

    papers: int = 8
    hide: bool = False
    model_label: str = ""


class Engine(BaseQueryEngine):
    """Answers questions from a library, with a model where there is one, else by quoting."""

    def __init__(
        self,
        library: Library,
        retriever: Retriever,
        stages: Stages,
        options: Options | None = None,
    ) -> None:
        super().__init__(callback_manager=None)
        self.library = library
        self.retriever = retriever
        self._stages = stages
        self._options = options or Options()
        self._examples: tuple[int, tuple[str, ...]] | None = None
        self._suggesting = threading.Lock()

    def ask(self, question: str, conversation: Conversation | None = None) -> Answer:
        """The whole answer. Not for use inside a running event loop: await `aask` there."""
        return asyncio.run(self.aask(question, conversation))

    async def aask(self, question: str, conversation: Conversation | None = None) -> Answer:
        """The whole answer. Raises LibraryEmpty, other LibraryErrors, VectorError and
        EmbedderError; EndpointError only where falling back is switched off."""
        async with aclosing(self.astream(question, conversation)) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.answer
        raise AssertionError("a stream of events ends in Done")

    async def astream(
        self,
        question: str,
        conversation: Conversation | None = None,
        *,
        without: Collection[str] = (),
    ) -> AsyncGenerator[Event, None]:
        """Found, then TextDeltas with Checked between them, then Done.

        Closing it closes the endpoint's stream. `without` names the filters (Filter.key) that
        the reader took off.
        """
        started = time.perf_counter()
        question = question.encode("utf-8", "replace").decode()  # no half of a surrogate pair
        conversation = conversation or Conversation()
        stages = self._stages
        await asyncio.to_thread(self.library.check_not_empty)
        understood = Understood(question, question)
        gathered = await asyncio.to_thread(stages.gatherer.find_recorded, question, conversation)
        if gathered is None:
            understood = await stages.understander.understand(question, conversation, without)
            gathered = await asyncio.to_thread(stages.gatherer.gather, understood, conversation)
        timings = Timings(retrieve_ms=_since(started))
        yield _found(understood, gathered, timings)
        live = LiveChecker(stages.checker, gathered.offers)
        async with aclosing(stages.writer.write(understood, gathered)) as pieces:
            async for piece in pieces:
                if not timings.first_token_ms:
                    timings = replace(timings, first_token_ms=_since(started))
                if isinstance(piece, Answer):
                    answer = piece
                    continue
                yield piece
                ended = self.streams and live.take(piece.text)
                if ended and (checked := await asyncio.to_thread(live.check)):
                    yield Checked(checked)
        answer = replace(
            answer,
            question=question,
            understood=understood,
            selection=gathered.selection,
            premise=gathered.premise,
            missing_terms=gathered.scope.missing_terms,
        )
        async for checked_answer in self._check(answer):
            answer = checked_answer
            yield Checked(answer.sentences)
        support = answer.timings.support_ms
        timings = replace(timings, total_ms=_since(started), support_ms=support)
        yield Done(replace(answer, timings=timings))

    @property
    def streams(self) -> bool:
        """Whether answers come word by word, from a model."""
        return self._stages.writer.streams

    @property
    def hides(self) -> bool:
        """Whether sentences without support are not to be shown at first."""
        return self._options.hide

    def status(self) -> str:
        """One line for the page: who answers."""
        return self._options.model_label or "Quoting the abstracts: no model is set"

    def examples(self) -> tuple[str, ...]:
        """Questions that fit the library; made anew once it has changed, as that reads it all."""
        with self._suggesting:
            changes = self.library.changes()
            if self._examples is None or self._examples[0] != changes:
                self._examples = (changes, suggest_questions(self.library.papers()))
            return self._examples[1]

    def followups(self, answer: Answer, conversation: Conversation) -> tuple[str, ...]:
        """Up to three questions to go on with, none of which would be refused; examples after
        an answer without papers.

        `conversation` has the answer already. No model is asked. Not for use inside a running
        event loop. Raises LibraryError, VectorError or EmbedderError.
        """
        if not answer.papers:
            return self.examples()[:OFFERED]
        return suggest_followups(
            answer, conversation, lambda question: self._can_answer(question, conversation)
        )

    def _can_answer(self, question: str, conversation: Conversation) -> bool:
        """Whether the library speaks to the question, of a comparison to every side, and
        nobody asked it before."""
        gatherer = self._stages.gatherer
        understander = replace(self._stages.understander, rewriter=None)
        understood = asyncio.run(understander.understand(question, conversation))
        if understood.question in {one.question for one in conversation.exchanges}:
            return False  # it was asked, in other words
        gathered = gatherer.gather(understood, conversation)
        if gathered.scope.refused or not gathered.hits:
            return False
        if understood.compares:
            return len(gathered.columns) > 1 and all(one.found for one in gathered.columns)
        return bool(
            choose_quotations(gathered.searched, gathered.hits, gathered.offers, self.library)
        )

    def paper_count(self) -> int:
        return self.library.count()

    def as_retriever(self) -> PaperRetriever:
        """The retrieval alone, for LlamaIndex."""
        return PaperRetriever(self.retriever, self._options.papers)

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return self.as_retriever().retrieve(query_bundle)

    async def _check(self, answer: Answer) -> AsyncGenerator[Answer, None]:
        """The answer with the local judge's verdicts, then with the second judge's if any."""
        checker = self._stages.checker
        started = time.perf_counter()
        answer = await asyncio.to_thread(checker.check_answer, answer)
        yield self._hide(answer, started)
        if checker.asks_twice:
            yield self._hide(await checker.check_again(answer), started)

    def _hide(self, answer: Answer, started: float) -> Answer:
        hidden = count_unsupported(answer) if self._options.hide else 0
        timings = replace(answer.timings, support_ms=_since(started))
        return replace(answer, hidden=hidden, timings=timings)

    # LlamaIndex's interface

    def _query(self, query_bundle: QueryBundle) -> Response:
        return make_response(self.ask(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return make_response(await self.aask(query_bundle.query_str))

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


def _found(understood: Understood, gathered: Gathered, timings: Timings) -> Found:
    # A refusal names the missing terms itself.
    missing = () if gathered.scope.refused else gathered.scope.missing_terms
    return Found(
        gathered.offers,
        timings.retrieve_ms,
        missing,
        understood=understood,
        selection=gathered.selection,
        premise=gathered.premise,
    )


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
