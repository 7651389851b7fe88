"""An engine that answers from a script, at the pace of a real one, for tests of the browser.

What a question says decides what happens: "slow", "stall", "fail", "early", "bug"; what is
answered is in `fake_answers`. Run it to look at the chat:
`PYTHONPATH=tests python -m e2e.fake_engine [port]`.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from e2e.fake_answers import select, suppose, understand, write
from e2e.fake_papers import HOSTILE, PAPERS

from rag.conversation import Conversation
from rag.errors import EndpointUnreachable
from rag.events import Checked, Done, Event, Found, TextDelta
from rag.replies import Answer, Sentence

__all__ = ["EXAMPLES", "FOLLOWUPS", "PAPERS", "FakeEngine"]

EXAMPLES = (
    "What makes attention over long documents cheaper?",
    "Compare sparse attention with evicting the cache",
    "Quote what is said about memory",
    "Which papers measure long-context reading?",
)
FOLLOWUPS = ("Tell me more about [2]", "How do [1] and [2] differ & “why”?")


@dataclass
class FakeEngine:
    """Keeps what was asked, and how many streams were open, finished and closed early."""

    papers: int = 346
    pace: float = 0.02
    asked: list[str] = field(default_factory=list)
    without: list[frozenset[str]] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)
    opened: int = 0
    finished: int = 0
    closed_early: int = 0
    quotes: bool = False

    def quoting(self) -> FakeEngine:
        """One that quotes and asks no model; it notes what is asked of it in the same lists."""
        return replace(self, quotes=True)

    def status(self) -> str:
        return "llama3.1 at http://127.0.0.1:11434/v1"

    def examples(self) -> tuple[str, ...]:
        return EXAMPLES

    def followups(self, answer: Answer, conversation: Conversation) -> tuple[str, ...]:
        asked = {answer.question, *(one.question for one in conversation.exchanges)}
        return tuple(one for one in FOLLOWUPS if one not in asked)

    def paper_count(self) -> int:
        return self.papers

    async def astream(
        self, question: str, conversation: Conversation, *, without: frozenset[str] = frozenset()
    ) -> AsyncIterator[Event]:
        self.asked.append(question)
        self.without.append(without)
        self.conversations.append(conversation)
        self.opened += 1
        try:
            async for event in self._script(question, conversation, without):
                yield event
            self.finished += 1
        except (asyncio.CancelledError, GeneratorExit):
            self.closed_early += 1
            raise

    async def _script(
        self, question: str, conversation: Conversation, without: frozenset[str]
    ) -> AsyncIterator[Event]:
        words = question.lower()
        papers = (HOSTILE, *PAPERS[:2]) if "hostile" in words else PAPERS
        offers = conversation.number(papers)
        await asyncio.sleep(self.pace * 8)
        if "early" in words and not self.quotes:
            raise EndpointUnreachable("nothing answers", remedy="footnote doctor")
        understood = understand(question, without)
        selection, premise = select(understood), suppose(question, offers)
        yield Found(offers, 12.5, (), understood, selection, premise)
        await asyncio.sleep(self.pace * 15)
        answer = write(question, offers)
        if self.quotes:
            quoted = write(f"quote {question}", offers)
            answer = replace(quoted, question=question, notice="", fell_back=False)
        async for event in self._speak(words, answer):
            yield event
        if "slow" in words:
            await asyncio.sleep(120)
        premise = answer.premise or premise
        yield Done(replace(answer, understood=understood, selection=selection, premise=premise))

    async def _speak(self, words: str, answer: Answer) -> AsyncIterator[Event]:
        spoken, checked = "", 0
        for number, piece in enumerate(re.findall(r"\S+\s*", answer.text)):
            self._interrupt(words, number)
            yield TextDelta(piece)
            spoken += piece
            known = checked_so_far(spoken, answer.sentences)
            if len(known) > checked:
                checked = len(known)
                yield Checked(known)
            await asyncio.sleep(5.0 if "stall" in words and number == 6 else self.pace)

    def _interrupt(self, words: str, number: int) -> None:
        if self.quotes:
            return
        if "fail" in words and number == 8 and self.asked.count(self.asked[-1]) == 1:
            raise EndpointUnreachable(
                "nothing answers at http://127.0.0.1:11434/v1",
                remedy="start the server, or empty [llm] base_url to answer by quoting",
            )
        if "bug" in words and number == 3:
            raise KeyError("chunk-17")


def checked_so_far(text: str, sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """The sentences that this beginning of the text holds whole, if they are checked at all."""
    spoken = re.sub(r"\[\d+\]|\W", "", text)
    whole = []
    for sentence in sentences:
        said = re.sub(r"\W", "", sentence.text)
        if said not in spoken or not sentence.verdict:
            break
        whole.append(sentence)
    return tuple(whole)


if __name__ == "__main__":
    import tempfile
    from pathlib import Path

    from house import make_house

    from ui.app import serve

    asked_port = int(sys.argv[1]) if len(sys.argv) > 1 else 7860
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 346
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as kept:
        house = make_house(Path(kept), FakeEngine(papers=count, pace=0.03))
        serve(house, host="127.0.0.1", port=asked_port)
