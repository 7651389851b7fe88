"""A second judge: the endpoint, asked whether a claim follows from the abstracts.

Owns the question and the reading of the reply; knows nothing about answers. The reply is
one line, `VERDICT: supported - reason`; a reply that gives no verdict is a failure of the
endpoint and told as one, never taken for support.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import aclosing

from rag.defuse import defuse
from rag.errors import EndpointFailed
from rag.llm import Endpoint
from rag.prompts import Prompt
from rag.replies import Support
from rag.support.judging import Judgement
from rag.wire import Message

MAX_TOKENS = 80
LONGEST_REASON = 200
LONGEST_SOURCE = 12_000
VERDICT = re.compile(
    r"VERDICT\W{1,4}(supported|partly|partially|not[ _-]?found|not[ _-]?supported|contradicted)"
    r"\b(?!\s*\|)[\s*_`]*[-–—:.,;]*\s*(.*)",
    re.IGNORECASE,
)
MEANINGS = {"s": Support.SUPPORTED, "p": Support.PARTLY, "c": Support.CONTRADICTED}
SCORES = {Support.SUPPORTED: 1.0, Support.PARTLY: 0.5}


class EndpointJudge:
    """Asks `endpoint` with the prompt `support`."""

    def __init__(self, endpoint: Endpoint, prompt: Prompt) -> None:
        self._endpoint = endpoint
        self._prompt = prompt

    async def judge(self, claim: str, sources: Sequence[str]) -> Judgement:
        """One short call. Raises EndpointError, also for a reply without a verdict."""
        abstracts = "\n\n".join(defuse(source[:LONGEST_SOURCE]) for source in sources)
        asked = Message("user", self._prompt.fill(claim=defuse(claim), abstracts=abstracts))
        reply = ""
        stream = self._endpoint.stream([asked], max_tokens=MAX_TOKENS, temperature=0.0)
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                reply += piece.text
        return read_verdict(reply)


def read_verdict(reply: str) -> Judgement:
    """The first verdict of a reply. Raises EndpointFailed where there is none."""
    match = VERDICT.search(reply[:2000])
    if match is None:
        raise EndpointFailed(
            f"the judge gave no verdict: {reply.strip()[:80]!r}",
            remedy='set [support] judge = "local", or a model that follows instructions',
        )
    support = MEANINGS.get(match.group(1)[0].lower(), Support.NOT_FOUND)
    said = " ".join(match.group(2).split())[:LONGEST_REASON]
    reason = f"The model judges: {said}" if said else f"The model judges it {support.value}."
    return Judgement(support, SCORES.get(support, 0.0), reason, None)
