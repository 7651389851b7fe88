"""What can go wrong in an evaluation.

    FootnoteError
    └── EvaluationError
        ├── BadQuestions     a set of questions, or of claims, cannot be read or does not fit
        ├── BadRun           a run's folder is not one, or was made of something else
        ├── JudgeMissing     RAGAS, or an endpoint for it, is not there
        ├── BadReply         a judge's reply cannot be used (eval/judging/replies.py)
        │   └── Mismatch     its replies do not fit each other
        └── UnusableCache    the judge's kept replies cannot be used (eval/judging/cache.py)

Owns the names; knows nothing about where they are raised.
"""

from __future__ import annotations

from rag.errors import (
    EndpointRefused,
    EndpointUnreachable,
    FootnoteError,
    ModelNotFound,
    NotAnEndpoint,
)

# What is wrong with an endpoint itself: as long as it never replied, no later call will fare
# better.
HOPELESS = (EndpointUnreachable, EndpointRefused, ModelNotFound, NotAnEndpoint)


class EvaluationError(FootnoteError):
    """Any failure of an evaluation."""


class BadQuestions(EvaluationError):
    """A set of questions or of labelled claims cannot be read, or does not fit its papers."""


class BadRun(EvaluationError):
    """A run's folder is not one, or holds what does not belong together."""


class JudgeMissing(EvaluationError):
    """RAGAS is not installed, or no endpoint is set for it."""
