"""Sentences get their verdicts: which are held against what, live and once more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.check import (
    NOT_NEEDED,
    QUOTED,
    RECORDED,
    UNCITED,
    Checker,
    LiveChecker,
    count_unsupported,
)
from rag.errors import EndpointFailed
from rag.records import Paper
from rag.replies import (
    Answer,
    Aspect,
    Column,
    Comparison,
    Evidence,
    Mode,
    Offer,
    Sentence,
    Support,
)
from rag.support.judging import Judgement, SupportJudge

PAPERS = (
    Paper("a" * 12, "On Delay", "Weight decay shortens the delay by 40%. Dropout does nothing."),
    Paper("b" * 12, "On Size", "Larger models need fewer examples. They cost more to train."),
)
OFFERS = tuple(Offer(number, paper) for number, paper in enumerate(PAPERS, start=1))
TRUE = Sentence("Weight decay shortens the delay by 40%.", (1,))
WRONG = Sentence("Weight decay shortens the delay by 70%.", (1,))
ELSEWHERE = Sentence("Penguins breed on sea ice in winter.", (2,))
BARE = Sentence("Weight decay shortens the delay by 40%.")
HEADING = Sentence("The papers differ:")


class Second:
    """A second judge that says what it is told to."""

    def __init__(self, judgement: Judgement | None) -> None:
        self.judgement = judgement
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    async def judge(self, claim: str, sources: Sequence[str]) -> Judgement:
        self.asked.append((claim, tuple(sources)))
        if self.judgement is None:
            raise EndpointFailed("the judge is asleep", remedy="wake it")
        return self.judgement


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(SupportJudge())


def answer_of(*sentences: Sentence, **more: object) -> Answer:
    made = Answer("?", "text", Mode.MODEL, sentences, OFFERS)
    return replace(made, **more)  # type: ignore[arg-type]


def supports(sentences: Sequence[Sentence]) -> list[Support]:
    return [one.verdict.support for one in sentences if one.verdict]


def test_each_sentence_is_held_against_the_papers_it_cites(checker: Checker) -> None:
    checked = checker.check([TRUE, WRONG, ELSEWHERE], OFFERS)
    assert supports(checked) == [Support.SUPPORTED, Support.CONTRADICTED, Support.NOT_FOUND]
    assert [one.text for one in checked] == [TRUE.text, WRONG.text, ELSEWHERE.text]


def test_a_verdict_names_the_sentence_that_it_rests_on(checker: Checker) -> None:
    (checked,) = checker.check([TRUE], OFFERS)
    assert checked.evidence == (
        Evidence("a" * 12, "Weight decay shortens the delay by 40%.", 0, 39),
    )


def test_evidence_that_is_known_stays(checker: Checker) -> None:
    known = (Evidence("a" * 12, "Dropout does nothing.", 40, 61),)
    (checked,) = checker.check([replace(TRUE, evidence=known)], OFFERS)
    assert checked.evidence == known


def test_a_statement_that_cites_nothing_is_not_supported_whatever_it_says(
    checker: Checker,
) -> None:
    (checked,) = checker.check([BARE], OFFERS)
    assert checked.verdict == UNCITED


def test_what_only_orders_the_answer_needs_no_citation(checker: Checker) -> None:
    (checked,) = checker.check([HEADING], OFFERS)
    assert checked.verdict == NOT_NEEDED


def test_a_number_that_was_not_offered_is_no_source(checker: Checker) -> None:
    (checked,) = checker.check([replace(TRUE, citations=(9,))], OFFERS)
    assert checked.verdict == UNCITED


def test_a_refusal_needs_no_citation(checker: Checker) -> None:
    checked = checker.check_answer(answer_of(BARE, refused=True))
    assert [one.verdict for one in checked.sentences] == [NOT_NEEDED]


def test_what_the_library_records_say_is_not_held_against_abstracts(checker: Checker) -> None:
    checked = checker.check_answer(answer_of(BARE, mode=Mode.LIBRARY))
    assert [one.verdict for one in checked.sentences] == [RECORDED]
    assert checked.count_support() == (0, 0)


def test_cells_are_checked_like_sentences(checker: Checker) -> None:
    cells = (TRUE, Sentence("not stated in the abstract"))
    table = Comparison((Column("a", (1,)), Column("b", (2,))), (Aspect("finding", cells),))
    checked = checker.check_answer(answer_of(comparison=table))
    assert supports(checked.cells) == [Support.SUPPORTED, Support.NOT_NEEDED]


def test_support_is_counted_over_the_sentences_that_need_it(checker: Checker) -> None:
    checked = checker.check_answer(answer_of(HEADING, TRUE, WRONG, ELSEWHERE))
    assert checked.count_support() == (1, 3)
    assert count_unsupported(checked) == 2


async def test_a_second_judge_has_the_last_word(checker: Checker) -> None:
    second = Second(Judgement(Support.SUPPORTED, 0.9, "It follows."))
    both = Checker(SupportJudge(), second)
    answer = await both.check_again(checker.check_answer(answer_of(HEADING, WRONG)))
    assert supports(answer.sentences) == [Support.NOT_NEEDED, Support.SUPPORTED]
    assert answer.judged == "meaning"
    assert second.asked == [(WRONG.text, (f"On Delay\n{PAPERS[0].abstract}",))]


async def test_where_the_second_judge_fails_the_wording_decides_and_it_is_told(
    checker: Checker,
) -> None:
    both = Checker(SupportJudge(), Second(None))
    answer = await both.check_again(checker.check_answer(answer_of(WRONG)))
    assert supports(answer.sentences) == [Support.CONTRADICTED]
    assert answer.notice == "Support was judged by wording: the judge is asleep"
    assert answer.judged == "wording"


async def test_where_the_second_judge_fails_once_no_other_call_of_it_goes_on() -> None:
    ended: list[str] = []

    class Halting:
        async def judge(self, claim: str, sources: Sequence[str]) -> Judgement:
            assert sources
            if claim == TRUE.text:
                raise EndpointFailed("the judge is asleep", remedy="wake it")
            try:
                await asyncio.sleep(60)
            finally:
                ended.append(claim)
            raise AssertionError("it was to be cancelled")

    answer = await Checker(SupportJudge(), Halting()).check_again(answer_of(WRONG, TRUE))
    assert answer.notice == "Support was judged by wording: the judge is asleep"
    assert ended == [WRONG.text]
    assert len(asyncio.all_tasks()) == 1


def test_a_quotation_is_supported_without_asking_the_judge() -> None:
    class Unasked(SupportJudge):
        def judge(self, *_: object) -> Judgement:
            raise AssertionError("the wording is there, letter by letter")

    paper = PAPERS[0]
    evidence = Evidence(paper.paper_id, TRUE.text, 0, len(TRUE.text))
    (said,) = Checker(Unasked()).check([replace(TRUE, evidence=(evidence,))], OFFERS)
    assert said.verdict == QUOTED
    altered = replace(TRUE, text="Weight decay doubles the delay.", evidence=(evidence,))
    with pytest.raises(AssertionError, match="letter by letter"):
        Checker(Unasked()).check([altered], OFFERS)


def test_while_an_answer_streams_whole_sentences_are_checked_each_once(checker: Checker) -> None:
    live = LiveChecker(checker, OFFERS)
    text = f"{TRUE.text[:-1]} [1]. {WRONG.text[:-1]} [1]. {ELSEWHERE.text[:-1]} [2]."
    seen = [one for letter in text if (one := live.take(letter) and live.check())]
    assert [supports(one) for one in seen] == [
        [Support.SUPPORTED],
        [Support.SUPPORTED, Support.CONTRADICTED],
    ]
