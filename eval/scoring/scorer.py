"""All scores of a row that need no model server, and what they were judged with.

Owns which measures apply to which row; knows nothing about how any of them is computed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from eval.metrics import METRICS
from eval.records import Row, Score
from eval.scoring.citing import CitationScorer
from eval.scoring.quoting import score_quotations
from eval.scoring.retrieval import score_retrieval
from eval.scoring.telling import score_refusal, score_telling
from rag.replies import Mode
from rag.support.judging import PARTLY_FROM, SUPPORTED_FROM, SupportJudge
from rag.support.model import DEFAULT_FILE

OF_ANSWERS = ("faithfulness", "citation_recall", "citation_precision", "quotation_exactness")
SCORING = 2  # raised when a measure changes its meaning
ORDER = {metric.name: place for place, metric in enumerate(METRICS)}


class Scorer:
    """Scores rows with the local judge."""

    def __init__(self, judge: SupportJudge | None = None) -> None:
        self._judge = judge or SupportJudge()
        self._citations = CitationScorer(self._judge)

    def score(self, row: Row) -> tuple[Score, ...]:
        """The scores of every metric that applies, in the order of METRICS."""
        return tuple(sorted(self._score(row), key=lambda score: ORDER[score.metric]))

    def _score(self, row: Row) -> Iterator[Score]:
        yield from score_retrieval(row)
        yield from score_refusal(row)
        yield from score_telling(row, self._judge)
        if row.answer is None:
            if row.question.is_answerable:
                for name in OF_ANSWERS:
                    yield Score(name, None, failure=f"no answer: {row.error}")
        elif not row.answer.refused and row.answer.mode is not Mode.LIBRARY:
            yield from self._citations.score(self._citations.recheck(row.answer))
            yield from score_quotations(row.answer)


def fingerprint_scoring() -> str:
    """What local scores hang on: the judge's file and thresholds, and the measures' version."""
    judge = hashlib.sha256(DEFAULT_FILE.read_bytes()).hexdigest()
    return f"wording {judge[:12]} {SUPPORTED_FROM:g} {PARTLY_FROM:g} v{SCORING}"
