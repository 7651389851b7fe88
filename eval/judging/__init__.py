"""Answers judged by RAGAS, with any OpenAI-compatible model as the judge.

Owns what `footnote eval` needs of it; knows nothing about commands or files but the cache.

    model   how the judge is asked          cache    what it has said before
    checks  what RAGAS lets pass            metrics  one row, one metric -> Score
    vendor  the one place that imports it   run      all rows, all metrics
"""

from eval.judging.cache import CallCache, UnusableCache
from eval.judging.metrics import RAGAS_METRICS, RagasJudge, applies
from eval.judging.model import JudgeModel, Tally
from eval.judging.replies import BadReply, Mismatch
from eval.judging.run import judge_all

__all__ = [
    "RAGAS_METRICS",
    "BadReply",
    "CallCache",
    "JudgeModel",
    "Mismatch",
    "RagasJudge",
    "Tally",
    "UnusableCache",
    "applies",
    "judge_all",
]
