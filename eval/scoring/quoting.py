"""Whether what is shown as a quotation is one, letter for letter.

Owns finding the quotations of an answer and comparing them; knows nothing about support.
Quotations are the sentences of abstracts shown as evidence; what a model puts between
quotation marks, from four words on; and, where an answer quotes, its sentences and cells.
Blanks are compared as one; the first letter may be a capital, an ellipsis may stand at
either end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from eval.records import Score
from rag.records import Paper
from rag.replies import Answer, Mode, Sentence

IN_MARKS = re.compile(r"“([^“”]{1,2000})”|\"([^\"]{1,2000})\"")
FEWEST_WORDS = 4


def score_quotations(answer: Answer) -> Iterator[Score]:
    """The share of an answer's quotations that are exact; nothing where it has none."""
    papers = {offer.number: offer.paper for offer in answer.papers}
    exact = [
        one for said in (*answer.sentences, *answer.cells) for one in _compare(said, answer, papers)
    ]
    if exact:
        note = f"{sum(exact)} of {len(exact)} quotations"
        yield Score("quotation_exactness", sum(exact) / len(exact), note)


def _compare(said: Sentence, answer: Answer, papers: Mapping[int, Paper]) -> Iterator[bool]:
    by_id = {paper.paper_id: paper for paper in papers.values()}
    for item in said.evidence:
        abstract = by_id[item.paper_id].abstract if item.paper_id in by_id else ""
        yield abstract[item.start : item.end] == item.sentence
    cited = [papers[number] for number in said.citations if number in papers]
    for words in _find_quotations(said, answer.mode, [paper.title for paper in cited]):
        yield any(is_verbatim(words, paper.abstract) for paper in cited)


def _find_quotations(said: Sentence, mode: Mode, titles: list[str]) -> Iterator[str]:
    if mode is Mode.MODEL:
        for match in IN_MARKS.finditer(said.text):
            words = match.group(1) or match.group(2)
            if len(words.split()) >= FEWEST_WORDS:
                yield words
    elif mode is Mode.QUOTING and len(said.citations) == 1 and not _tells(said.text, titles):
        yield said.text


def _tells(text: str, titles: list[str]) -> bool:
    """Whether a sentence names its paper, or a term in marks: it then tells and quotes not."""
    return "“" in text or any(title in text for title in titles)


def is_verbatim(words: str, text: str) -> bool:
    """Whether the words stand so in the text, but for blanks, a capital and an ellipsis."""
    words = " ".join(words.split()).strip("… ").removesuffix(".").strip("… ")
    text = " ".join(text.split())
    return bool(words) and (
        words in text
        or words[:1].lower() + words[1:] in text
        or words[:1].upper() + words[1:] in text
    )
