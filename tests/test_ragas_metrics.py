"""The five metrics of RAGAS, each computed by hand beside what a judge over HTTP gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ragas_judge import JudgeServer
from ragas_rows import (
    ANSWER,
    ASKED,
    NEEDS_RAGAS,
    PAPERS,
    QUESTION,
    ROW,
    judge,
    make_judge,
    make_row,
)

from eval.judging import RAGAS_METRICS, applies
from eval.judging.metrics import list_contexts, read_response
from eval.records import Kind, Question, Row, Score
from rag.embedder import SentenceEmbedder
from rag.replies import Aspect, Column, Comparison, Mode, Offer, Sentence

pytestmark = NEEDS_RAGAS
FAITHFULNESS, PRECISION, RECALL, RELEVANCY, CORRECTNESS = RAGAS_METRICS
OF_CONTEXTS = (PRECISION, RECALL)
OF_REFERENCE = (RELEVANCY, CORRECTNESS)


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with JudgeServer() as one:
        yield one


async def test_faithfulness_is_the_share_of_statements_in_the_papers(
    server: JudgeServer, tmp_path: Path
) -> None:
    # "The moon pulls the sea." and "Storms raise tides too." stand in the papers; two do not.
    assert await judge(server, tmp_path, FAITHFULNESS) == Score(
        FAITHFULNESS, 0.5, "2 of 4 statements"
    )
    assert server.judge.asked == {"StatementGeneratorOutput": 1, "NLIStatementOutput": 1}
    first, second = server.judge.seen
    assert first == {
        "question": ASKED,
        "answer": "The moon pulls the sea. Storms raise tides too. Cheese sinks. Yeast rises.",
    }
    assert second["context"] == "\n".join(f"{one.title}\n{one.abstract}" for one in PAPERS)


async def test_context_precision_is_the_average_precision_of_the_papers(
    server: JudgeServer, tmp_path: Path
) -> None:
    # The first and the third paper are useful: (1/1 + 2/3) / 2.
    score = await judge(server, tmp_path, PRECISION)
    assert score.value == pytest.approx(5 / 6, abs=1e-8)
    assert score.note == "2 of 3 papers"
    assert server.judge.asked == {"ContextPrecisionOutput": 3}
    assert [one["context"] for one in server.judge.seen] == list_contexts(ROW)


async def test_context_precision_of_useful_papers_only_is_exactly_one(
    server: JudgeServer, tmp_path: Path
) -> None:
    row = make_row(papers=(Offer(1, PAPERS[0]),))
    assert await judge(server, tmp_path, PRECISION, row) == Score(PRECISION, 1.0, "1 of 1 papers")


async def test_context_recall_is_the_share_of_the_references_sentences(
    server: JudgeServer, tmp_path: Path
) -> None:
    score = await judge(server, tmp_path, RECALL)
    assert score.value == pytest.approx(2 / 3, abs=1e-8)
    assert score.note == "2 of 3 statements"
    assert server.judge.asked == {"ContextRecallOutput": 1}


async def test_answer_relevancy_is_the_mean_cosine_of_three_questions(
    server: JudgeServer, tmp_path: Path
) -> None:
    server.judge.questions = ["Near?", "Half?", "Nearly away?"]
    score = await judge(server, tmp_path, RELEVANCY)
    assert score.value == pytest.approx((0.9 + 0.5 + 0.1) / 3, abs=1e-6)
    assert score.note == "3 questions"
    assert server.judge.asked == {"AnswerRelevanceOutput": 3}


async def test_questions_that_point_the_other_way_score_zero(
    server: JudgeServer, tmp_path: Path
) -> None:
    server.judge.questions = ["Away?", "Away?", "Nearly away?"]
    assert await judge(server, tmp_path, RELEVANCY) == Score(RELEVANCY, 0.0, "3 questions")


async def test_an_answer_that_commits_to_nothing_is_not_relevant(
    server: JudgeServer, tmp_path: Path
) -> None:
    server.judge.replies["AnswerRelevanceOutput"] = {"question": ASKED, "noncommittal": 1}
    score = await judge(server, tmp_path, RELEVANCY)
    assert score == Score(RELEVANCY, 0.0, "3 questions, 3 noncommittal")


async def test_the_real_embedding_model_finds_the_same_question_the_same(
    server: JudgeServer, tmp_path: Path
) -> None:
    server.judge.questions = [ASKED]
    async with make_judge(server, tmp_path, SentenceEmbedder()) as one:
        assert await one.judge_row(ROW, RELEVANCY) == Score(RELEVANCY, 1.0, "3 questions")


async def test_factual_correctness_is_f1_of_the_claims(server: JudgeServer, tmp_path: Path) -> None:
    # 1 of the answer's 4 claims stands in the reference, 1 of its 3 in the answer:
    # 2 * 1 / (2 * 1 + 3 + 2) = 0.2857, which RAGAS rounds to two digits.
    assert await judge(server, tmp_path, CORRECTNESS) == Score(
        CORRECTNESS, 0.29, "1 of 4 claims of the answer, 1 of 3 claims of the reference"
    )
    assert server.judge.asked == {"ClaimDecompositionOutput": 2, "NLIStatementOutput": 2}


@pytest.mark.parametrize("metric", [FAITHFULNESS, *OF_REFERENCE])
@pytest.mark.parametrize("text", ["", " \n", "[1][2]"])
async def test_an_empty_answer_scores_zero_and_nobody_is_asked(
    server: JudgeServer, tmp_path: Path, metric: str, text: str
) -> None:
    score = await judge(server, tmp_path, metric, make_row(text=text))
    assert score == Score(metric, 0.0, "empty answer")
    assert server.requests == []


@pytest.mark.parametrize("metric", OF_REFERENCE)
async def test_a_refused_answer_scores_zero_and_nobody_is_asked(
    server: JudgeServer, tmp_path: Path, metric: str
) -> None:
    row = make_row(text="The papers do not say.", refused=True)
    assert await judge(server, tmp_path, metric, row) == Score(metric, 0.0, "refused")
    assert server.requests == []


async def test_an_answer_without_papers_has_nothing_to_be_faithful_to(
    server: JudgeServer, tmp_path: Path
) -> None:
    score = await judge(server, tmp_path, FAITHFULNESS, make_row(papers=()))
    assert score == Score(FAITHFULNESS, 0.0, "no paper was given")
    assert server.requests == []


@pytest.mark.parametrize("metric", RAGAS_METRICS)
async def test_a_row_without_an_answer_is_a_failure(
    server: JudgeServer, tmp_path: Path, metric: str
) -> None:
    row = Row(QUESTION, None, error="the model\nfell over")
    score = await judge(server, tmp_path, metric, row)
    assert score == Score(metric, None, failure="no answer: the model fell over")
    assert server.requests == []


def applying(row: Row) -> set[str]:
    return {metric for metric in RAGAS_METRICS if applies(row, metric)}


def test_to_what_each_metric_applies() -> None:
    every = set(RAGAS_METRICS)
    assert applying(ROW) == every
    assert applying(make_row(mode=Mode.QUOTING)) == every
    assert applying(make_row(mode=Mode.LIBRARY)) == every - {FAITHFULNESS}
    assert applying(make_row(refused=True)) == every - {FAITHFULNESS}
    assert applying(make_row(papers=())) == every - {*OF_CONTEXTS}
    assert applying(make_row({"gold_titles": ()})) == every - {*OF_CONTEXTS}
    assert applying(make_row({"kind": Kind.METADATA})) == every - {*OF_CONTEXTS}
    assert applying(make_row({"kind": Kind.FALSE_PREMISE})) == every
    assert applying(make_row({"answer": " "})) == {FAITHFULNESS}
    unanswerable = {"kind": Kind.UNANSWERABLE}
    assert applying(make_row(unanswerable)) == {FAITHFULNESS}
    assert applying(make_row(unanswerable, refused=True)) == set()
    assert applying(Row(Question("q", Kind.UNANSWERABLE, "?"), None)) == {FAITHFULNESS}


async def test_what_does_not_apply_gives_no_score(server: JudgeServer, tmp_path: Path) -> None:
    async with make_judge(server, tmp_path) as one:
        assert await one.judge_row(make_row(mode=Mode.LIBRARY), FAITHFULNESS) is None
        with pytest.raises(ValueError, match=r"^'recall@5' is no metric of RAGAS; there are "):
            await one.judge_row(ROW, "recall@5")
    assert server.requests == []


def test_the_response_has_the_comparison_and_no_marks_but_keeps_years_and_code() -> None:
    cells = (Sentence("It rises", (1,)), Sentence("It does not", (2, 3)))
    sides = (Column("sea", (1,)), Column("lake", (2,)))
    table = Comparison(sides, (Aspect("level", cells),))
    row = make_row(text="Since [2019] `x[1]` rises [1][2].", comparison=table)
    assert read_response(row) == (
        "Since [2019] `x[1]` rises.\n\n"
        "|  | sea | lake |\n|---|---|---|\n| level | It rises | It does not |"
    )


async def test_lone_surrogates_reach_the_judge_as_question_marks(
    server: JudgeServer, tmp_path: Path
) -> None:
    score = await judge(server, tmp_path, FAITHFULNESS, make_row(text="The sea \ud800 rises."))
    assert score == Score(FAITHFULNESS, 0.0, "0 of 1 statements")
    assert server.judge.seen[0]["answer"] == "The sea ? rises."


def test_the_row_used_here_is_a_sound_one() -> None:
    assert Row.from_record(ROW.to_record()) == ROW
    assert [offer.number for offer in ANSWER.papers] == [1, 2, 3]
