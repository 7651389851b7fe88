"""Whether the library speaks to a question at all.

Owns the decision to refuse, and which terms no paper mentions; knows nothing about how an
answer is written. The decision adds up the best hit's score, the mean of the best five (a
subject that a library covers has neighbours; a chance likeness stands alone) and takes off
for words that occur in no paper.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.library import Library
from rag.records import Hit
from rag.terms import content_words, find_missing_terms

# Chosen on tests/data and the development questions, over the starter papers and 346 others
# (eval/LOG.md): of 60 off-topic questions the highest reaches 0.379 in either library; of
# 166 judgements of questions that can be answered the second lowest reaches 0.391.
REFUSE_BELOW = 0.385
UNKNOWN_WORDS_COST = 0.2
NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class Scope:
    """`refused`: nothing here is about it. `missing_terms`: as written in the question."""

    refused: bool
    missing_terms: tuple[str, ...]
    strength: float


def judge_scope(question: str, hits: tuple[Hit, ...], library: Library) -> Scope:
    """Judge by the best hits of a question, best first."""
    missing = find_missing_terms(question, library)
    best = [hit.score for hit in hits[:NEIGHBOURS]]
    if not best:
        return Scope(True, missing, 0.0)
    words = content_words(question)
    counts = library.count_papers_with(words)
    unknown = sum(count == 0 for count in counts.values()) / max(1, len(words))
    strength = max(best) + sum(best) / len(best) - UNKNOWN_WORDS_COST * unknown
    return Scope(strength < REFUSE_BELOW, missing, strength)
