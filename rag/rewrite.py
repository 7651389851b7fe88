"""A follow-up -> a question that stands alone, by one short call of the endpoint.

Owns when the endpoint is asked, what it is told of the conversation, and whether its reply
can be trusted; knows nothing about retrieval. `rag.followup.resolving` understands every question
first: one that stands alone costs no call, and where the endpoint fails, or replies with
anything but the question, that understanding stays.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass

from rag.conversation import Conversation, Exchange
from rag.defuse import defuse
from rag.errors import EndpointError
from rag.followup.antecedents import Memory
from rag.followup.fragments import ASKS
from rag.followup.references import Kind, find_mentions
from rag.followup.resolving import LONGEST, Resolved
from rag.llm import Endpoint, Message
from rag.prompts import Prompt
from rag.terms import content_words, find_terms
from rag.wording import stem_words

TOLD = 3  # exchanges
TOLD_ANSWER = 300  # characters
TOLD_PAPERS = 8
MAX_TOKENS = 120
LONGEST_REPLY = 400
PATIENCE_SECONDS = 15.0  # the answer itself is still to come
BROKEN = (None, "length", "content_filter")
SHORT = 3  # content words of a question that may follow though nothing in it says so
LABEL = re.compile(r"^(?:(?:new|rewritten|stand-?alone)\s+)*question\s*:\s*", re.IGNORECASE)
CHATTER = re.compile(
    r"^(?:sure|certainly|of course|okay|here(?:['’]s| is| are)|i(?:['’]m| am| can| cannot| will)\b"
    r"|as an ai|sorry|note\b|not in these papers|rewritten\b)|:$",
    re.IGNORECASE,
)
MARK = re.compile(r"\[\s*\^?\d+[^\[\]]*\]")
POINTERS = {Kind.NUMBER, Kind.ORDER, Kind.OTHER, Kind.TITLED}


@dataclass(frozen=True, slots=True)
class Rewritten(Resolved):
    """A question that stands alone, and who made it so.

    `by_model`: the endpoint's words, else the local resolution's. `problem` says why the
    endpoint's were not taken; empty where they were, or where it was not asked.
    """

    by_model: bool = False
    problem: str = ""


class Rewriter:
    """Asks `endpoint` with the prompt `standalone`."""

    def __init__(self, endpoint: Endpoint, prompt: Prompt) -> None:
        self._endpoint = endpoint
        self._prompt = prompt

    async def rewrite(
        self,
        question: str,
        conversation: Conversation,
        titles: Mapping[int, str],
        local: Resolved,
    ) -> Rewritten:
        """The question as it is meant at this point of the conversation.

        `local` is how `rag.followup` understands it, `titles` are the titles of the papers
        that have numbers. Raises nothing of the endpoint's.
        """
        if not is_worth_asking(question, local, conversation):
            return _keep(local)
        exchanges = write_exchanges(conversation, titles)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                reply, finish = await self._ask(exchanges, " ".join(question.split()))
        except TimeoutError:
            return _keep(local, f"no rewriting within {PATIENCE_SECONDS:g} s")
        except EndpointError as error:
            return _keep(local, str(error))
        reply = _unwrap(reply)
        broken = finish in BROKEN
        problem = "the rewriting broke off" if broken else find_problem(reply, question)
        if problem:
            return _keep(local, problem)
        return _take(reply, question, local, Memory(conversation, titles))

    async def _ask(self, exchanges: str, question: str) -> tuple[str, str | None]:
        """(the reply, why it ended: None where it broke off)"""
        text, finish = "", None
        asked = Message("user", self._prompt.fill(exchanges=exchanges, question=question))
        stream = self._endpoint.stream([asked], max_tokens=MAX_TOKENS, temperature=0.0)
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                text += piece.text
                finish = piece.finish or finish
        return text, finish


def is_worth_asking(question: str, local: Resolved, conversation: Conversation) -> bool:
    """Whether something may have to be taken from the conversation."""
    if len(question) > LONGEST:
        return False
    if not any(not one.refused or one.cited for one in conversation.exchanges):
        return False
    return local.follows or len(content_words(question)) <= SHORT


def write_exchanges(conversation: Conversation, titles: Mapping[int, str]) -> str:
    """The last exchanges as the endpoint is told them; nothing in them can close the frame."""
    return "\n\n".join(_write(one, titles) for one in conversation.exchanges[-TOLD:])


def _write(exchange: Exchange, titles: Mapping[int, str]) -> str:
    lines = [f"Question: {defuse(exchange.question)}"]
    if exchange.refused:
        lines.append("Answer: none of the papers answers this.")
    elif exchange.text:
        lines.append(f"Answer, its beginning: {defuse(exchange.text[:TOLD_ANSWER])}")
    if exchange.sides:
        lines.append(f"Compared: {'; '.join(defuse(side.name) for side in exchange.sides)}")
    cited = [number for number in exchange.cited if number in titles][:TOLD_PAPERS]
    lines += [f"[{number}] {defuse(titles[number])}" for number in cited]
    return "\n".join(lines)


def _unwrap(reply: str) -> str:
    """The reply without a label before it and quotation marks around it."""
    bare = LABEL.sub("", reply.strip())
    inner = re.fullmatch(r"\"([^\"]+)\"|“([^“”]+)”", bare)
    return (inner[1] or inner[2]).strip() if inner else bare


def find_problem(reply: str, question: str) -> str:
    """Why a reply cannot be the question rewritten, in a few words; empty if it may be."""
    if not reply:
        return "the rewriting was empty"
    if len(reply.splitlines()) > 1 or len(reply) > LONGEST_REPLY:
        return "the rewriting was longer than a question"
    if CHATTER.search(reply) or not _asks_alike(reply, question):
        return "the rewriting was no question"
    invented = {*MARK.findall(reply)} - {*MARK.findall(question)}
    if invented:
        return f"the rewriting cites {', '.join(sorted(invented))}"
    lost = _find_lost(reply, question)
    return f"the rewriting lost {', '.join(f'“{word}”' for word in lost)}" if lost else ""


def _asks_alike(reply: str, question: str) -> bool:
    """Whether it is a question, or begins with the same word as what was asked."""
    if reply.endswith(("?", "？", "؟")) or ASKS.match(reply):
        return True
    return reply.split()[0].lower() == next(iter(question.lower().split()), "")


def _find_lost(reply: str, question: str) -> list[str]:
    """The names and figures of the question that are not in the reply; all of its content
    words, if not even half of them are. What points to papers may go."""
    own = question
    for mention in reversed(find_mentions(question)):
        if mention.kind in POINTERS:
            own = f"{own[: mention.start]} {own[mention.end :]}"
    kept = stem_words(reply)
    names = [term.text for term in find_terms(own) if term.is_name or term.text[0].isdigit()]
    lost = [name for name in names if not stem_words(name) <= kept]
    words = content_words(own)
    gone = [word for word in words if not stem_words(word) <= kept]
    return lost or (gone if len(gone) * 2 > len(words) else [])


def _take(reply: str, question: str, local: Resolved, memory: Memory) -> Rewritten:
    """The reply, unless it only repeats a question that the local resolution completes."""
    if reply.strip(" ?.!").casefold() == question.strip(" ?.!").casefold():
        if local.about or (local.follows and len(content_words(question)) < SHORT):
            return _keep(local, "the rewriting only repeats the question")
        return Rewritten(question, by_model=True)
    pointed = any(one.kind in POINTERS for one in find_mentions(question))
    about = local.about if pointed and local.about else memory.quoted(reply) or local.about
    return Rewritten(reply, about, True, by_model=True)


def _keep(local: Resolved, problem: str = "") -> Rewritten:
    return Rewritten(local.question, local.about, local.follows, problem=problem)
