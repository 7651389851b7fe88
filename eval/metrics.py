"""The metrics: their names, their meaning and what they are counted over.

Owns the list; knows nothing about how a value is computed. A metric's name is what
`--fail-under` and `footnote eval compare` take.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What a metric looks at, and who judges."""

    RETRIEVAL = "Retrieval"
    ANSWER = "Answers, local judge"
    RAGAS = "Answers, RAGAS"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of a question, between 0 and 1, higher is better.

    `label` is its short title, `meaning` one sentence for the reader. `binary`: a question
    either has it or not, so that its mean is a proportion. `paired`: its value for a question
    can differ from run to run; that of refusal precision cannot, only which questions count.
    """

    name: str
    label: str
    group: Group
    meaning: str
    binary: bool = False
    paired: bool = True


METRICS: tuple[Metric, ...] = (
    Metric(
        "recall@5",
        "Recall at 5",
        Group.RETRIEVAL,
        "The share of the gold papers among the first 5 of the ranking.",
    ),
    Metric(
        "recall@10",
        "Recall at 10",
        Group.RETRIEVAL,
        "The share of the gold papers among the first 10 of the ranking.",
    ),
    Metric(
        "ndcg@10",
        "nDCG at 10",
        Group.RETRIEVAL,
        "How high the gold papers stand in the first 10 (Järvelin and Kekäläinen 2002).",
    ),
    Metric(
        "mrr",
        "MRR",
        Group.RETRIEVAL,
        "One over the rank of the first gold paper (Voorhees 1999), 0 below rank 20.",
    ),
    Metric(
        "all_sides",
        "All sides found",
        Group.RETRIEVAL,
        "Comparative questions whose evidence holds a gold paper of every side.",
        binary=True,
    ),
    Metric(
        "evidence_recall",
        "Evidence recall",
        Group.RETRIEVAL,
        "The share of the gold papers among those that the answerer was given.",
    ),
    Metric(
        "faithfulness",
        "Faithfulness",
        Group.ANSWER,
        "The share of the sentences that need support whose wording is in a paper that the "
        "answerer was given.",
    ),
    Metric(
        "citation_recall",
        "Citation recall",
        Group.ANSWER,
        "The share of the sentences that need a citation whose citations support them "
        "(Gao et al. 2023).",
    ),
    Metric(
        "citation_precision",
        "Citation precision",
        Group.ANSWER,
        "The share of the citations that support their sentence, or without which the others "
        "would not (Gao et al. 2023).",
    ),
    Metric(
        "quotation_exactness",
        "Quotation exactness",
        Group.ANSWER,
        "The share of the quotations that stand word for word in a paper that they cite.",
    ),
    Metric(
        "key_facts",
        "Key facts covered",
        Group.ANSWER,
        "The share of the reference's key facts whose wording is found in the answer.",
    ),
    Metric(
        "gold_cited",
        "Gold papers cited",
        Group.ANSWER,
        "The share of the gold papers that the answer cites.",
    ),
    Metric(
        "both_sides",
        "Both sides present",
        Group.ANSWER,
        "Comparative questions whose answer cites a gold paper of every side.",
        binary=True,
    ),
    Metric(
        "premise_told",
        "False premise told",
        Group.ANSWER,
        "Questions with a false premise whose answer says so at its head, or refuses.",
        binary=True,
    ),
    Metric(
        "refusal_precision",
        "Refusal precision",
        Group.ANSWER,
        "Of the questions that were refused, those that no paper answers.",
        binary=True,
        paired=False,
    ),
    Metric(
        "refusal_recall",
        "Refusal recall",
        Group.ANSWER,
        "Of the questions that no paper answers, those that were refused.",
        binary=True,
    ),
    Metric(
        "gap_told",
        "Gap told",
        Group.ANSWER,
        "Of the questions that no paper answers, those refused or told what no paper mentions.",
        binary=True,
    ),
    Metric(
        "ragas_faithfulness",
        "Faithfulness",
        Group.RAGAS,
        "The share of the answer's statements that the judge infers from the papers given.",
    ),
    Metric(
        "ragas_context_precision",
        "Context precision",
        Group.RAGAS,
        "How high the papers that the judge finds useful for the reference stand among those "
        "given.",
    ),
    Metric(
        "ragas_context_recall",
        "Context recall",
        Group.RAGAS,
        "The share of the reference's sentences that the judge attributes to the papers given.",
    ),
    Metric(
        "ragas_answer_relevancy",
        "Answer relevancy",
        Group.RAGAS,
        "How near the questions that the judge makes from the answer are to the one asked.",
    ),
    Metric(
        "ragas_factual_correctness",
        "Factual correctness",
        Group.RAGAS,
        "F1 of the answer's claims against the reference's, by the judge.",
    ),
)

BY_NAME = {metric.name: metric for metric in METRICS}
