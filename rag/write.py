"""What was gathered -> an answer: by a model where there is one, else by quoting.

Owns who answers and what happens when the model cannot; knows nothing about how papers are
found or sentences checked. A writer is an async generator of TextDelta that ends in an Answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from rag.answer import Draft, ModelAnswerer
from rag.comparison.balance import Balanced
from rag.comparison.opening import write_opening
from rag.comparison.tabulate import build_table
from rag.errors import EndpointError
from rag.events import TextDelta
from rag.gather import Gathered
from rag.library import Library
from rag.question import Understood
from rag.quote import choose_quotations, write_quotations
from rag.refusal import (
    NOT_ANSWERED,
    explain_refusal,
    explain_selection,
    mark_cited,
    refuse,
)
from rag.replies import Answer, Mode, Offer

NO_TABLE = "The model wrote no table: the cells of this one are quotations."
Pieces = AsyncGenerator[TextDelta | Answer, None]


class Writer:
    """Writes answers. `fall_back`: quote when the endpoint fails."""

    def __init__(
        self, library: Library, answerer: ModelAnswerer | None = None, *, fall_back: bool = True
    ) -> None:
        self._library = library
        self._answerer = answerer
        self._fall_back = fall_back

    @property
    def streams(self) -> bool:
        """Whether answers come word by word, from a model."""
        return self._answerer is not None

    async def write(self, understood: Understood, gathered: Gathered) -> Pieces:
        """Raises EndpointError only where falling back is switched off."""
        if gathered.recorded is not None or gathered.scope.refused:
            reason = explain_refusal(gathered.scope)
            if gathered.selection and not gathered.selection.kept:
                reason = explain_selection(understood.filters, gathered.selection)
            answer = gathered.recorded or refuse(reason, gathered.offers, Mode.QUOTING)
            yield TextDelta(answer.text)
            yield answer
            return
        notice = ""
        if self._answerer is not None:
            try:
                async with aclosing(self._ask_model(self._answerer, understood, gathered)) as said:
                    async for piece in said:
                        yield piece
                return
            except EndpointError as error:
                if not self._fall_back:
                    raise
                notice = f"{_sentence(error)} These are quotations instead."
        quoted = await asyncio.to_thread(self._quote, understood, gathered)
        yield TextDelta(quoted.text)
        yield replace(quoted, notice=notice, fell_back=bool(notice))

    async def _ask_model(
        self, answerer: ModelAnswerer, understood: Understood, gathered: Gathered
    ) -> Pieces:
        model = await answerer.model_name()
        stream = answerer.stream(understood.question, gathered.offers, gathered.columns)
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                if isinstance(piece, TextDelta):
                    yield piece
                    continue
                if not piece.refused and not piece.text and piece.comparison is None:
                    raise EndpointError("The model's answer was empty.")
                answer = _from_draft(piece, gathered.offers)
                if piece.refused:
                    refusal = refuse(NOT_ANSWERED, gathered.offers, Mode.MODEL)
                    answer = replace(
                        refusal, dropped_papers=answer.dropped_papers, tokens=answer.tokens
                    )
                    yield TextDelta(answer.text)
                elif gathered.balanced and answer.comparison is None:
                    answer = await asyncio.to_thread(self._add_table, answer, gathered)
                yield replace(answer, model=model)

    def _quote(self, understood: Understood, gathered: Gathered) -> Answer:
        hits, offers = gathered.hits, gathered.offers
        if gathered.balanced:
            return self._compare(understood, gathered, gathered.balanced)
        quotations = choose_quotations(gathered.searched, hits, offers, self._library)
        text, sentences = write_quotations(quotations)
        if not sentences:
            return refuse(NOT_ANSWERED, offers, Mode.QUOTING)
        return Answer(
            question=understood.question,
            text=text,
            mode=Mode.QUOTING,
            sentences=sentences,
            papers=mark_cited(offers, sentences),
        )

    def _compare(self, understood: Understood, gathered: Gathered, balanced: Balanced) -> Answer:
        """What is shared and what each side finds, then the table, all of it quoted."""
        text, sentences = write_opening(balanced, gathered.offers, gathered.searched, self._library)
        answer = Answer(understood.question, text, Mode.QUOTING, sentences)
        return self._add_table(answer, gathered)

    def _add_table(self, answer: Answer, gathered: Gathered) -> Answer:
        """The answer with a table of quotations; a model's is told that it wrote none."""
        assert gathered.balanced is not None
        offers = gathered.offers
        table = build_table(gathered.balanced, offers, gathered.searched, self._library)
        told = f"{answer.notice} {NO_TABLE}".strip() if answer.mode is Mode.MODEL else ""
        answer = replace(answer, comparison=table, notice=told)
        return replace(answer, papers=mark_cited(offers, [*answer.sentences, *answer.cells]))


def _from_draft(draft: Draft, offers: Sequence[Offer]) -> Answer:
    answer = Answer(
        question="",
        text=draft.text,
        mode=Mode.MODEL,
        sentences=draft.sentences,
        papers=draft.offers,
        comparison=draft.comparison,
        complete=draft.complete,
        notice=draft.notice,
        dropped_papers=len(offers) - len(draft.offers),
        invalid_citations=draft.invalid_citations,
        tokens=draft.tokens,
    )
    said = [*answer.sentences, *answer.cells]
    return replace(answer, papers=mark_cited(answer.papers, said))


def _sentence(error: EndpointError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
