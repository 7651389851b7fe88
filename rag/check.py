"""Every sentence of an answer, held against the abstracts that it cites.

Owns what is held against what, and how a judgement becomes a sentence's verdict; knows
nothing about how a judge comes to it. The local judge is asked while an answer streams;
a second one, where there is one, once it is whole.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from rag.citations import parse_sentences
from rag.comparison.table import NOT_STATED
from rag.errors import EmbedderError, EndpointError
from rag.records import Paper
from rag.replies import Answer, Comparison, Evidence, Mode, Offer, Sentence, Support, Verdict
from rag.support.judging import Judgement, SupportJudge, needs_citation

UNCITED = Verdict(Support.NOT_FOUND, 0.0, "It cites no paper.")
NOT_NEEDED = Verdict(Support.NOT_NEEDED, 1.0, "")
QUOTED = Verdict(Support.SUPPORTED, 1.0, "The wording is in the abstract.")
RECORDED = Verdict(Support.NOT_NEEDED, 1.0, "It says what the library's records say.")
AT_ONCE = 4
SENTENCE_MAY_END = re.compile(r"[.!?:\]\n]")


class SecondJudge(Protocol):
    """A slower judge, of meaning. Raises EndpointError or EmbedderError where it cannot."""

    async def judge(self, claim: str, sources: Sequence[str]) -> Judgement: ...


class Checker:
    """Gives sentences their verdicts."""

    def __init__(self, local: SupportJudge, second: SecondJudge | None = None) -> None:
        self._local = local
        self._second = second

    @property
    def asks_twice(self) -> bool:
        """Whether a second judge is asked once an answer is whole."""
        return self._second is not None

    def check(self, sentences: Sequence[Sentence], offers: Sequence[Offer]) -> tuple[Sentence, ...]:
        """The sentences with the local judge's verdicts; those that have one keep it."""
        return tuple(one if one.verdict else self._check(one, offers) for one in sentences)

    def check_answer(self, answer: Answer) -> Answer:
        """The answer with every sentence and every cell of its table checked."""
        if answer.refused or answer.mode is Mode.LIBRARY:
            verdict = RECORDED if answer.mode is Mode.LIBRARY else NOT_NEEDED
            told = tuple(replace(one, verdict=verdict) for one in answer.sentences)
            return replace(answer, sentences=told)
        checked = replace(answer, sentences=self.check(answer.sentences, answer.papers))
        if not answer.comparison:
            return checked
        aspects = tuple(
            replace(aspect, cells=tuple(self._check_cell(one, answer.papers) for one in cells))
            for aspect in answer.comparison.aspects
            if (cells := aspect.cells)
        )
        return replace(checked, comparison=Comparison(answer.comparison.sides, aspects))

    async def check_again(self, answer: Answer) -> Answer:
        """The answer with the second judge's verdicts on its cited sentences and cells.

        Where that judge fails, the local verdicts stay and the notice says why.
        """
        if self._second is None or answer.refused or answer.mode is Mode.LIBRARY:
            return answer
        told, table = "", answer.comparison
        try:
            sentences = await self._check_all_again(answer.sentences, answer.papers)
            if table:
                rows = [
                    replace(row, cells=await self._check_all_again(row.cells, answer.papers))
                    for row in table.aspects
                ]
                table = Comparison(table.sides, tuple(rows))
        except* (EndpointError, EmbedderError) as failed:
            told = f"Support was judged by wording: {failed.exceptions[0]}"
        if told:
            return replace(answer, notice=f"{answer.notice} {told}".strip())
        return replace(answer, sentences=sentences, comparison=table, judged="meaning")

    async def _check_all_again(
        self, sentences: Sequence[Sentence], offers: Sequence[Offer]
    ) -> tuple[Sentence, ...]:
        checked: list[Sentence] = []
        for start in range(0, len(sentences), AT_ONCE):
            asked = sentences[start : start + AT_ONCE]
            async with asyncio.TaskGroup() as group:  # where one fails, the others end with it
                told = [group.create_task(self._ask_second(one, offers)) for one in asked]
            pairs = zip(asked, told, strict=True)
            checked += [replace(one, verdict=verdict.result()) for one, verdict in pairs]
        return tuple(checked)

    async def _ask_second(self, sentence: Sentence, offers: Sequence[Offer]) -> Verdict | None:
        assert self._second is not None
        papers = _find_sources(sentence, offers)
        if not papers:
            return sentence.verdict
        sources = [f"{paper.title}\n{paper.abstract}" for paper in papers]
        judged = await self._second.judge(sentence.text, sources)
        return Verdict(judged.support, judged.score, judged.reason)

    def _check_cell(self, cell: Sentence, offers: Sequence[Offer]) -> Sentence:
        if cell.text.strip(" .").lower() == NOT_STATED.text:
            return replace(cell, verdict=NOT_NEEDED)
        return self._check(cell, offers)

    def _check(self, sentence: Sentence, offers: Sequence[Offer]) -> Sentence:
        papers = _find_sources(sentence, offers)
        if not papers:
            verdict = UNCITED if needs_citation(sentence.text) else NOT_NEEDED
            return replace(sentence, verdict=verdict)
        if _is_quotation(sentence, papers):
            return replace(sentence, verdict=QUOTED)
        judged = self._local.judge(
            sentence.text, [one.abstract for one in papers], [one.title for one in papers]
        )
        verdict = Verdict(judged.support, judged.score, judged.reason)
        evidence = sentence.evidence
        if judged.best and not evidence:
            source, start, end = judged.best
            paper = papers[source]
            evidence = (Evidence(paper.paper_id, paper.abstract[start:end], start, end),)
        return replace(sentence, verdict=verdict, evidence=evidence)


def count_unsupported(answer: Answer) -> int:
    """How many sentences and cells no support was found for."""
    return sum(one.is_unsupported for one in (*answer.sentences, *answer.cells))


def _find_sources(sentence: Sentence, offers: Sequence[Offer]) -> list[Paper]:
    papers = {offer.number: offer.paper for offer in offers}
    return [papers[number] for number in sentence.citations if number in papers]


def _is_quotation(sentence: Sentence, papers: Sequence[Paper]) -> bool:
    """Whether it is a stretch of the one abstract that it cites, letter by letter."""
    if len(papers) != 1 or len(sentence.evidence) != 1:
        return False
    paper, (said,) = papers[0], sentence.evidence
    here = said.paper_id == paper.paper_id and paper.abstract[said.start : said.end]
    return here == sentence.text


class LiveChecker:
    """Checks the sentences of an answer while it streams, each once."""

    def __init__(self, checker: Checker, offers: Sequence[Offer]) -> None:
        self._checker = checker
        self._offers = offers
        self._text = ""
        self._checked: tuple[Sentence, ...] = ()
        self._verdicts: dict[Sentence, Sentence] = {}

    def take(self, text: str) -> bool:
        """Take the next piece; whether a sentence may be whole, so that `check` is worth it."""
        self._text += text
        return bool(SENTENCE_MAY_END.search(text))

    def check(self) -> tuple[Sentence, ...]:
        """All whole sentences if there is one more than the last time, else nothing."""
        whole = parse_sentences(self._text, self._offers)[:-1]
        if len(whole) <= len(self._checked):
            return ()
        for sentence in whole:
            if sentence not in self._verdicts:
                self._verdicts[sentence] = self._checker.check([sentence], self._offers)[0]
        self._checked = tuple(self._verdicts[sentence] for sentence in whole)
        return self._checked
