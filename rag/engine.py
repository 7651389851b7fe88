"""The engine: a LlamaIndex query engine that wires all stages together.

Owns the order of the stages and nothing else; this is the only place that knows them all.
The terminal, the browser and the evaluation ask here. `Engine.ask` and `aask` give an
Answer, `astream` its pieces; `query` and `aquery` are LlamaIndex's, with the papers as
source nodes and the Answer under `metadata["answer"]`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.answer import Draft, ModelAnswerer
from rag.conversation import Conversation
from rag.errors import EndpointError
from rag.library import Library
from rag.quote import choose_quotations, write_quotations
from rag.records import Hit
from rag.replies import Answer, Done, Event, Found, Mode, Offer, Sentence, TextDelta, Timings
from rag.retrieve import Findings, Retriever
from rag.scope import Scope, judge_scope
from rag.suggest import suggest_questions

NEAREST = 3
NOTHING_ABOUT = "Nothing in these papers is about this."
NOT_ANSWERED = "These papers do not answer this."


@dataclass(frozen=True, slots=True)
class Options:
    """`papers`: how many the answerer is given. `fall_back`: quote when the endpoint fails."""

    papers: int = 8
    fall_back: bool = True


class PaperRetriever(BaseRetriever):
    """Footnote's retrieval as a LlamaIndex retriever: one node a paper."""

    def __init__(self, retriever: Retriever, papers: int) -> None:
        super().__init__()
        self._retriever = retriever
        self._papers = papers

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._retriever.find(query_bundle.query_str, self._papers).hits
        return [make_node(hit.paper.paper_id, hit) for hit in hits]


