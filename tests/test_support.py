"""The local judge: wording that is there, in part, not, or turned around."""

from __future__ import annotations

import time
from statistics import median

import pytest

from rag.replies import Support
from rag.support.judging import Judgement, SupportJudge

ABSTRACT = (
    "Long documents are slow to search. We introduce Tarn, a retriever that reads a document "
    "in windows of 512 tokens. On the Fjord benchmark, Tarn raises recall from 52% to 61% and "
    "answers a query in 35 ms on one GPU. Unlike earlier work, it does not need labelled data. "
    "In small collections, KelpNet outperforms Tarn because few windows are left to compare. "
    "Training takes 3 days and reduces memory by a factor of two. Code is available online."
)
OTHER = (
    "Sea otters rest in groups that are called rafts. We followed 40 rafts for two winters and "
    "found that larger rafts drift less. Pups were rarely left alone."
)


@pytest.fixture(scope="module")
def judge() -> SupportJudge:
    return SupportJudge()


def rests_on(judged: Judgement, *sources: str) -> str:
    assert judged.best is not None
    source, start, end = judged.best
    return sources[source][start:end]


@pytest.mark.parametrize(
    "claim",
    [
        "Unlike earlier work, it does not need labelled data.",
        "Tarn raises recall from 52% to 61%",
        "On the Fjord benchmark, Tarn raises recall from 52 percent to 61 percent.",
        "In small collections, KelpNet outperforms Tarn because few windows are left to compare.",
        "Training takes three days.",
        "The authors introduce Tarn, a retriever that reads a document in windows of 512 tokens.",
    ],
)
def test_what_the_abstract_says_is_supported(judge: SupportJudge, claim: str) -> None:
    judged = judge.judge(claim, [ABSTRACT])
    assert judged.support is Support.SUPPORTED
    assert judged.score > 0.7


@pytest.mark.parametrize(
    "claim",
    [
        "Tarn increases recall on Fjord from 52% to 61%.",
        "A query is answered in 35 ms with one GPU.",
        "For small collections KelpNet surpasses Tarn.",
        "Tarn, a retriever, reads documents in windows of 512 tokens.",
        "No labelled data is needed.",
    ],
)
def test_other_words_for_the_same_are_not_lost(judge: SupportJudge, claim: str) -> None:
    assert judge.judge(claim, [ABSTRACT]).support in (Support.SUPPORTED, Support.PARTLY)


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (
            "On the Fjord benchmark, Tarn raises recall from 52% to 68%.",
            "The abstract says 61%, not 68%.",
        ),
        ("Training takes 3 hours.", "The abstract says 3 days, not 3 hours."),
        (
            "Unlike earlier work, it does need labelled data.",
            'The abstract says this with "not".',
        ),
        (
            "We do not introduce Tarn, a retriever that reads a document in windows of 512 tokens.",
            'The abstract says this without "not".',
        ),
        (
            "On the Fjord benchmark, Tarn lowers recall from 52% to 61%.",
            'The abstract says "raises", not "lowers".',
        ),
        (
            "On the Fjord benchmark, KelpNet raises recall from 52% to 61%.",
            'The abstract says "Tarn", not "KelpNet".',
        ),
        (
            "Tarn outperforms KelpNet in small collections.",
            'The abstract says this of "KelpNet", not of "Tarn".',
        ),
    ],
)
def test_what_the_abstract_says_otherwise_is_contradicted(
    judge: SupportJudge, claim: str, reason: str
) -> None:
    judged = judge.judge(claim, [ABSTRACT])
    assert (judged.support, judged.reason) == (Support.CONTRADICTED, reason)
    assert judged.score < 0.5


def test_what_no_abstract_says_is_not_found_and_rests_on_nothing(judge: SupportJudge) -> None:
    judged = judge.judge("Bananas ripen faster beside apples.", [ABSTRACT, OTHER])
    assert judged.support is Support.NOT_FOUND
    assert judged.reason == "The wording was not found in the abstract."
    assert judged.best is None
    assert judged.score < 0.25


