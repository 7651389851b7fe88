"""How well the papers were found.

Owns the scores of the ranking and of the evidence; knows nothing about answers' words. A
question is ranked where papers answer it and its own words can find them: not one that no
paper answers, nor one that asks for the library's records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from eval.measures import ndcg, recall, reciprocal_rank
from eval.records import Kind, Question, Row, Score
from rag.titles import normalise_title

UNRANKED = frozenset({Kind.UNANSWERABLE, Kind.METADATA, Kind.OPEN})
RANKED = 20  # papers of a ranking that are kept


@dataclass(frozen=True, slots=True)
class Sought:
    """The ranking and the gold papers of a question, as normalised titles."""

    ranking: tuple[str, ...]
    gold: frozenset[str]


MEASURES: Mapping[str, Callable[[Sought], float]] = {
    "recall@5": lambda sought: recall(sought.ranking, sought.gold, 5),
    "recall@10": lambda sought: recall(sought.ranking, sought.gold, 10),
    "ndcg@10": lambda sought: ndcg(sought.ranking, sought.gold, 10),
    "mrr": lambda sought: reciprocal_rank(sought.ranking, sought.gold),
}


def score_retrieval(row: Row) -> Iterator[Score]:
    """The scores of the ranking, then of the papers that the answerer was given."""
    question = row.question
    gold = normalise_all(question.gold_titles)
    if not gold:
        return
    if question.kind not in UNRANKED:
        sought = Sought(tuple(normalise_title(one.title) for one in row.ranking), gold)
        yield from (Score(name, measure(sought)) for name, measure in MEASURES.items())
    if row.answer is None:
        yield from _fail(row)
        return
    given = normalise_all(tuple(offer.paper.title for offer in row.answer.papers))
    if question.kind is Kind.COMPARATIVE:
        yield score_sides("all_sides", question, given)
    found = len(gold & given)
    yield Score("evidence_recall", found / len(gold), f"{found} of {len(gold)} papers")


def score_sides(metric: str, question: Question, given: frozenset[str]) -> Score:
    """Whether every side has one of its papers among `given` (normalised titles)."""
    sides = question.sides or tuple((title,) for title in question.gold_titles)
    heard = sum(bool(normalise_all(side) & given) for side in sides)
    return Score(metric, float(heard == len(sides)), f"{heard} of {len(sides)} sides")


def normalise_all(titles: tuple[str, ...]) -> frozenset[str]:
    """Titles as they are compared."""
    return frozenset(map(normalise_title, titles))


def _fail(row: Row) -> Iterator[Score]:
    names = ["evidence_recall"]
    if row.question.kind is Kind.COMPARATIVE:
        names.insert(0, "all_sides")
    yield from (Score(name, None, failure=f"no answer: {row.error}") for name in names)