class Engine(BaseQueryEngine):
    """Answers questions from a library, with a model where there is one, else by quoting."""

    def __init__(
        self,
        library: Library,
        retriever: Retriever,
        answerer: ModelAnswerer | None = None,
        *,
        options: Options | None = None,
        model_label: str = "",
    ) -> None:
        super().__init__(callback_manager=None)
        self.library = library
        self.retriever = retriever
        self._answerer = answerer
        self._options = options or Options()
        self._model_label = model_label

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
        self, question: str, conversation: Conversation | None = None
    ) -> AsyncGenerator[Event, None]:
        """Found, then TextDeltas, then Done. Closing it closes the endpoint's stream."""
        started = time.perf_counter()
        question = question.encode("utf-8", "replace").decode()  # no half of a surrogate pair
        findings, scope = await asyncio.to_thread(self._find, question)
        offers = (conversation or Conversation()).number(tuple(h.paper for h in findings.hits))
        retrieved = _since(started)
        # A refusal names the missing terms itself.
        yield Found(offers, retrieved, () if scope.refused else scope.missing_terms)
        first = 0.0
        async with aclosing(self._draft(question, findings, scope, offers)) as pieces:
            async for piece in pieces:
                first = first or _since(started)
                if isinstance(piece, TextDelta):
                    yield piece
                else:
                    answer = replace(piece, question=question, missing_terms=scope.missing_terms)
        timings = Timings(retrieved, first, _since(started))
        yield Done(replace(answer, timings=timings))

    @property
    def streams(self) -> bool:
        """Whether answers come word by word, from a model."""
        return self._answerer is not None

    def status(self) -> str:
        """One line for the page: who answers."""
        return self._model_label or "Quoting the abstracts: no model is set"

    def examples(self) -> tuple[str, ...]:
        """Questions that fit the library."""
        return suggest_questions(self.library.papers())

    def paper_count(self) -> int:
        return self.library.count()

    def as_retriever(self) -> PaperRetriever:
        """The retrieval alone, for LlamaIndex."""
        return PaperRetriever(self.retriever, self._options.papers)

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return self.as_retriever().retrieve(query_bundle)

    def _find(self, question: str) -> tuple[Findings, Scope]:
        self.library.check_not_empty()
        findings = self.retriever.find(question, self._options.papers)
        return findings, judge_scope(question, findings.hits, self.library)

    async def _draft(
        self, question: str, findings: Findings, scope: Scope, offers: tuple[Offer, ...]
    ) -> AsyncGenerator[TextDelta | Answer, None]:
        if scope.refused:
            answer = refuse(_explain_refusal(scope), offers, Mode.QUOTING)
            yield TextDelta(answer.text)
            yield answer
            return
        notice = ""
        if self._answerer is not None:
            try:
                async with aclosing(self._draft_by_model(question, offers)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except EndpointError as error:
                if not self._options.fall_back:
                    raise
                notice = f"{_sentence(error)} These are quotations instead."
        quoted = await asyncio.to_thread(self._quote, question, findings.hits, offers)
        yield TextDelta(quoted.text)
        yield replace(quoted, notice=notice)

    async def _draft_by_model(
        self, question: str, offers: tuple[Offer, ...]
    ) -> AsyncGenerator[TextDelta | Answer, None]:
        assert self._answerer is not None
        model = await self._answerer.model_name()
        async with aclosing(self._answerer.stream(question, offers)) as pieces:
            async for piece in pieces:
                if isinstance(piece, TextDelta):
                    yield piece
                    continue
                if not piece.refused and not piece.text:
                    raise EndpointError("The model's answer was empty.")
                answer = _from_draft(piece, offers)
                if piece.refused:
                    refusal = refuse(NOT_ANSWERED, offers, Mode.MODEL)
                    answer = replace(refusal, dropped_papers=answer.dropped_papers)
                    yield TextDelta(answer.text)
                yield replace(answer, model=model)

    def _quote(self, question: str, hits: Sequence[Hit], offers: tuple[Offer, ...]) -> Answer:
        quotations = choose_quotations(question, hits, offers, self.library)
        text, sentences = write_quotations(quotations)
        if not sentences:
            return refuse(NOT_ANSWERED, offers, Mode.QUOTING)
        return Answer(
            question=question,
            text=text,
            mode=Mode.QUOTING,
            sentences=sentences,
            papers=_mark_cited(offers, sentences),
        )

    # LlamaIndex's interface

    def _query(self, query_bundle: QueryBundle) -> Response:
        return make_response(self.ask(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return make_response(await self.aask(query_bundle.query_str))

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


def refuse(reason: str, offers: Sequence[Offer], mode: Mode) -> Answer:
    """An answer that says that there is none, and names the nearest papers."""
    nearest = offers[:NEAREST]
    names = "; ".join(f"{offer.paper.title} [{offer.number}]" for offer in nearest)
    plain = "; ".join(offer.paper.title for offer in nearest)
    sentences = [Sentence(reason)]
    if nearest:
        cited = tuple(offer.number for offer in nearest)
        sentences.append(Sentence(f"The nearest are: {plain}.", cited))
    return Answer(
        question="",
        text=f"{reason} The nearest are: {names}." if nearest else reason,
        mode=mode,
        refused=True,
        sentences=tuple(sentences),
        papers=_mark_cited(offers, sentences),
    )


def _explain_refusal(scope: Scope) -> str:
    if not scope.missing_terms:
        return NOTHING_ABOUT
    terms = " or ".join(f"“{term}”" for term in scope.missing_terms)
    return f"No paper here mentions {terms}, and nothing else here answers this."


def make_response(answer: Answer) -> Response:
    """The answer as LlamaIndex gives it: cited papers first among the source nodes."""
    papers = sorted(answer.papers, key=lambda offer: not offer.cited)
    nodes = [
        NodeWithScore(
            node=TextNode(
                id_=offer.paper.paper_id,
                text=offer.paper.abstract,
                metadata={
                    "title": offer.paper.title,
                    "number": offer.number,
                    "cited": offer.cited,
                },
            )
        )
        for offer in papers
    ]
    return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer})


def make_node(paper_id: str, hit: Hit) -> NodeWithScore:
    metadata = {"title": hit.paper.title, "date": str(hit.paper.date or "")}
    node = TextNode(id_=paper_id, text=hit.paper.abstract, metadata=metadata)
    return NodeWithScore(node=node, score=hit.score)


def _from_draft(draft: Draft, offers: tuple[Offer, ...]) -> Answer:
    return Answer(
        question="",
        text=draft.text,
        mode=Mode.MODEL,
        sentences=draft.sentences,
        papers=_mark_cited(draft.offers, draft.sentences),
        complete=draft.complete,
        notice=draft.notice,
        dropped_papers=len(offers) - len(draft.offers),
        invalid_citations=draft.invalid_citations,
    )


def _mark_cited(offers: Sequence[Offer], sentences: Sequence[Sentence]) -> tuple[Offer, ...]:
    cited = {number for sentence in sentences for number in sentence.citations}
    return tuple(replace(offer, cited=offer.number in cited) for offer in offers)


def _sentence(error: EndpointError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
