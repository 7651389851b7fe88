"""A judge for tests: answers RAGAS's prompts over HTTP as a scripted model would.

Owns what a prompt asks for and a plain answer to it; knows nothing about Footnote's code. By
default it splits at sentences, and a statement holds where it stands in the context word for
word. `replies["NLIStatementOutput"] = lambda data: ...` puts other words in its mouth.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from openai_server import OpenAIServer

Say = Callable[[dict[str, Any]], Any]
SCHEMA = re.compile(r"not the schema itself:\n(\{.*\})\n\n")
INPUT = "with the following input\ninput: "


def split(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=\.)\s+", text) if one]


def verdicts(statements: list[str], *found: int) -> dict[str, Any]:
    """One verdict on each statement, as RAGAS wants them."""
    judged = zip(statements, found, strict=True)
    return {"statements": [{"statement": s, "reason": "r", "verdict": v} for s, v in judged]}


def classified(statements: list[str], *found: int) -> dict[str, Any]:
    judged = zip(statements, found, strict=True)
    return {
        "classifications": [{"statement": s, "reason": "r", "attributed": v} for s, v in judged]
    }


class ScriptedJudge:
    """Call it with the messages of a request. `asked` counts the shapes asked for."""

    def __init__(self) -> None:
        self.questions = ["What is asked?"]
        self.replies: dict[str, Any] = {}
        self.asked: Counter[str] = Counter()
        self.seen: list[dict[str, Any]] = []
        self.most_at_once = self._at_once = 0
        self.delay = 0.0
        self._lock = threading.Lock()

    def __call__(self, messages: list[dict[str, str]]) -> str:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        time.sleep(self.delay)
        try:
            return self.reply(messages)
        finally:
            with self._lock:
                self._at_once -= 1

    def reply(self, messages: list[dict[str, str]]) -> str:
        prompt = messages[0]["content"]
        schema = SCHEMA.search(prompt)
        assert schema, prompt
        shape = json.loads(schema.group(1))["title"]
        found, _ = json.JSONDecoder().raw_decode(prompt.rpartition(INPUT)[2])
        with self._lock:
            self.seen.append(found)
            self.asked[shape] += 1
            said = self.replies.get(shape, getattr(self, f"say_{shape}"))
            said = said(found) if callable(said) else said
        return said if isinstance(said, str) else f"```json\n{json.dumps(said)}\n```"

    def say_StatementGeneratorOutput(self, data: dict[str, Any]) -> Any:  # noqa: N802
        return {"statements": split(data["answer"])}

    def say_ClaimDecompositionOutput(self, data: dict[str, Any]) -> Any:  # noqa: N802
        return {"claims": split(data["response"])}

    def say_NLIStatementOutput(self, data: dict[str, Any]) -> Any:  # noqa: N802
        statements = data["statements"]
        return verdicts(statements, *(int(one in data["context"]) for one in statements))

    def say_ContextPrecisionOutput(self, data: dict[str, Any]) -> Any:  # noqa: N802
        useful = any(one in data["context"] for one in split(data["answer"]))
        return {"reason": "r", "verdict": int(useful)}

    def say_ContextRecallOutput(self, data: dict[str, Any]) -> Any:  # noqa: N802
        statements = split(data["answer"])
        return classified(statements, *(int(one in data["context"]) for one in statements))

    def say_AnswerRelevanceOutput(self, data: dict[str, Any]) -> Any:  # noqa: ARG002, N802
        position = (self.asked["AnswerRelevanceOutput"] - 1) % len(self.questions)
        return {"question": self.questions[position], "noncommittal": 0}


class JudgeServer(OpenAIServer):
    """The scripted judge, served: `with JudgeServer() as server: server.judge...`"""

    def __init__(self) -> None:
        self.judge = ScriptedJudge()
        super().__init__(reply=self.judge)
