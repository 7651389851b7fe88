"""Rows to judge, and a judge for them: what the tests of RAGAS share."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from openai_server import OpenAIServer

from eval.judging import CallCache, JudgeModel, RagasJudge
from eval.records import Kind, Question, Row, Score
from rag.records import Paper
from rag.replies import Answer, Mode, Offer

NEEDS_RAGAS = pytest.mark.skipif(
    importlib.util.find_spec("ragas") is None and not os.environ.get("CI"),
    reason="not installed: ragas (pip install 'footnote[eval]')",
)
ASKED = "Why do tides rise?"
PAPERS = (
    Paper("p1", "On tides", "The moon pulls the sea. Storms raise tides too."),
    Paper("p2", "On bread", "Yeast needs warmth."),
    Paper("p3", "On the sun", "The sun pulls less than the moon."),
)
QUESTION = Question(
    "q1",
    Kind.SINGLE,
    ASKED,
    gold_titles=("On tides",),
    answer="The moon pulls the sea. The sun pulls less than the moon. Whales push the water.",
)
TEXT = "The moon pulls the sea [1]. Storms raise tides too [1, 2]. Cheese sinks. Yeast rises [2]."
ANSWER = Answer(
    ASKED,
    TEXT,
    Mode.MODEL,
    papers=tuple(Offer(number, paper) for number, paper in enumerate(PAPERS, 1)),
)
ROW = Row(QUESTION, ANSWER)
# Angles of the questions to the one that was asked, whose vector is (1, 0).
COSINES = {ASKED: 1.0, "Near?": 0.9, "Half?": 0.5, "Away?": -0.6, "Nearly away?": 0.1, "  ": 0.0}


class AngleEmbedder:
    """Vectors in a plane at the angle that COSINES has for a text."""

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        cosines = [COSINES[text] for text in texts]
        return np.array([(c, (1 - c * c) ** 0.5) for c in cosines], dtype=np.float32)


def make_row(question: dict[str, Any] | None = None, **answer: Any) -> Row:
    return Row(replace(QUESTION, **(question or {})), replace(ANSWER, **answer))


def make_judge(
    server: OpenAIServer | str, folder: Path, embedder: Any = None, **model: Any
) -> RagasJudge:
    base_url = server if isinstance(server, str) else server.base_url
    options = {"model": "test-model", "timeout": 0.5} | model
    cache = CallCache(folder / "judge.sqlite3")
    return RagasJudge(JudgeModel(base_url, **options), cache, embedder or AngleEmbedder())


async def judge(
    server: OpenAIServer | str, folder: Path, metric: str, row: Row = ROW, **model: Any
) -> Score:
    async with make_judge(server, folder, **model) as one:
        score = await one.judge_row(row, metric)
    assert score is not None
    return score
