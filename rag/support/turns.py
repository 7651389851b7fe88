"""Where a claim says something else than the sentence that it follows.

Owns the alignment of a claim with its best sentences and the places where a number, a
negation, a direction or a name is turned; knows nothing about verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from rag.lexicon import are_opposite
from rag.support.alignment import Pair, align
from rag.support.claims import DENIED, Kind, Token
from rag.support.overlap import EQUAL, LIKE, Overlap
from rag.support.word_order import Crossing, find_crossings, find_places


class Turned(Enum):
    """What differs."""

    NUMBER = "number"
    NEGATION = "negation"
    DIRECTION = "direction"
    NAME = "name"
    ORDER = "order"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Turn:
    """A place where the claim differs: the two wordings, one of them empty if a word is more.

    `claim` is the token's index. `tight`: the words on both sides are the same. `moved`: the
    claim's word stands elsewhere in the sentence. `weight` is how rare the claim's word is.
    """

    kind: Turned
    claim: int
    claimed: str
    written: str
    tight: bool
    moved: bool
    likeness: float
    weight: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """A claim aligned with one segment; `places` says where it has a word of the claim once."""

    segment: int
    pairs: tuple[Pair, ...]
    turns: tuple[Turn, ...]
    places: Mapping[int, int]

    @property
    def equal(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.likeness >= EQUAL]

    @property
    def longest_run(self) -> int:
        """The longest stretch of equal tokens that follow one another on both sides."""
        longest = run = 0
        previous = Pair(-2, -2, 0.0)
        for pair in self.equal:
            follows = (pair.claim, pair.source) == (previous.claim + 1, previous.source + 1)
            run = run + 1 if follows else 1
            longest = max(longest, run)
            previous = pair
        return longest


def align_segment(overlap: Overlap, segment: int) -> Alignment:
    """Align the claim with a segment and list where they differ."""
    source = overlap.segments[segment].tokens
    pairs = align(overlap.claim, source, overlap.columns(segment), overlap.weights.tolist())
    places = find_places(overlap, segment)
    crossings = find_crossings(overlap, segment, places)
    turns = [
        *_list_replaced(overlap, source, pairs),
        *_list_denials(overlap, source, pairs),
        *(_exchange(overlap, crossing) for crossing in crossings),
    ]
    return Alignment(segment, tuple(pairs), tuple(turns), places)


def _exchange(overlap: Overlap, crossing: Crossing) -> Turn:
    before, behind = overlap.claim[crossing.before], overlap.claim[crossing.behind]
    return Turn(
        Turned.ORDER,
        crossing.before,
        before.text,
        behind.text,
        tight=crossing.directed,
        moved=True,
        likeness=0.0,
        weight=float(overlap.weights[crossing.before]),
    )


def _list_replaced(overlap: Overlap, source: Sequence[Token], pairs: Sequence[Pair]) -> list[Turn]:
    """One word in another's place."""
    equal = {(pair.claim, pair.source) for pair in pairs if pair.likeness >= EQUAL}
    ends = len(overlap.claim), len(source)
    turns = []
    for pair in pairs:
        one, other = overlap.claim[pair.claim], source[pair.source]
        if pair.likeness >= EQUAL or Kind.FUNCTION in (one.kind, other.kind):
            continue
        before, after = (pair.claim - 1, pair.source - 1), (pair.claim + 1, pair.source + 1)
        turns.append(
            Turn(
                _name_kind(one, other),
                pair.claim,
                one.text,
                other.text,
                tight=_holds(before, equal, ends) and _holds(after, equal, ends),
                moved=bool(overlap.by_segment[pair.claim].max(initial=0.0) >= EQUAL),
                likeness=pair.likeness,
                weight=float(overlap.weights[pair.claim]),
            )
        )
    return turns


def _holds(place: tuple[int, int], equal: set[tuple[int, int]], ends: tuple[int, int]) -> bool:
    """Whether the words beside a pair are the same, or the claim or the sentence ends there."""
    return place in equal or place[0] in (-1, ends[0]) or place[1] in (-1, ends[1])


def _name_kind(one: Token, other: Token) -> Turned:
    if one.kind is Kind.NUMBER:
        return Turned.NUMBER
    if are_opposite(one.stem, other.stem):
        return Turned.DIRECTION
    if one.kind is Kind.NAME and other.kind is Kind.NAME:
        return Turned.NAME
    return Turned.WORD


def _list_denials(overlap: Overlap, source: Sequence[Token], pairs: Sequence[Pair]) -> list[Turn]:
    """Negators on one side only, inside the stretch that is aligned."""
    alike = [pair for pair in pairs if pair.likeness >= LIKE]
    content = [pair for pair in alike if overlap.claim[pair.claim].kind is not Kind.FUNCTION]
    if not content:
        return []
    denied = [
        pair for pair in content if overlap.claim[pair.claim].denied != source[pair.source].denied
    ]
    stretch = range(max(0, content[0].source - 2), content[-1].source + 1)
    return [
        *_list_put_in(overlap, [pair.claim for pair in alike], [pair.claim for pair in denied]),
        *_list_left_out(source, stretch, [pair.source for pair in alike], denied),
    ]


def _list_put_in(overlap: Overlap, matched: Sequence[int], denied: Sequence[int]) -> Iterator[Turn]:
    """Negators that only the claim has; `denied` are the words that only one side denies."""
    for place, token in enumerate(overlap.claim):
        if token.negates and place not in matched:
            near = any(0 < other - place <= DENIED for other in denied)
            yield _deny(place, token.text, "", near and _between(place, matched))


def _list_left_out(
    source: Sequence[Token], stretch: range, matched: Sequence[int], denied: Sequence[Pair]
) -> Iterator[Turn]:
    """Negators that only the source has."""
    for place in stretch:
        if source[place].negates and place not in matched:
            near = [pair.claim for pair in denied if 0 < pair.source - place <= DENIED]
            tight = bool(near) and _between(place, matched)
            yield _deny(near[0] if near else 0, "", source[place].text, tight)


def _between(place: int, matched: Sequence[int]) -> bool:
    """Whether an aligned word stands right before, or follows within three."""
    return any(one in matched for one in (place - 1, place + 1, place + 2, place + 3))


def _deny(place: int, claimed: str, written: str, tight: bool) -> Turn:
    return Turn(Turned.NEGATION, place, claimed, written, tight, False, 0.0, 1.0)


def count_denied(overlap: Overlap, alignment: Alignment) -> float:
    """The share of the aligned weight whose words only one side denies: 0 to 1."""
    source = overlap.segments[alignment.segment].tokens
    total = different = 0.0
    for pair in alignment.pairs:
        token = overlap.claim[pair.claim]
        if token.kind is Kind.FUNCTION or pair.likeness < LIKE:
            continue
        weight = float(overlap.weights[pair.claim])
        total += weight
        different += weight * (token.denied != source[pair.source].denied)
    return different / total if total else 0.0
