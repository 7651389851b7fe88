"""What a judge replied, read: text -> a record of the shape that RAGAS asked for.

Owns the reading and the words of what is wrong with a reply; knows nothing about who asked.
Models put JSON in fences, or prose around it: the first object that can be read counts.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

from eval.errors import EvaluationError

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

    Shape = TypeVar("Shape", bound=BaseModel)

OPENINGS_TRIED = 100
PROBLEMS_TOLD = 3
WORDS_SHOWN = 60


class BadReply(EvaluationError):
    """The judge's reply cannot be used."""


class Mismatch(BadReply):
    """The judge's replies for one answer do not fit each other, or give no score."""


def read_reply(text: str, shape: type[Shape]) -> Shape:
    """The first JSON object of a reply. Raises BadReply without one, or if it does not fit."""
    from pydantic import ValidationError

    found = _find_object(text)
    if found is None and not text.strip():
        raise BadReply("the judge's reply was empty")
    if found is None:
        raise BadReply(f"the judge's reply holds no whole JSON object: {quote(text)}")
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        problem = f"the judge's reply does not fit {shape.__name__}: {_explain(error)}"
        raise BadReply(problem) from error


def quote(text: str) -> str:
    """The first words of a text, on one line and in quotes."""
    words = " ".join(text.split())
    return repr(words if len(words) <= WORDS_SHOWN else words[:WORDS_SHOWN].rstrip() + "…")


def _find_object(text: str) -> dict[str, object] | None:
    # Not strict: models put bare line ends into strings.
    decoder = json.JSONDecoder(strict=False)
    start = -1
    for _ in range(OPENINGS_TRIED):
        start = text.find("{", start + 1)
        if start < 0:
            return None
        try:
            found, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    return None


def _explain(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    told = [
        f"{'.'.join(map(str, one['loc'])) or 'reply'}: {one['msg']}"
        for one in problems[:PROBLEMS_TOLD]
    ]
    more = len(problems) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")
