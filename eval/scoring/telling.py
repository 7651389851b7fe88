"""Whether an answer tells what it should: the key facts, all sides, a false premise, that
no paper answers.

Owns what is counted for each kind of question; knows nothing about citations' support. Key
facts are looked for by wording: a fact told in quite other words counts as missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from eval.records import Kind, Row, Score
from eval.scoring.retrieval import normalise_all, score_sides
from rag.replies import Answer, Mode, Support
from rag.support.judging import SupportJudge

PREMISE_FACT = "premise is false"
MARKS = re.compile(r"\s?\[\d{1,4}\]")


def score_refusal(row: Row) -> Iterator[Score]:
    """Whether a refusal was right, and whether one that was due came.

    A question without an answer counts as not refused: an error is no refusal. Of an open
    question nobody knows whether it should be refused.
    """
    if row.question.kind is Kind.OPEN:
        return
    refused = row.answer is not None and row.answer.refused
    if refused:
        yield Score("refusal_precision", float(not row.question.is_answerable))
    if row.question.is_answerable:
        return
    if row.answer is None:
        for name in ("refusal_recall", "gap_told"):
            yield Score(name, None, failure=f"no answer: {row.error}")
        return
    yield Score("refusal_recall", float(refused))
    yield Score("gap_told", float(refused or bool(row.answer.missing_terms)))


def score_telling(row: Row, judge: SupportJudge) -> Iterator[Score]:
    """What the answer to an answerable question tells of what it should."""
    question, answer = row.question, row.answer
    if not question.is_answerable:
        return
    if answer is None:
        yield from (Score(name, None, failure=f"no answer: {row.error}") for name in _due(row))
        return
    cited = normalise_all(tuple(one.paper.title for one in answer.papers if one.cited))
    if question.key_facts:
        yield score_facts(question.key_facts, answer, judge)
    if gold := normalise_all(question.gold_titles):
        found = len(gold & cited)
        yield Score("gold_cited", found / len(gold), f"{found} of {len(gold)} papers")
    if question.kind is Kind.COMPARATIVE:
        yield score_sides("both_sides", question, cited)
    if question.kind is Kind.FALSE_PREMISE:
        yield Score("premise_told", float(answer.premise is not None or answer.refused))


def _due(row: Row) -> Iterator[str]:
    if row.question.key_facts:
        yield "key_facts"
    if row.question.gold_titles:
        yield "gold_cited"
    if row.question.kind is Kind.COMPARATIVE:
        yield "both_sides"
    if row.question.kind is Kind.FALSE_PREMISE:
        yield "premise_told"


def score_facts(facts: tuple[str, ...], answer: Answer, judge: SupportJudge) -> Score:
    """The share of the facts whose wording the answer holds; a refusal holds none."""
    said = "" if answer.refused else MARKS.sub("", answer.whole_text)
    if answer.premise is not None:
        said = f"{answer.premise.text}\n{said}"
    if answer.mode is Mode.LIBRARY:
        said += "\n" + "\n".join(one.paper.title for one in answer.papers if one.cited)
    missing = [fact for fact in facts if not _tells(fact, said, answer, judge)]
    told = len(facts) - len(missing)
    note = f"{told} of {len(facts)} facts"
    if missing:
        note += f"; not found: {'; '.join(missing)}"
    return Score("key_facts", told / len(facts), note)


def _tells(fact: str, said: str, answer: Answer, judge: SupportJudge) -> bool:
    if fact.strip(" .").lower() == PREMISE_FACT:
        return answer.premise is not None
    return bool(said.strip()) and judge.judge(fact, [said]).support is Support.SUPPORTED
