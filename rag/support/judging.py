"""The local judge: is the wording of a sentence in the abstracts that it cites?

Owns what is held against what, the verdict and the words for it; knows nothing about
answers, papers or models of language. It compares wordings and claims no more: that the
wording is there, that part of it is, that it was not found, or that the abstract has
another number, direction, name or negation in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.replies import Support
from rag.support.claims import Kind
from rag.support.contradiction import find_contradictions
from rag.support.features import Measured, measure
from rag.support.model import SupportModel
from rag.support.overlap import LIKE, Overlap, lay_over
from rag.support.turns import Turn, Turned
from rag.support.uncited import needs_citation as needs_citation

# A score is the probability of support where as many claims are supported as are not.
SUPPORTED_FROM = 0.5
PARTLY_FROM = 0.25
CONTRADICTED_UP_TO = 0.3  # where a source surely says otherwise, whatever else it has
SAME_WORDING = 0.9  # the share of a claim's wording that says that all of it is there
PARTLY_WORDING = 0.7  # ... that some of it is, whatever the classifier makes of the claim
SOURCES = 5  # judged one by one; further ones only together with the others
PARTLY_RUN = 6  # words in a row that say it, too
CLAIM_CHARACTERS = 4_000
LONGEST_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of holding a claim against sources.

    `score` is the estimated probability, 0 to 1, that they support it; `best` the source's
    index and the start and end in it of the sentence that the claim rests on.
    """

    support: Support
    score: float
    reason: str
    best: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A claim beside one source, or beside all of them."""

    overlap: Overlap
    measured: Measured
    score: float


class SupportJudge:
    """Compares wordings. `model` is read from the package's own file when first used."""

    def __init__(self, model: SupportModel | None = None) -> None:
        self._given = model

    @cached_property
    def _model(self) -> SupportModel:
        return self._given or SupportModel.load()

    def judge(self, claim: str, sources: Sequence[str], titles: Sequence[str] = ()) -> Judgement:
        """Hold a claim against abstracts; the words of their titles count as found.

        It is supported if one of them or all together hold it. Read are the first 120 words
        of a claim and the first 20,000 characters of a source.
        """
        readings = self._read_all(claim[:CLAIM_CHARACTERS], sources, titles)
        if not readings:
            return Judgement(Support.NOT_FOUND, 0.0, "There is no wording to compare.")
        best = max(readings, key=lambda reading: reading.score)
        abstract = "abstracts" if len(best.overlap.sources) > 1 else "abstract"
        turns = find_contradictions(best.overlap, best.measured.alignments[0])
        if turns:
            reason = _word_turn(turns[0], abstract)
            score = min(best.score, CONTRADICTED_UP_TO)
            return Judgement(Support.CONTRADICTED, score, reason, _locate(best))
        support = _decide(best)
        reason = _word(support, best.overlap, abstract)
        place = None if support is Support.NOT_FOUND else _locate(best)
        return Judgement(support, best.score, reason, place)

    def _read_all(
        self, claim: str, sources: Sequence[str], titles: Sequence[str]
    ) -> list[_Reading]:
        """The claim beside each source, then, if there are several, beside all."""
        groups = [[place] for place in range(min(len(sources), SOURCES))]
        if len(sources) > 1:
            groups.append(list(range(len(sources))))
        readings = []
        for places in groups:
            overlap = lay_over(claim, sources, titles, self._model.words, places)
            if overlap.claim and overlap.segments:
                measured = measure(overlap, self._model.words)
                score = self._model.classifier.estimate(list(measured.features.values()))
                readings.append(_Reading(overlap, measured, score))
        return readings


def _decide(reading: _Reading) -> Support:
    if reading.score >= SUPPORTED_FROM:
        return Support.SUPPORTED
    wording = reading.overlap.share(reading.overlap.found)
    run = reading.measured.alignments[0].longest_run
    if reading.score >= PARTLY_FROM or wording >= PARTLY_WORDING or run >= PARTLY_RUN:
        return Support.PARTLY
    return Support.NOT_FOUND


def _locate(reading: _Reading) -> tuple[int, int, int]:
    segment = reading.overlap.segments[reading.measured.alignments[0].segment]
    return segment.source, segment.start, segment.end


def _word(support: Support, overlap: Overlap, abstract: str) -> str:
    """What was checked, in a sentence."""
    if support is Support.NOT_FOUND:
        return f"The wording was not found in the {abstract}."
    missing = _name_missing(overlap)
    if support is Support.SUPPORTED and (
        not missing or overlap.share(overlap.found) >= SAME_WORDING
    ):
        return f"The wording is in the {abstract}."
    share = "Most" if support is Support.SUPPORTED else "Part"
    told = f'; "{missing}" is not' if missing else ""
    return f"{share} of the wording is in the {abstract}{told}."


def _name_missing(overlap: Overlap) -> str:
    """The rarest word of the claim that no source has, empty if all are there."""
    lacking = [
        (float(overlap.weights[place]), token.text)
        for place, token in enumerate(overlap.claim)
        if token.kind is not Kind.FUNCTION and overlap.found[place] < LIKE
    ]
    return max(lacking, key=lambda one: one[0])[1][:LONGEST_QUOTED] if lacking else ""


def _word_turn(turn: Turn, abstract: str) -> str:
    says = "say" if abstract.endswith("s") else "says"
    claimed, written = turn.claimed[:LONGEST_QUOTED], turn.written[:LONGEST_QUOTED]
    if turn.kind is Turned.NEGATION:
        preposition, word = ("without", claimed) if claimed else ("with", written)
        return f'The {abstract} {says} this {preposition} "{word}".'
    if turn.kind is Turned.NUMBER:
        return f"The {abstract} {says} {written}, not {claimed}."
    if turn.kind is Turned.ORDER:
        return f'The {abstract} {says} this of "{written}", not of "{claimed}".'
    return f'The {abstract} {says} "{written}", not "{claimed}".'
