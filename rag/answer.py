"""Evidence and a question -> an Answer, piece by piece.

Owns the two ways of answering: a model's words with checked marks, and quotations. Knows
nothing about how papers are found. Both are async generators of TextDelta that end in one
Draft; what a reader must know first is in the draft's notice.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from rag.citations import MarkFilter, parse_sentences
from rag.errors import EndpointError
from rag.evidence import fit_offers, write_evidence
from rag.llm import Endpoint
from rag.prompts import Prompt
from rag.replies import Offer, Sentence, TextDelta
from rag.wire import Message, Piece

REFUSAL = "NOT IN THESE PAPERS"
MARKS_AROUND = re.compile(r"^[\W_]+|[*_`]+")
CUT_OFF = "The model's stream broke off: this answer is incomplete."
ENDINGS = {
    "length": "The answer reached the limit of its length ([llm] max_tokens) and is incomplete.",
    "content_filter": "The endpoint's content filter ended this answer: it is incomplete.",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer has written. `refused`: it says that the papers do not answer."""

    text: str
    sentences: tuple[Sentence, ...]
    offers: tuple[Offer, ...]
    refused: bool = False
    complete: bool = True
    notice: str = ""
    invalid_citations: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What the model may read and write, in tokens, and how freely it chooses its words."""

    context_window: int
    max_tokens: int
    temperature: float


class ModelAnswerer:
    """Asks an endpoint: one streamed chat call over numbered papers."""

    def __init__(self, endpoint: Endpoint, prompts: Mapping[str, Prompt], limits: Limits) -> None:
        self._endpoint = endpoint
        self._prompts = prompts
        self._limits = limits

    async def model_name(self) -> str:
        """The model that answers, as the endpoint names it."""
        return await self._endpoint.model_name()

    async def stream(
        self, question: str, offers: Sequence[Offer]
    ) -> AsyncGenerator[TextDelta | Draft, None]:
        """The answer as it comes. Raises EndpointError only while no text has come;
        afterwards the draft is incomplete and its notice says why."""
        fitting = fit_offers(offers, self._limits.context_window - self._limits.max_tokens)
        marks = MarkFilter({offer.number for offer in fitting})
        opening = Opening()
        text, finish, broken = "", None, ""
        try:
            async with aclosing(self._ask(question, fitting)) as pieces:
                async for piece in pieces:
                    finish = piece.finish or finish
                    if ready := opening.feed(marks.feed(piece.text)):
                        text += ready
                        yield TextDelta(ready)
        except EndpointError as error:
            if not text:
                raise
            broken = str(error)
        if ready := opening.feed(marks.flush()) + opening.flush():
            text += ready
            yield TextDelta(ready)
        notice = broken or explain_ending(finish)
        yield make_draft(text, fitting, opening.refused, marks.invalid, notice)

    def _ask(self, question: str, offers: Sequence[Offer]) -> AsyncGenerator[Piece, None]:
        papers = write_evidence(offers)
        messages = [
            Message("system", self._prompts["answer"].fill()),
            Message("user", self._prompts["question"].fill(papers=papers, question=question)),
        ]
        return self._endpoint.stream(
            messages,
            max_tokens=self._limits.max_tokens,
            temperature=self._limits.temperature,
        )


def explain_ending(finish: str | None) -> str:
    """Why a reply that ended so is incomplete; empty if it is whole."""
    if finish is None:
        return CUT_OFF
    return ENDINGS.get(finish, "")


def make_draft(
    text: str, offers: Sequence[Offer], refused: bool, invalid: int, notice: str
) -> Draft:
    """What the whole text says. `notice` tells why it is incomplete; empty means whole."""
    sentences = parse_sentences(text, offers)
    cited = any(sentence.citations for sentence in sentences)
    return Draft(
        text=text.strip(),
        sentences=sentences,
        offers=tuple(offers),
        refused=refused or (REFUSAL in text and not cited),
        complete=not notice,
        notice=notice,
        invalid_citations=invalid,
    )


class Opening:
    """Holds back the first words of a reply until they are known not to be a refusal.

    Once they are the refusal, nothing of the reply is shown.
    """

    def __init__(self) -> None:
        self._held = ""
        self._open = False
        self.refused = False

    def feed(self, text: str) -> str:
        if self._open or self.refused:
            return "" if self.refused else text
        self._held += text
        start = " ".join(MARKS_AROUND.sub("", self._held).upper().split())
        if start.startswith(REFUSAL):
            self.refused = True
            return ""
        if REFUSAL.startswith(start):
            return ""
        return self.flush()

    def flush(self) -> str:
        if self.refused:
            return ""
        self._open = True
        ready, self._held = self._held, ""
        return ready
