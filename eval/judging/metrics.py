"""One row, one metric of RAGAS -> its Score, with every failure told.

Owns to which rows a metric applies, what RAGAS is given of a row, and which of its errors are
failures of judging; knows nothing about files or about how many rows there are.
Source of the metrics: Es et al. 2023, "RAGAS", and the package `ragas` 0.4.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

import numpy as np

from eval.errors import HOPELESS
from eval.judging import checks
from eval.judging.cache import CallCache
from eval.judging.model import Caller, JudgeModel, Tally
from eval.judging.replies import BadReply, Mismatch
from eval.judging.vendor import TextEmbedder, load_ragas, make_embedding, make_recorder
from eval.metrics import METRICS, Group
from eval.records import Kind, Row, Score
from rag.citations import MARK, read_mark
from rag.errors import EndpointError, EndpointUnreachable
from rag.replies import Mode

FAITHFULNESS = "ragas_faithfulness"
CONTEXT_PRECISION = "ragas_context_precision"
CONTEXT_RECALL = "ragas_context_recall"
ANSWER_RELEVANCY = "ragas_answer_relevancy"
FACTUAL_CORRECTNESS = "ragas_factual_correctness"
RAGAS_METRICS = tuple(metric.name for metric in METRICS if metric.group is Group.RAGAS)
OF_CONTEXTS = (CONTEXT_PRECISION, CONTEXT_RECALL)
OF_REFERENCE = (ANSWER_RELEVANCY, FACTUAL_CORRECTNESS)

# What RAGAS raises on replies that it did not expect.
RAGAS_ERRORS = (ValueError, TypeError, KeyError, IndexError, AttributeError, ZeroDivisionError)
WORDS_SHOWN = 240


class RagasJudge:
    """Judges rows by RAGAS with `model`, whose replies are kept in `cache`.

    `embedder` compares questions for answer relevancy. Making one imports RAGAS, which takes
    3 to 4 seconds, and connects to nothing. Raises JudgeMissing without RAGAS, and
    SettingsError where the model's address is none.
    """

    def __init__(self, model: JudgeModel, cache: CallCache, embedder: TextEmbedder) -> None:
        self._ragas = load_ragas()
        self._caller = Caller(model, cache)
        self._embedder = embedder

    @property
    def tally(self) -> Tally:
        """What judging has taken so far."""
        return self._caller.tally

    async def judge_row(self, row: Row, metric: str) -> Score | None:
        """The score of a row, or None where the metric does not apply.

        As long as the judge has never replied, raises EndpointUnreachable, EndpointRefused,
        ModelNotFound and NotAnEndpoint; later these are failures of a row as the others are.
        Raises UnusableCache and EmbedderError.
        """
        if not applies(row, metric):
            return None
        return settle(row, metric) or await self._judge(row, metric)

    async def aclose(self) -> None:
        """Close the connections that the running event loop holds open."""
        await self._caller.aclose()

    async def __aenter__(self) -> RagasJudge:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _judge(self, row: Row, metric: str) -> Score:
        recorder = make_recorder(self._caller)
        try:
            with np.errstate(all="ignore"):  # NaN is told as a failure, not as a warning
                value, note = await self._compute(row, metric, recorder)
        except Mismatch as error:
            self._caller.forget(recorder.calls)
            return fail(metric, str(error))
        except (EndpointError, BadReply) as error:
            if isinstance(error, HOPELESS) and not self._caller.answered:
                raise in_judges_words(error) from error
            return fail(metric, str(error))
        except RAGAS_ERRORS as error:
            if error is recorder.ours:
                raise
            self._caller.forget(recorder.calls)
            return fail(metric, f"RAGAS raised {type(error).__name__}: {error}")
        return Score(metric, value, note)

    async def _compute(self, row: Row, metric: str, recorder: Any) -> tuple[float, str]:
        """(the score, what it counts)"""
        asked, reference = map(make_legible, (row.question.text, row.question.answer))
        response, given = read_response(row), list_contexts(row)
        ragas, calls = self._ragas, recorder.calls
        if metric == FAITHFULNESS:
            result = await ragas.Faithfulness(llm=recorder).ascore(asked, response, given)
            note = checks.check_faithfulness(calls, asked, response)
        elif metric == CONTEXT_PRECISION:
            result = await ragas.ContextPrecision(llm=recorder).ascore(asked, reference, given)
            note = checks.check_context_precision(calls, len(given))
        elif metric == CONTEXT_RECALL:
            result = await ragas.ContextRecall(llm=recorder).ascore(asked, given, reference)
            note = checks.check_context_recall(calls, reference)
        elif metric == ANSWER_RELEVANCY:
            embedding = make_embedding(self._embedder, recorder)
            relevancy = ragas.AnswerRelevancy(recorder, embedding, strictness=checks.QUESTIONS)
            result = await relevancy.ascore(asked, response)
            note = checks.check_answer_relevancy(calls)
            return checks.check_cosine(result.value), note
        else:
            correctness = ragas.FactualCorrectness(llm=recorder, mode="f1")
            result = await correctness.ascore(response, reference)
            note = checks.check_factual_correctness(calls, response, reference)
        return checks.check_value(result.value), note


def applies(row: Row, metric: str) -> bool:
    """Whether a metric means anything for a row. A row without an answer gets the failure of
    every metric that its question could have had."""
    question, answer = row.question, row.answer
    if metric == FAITHFULNESS:
        return answer is None or (answer.mode is not Mode.LIBRARY and not answer.refused)
    if metric in OF_CONTEXTS:
        known = question.is_answerable and bool(question.gold_titles and question.answer.strip())
        given = answer is None or bool(answer.papers)
        return known and given and question.kind is not Kind.METADATA
    if metric in OF_REFERENCE:
        return question.is_answerable and bool(question.answer.strip())
    raise ValueError(f"{metric!r} is no metric of RAGAS; there are {', '.join(RAGAS_METRICS)}")


def settle(row: Row, metric: str) -> Score | None:
    """The score of a row that no judge is needed for, or None."""
    if row.answer is None:
        return fail(metric, f"no answer: {row.error or 'the run does not say why'}")
    if metric in OF_CONTEXTS:
        return None
    if row.answer.refused:
        return Score(metric, 0.0, "refused")
    if not read_response(row):
        return Score(metric, 0.0, "empty answer")
    if metric == FAITHFULNESS and not row.answer.papers:
        return Score(metric, 0.0, "no paper was given")
    return None


def read_response(row: Row) -> str:
    """What was answered, without the marks of its citations, which claim nothing."""
    if row.answer is None:
        return ""
    offered = {offer.number for offer in row.answer.papers}
    # MARK finds code and years too, in which there is no number to read.
    text = MARK.sub(
        lambda match: "" if read_mark(match, offered) else match.group(), row.answer.whole_text
    )
    return make_legible(text).strip()


def list_contexts(row: Row) -> list[str]:
    """The papers that the answerer was given, in order, a title and an abstract each."""
    offers = row.answer.papers if row.answer else ()
    texts = [f"{offer.paper.title}\n{offer.paper.abstract}" for offer in offers]
    return [make_legible(text).strip() for text in texts]


def make_legible(text: str) -> str:
    """The text without lone surrogates, which JSON can hold and no request can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def fail(metric: str, reason: str) -> Score:
    line = " ".join(reason.split())
    short = line if len(line) <= WORDS_SHOWN else line[:WORDS_SHOWN].rstrip() + "…"
    return Score(metric, None, failure=short)


def in_judges_words(error: EndpointError) -> EndpointError:
    """The error with the way out for a judge's endpoint, not the answerer's."""
    if isinstance(error, EndpointUnreachable):
        remedy = "start the judge's server, or set base_url under [judge]"
    else:
        remedy = error.remedy.replace("FOOTNOTE_LLM__", "FOOTNOTE_JUDGE__")
        remedy = remedy.replace("[llm]", "[judge]")
        remedy = remedy if "JUDGE" in remedy or "[judge]" in remedy else f"{remedy} under [judge]"
    return type(error)(str(error), remedy=remedy)
