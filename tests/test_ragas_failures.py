"""What RAGAS hides and what judges do wrong: each a failure with its reason, never a score."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asking import free_port
from openai_server import OpenAIServer
from ragas_judge import JudgeServer, classified, verdicts
from ragas_rows import NEEDS_RAGAS, ROW, AngleEmbedder, judge, make_judge

from eval.judging import RAGAS_METRICS, CallCache, Mismatch
from eval.judging.checks import check_context_precision, check_value
from eval.records import Score
from rag import errors

pytestmark = NEEDS_RAGAS
FAITHFULNESS, PRECISION, RECALL, RELEVANCY, CORRECTNESS = RAGAS_METRICS
NLI, STATEMENTS = "NLIStatementOutput", "StatementGeneratorOutput"
CLAIMS, USEFUL = "ClaimDecompositionOutput", "ContextPrecisionOutput"
CLASSES, QUESTIONS = "ContextRecallOutput", "AnswerRelevanceOutput"


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with JudgeServer() as one:
        yield one


def all_but_one(data: dict[str, Any]) -> Any:
    return verdicts(data["statements"][:1], 1)


def of_others(data: dict[str, Any]) -> Any:
    others = [f"Pigs of kind {number} fly." for number in range(len(data["statements"]))]
    return verdicts(others, *[1] * len(others))


def of_one_twice(data: dict[str, Any]) -> Any:
    first = data["statements"][0]
    return verdicts([first, first, *data["statements"][2:]], *[1] * len(data["statements"]))


def sevens(data: dict[str, Any]) -> Any:
    return verdicts(data["statements"], *[7] * len(data["statements"]))


MISFITS = [
    (FAITHFULNESS, NLI, all_but_one, "the judge gave 1 verdicts on 4 statements"),
    (FAITHFULNESS, NLI, {"statements": []}, "the judge gave 0 verdicts on 4 statements"),
    (
        FAITHFULNESS,
        NLI,
        of_others,
        "the judge gave a verdict on another statement: 'Pigs of kind 0 fly.'",
    ),
    (
        FAITHFULNESS,
        NLI,
        of_one_twice,
        "the judge gave two verdicts on one statement: 'The moon pulls the sea.'",
    ),
    (FAITHFULNESS, NLI, sevens, "the judge gave verdict 7, which is neither 0 nor 1"),
    (FAITHFULNESS, STATEMENTS, {"statements": []}, "the judge found no statement in the answer"),
    (
        FAITHFULNESS,
        STATEMENTS,
        {"statements": ["The moon pulls the sea.", " "]},
        "the judge gave an empty statement for the answer",
    ),
    (
        FAITHFULNESS,
        STATEMENTS,
        {"statements": ["Albert Einstein was born in Germany."]},
        "the judge gave a statement that is not in the answer: "
        "'Albert Einstein was born in Germany.'",
    ),
    (
        PRECISION,
        USEFUL,
        {"reason": "r", "verdict": 2},
        "the judge gave verdict 2, which is neither 0 nor 1",
    ),
    (RECALL, CLASSES, {"classifications": []}, "the judge found no statement in the reference"),
    (
        RECALL,
        CLASSES,
        classified(["The moon pulls the sea."], -1),
        "the judge gave attribution -1, which is neither 0 nor 1",
    ),
    (
        RECALL,
        CLASSES,
        classified(["Storms raise tides too."], 1),
        "the judge gave a statement that is not in the reference: 'Storms raise tides too.'",
    ),
    (
        RECALL,
        CLASSES,
        classified(["The moon pulls."], 1),
        "the judge classified 3 of the reference's 10 different words",
    ),
    (
        RELEVANCY,
        QUESTIONS,
        {"question": "", "noncommittal": 0},
        "the judge made 0 of 3 questions",
    ),
    (
        RELEVANCY,
        QUESTIONS,
        {"question": "Near?", "noncommittal": 3},
        "the judge gave noncommittal 3, which is neither 0 nor 1",
    ),
    (CORRECTNESS, NLI, all_but_one, "the judge gave 1 verdicts on 4 statements"),
    (CORRECTNESS, NLI, {"statements": []}, "the judge gave 0 verdicts on 4 statements"),
    (CORRECTNESS, NLI, sevens, "the judge gave verdict 7, which is neither 0 nor 1"),
    (CORRECTNESS, CLAIMS, {"claims": []}, "the judge found no claim in the answer"),
    (
        CORRECTNESS,
        CLAIMS,
        {"claims": ["Charles Babbage was a mathematician."]},
        "the judge gave a claim that is not in the answer: 'Charles Babbage was a mathematician.'",
    ),
    (
        CORRECTNESS,
        CLAIMS,
        lambda data: {"claims": ["It rises."] if "Cheese" in data["response"] else []},
        "the judge found no claim in the reference",
    ),
]


@pytest.mark.parametrize(("metric", "shape", "said", "reason"), MISFITS)
async def test_replies_that_do_not_fit_each_other_are_a_failure(
    server: JudgeServer, tmp_path: Path, metric: str, shape: str, said: Any, reason: str
) -> None:
    server.judge.replies[shape] = said
    assert await judge(server, tmp_path, metric) == Score(metric, None, failure=reason)
    # What does not fit is not kept either: a better day may bring better replies.
    assert len(CallCache(tmp_path / "judge.sqlite3")) == 0


def test_ragas_itself_lets_one_verdict_stand_for_four() -> None:
    """What is guarded against is still so; should it not be, the check can go."""
    from eval.judging.vendor import load_ragas

    ragas = load_ragas()
    from ragas.metrics.collections.faithfulness.util import NLIStatementOutput

    metric = ragas.Faithfulness.__new__(ragas.Faithfulness)
    one = NLIStatementOutput.model_validate(verdicts(["a"], 1))
    assert metric._compute_score(one) == 1.0


async def test_a_paper_without_a_verdict_is_a_failure(server: JudgeServer, tmp_path: Path) -> None:
    def leave_out_the_second(data: dict[str, Any]) -> Any:
        return {"reason": "r"} | ({} if "On bread" in data["context"] else {"verdict": 1})

    server.judge.replies[USEFUL] = leave_out_the_second
    score = await judge(server, tmp_path, PRECISION)
    reason = "the judge's reply does not fit ContextPrecisionOutput: verdict: Field required"
    assert score == Score(PRECISION, None, failure=reason)
    assert server.judge.asked == {USEFUL: 3}
    with pytest.raises(Mismatch, match=r"^the judge gave 0 verdicts on 3 papers$"):
        check_context_precision([], 3)


async def test_one_empty_question_of_three_is_a_failure(
    server: JudgeServer, tmp_path: Path
) -> None:
    server.judge.questions = ["Near?", "  ", "Half?"]
    score = await judge(server, tmp_path, RELEVANCY)
    assert score == Score(RELEVANCY, None, failure="the judge made 2 of 3 questions")


async def test_a_statement_a_little_reworded_is_the_same_statement(
    server: JudgeServer, tmp_path: Path
) -> None:
    def reword(data: dict[str, Any]) -> Any:
        reworded = [f"So {one.rstrip('.').lower()}" for one in data["statements"]]
        return verdicts(reworded[::-1], 1, 1, 1, 0)

    server.judge.replies[NLI] = reword
    score = await judge(server, tmp_path, FAITHFULNESS)
    assert score == Score(FAITHFULNESS, 0.75, "3 of 4 statements")


class EmptyVectors(AngleEmbedder):
    def embed_texts(self, texts: Any) -> Any:
        return np.zeros((len(texts), 2), dtype=np.float32)


async def test_a_score_that_is_not_a_number_is_a_failure(
    server: JudgeServer, tmp_path: Path
) -> None:
    async with make_judge(server, tmp_path, EmptyVectors()) as one:
        score = await one.judge_row(ROW, RELEVANCY)
    assert score == Score(RELEVANCY, None, failure="RAGAS gave NaN in place of a score")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "RAGAS gave None in place of a score"),
        ("1", "RAGAS gave '1' in place of a score"),
        (True, "RAGAS gave True in place of a score"),
        (float("nan"), "RAGAS gave NaN in place of a score"),
        (float("inf"), "RAGAS gave inf, which is not between 0 and 1"),
        (1.5, "RAGAS gave 1.5, which is not between 0 and 1"),
        (-0.1, "RAGAS gave -0.1, which is not between 0 and 1"),
    ],
)
async def test_what_is_no_score_is_a_failure(
    server: JudgeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: Any, reason: str
) -> None:
    from ragas.metrics.collections import Faithfulness

    monkeypatch.setattr(Faithfulness, "_compute_score", lambda *_: 0.0)
    monkeypatch.setattr(
        "ragas.metrics.collections.faithfulness.metric.MetricResult", lambda value: Given(value)
    )

    class Given:
        def __init__(self, _: float) -> None:
            self.value = value

    score = await judge(server, tmp_path, FAITHFULNESS)
    assert score == Score(FAITHFULNESS, None, failure=reason)


def test_rounding_beyond_one_is_one() -> None:
    assert check_value(1.0000001) == 1.0
    with pytest.raises(Mismatch, match=r"^RAGAS gave 1\.0001, which is not between 0 and 1$"):
        check_value(1.0001)


BAD_REPLIES = [
    ("Sure, here is what I think.", "no whole JSON object: 'Sure, here is what I think.'"),
    ('{"statements": ["a", "b"', 'no whole JSON object: \'{"statements": ["a", "b"\''),
    ("{'statements': ['a']}", "no whole JSON object: \"{'statements': ['a']}\""),
    ('["a", "b"]', 'no whole JSON object: \'["a", "b"]\''),
    ("null", "no whole JSON object: 'null'"),
    ('{"a":' * 3_000, "no whole JSON object: '" + '{"a":' * 12 + "…'"),
    ('{"statements": ' + "9" * 5_000 + "}", 'no whole JSON object: \'{"statements": '),
    ('{"answer": "a"}', "does not fit StatementGeneratorOutput: statements: Field required"),
    (
        '{"statements": "a"}',
        "does not fit StatementGeneratorOutput: statements: Input should be a valid list",
    ),
    (
        '{"statements": [1, 2, null, 4, {}]}',
        "does not fit StatementGeneratorOutput: statements.0: Input should be a valid string; "
        "statements.1: Input should be a valid string; statements.2: Input should be a valid "
        "string; and 2 more",
    ),
]


@pytest.mark.parametrize(("reply", "reason"), BAD_REPLIES)
async def test_a_reply_that_cannot_be_read_is_asked_for_once_more(
    server: JudgeServer, tmp_path: Path, reply: str, reason: str
) -> None:
    server.reply = reply
    score = await judge(server, tmp_path, FAITHFULNESS)
    assert score.value is None
    told = "holds " if reason.startswith("no whole") else ""
    assert score.failure.startswith(f"the judge's reply {told}{reason}")
    assert len(server.chats) == 2
    first, second = (request.body["messages"] for request in server.chats)
    assert [one["role"] for one in first] == ["user"]
    assert [one["role"] for one in second] == ["user", "assistant", "user"]
    assert second[0] == first[0]
    assert second[2]["content"].startswith(f"That cannot be used: the judge's reply {told}{reason}")


async def test_a_second_reply_that_fits_is_taken(server: JudgeServer, tmp_path: Path) -> None:
    def falter(messages: list[dict[str, str]]) -> str:
        return server.judge(messages) if len(messages) == 3 else "Let me think."

    server.reply = falter
    score = await judge(server, tmp_path, FAITHFULNESS)
    assert score == Score(FAITHFULNESS, 0.5, "2 of 4 statements")
    assert len(server.chats) == 4


@pytest.mark.parametrize(
    "dress",
    [
        "{}",
        "```json\n{}\n```",
        "```\n{}\n```\nI hope that {{this}} helps!",
        "By the rule {{x | x in S}} it is:\n{}\nNote: {{}}",
        '<think>Is it {{"statements": []}}?</think>{}',
    ],
    ids=["plain", "fenced", "prose after", "prose before", "thought"],
)
async def test_json_is_found_in_whatever_stands_around_it(
    server: JudgeServer, tmp_path: Path, dress: str
) -> None:
    def reply(messages: list[dict[str, str]]) -> str:
        bare = server.judge(messages).removeprefix("```json\n").removesuffix("\n```")
        return dress.format(bare)

    server.reply = reply
    score = await judge(server, tmp_path, FAITHFULNESS)
    assert score == Score(FAITHFULNESS, 0.5, "2 of 4 statements")
    assert len(server.chats) == 2


FAULTS = {
    "length": "the reply was cut off at 77 tokens; raise [judge] max_tokens",
    "content_filter": "the reply was withheld by the server's content filter",
    "no_finish": "the reply broke off before its end",
    "no_choices": "the server ended its reply without a word: the prompt may be too long for its "
    "context",
    "no_events": "{base} ended its reply without a word: the prompt may be too long for the model",
    "cut_off": "the reply broke off before its end",
    "cut_in_letter": "the reply broke off before its end",
    "empty": "the judge's reply was empty",
    "cut_off_at_once": "{base} broke off before it said anything: ",
    "hang_up": "{base} broke off before it said anything: ",
    "stalled": "{base} said nothing for 0.5 s",
    "silent": "{base} said nothing for 0.5 s",
    "error_event": "{base} failed in the middle of its reply: the GPU fell off",
    "overflow_event": "the prompt is too long for the model at {base}: context size exceeded",
    "overflow_openai": "the prompt is too long for the model at {base}: ",
    "overflow_llamacpp": "the prompt is too long for the model at {base}: ",
    "overflow_vllm": "the prompt is too long for the model at {base}: ",
    "bad_json": "{base} sent an event that cannot be read: ",
    "bad_utf8": "{base} sent an event that cannot be read: ",
    "server_error": "{base} failed (500): CUDA error: out of memory",
    "rate_limited": "{base} asks to wait for 0 s (429): Too many requests.",
    "json_error": "{base} failed in the middle of its reply: Unexpected endpoint or method.",
}
HOPELESS = {
    "unauthorized": "{base} wants a key (401): Incorrect API key: none.",
    "forbidden": "{base} wants a key (403): You may not use this model.",
    "bad_request": "{base} refused the request (400): temperature must be at most 2",
    "model_404": "{base} does not have the model 'test-model': "
    "The model `test-model` does not exist.",
    "html_200": "{base} answered with a page, not a completion: ",
    "html_404": "{base} answered 404: ",
    "text_200": "{base} answered with text/plain, no stream",
    "other_json": "{base} answered with JSON that is no completion: 'Welcome to the shop'",
}


@pytest.mark.parametrize(("fault", "reason"), FAULTS.items(), ids=FAULTS)
async def test_a_judge_that_fails_is_a_failure_with_its_reason(
    server: JudgeServer, tmp_path: Path, fault: str, reason: str
) -> None:
    server.fault = fault
    score = await judge(server, tmp_path, FAITHFULNESS, max_tokens=77)
    assert score.value is None
    assert score.failure.startswith(reason.format(base=server.base_url))
    assert len(CallCache(tmp_path / "judge.sqlite3")) == 0


@pytest.mark.parametrize(("fault", "reason"), HOPELESS.items(), ids=HOPELESS)
async def test_a_judge_that_never_replied_and_never_will_is_an_error(
    server: JudgeServer, tmp_path: Path, fault: str, reason: str
) -> None:
    server.fault = fault
    with pytest.raises(errors.EndpointError) as caught:
        await judge(server, tmp_path, FAITHFULNESS)
    assert str(caught.value).startswith(reason.format(base=server.base_url))
    assert "[judge]" in caught.value.remedy or "FOOTNOTE_JUDGE__" in caught.value.remedy
    assert "llm" not in caught.value.remedy.lower()


@pytest.mark.parametrize(("fault", "reason"), HOPELESS.items(), ids=HOPELESS)
async def test_a_judge_that_has_replied_before_only_fails_the_row(
    server: JudgeServer, tmp_path: Path, fault: str, reason: str
) -> None:
    async with make_judge(server, tmp_path) as one:
        assert await one.judge_row(ROW, RECALL) is not None
        server.fault = fault
        score = await one.judge_row(ROW, FAITHFULNESS)
    assert score is not None
    assert score.value is None
    assert score.failure.startswith(reason.format(base=server.base_url))


async def test_a_judge_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    base_url = f"http://127.0.0.1:{free_port()}/v1"
    with pytest.raises(errors.EndpointUnreachable) as caught:
        await judge(base_url, tmp_path, FAITHFULNESS)
    assert str(caught.value).startswith(f"Nothing answers at {base_url}: ")
    assert caught.value.remedy == "start the judge's server, or set base_url under [judge]"


async def test_a_judge_that_talks_without_end_is_stopped(
    server: JudgeServer, tmp_path: Path
) -> None:
    server.fault, server.delay, server.reply = "slow", 0.03, "word " * 2_000
    score = await judge(server, tmp_path, FAITHFULNESS, timeout=0.1)
    assert score.failure == f"{server.base_url} was not done after 1 s"
    assert server.chats[0].ended.wait(1.0)
    assert server.chats[0].client_closed


async def test_a_judge_that_asks_to_wait_a_little_is_waited_for(
    server: JudgeServer, tmp_path: Path
) -> None:
    server.fault = "rate_limited_once"
    score = await judge(server, tmp_path, FAITHFULNESS)
    assert score == Score(FAITHFULNESS, 0.5, "2 of 4 statements")


async def test_an_overflow_at_the_second_call_keeps_the_first(
    server: JudgeServer, tmp_path: Path
) -> None:
    # The prompt with the papers is longer than the one with the answer alone.
    server.reads = 3_900
    score = await judge(server, tmp_path, FAITHFULNESS)
    assert score.failure.startswith(f"the prompt is too long for the model at {server.base_url}")
    assert server.judge.asked == {STATEMENTS: 1}
    assert len(CallCache(tmp_path / "judge.sqlite3")) == 1


async def test_a_fault_of_our_own_is_seen(tmp_path: Path) -> None:
    class Broken(CallCache):
        def find(self, key: str) -> str | None:
            raise TypeError(f"no such key: {key[:0]}")

    with OpenAIServer() as server:
        one = make_judge(server, tmp_path)
        one._caller._cache = Broken(tmp_path / "judge.sqlite3")
        with pytest.raises(TypeError, match="no such key"):
            await one.judge_row(ROW, FAITHFULNESS)


class BrokenEmbedder(AngleEmbedder):
    def embed_texts(self, texts: Any) -> Any:
        raise ValueError(f"cannot embed {len(texts)} texts")


async def test_a_fault_of_our_own_embedding_is_seen(server: JudgeServer, tmp_path: Path) -> None:
    async with make_judge(server, tmp_path, BrokenEmbedder()) as one:
        with pytest.raises(ValueError, match="cannot embed 1 texts"):
            await one.judge_row(ROW, RELEVANCY)


async def test_an_error_of_ragas_is_a_failure(
    server: JudgeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ragas.metrics.collections import Faithfulness

    def stumble(*_: Any) -> float:
        raise IndexError("list index out of range")

    monkeypatch.setattr(Faithfulness, "_compute_score", stumble)
    score = await judge(server, tmp_path, FAITHFULNESS)
    reason = "RAGAS raised IndexError: list index out of range"
    assert score == Score(FAITHFULNESS, None, failure=reason)
