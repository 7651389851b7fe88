"""Answers -> what is written of them, whatever the form: sections and the papers' list.

Owns what an exported answer tells and in which order; knows nothing about Markdown or HTML.
Papers keep the numbers of their conversation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from rag.export import words
from rag.export.blocks import (
    Block,
    Cite,
    Doubt,
    Holder,
    Kind,
    Line,
    Piece,
    Words,
    find_ends,
    find_marks,
    part_line,
    part_text,
)
from rag.export.words import clean, clean_lines, strip_unseen
from rag.records import Paper
from rag.replies import Answer, Comparison, Evidence, Offer, Sentence, Support


@dataclass(frozen=True, slots=True)
class Check:
    """A sentence that wants checking: why, and what came nearest. `number` is the file's own."""

    number: int
    claim: str
    doubt: str
    reason: str
    nearest: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """The head of a column: a side's name and what is known of its papers."""

    name: str
    about: str
    found: bool


@dataclass(frozen=True, slots=True)
class Cell:
    line: Line
    unstated: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A comparison: `rows` are (aspect, one cell a side)."""

    sides: tuple[Side, ...]
    rows: tuple[tuple[Line, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A question and its answer. Texts are single lines; empty where there is nothing to say."""

    question: str
    understood: tuple[str, ...]
    writer: str
    count: str
    notices: tuple[str, ...]
    premise: Line
    refusal: str
    refused: bool
    blocks: tuple[Block, ...]
    grid: Grid | None
    checks: tuple[Check, ...]
    small_print: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A cited paper: `anchors` are its marks', `quotes` the sentences that the answers rest
    on, `abstract` its pieces with those told apart."""

    number: int
    paper: Paper
    anchors: tuple[int, ...]
    quotes: tuple[str, ...]
    abstract: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Outline:
    title: str
    sections: tuple[Section, ...]
    sources: tuple[Source, ...]


def make_outline(answers: Sequence[Answer], title: str) -> Outline:
    """Raises ValueError where two answers mean different papers by one number: they are then
    not of one conversation."""
    papers = _join_offers(answers)
    scribe = _Scribe(papers)
    sections = tuple(_write_section(answer, scribe) for answer in answers)
    sources = tuple(_list_sources(answers, papers, scribe.marks))
    return Outline(clean(title) or "Footnote", sections, sources)


def cited_papers(answers: Sequence[Answer]) -> tuple[Paper, ...]:
    """The papers that the answers cite, by their numbers: what a reference list holds."""
    return tuple(source.paper for source in make_outline(answers, "").sources)


def _join_offers(answers: Sequence[Answer]) -> dict[int, Offer]:
    offers: dict[int, Offer] = {}
    for offer in (offer for answer in answers for offer in answer.papers):
        known = offers.setdefault(offer.number, offer)
        if known.paper.paper_id != offer.paper.paper_id:
            raise ValueError(f"[{offer.number}] is two papers: not the answers of one conversation")
    return offers


class _Scribe:
    """Numbers marks and checks through the file, in the order in which they are written."""

    def __init__(self, offers: Mapping[int, Offer]) -> None:
        self.offers = offers
        self.marks: list[Cite] = []
        self._doubted: list[tuple[Sentence, str]] = []
        self._checks = 0
        self._numbers = {offer.paper.paper_id: offer.number for offer in offers.values()}

    def cite(self, numbers: Sequence[int]) -> list[Piece]:
        known = [number for number in dict.fromkeys(numbers) if number in self.offers]
        made = [Cite(number, len(self.marks) + at) for at, number in enumerate(known, start=1)]
        self.marks += made
        return [*made]

    def doubt(self, sentence: Sentence) -> list[Piece]:
        """What is wanting in a sentence; more of it is noted down for the end of the answer."""
        told = words.tell_doubt(sentence)
        if not told:
            return []
        support = sentence.verdict.support if sentence.verdict else None
        number = 0
        if sentence.verdict and sentence.citations:
            self._doubted.append((sentence, told))
            number = self._checks + len(self._doubted)
        return [Doubt(told, number, support is Support.CONTRADICTED)]

    def list_checks(self) -> tuple[Check, ...]:
        """What was noted down since it was last asked for."""
        doubted, self._doubted = self._doubted, []
        first, self._checks = self._checks + 1, self._checks + len(doubted)
        return tuple(
            Check(
                number,
                clean(sentence.text),
                told,
                clean(sentence.verdict.reason) if sentence.verdict else "",
                self._quote(sentence),
            )
            for number, (sentence, told) in enumerate(doubted, start=first)
        )

    def write(self, sentence: Sentence, *, doubted: bool = True) -> Line:
        """A sentence by itself, with its marks and what is wanting."""
        said = part_line(clean(sentence.text))
        return (
            *said,
            *self.cite(sentence.citations),
            *(self.doubt(sentence) if doubted else ()),
        )

    def _quote(self, sentence: Sentence) -> tuple[Line, ...]:
        """The sentences of the abstracts that came nearest, each with its mark."""
        nearest = {clean(item.sentence): item.paper_id for item in sentence.evidence}
        return tuple(
            (Words(f"“{text}”"), *self.cite([self._numbers[paper_id]]))
            for text, paper_id in nearest.items()
            if paper_id in self._numbers
        )


# --- a section ----------------------------------------------------------------------


def _write_section(answer: Answer, scribe: _Scribe) -> Section:
    premise = scribe.write(answer.premise, doubted=False) if answer.premise else ()
    blocks = _write_text(answer, scribe)
    grid = _write_grid(answer, answer.comparison, scribe) if answer.comparison else None
    return Section(
        question=clean(answer.question),
        understood=tuple(words.tell_question(answer)),
        writer=words.tell_writer(answer),
        count=words.tell_count(answer),
        notices=words.tell_notices(answer),
        premise=premise,
        refusal=words.tell_refusal(answer),
        refused=answer.refused,
        blocks=blocks,
        grid=grid,
        checks=scribe.list_checks(),
        small_print=tuple(words.tell_small_print(answer)),
    )


def _write_text(answer: Answer, scribe: _Scribe) -> tuple[Block, ...]:
    """The text with its marks and doubts; sentences with doubts that it does not show follow."""
    text = clean_lines(answer.text)
    marks = find_marks(text, {offer.number: offer for offer in answer.papers})
    holders = [
        Holder(start, end, partial(scribe.cite, numbers)) for (start, end), numbers in marks.items()
    ]
    if not words.claims(answer):
        return part_text(text, holders)
    ends = find_ends(text, answer.sentences, marks)
    holders += [
        Holder(end, end, partial(scribe.doubt, answer.sentences[index]))
        for index, end in ends.items()
    ]
    blocks = part_text(text, holders)
    lost = (one for index, one in enumerate(answer.sentences) if index not in ends)
    return blocks + tuple(
        Block(Kind.PARAGRAPH, ((scribe.write(one),),)) for one in lost if words.tell_doubt(one)
    )


def _write_grid(answer: Answer, comparison: Comparison, scribe: _Scribe) -> Grid:
    sides = tuple(
        Side(clean(words.name_side(side, answer)), words.tell_side(side), side.found)
        for side in comparison.sides
    )
    rows = tuple(
        (
            part_line(clean(aspect.name)),
            tuple(_write_cell(cell, scribe) for cell in aspect.cells),
        )
        for aspect in comparison.aspects
    )
    return Grid(sides, rows)


def _write_cell(cell: Sentence, scribe: _Scribe) -> Cell:
    if words.is_unstated(cell):
        said = part_line(clean(cell.text) or words.UNSTATED)
        return Cell((*said, *scribe.cite(cell.citations)), unstated=True)
    return Cell(scribe.write(cell))


# --- sources ------------------------------------------------------------------------


def _list_sources(
    answers: Sequence[Answer], offers: Mapping[int, Offer], marks: Sequence[Cite]
) -> Iterator[Source]:
    """The papers that have a mark, by their numbers."""
    rests = list(_find_evidence(answers))
    for number in sorted({mark.number for mark in marks}):
        paper = offers[number].paper
        own = sorted(
            {(one.start, one.end, one.sentence) for one in rests if one.paper_id == paper.paper_id}
        )
        yield Source(
            number,
            paper,
            tuple(mark.anchor for mark in marks if mark.number == number),
            tuple(dict.fromkeys(clean(sentence) for _, _, sentence in own)),
            _cut_abstract(paper.abstract, [(start, end) for start, end, _ in own]),
        )


def _find_evidence(answers: Sequence[Answer]) -> Iterator[Evidence]:
    """What something said rests on; what came nearest to a sentence without support is none."""
    for answer in answers:
        said = (*answer.sentences, *answer.cells, *filter(None, [answer.premise]))
        yield from (item for one in said if not one.is_unsupported for item in one.evidence)


def _cut_abstract(abstract: str, spans: Sequence[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    inside = [(start, end) for start, end in spans if 0 <= start < end <= len(abstract)]
    cuts = sorted({0, len(abstract), *(edge for span in inside for edge in span)})
    return tuple(
        (strip_unseen(abstract[a:b]), any(start <= a < end for start, end in inside))
        for a, b in pairwise(cuts)
    )
