"""A second judge: a cross-encoder trained for entailment, named in the settings.

Owns the model and what its scores mean; knows nothing about answers. Unlike the local
judge's, its verdicts are about meaning: does the claim follow from the abstract? A model
with one output gives a probability of support; one with three gives contradiction,
entailment and neutral, in the order that its own configuration names (as the models of
Reimers and Gurevych's sentence-transformers trained on MultiNLI do).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

from rag.embedder import stay_offline
from rag.errors import EmbedderError
from rag.replies import Support
from rag.support.judging import Judgement

SUPPORTED_FROM = 0.5
PARTLY_FROM = 0.25
REASONS = {
    Support.SUPPORTED: "The entailment model says that it follows from the abstract.",
    Support.PARTLY: "The entailment model is not sure that it follows from the abstract.",
    Support.NOT_FOUND: "The entailment model says that it does not follow from the abstract.",
    Support.CONTRADICTED: "The entailment model says that the abstract contradicts it.",
}


class EntailmentJudge:
    """Judges with the CrossEncoder `name`, a name in the cache or a folder; loaded at first use."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._model: Any = None
        self._labels: tuple[str, ...] = ()
        self._lock = threading.Lock()

    async def judge(self, claim: str, sources: Sequence[str]) -> Judgement:
        """The best of the sources decides. Raises EmbedderError where the model is unusable."""
        return await asyncio.to_thread(self._judge, claim, tuple(sources))

    def _judge(self, claim: str, sources: Sequence[str]) -> Judgement:
        import numpy as np

        with self._lock:
            model = self._load()
            scores = np.asarray(
                model.predict([(source, claim) for source in sources], show_progress_bar=False),
                dtype=np.float64,
            ).reshape(len(sources), -1)
        if scores.shape[1] == 1:
            return _decide(float(scores.max()), 0.0)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        best = shares[shares[:, self._labels.index("entailment")].argmax()]
        against = shares[:, self._labels.index("contradiction")].max()
        return _decide(float(best[self._labels.index("entailment")]), float(against))

    def _load(self) -> Any:
        if self._model is None:
            from sentence_transformers import CrossEncoder

            stay_offline()
            try:
                model = CrossEncoder(self._name, local_files_only=True)
            except (OSError, ValueError, RuntimeError) as error:
                raise self._refuse(f"cannot be loaded: {error}") from error
            named = getattr(model.config, "id2label", {}) or {}
            self._labels = tuple(str(named[place]).lower() for place in sorted(named))
            if len(self._labels) > 1 and not {"entailment", "contradiction"} <= {*self._labels}:
                raise self._refuse(f"names its outputs {', '.join(self._labels)}")
            self._model = model
        return self._model

    def _refuse(self, what: str) -> EmbedderError:
        return EmbedderError(
            f"the entailment model {self._name!r} {what}",
            remedy="name a CrossEncoder with the outputs entailment and contradiction, or with"
            " one output, in [support] entailment, or leave it empty",
        )


def _decide(support: float, against: float) -> Judgement:
    verdict = Support.NOT_FOUND
    if against > max(support, SUPPORTED_FROM):
        verdict = Support.CONTRADICTED
    elif support >= SUPPORTED_FROM:
        verdict = Support.SUPPORTED
    elif support >= PARTLY_FROM:
        verdict = Support.PARTLY
    return Judgement(verdict, support, REASONS[verdict], None)