def test_a_sentence_of_which_a_part_is_there_is_partly_supported(judge: SupportJudge) -> None:
    claim = (
        "Tarn answers a query in 35 ms on one GPU, and hospitals in Norway have bought licences "
        "for their archives of letters and diaries."
    )
    judged = judge.judge(claim, [ABSTRACT])
    assert judged.support is Support.PARTLY
    assert judged.reason.startswith("Part of the wording is in the abstract; ")


def test_the_words_claim_only_that_wording_was_compared(judge: SupportJudge) -> None:
    judged = judge.judge("Pups were rarely left alone.", [OTHER])
    assert judged.reason == "The wording is in the abstract."


def test_the_judgement_points_to_the_sentence_it_rests_on(judge: SupportJudge) -> None:
    judged = judge.judge("It was found that larger rafts drift less in winter.", [ABSTRACT, OTHER])
    assert rests_on(judged, ABSTRACT, OTHER) == (
        "We followed 40 rafts for two winters and found that larger rafts drift less."
    )


def test_several_abstracts_together_support_what_none_says_alone(judge: SupportJudge) -> None:
    claim = "Tarn does not need labelled data, and larger rafts drift less."
    alone = max(judge.judge(claim, [one]).score for one in (ABSTRACT, OTHER))
    together = judge.judge(claim, [ABSTRACT, OTHER])
    assert together.support is Support.SUPPORTED
    assert together.score > alone
    assert together.reason == "The wording is in the abstracts."


def test_words_of_the_title_count_as_found(judge: SupportJudge) -> None:
    claim = "Glacier Search introduces a retriever that reads a document in windows of 512 tokens."
    bare = judge.judge(claim, [ABSTRACT])
    titled = judge.judge(claim, [ABSTRACT], ["Glacier Search: windows over long documents"])
    assert titled.score > bare.score
    assert titled.support is Support.SUPPORTED


@pytest.mark.parametrize("claim", ["", " \n", "...", "\u202e\ufeff"])
def test_a_claim_without_a_word_is_not_found(judge: SupportJudge, claim: str) -> None:
    expected = Judgement(Support.NOT_FOUND, 0.0, "There is no wording to compare.")
    assert judge.judge(claim, [ABSTRACT]) == expected


@pytest.mark.parametrize("sources", [[], [""], ["...", " "]])
def test_without_a_source_nothing_is_found(judge: SupportJudge, sources: list[str]) -> None:
    expected = Judgement(Support.NOT_FOUND, 0.0, "There is no wording to compare.")
    assert judge.judge("Tarn raises recall.", sources) == expected


@pytest.mark.parametrize(
    "text",
    [
        "word " * 20_000,
        "w" * 100_000,
        "1" * 100_000,
        "a1" * 50_000,
        "not " * 25_000,
        "a. " * 33_000,
        "GPT-4.1-" * 12_000,
        "(" * 100_000,
        "𝟘①٣ Ⅷ ½ \u0000\ud7ff " * 5_000,
        "9" * 400 + "% of 1e999 and 1,000,000" + ",000" * 200,
    ],
)
def test_hostile_text_is_judged_in_bounded_time(judge: SupportJudge, text: str) -> None:
    start = time.perf_counter()
    for claim, source in ((text, ABSTRACT), (ABSTRACT, text), (text, text)):
        assert 0.0 <= judge.judge(claim, [source]).score <= 1.0
    assert time.perf_counter() - start < 10


def test_a_sentence_is_judged_in_milliseconds(judge: SupportJudge) -> None:
    claims = [f"Tarn number {number} answers a query in 35 ms on one GPU." for number in range(40)]
    times = []
    for claim in claims:
        start = time.perf_counter()
        judge.judge(claim, [ABSTRACT])
        times.append(time.perf_counter() - start)
    assert median(times) < 0.015
