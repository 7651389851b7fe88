"""Whether what an answer says is in the papers, and in those that it cites.

Owns faithfulness, citation recall and citation precision by the local judge; knows nothing
about models. Citation recall and precision are those of ALCE (Gao et al. 2023, "Enabling
Large Language Models to Generate Text with Citations"), with the judge of wording in the
place of its entailment model. What counts as a sentence is each sentence of the answer and
each stated cell of its table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.records import Score
from rag.check import Checker
from rag.records import Paper
from rag.replies import Answer, Comparison, Sentence, Support
from rag.support.judging import SupportJudge

EMPTY = "empty answer"


class CitationScorer:
    """Holds answers against the papers that they were given."""

    def __init__(self, judge: SupportJudge) -> None:
        self._judge = judge
        self._checker = Checker(judge)

    def recheck(self, answer: Answer) -> Answer:
        """The answer with the local judge's verdicts, whoever judged it before."""
        return self._checker.check_answer(_forget_verdicts(answer))

    def score(self, rechecked: Answer) -> Iterator[Score]:
        """The three scores of an answer that was rechecked and is no refusal.

        An answer in which nothing needs support gives none, an empty one 0.
        """
        said = [*rechecked.sentences, *rechecked.cells]
        if not said:
            names = ("faithfulness", "citation_recall", "citation_precision")
            yield from (Score(name, 0.0, EMPTY) for name in names)
            return
        needing = [one for one in said if _needs_support(one)]
        if needing:
            cited = [one for one in needing if _is_supported(one)]
            found = [one for one in needing if _is_supported(one) or self._is_in(one, rechecked)]
            yield _share("faithfulness", len(found), len(needing), "sentences")
            yield _share("citation_recall", len(cited), len(needing), "sentences")
        precise = [verdict for one in needing for verdict in self._judge_citations(one, rechecked)]
        if precise:
            yield _share("citation_precision", sum(precise), len(precise), "citations")

    def _is_in(self, sentence: Sentence, answer: Answer) -> bool:
        """Whether any paper that the answerer was given supports the sentence, cited or not."""
        papers = [offer.paper for offer in answer.papers if offer.number not in sentence.citations]
        return any(self._supports(sentence, [paper]) for paper in papers)

    def _judge_citations(self, sentence: Sentence, answer: Answer) -> Iterator[bool]:
        """Of each citation, whether its paper supports the sentence, or the others do not
        without it."""
        papers = {offer.number: offer.paper for offer in answer.papers}
        cited = [number for number in sentence.citations if number in papers]
        for number in cited:
            if len(cited) == 1:
                yield _is_supported(sentence)
                continue
            rest = [papers[other] for other in cited if other != number]
            yield self._supports(sentence, [papers[number]]) or (
                _is_supported(sentence) and not self._supports(sentence, rest)
            )

    def _supports(self, sentence: Sentence, papers: Sequence[Paper]) -> bool:
        judged = self._judge.judge(
            sentence.text, [one.abstract for one in papers], [one.title for one in papers]
        )
        return judged.support is Support.SUPPORTED


def _share(metric: str, count: int, total: int, what: str) -> Score:
    return Score(metric, count / total, f"{count} of {total} {what}")


def _needs_support(sentence: Sentence) -> bool:
    assert sentence.verdict is not None
    return sentence.verdict.support is not Support.NOT_NEEDED


def _is_supported(sentence: Sentence) -> bool:
    return sentence.verdict is not None and sentence.verdict.support is Support.SUPPORTED


def _forget_verdicts(answer: Answer) -> Answer:
    table = answer.comparison
    if table:
        aspects = tuple(
            replace(aspect, cells=tuple(map(_forget, aspect.cells))) for aspect in table.aspects
        )
        table = Comparison(table.sides, aspects)
    sentences = tuple(map(_forget, answer.sentences))
    return replace(answer, sentences=sentences, comparison=table, judged="wording")


def _forget(sentence: Sentence) -> Sentence:
    return replace(sentence, verdict=None)
