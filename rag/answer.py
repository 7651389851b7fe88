"""Evidence and a question -> an Answer, piece by piece.

Owns the two ways of answering: a model's words with checked marks, and quotations. Knows
nothing about how papers are found. Both are async generators of TextDelta that end in one
Draft; what a reader must know first is in the draft's notice.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from rag.citations import MarkFilter, parse_sentences
from rag.comparison.table import parse_table, split_table
from rag.defuse import defuse
from rag.errors import ContextOverflow, EndpointError
from rag.events import TextDelta
from rag.evidence import fit_offers, write_evidence
from rag.llm import Endpoint
from rag.prompts import Prompt
from rag.replies import Column, Comparison, Offer, Sentence, Tokens
from rag.wire import Message, Piece

REFUSAL = "NOT IN THESE PAPERS"
MARKS_AROUND = re.compile(r"^[\W_]+|[*_`]+")
CUT_OFF = "The model's stream broke off: this answer is incomplete."
REPEATS = "The model began to repeat itself and was stopped: this answer is incomplete."
ENDINGS = {
    "length": "The answer reached the limit of its length ([llm] max_tokens) and is incomplete.",
    "content_filter": "The endpoint's content filter ended this answer: it is incomplete.",
}
USUAL_WINDOW = 8192
LONGEST_CIRCLE = 400
TIMES_WORDS, TIMES_SHORT, TIMES_SIGNS = 4, 40, 200


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer has written. `refused`: it says that the papers do not answer."""

    text: str
    sentences: tuple[Sentence, ...]
    offers: tuple[Offer, ...]
    comparison: Comparison | None = None
    refused: bool = False
    complete: bool = True
    notice: str = ""
    invalid_citations: int = 0
    tokens: Tokens = field(default_factory=Tokens)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the model may read and write, in tokens, and how freely it chooses its words.

    A `context_window` of 0 is asked of the server, and 8192 where it does not tell.
    """

    context_window: int
    max_tokens: int
    temperature: float


class ModelAnswerer:
    """Asks an endpoint: one streamed chat call over numbered papers."""

    def __init__(self, endpoint: Endpoint, prompts: Mapping[str, Prompt], limits: Limits) -> None:
        self.endpoint = endpoint
        self.prompts = prompts
        self._limits = limits
        self._window = limits.context_window

    async def model_name(self) -> str:
        """The model that answers, as the endpoint names it."""
        return await self.endpoint.model_name()

    async def context_window(self) -> int:
        """How many tokens the model reads, asked of the server once.

        What fails in asking is left to the answer's own call to tell.
        """
        if not self._window:
            try:
                told = await self.endpoint.context_window()
            except EndpointError:
                return USUAL_WINDOW
            self._window = told or USUAL_WINDOW
        return self._window

    async def stream(
        self, question: str, offers: Sequence[Offer], sides: Sequence[Column] = ()
    ) -> AsyncGenerator[TextDelta | Draft, None]:
        """The answer as it comes; of a comparison the words before the table.

        A prompt that the server finds too long is tried once more with half of the papers.
        Raises EndpointError only while no text has come; afterwards the draft is incomplete
        and its notice says why.
        """
        window = await self.context_window()
        fitting = fit_offers(offers, window - min(self._limits.max_tokens, window // 2))
        try:
            async with aclosing(self._attempt(question, fitting, sides)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        except ContextOverflow:
            if len(fitting) < 2:
                raise
        async with aclosing(self._attempt(question, fitting[: len(fitting) // 2], sides)) as pieces:
            async for piece in pieces:
                yield piece

    async def _attempt(
        self, question: str, offers: Sequence[Offer], sides: Sequence[Column]
    ) -> AsyncGenerator[TextDelta | Draft, None]:
        marks = MarkFilter({offer.number for offer in offers})
        opening, prose = Opening(), Prose(held=bool(sides))
        text, finish, broken = "", None, ""
        tokens = Tokens()
        try:
            async with aclosing(self._ask(question, offers, sides)) as pieces:
                async for piece in pieces:
                    finish = piece.finish or finish
                    if piece.usage:
                        tokens = Tokens(piece.usage.prompt_tokens, piece.usage.completion_tokens)
                    ready = opening.feed(marks.feed(piece.text))
                    text += ready
                    if shown := prose.feed(ready):
                        yield TextDelta(shown)
                    if kept := find_repetition(text):
                        text, broken = text[:kept], REPEATS
                        break
        except EndpointError as error:
            if not text:
                raise
            broken = str(error)
        if not broken and (ready := opening.feed(marks.flush()) + opening.flush()):
            text += ready
            if shown := prose.feed(ready):
                yield TextDelta(shown)
        notice = broken or explain_ending(finish)
        draft = make_draft(text, offers, sides, notice)
        refused = draft.refused or opening.refused
        yield replace(draft, refused=refused, invalid_citations=marks.invalid, tokens=tokens)

    def _ask(
        self, question: str, offers: Sequence[Offer], sides: Sequence[Column]
    ) -> AsyncGenerator[Piece, None]:
        words = {"papers": write_evidence(offers), "question": question}
        asked = self.prompts["question"].fill(**words)
        if sides:
            asked = self.prompts["compare"].fill(**words, sides=write_sides(sides))
        messages = [Message("system", self.prompts["answer"].fill()), Message("user", asked)]
        return self.endpoint.stream(
            messages,
            max_tokens=self._limits.max_tokens,
            temperature=self._limits.temperature,
        )


def explain_ending(finish: str | None) -> str:
    """Why a reply that ended so is incomplete; empty if it is whole."""
    if finish is None:
        return CUT_OFF
    return ENDINGS.get(finish, "")


def make_draft(text: str, offers: Sequence[Offer], sides: Sequence[Column], notice: str) -> Draft:
    """What the whole text says. `notice` tells why it is incomplete; empty means whole."""
    prose, table = split_table(text) if sides else (text, "")
    sentences = parse_sentences(prose, offers)
    cited = any(sentence.citations for sentence in sentences)
    return Draft(
        text=prose.strip(),
        sentences=sentences,
        offers=tuple(offers),
        comparison=parse_table(table, sides, offers) if table else None,
        refused=REFUSAL in text and not cited,
        complete=not notice,
        notice=notice,
    )


def write_sides(sides: Sequence[Column]) -> str:
    """The sides of a comparison as the model is given them, with the papers of each."""
    lines = []
    for side in sides:
        marks = "".join(f"[{number}]" for number in side.papers) if side.found else "no paper"
        lines.append(f"- {defuse(side.name)}: {marks}")
    return "\n".join(lines)


def find_repetition(text: str) -> int:
    """Where a text that has begun to go round in circles is to be cut; 0 where it has not.

    A stretch of 12 to 400 characters four times in a row, a shorter one forty times, or
    signs two hundred times (a table has rules): small models with a temperature of 0 end so
    (Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration").
    """
    for length in range(1, min(LONGEST_CIRCLE, len(text) // TIMES_WORDS) + 1):
        unit = text[-length:]
        times = TIMES_WORDS if length >= 12 else TIMES_SHORT
        if "|" in unit or not any(map(str.isalnum, unit)):
            times = TIMES_SIGNS
        if text.endswith(unit * times):
            return len(text) - length * (times - 1)
    return 0


class Prose:
    """Lets the words before a table through; where `held`, nothing of the table."""

    def __init__(self, held: bool) -> None:
        self._held = held
        self._line = ""
        self._table = False

    def feed(self, text: str) -> str:
        """Take the next piece; return what of it is no table."""
        if not self._held or self._table:
            return "" if self._table else text
        shown = ""
        for piece in text.splitlines(keepends=True):
            self._line = piece if self._line.endswith("\n") else self._line + piece
            if self._line.lstrip().startswith("|"):
                self._table = True
                return shown
            shown += piece
        return shown


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
