"""The evidence of a comparison -> a table of quotations, without a model.

Owns which sentence stands in which cell and how it is cut; knows nothing about how papers are
found. A row is found by the role that sentences play in their abstracts
(rag.comparison.roles); a cell quotes, and where no sentence of the side's papers plays the
role it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.comparison.balance import Balanced, SideHits
from rag.comparison.roles import Role, score_cues, score_roles
from rag.comparison.table import NOT_STATED
from rag.library import Library
from rag.quote import POINTER, plain, weigh_words
from rag.records import Hit, Span
from rag.replies import Aspect, Column, Comparison, Evidence, Offer, Sentence
from rag.wording import contain_weighted, stem_words

ROWS = {
    "What it proposes": Role.PROPOSAL,
    "How": Role.METHOD,
    "Evidence": Role.EVIDENCE,
    "Finding": Role.FINDING,
    "Limits": Role.LIMIT,
}
LONGEST_QUOTATION = 180
SHORTEST_QUOTATION = 40
# A cell needs a cue of its own; how much, and what else counts beside the role (eval/LOG.md).
# Role: (the least that its cues must say, how far it may be behind the sentence's best role).
# What was tested is mostly told in the sentence that tells what was found.
ADMITTED = {
    Role.PROPOSAL: (0.6, 0.6),
    Role.METHOD: (0.5, 0.9),
    Role.EVIDENCE: (0.9, 1.6),
    Role.FINDING: (0.5, 0.6),
    Role.LIMIT: (0.8, 0.8),
}
WORDS_WEIGHT = 0.8
RELEVANCE_WEIGHT = 0.6
NEXT_PAPER_COST = 0.8
LIMITS_FROM = 0.35  # before it an abstract speaks of the limits of others
BOUNDARY = re.compile(
    r"(?<=[,;:—–)])\s+|\s+(?=[—–(])|\s+(?=(?:while|whereas|because|which|where|although|but"
    r"|so\s+that|when"
    r"|if|after|rather\s+than|as\s+well\s+as|compared|thereby|by\s+\w+ing|and|to)\s)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a side's paper for a row, and how well it fits."""

    row: str
    score: float
    hit: Hit
    span: Span


def make_columns(balanced: Balanced, offers: Sequence[Offer]) -> tuple[Column, ...]:
    """The sides with the numbers under which their papers are offered."""
    numbers = {offer.paper.paper_id: offer.number for offer in offers}
    return tuple(
        Column(
            one.side.name,
            tuple(numbers[hit.paper.paper_id] for hit in one.hits if hit.paper.paper_id in numbers),
            one.found,
        )
        for one in balanced.sides
    )


def build_table(
    balanced: Balanced, offers: Sequence[Offer], question: str, library: Library
) -> Comparison:
    """The table in quotations: each cell is cut from one sentence of the side's papers and
    cites it, or says `not stated in the abstract`. A sentence stands once in a column; rows
    that no side fills are left out."""
    weights = weigh_words(question, library)
    columns = make_columns(balanced, offers)
    filled = [
        _fill(one, column, weights) for one, column in zip(balanced.sides, columns, strict=True)
    ]
    numbers = {offer.paper.paper_id: offer.number for offer in offers}
    aspects = []
    for row in ROWS:
        if any(row in cells for cells in filled):
            told = [cells.get(row) for cells in filled]
            aspects.append(Aspect(row, tuple(_write(one, numbers, weights) for one in told)))
    return Comparison(columns, tuple(aspects))


def _fill(one: SideHits, column: Column, weights: Mapping[str, float]) -> dict[str, Candidate]:
    """The best sentence of each row, the surest row first."""
    if not one.found or not column.papers:
        return {}
    cells: dict[str, Candidate] = {}
    used: set[tuple[str, int]] = set()
    for candidate in sorted(_candidates(one, weights), key=lambda one: -one.score):
        key = candidate.hit.paper.paper_id, candidate.span.start
        if candidate.row not in cells and key not in used:
            cells[candidate.row] = candidate
            used.add(key)
    return cells


def _candidates(one: SideHits, weights: Mapping[str, float]) -> Iterator[Candidate]:
    for rank, hit in enumerate(one.hits):
        last = max((span.start for span in hit.sentences), default=0) or 1
        for span in hit.sentences:
            if POINTER.search(span.text) or not re.search(r"\w", span.text):
                continue
            roles = score_roles(span.text, span.start / last)
            extra = (
                RELEVANCE_WEIGHT * span.score
                + WORDS_WEIGHT * contain_weighted(weights, stem_words(span.text))
                - NEXT_PAPER_COST * rank
            )
            place = span.start / last
            for row, role in ROWS.items():
                if _is_admitted(span.text, role, roles, place):
                    score = roles[role] - 0.5 * (max(roles.values()) - roles[role]) + extra
                    yield Candidate(row, score, hit, span)


def _is_admitted(text: str, role: Role, roles: Mapping[Role, float], place: float) -> bool:
    """Whether a sentence may stand for a role. How something works is often told without a
    cue, between what is proposed and what is found: there the place is enough."""
    least, behind = ADMITTED[role]
    lag = max(roles.values()) - roles[role]
    if role is Role.LIMIT and place < LIMITS_FROM:
        return False
    return (role is Role.METHOD and not lag) or (score_cues(text, role) >= least and lag <= behind)


def _write(
    candidate: Candidate | None, numbers: Mapping[str, int], weights: Mapping[str, float]
) -> Sentence:
    if candidate is None:
        return NOT_STATED
    paper, span = candidate.hit.paper, candidate.span
    text = plain(trim(span.text, ROWS[candidate.row], weights))
    evidence = Evidence(paper.paper_id, span.text, span.start, span.end)
    return Sentence(text, (numbers[paper.paper_id],), (evidence,))


def trim(
    sentence: str, role: Role, weights: Mapping[str, float], longest: int = LONGEST_QUOTATION
) -> str:
    """The stretch of a sentence, cut at clauses, that tells most in at most `longest`
    characters, with ellipses where something is left out; whole if it is short enough."""
    if len(sentence) <= longest:
        return sentence
    cuts = [0, *(match.end() for match in BOUNDARY.finditer(sentence)), len(sentence)]
    best, score = (0, len(sentence)), -1.0
    for place, start in enumerate(cuts[:-1]):
        for end in cuts[place + 1 :]:
            length = len(sentence[start:end].rstrip())
            if length > longest - 2:
                break
            if length >= SHORTEST_QUOTATION:
                told = _tell(sentence[start:end], role, weights) + 0.15 * (start == 0)
                told += 0.3 * length / longest
                if told > score:
                    best, score = (start, end), told
    return _cut(sentence, best, longest)


def _tell(text: str, role: Role, weights: Mapping[str, float]) -> float:
    return 0.5 * score_cues(text, role) + contain_weighted(weights, stem_words(text))


def _cut(sentence: str, stretch: tuple[int, int], longest: int) -> str:
    start, end = stretch
    if end - start > longest:
        end = start + longest - 2
        end = sentence.rfind(" ", start, end) if " " in sentence[start:end] else end
    words = sentence[start:end].rstrip(" ,;:—–(")
    return f"{'…' if start else ''}{words}{'…' if end < len(sentence) else ''}"
