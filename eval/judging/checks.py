"""What RAGAS lets pass, found: the judge's replies for one row held against each other.

Owns, for each metric, what its replies must be for its score to mean anything, and the note
that says what was counted. Knows nothing about how they came. RAGAS divides by the verdicts
that came, not by the statements asked about: four statements with one verdict score 1.0.
All raise Mismatch.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from eval.judging.model import Call
from eval.judging.replies import Mismatch, quote

ENOUGH_ALIKE = 0.5  # of two statements' words in their order; judges reword a little
ENOUGH_WORDS = 0.85  # of a reference's different words, to have been classified
ENOUGH_KNOWN = 0.4  # of a statement's words, to be drawn from a text; judges put names for "it"
QUESTIONS = 3  # that RAGAS has made of an answer
ROUNDING = 1e-6
DIGITS = 9  # RAGAS puts 1e-10 into denominators

Words = tuple[str, ...]


def check_value(value: object) -> float:
    """A score between 0 and 1, out of what RAGAS gave."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Mismatch(f"RAGAS gave {value!r} in place of a score")
    if math.isnan(value):
        raise Mismatch("RAGAS gave NaN in place of a score")
    if not -ROUNDING <= value <= 1 + ROUNDING:
        raise Mismatch(f"RAGAS gave {value:g}, which is not between 0 and 1")
    return round(min(max(float(value), 0.0), 1.0), DIGITS)


def check_cosine(value: object) -> float:
    """A mean cosine as a score: below 0 the questions have nothing in common, which is 0."""
    negative = isinstance(value, float) and -1 - ROUNDING <= value < 0
    return check_value(0.0 if negative else value)


def check_faithfulness(calls: Sequence[Call], question: str, response: str) -> str:
    """Statements of the answer, then one verdict on each."""
    statements = take_reply(calls, 0, "the statements").statements
    check_texts(statements, "statement", "the answer", f"{question} {response}")
    held = check_verdicts(statements, take_reply(calls, 1, "the verdicts").statements)
    return f"{held} of {len(statements)} statements"


def check_context_precision(calls: Sequence[Call], contexts: int) -> str:
    """One verdict on each paper."""
    if len(calls) != contexts:
        raise Mismatch(f"the judge gave {len(calls)} verdicts on {contexts} papers")
    useful = sum(check_binary(call.reply.verdict, "verdict") for call in calls)
    return f"{useful} of {contexts} papers"


def check_context_recall(calls: Sequence[Call], reference: str) -> str:
    """The reference's sentences, each attributed or not: all of them, and no others."""
    classified = take_reply(calls, 0, "the classifications").classifications
    statements = [one.statement for one in classified]
    check_texts(statements, "statement", "the reference", reference)
    held = sum(check_binary(one.attributed, "attribution") for one in classified)
    known = set(split_words(reference))
    seen = known & {word for one in statements for word in split_words(one)}
    if len(seen) < ENOUGH_WORDS * len(known):
        raise Mismatch(
            f"the judge classified {len(seen)} of the reference's {len(known)} different words"
        )
    return f"{held} of {len(classified)} statements"


def check_answer_relevancy(calls: Sequence[Call]) -> str:
    """Three questions, and for each whether the answer commits itself."""
    replies = [call.reply for call in calls]
    asked = [reply.question for reply in replies if reply.question.strip()]
    if len(asked) != QUESTIONS:
        raise Mismatch(f"the judge made {len(asked)} of {QUESTIONS} questions")
    evasive = sum(check_binary(reply.noncommittal, "noncommittal") for reply in replies)
    return f"{len(asked)} questions" + (f", {evasive} noncommittal" if evasive else "")


def check_factual_correctness(calls: Sequence[Call], response: str, reference: str) -> str:
    """The answer's claims with a verdict on each, then the reference's."""
    notes = []
    for place, whose, text in ((0, "the answer", response), (2, "the reference", reference)):
        # Without claims RAGAS asks for no verdicts and goes on.
        claims = take_reply(calls, place, f"the claims of {whose}").claims
        check_texts(claims, "claim", whose, text)
        held = check_verdicts(claims, take_reply(calls, place + 1, "the verdicts").statements)
        notes.append(f"{held} of {len(claims)} claims of {whose}")
    return ", ".join(notes)


def take_reply(calls: Sequence[Call], place: int, what: str) -> Any:
    if place >= len(calls):
        raise Mismatch(f"RAGAS never asked for {what}")
    return calls[place].reply


def check_texts(texts: Sequence[str], what: str, whose: str, source: str) -> None:
    """Statements that a judge has made of `source`, and not of RAGAS's examples, say."""
    if not texts:
        raise Mismatch(f"the judge found no {what} in {whose}")
    known = set(split_words(source))
    for text in texts:
        words = split_words(text)
        if not words:
            raise Mismatch(f"the judge gave an empty {what} for {whose}")
        if sum(word in known for word in words) < ENOUGH_KNOWN * len(words):
            raise Mismatch(f"the judge gave a {what} that is not in {whose}: {quote(text)}")


def check_binary(value: int, what: str) -> int:
    if value not in (0, 1):
        raise Mismatch(f"the judge gave {what} {value}, which is neither 0 nor 1")
    return value


def check_verdicts(statements: Sequence[str], verdicts: Sequence[Any]) -> int:
    """How many verdicts are 1, once each statement has its own."""
    if len(verdicts) != len(statements):
        raise Mismatch(f"the judge gave {len(verdicts)} verdicts on {len(statements)} statements")
    held = sum(check_binary(one.verdict, "verdict") for one in verdicts)
    known = [split_words(one) for one in statements]
    left = list(known)
    reworded = []
    for one in verdicts:
        words = split_words(one.statement)
        if words in left:
            left.remove(words)
        elif words in known:
            raise Mismatch(f"the judge gave two verdicts on one statement: {quote(one.statement)}")
        else:
            reworded.append(one.statement)
    for text in reworded:
        nearest = max(left, key=lambda one: measure_likeness(one, split_words(text)))
        if measure_likeness(nearest, split_words(text)) < ENOUGH_ALIKE:
            raise Mismatch(f"the judge gave a verdict on another statement: {quote(text)}")
        left.remove(nearest)
    return held


def split_words(text: str) -> Words:
    return tuple(re.findall(r"\w+", text.casefold()))


def measure_likeness(one: Words, other: Words) -> float:
    """The share of words in common and in order, 0 to 1 (Ratcliff and Metzener 1988)."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
