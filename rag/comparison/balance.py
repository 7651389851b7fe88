"""The sides of a comparison -> evidence in which each side has its share.

Owns how the papers of the sides are merged, which papers are whose, and whether a side has
any; knows nothing about how a comparison is written. Each side is searched for on its own,
with the whole question beside it, and the sides take turns (round robin, after the balanced
interleaving of Joachims 2003): no side starves, however much more the library holds on
another.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.comparison.acronyms import expand_acronyms
from rag.comparison.sides import strip_frame
from rag.library import Library
from rag.question import Side
from rag.records import Hit
from rag.retrieve import Findings, Retriever, Search
from rag.terms import content_words, find_missing_terms
from rag.wording import contain_weighted, stem_words

# Chosen on the sides of the development questions and of tests/data/comparative.jsonl, those
# that papers here are about and those that none is (eval/LOG.md).
NAMED_WORDS, NAMED_STRENGTH = 0.6, 0.8
UNKNOWN_WORDS, UNKNOWN_STRENGTH = 0.45, 0.65
NAMED_OUTRIGHT = 0.7
NEIGHBOURS = 10

PAPERS_A_SIDE = 3
NEAREST = 2
OWN_GOOD = 0.75
NEAR_OWN = 0.85
SHARED = 0.01
DEEP = 40


@dataclass(frozen=True, slots=True)
class SideHits:
    """A side and its papers, best first; where `found` is False the nearest ones, and
    `missing_terms` are those of its words that no paper holds. `named`: its own words are
    those of the paper that they find first."""

    side: Side
    hits: tuple[Hit, ...]
    found: bool = True
    missing_terms: tuple[str, ...] = ()
    named: bool = False


@dataclass(frozen=True, slots=True)
class Balanced:
    """The evidence of a comparison, each paper once, and whose each is.

    `whole` are the hits of the question as a whole, best first.
    """

    hits: tuple[Hit, ...]
    sides: tuple[SideHits, ...]
    whole: tuple[Hit, ...]


def find_sides_hits(
    retriever: Retriever,
    question: str,
    sides: Sequence[Side],
    k: int,
    among: Sequence[Collection[str] | None] = (),
) -> Balanced:
    """At most k papers, every side's in turn. `among` keeps each side to papers of its own
    (a period, "[3]"), in the order of the sides. Raises what Retriever.find raises."""
    library = retriever.library
    shared = expand_acronyms(strip_frame(question), library)
    within = [*among, *[None] * (len(sides) - len(among))]
    words = [expand_acronyms(strip_frame(side.query), library) for side in sides]
    leaning = [Search(shared, own, one) for own, one in zip(words, within, strict=True)]
    alone = [Search(own or shared, among=one) for own, one in zip(words, within, strict=True)]
    found = retriever.find_many([Search(shared), *leaning, *alone], max(DEEP, k))
    whole, led, own = found[0], found[1 : len(sides) + 1], found[len(sides) + 1 :]
    missing = find_missing_terms(question, library)
    judged = [_judge(side, one, missing, library) for side, one in zip(sides, own, strict=True)]
    merged = _merge(led, own, judged, k)
    asked = {_id(hit): hit for hit in whole.hits}
    hits = tuple(asked.get(_id(hit), hit) for hit in merged)
    return Balanced(hits, tuple(_share_out(led, judged, hits)), whole.hits)


def _judge(side: Side, own: Findings, missing: Sequence[str], library: Library) -> SideHits:
    """Whether any paper speaks to a side, by the words that it is called by.

    A name that no paper holds tells, and so does a label ("prefix tuning") whose telling words
    no paper has together. What describes ("the parity diagnosis") tells nothing: its words
    need not be the paper's.
    """
    hits = own.hits[:NEIGHBOURS]
    if not hits or side.numbers:
        return SideHits(side, hits, bool(hits))
    called = side.query.split(" (")[0]
    named = tuple(term for term in missing if term.lower() in called.lower())
    scores = [hit.score for hit in hits[:5]]
    strength = scores[0] + sum(scores) / len(scores)
    words = content_words(strip_frame(called))
    covered = _cover(words, hits, library)
    label = words and " ".join(words) == " ".join(re.findall(r"[^\W_]+", called.lower()))
    unknown = label and covered < UNKNOWN_WORDS and strength < UNKNOWN_STRENGTH
    absent = unknown or (named and covered < NAMED_WORDS and strength < NAMED_STRENGTH)
    certain = _cover(words, hits[:1], library) >= NAMED_OUTRIGHT
    return SideHits(side, hits, not absent, named if absent else (), certain)


def _cover(words: Sequence[str], hits: Sequence[Hit], library: Library) -> float:
    """The largest share of the words, by their rarity, that one of the papers has."""
    weights = {
        stem: weight for word, weight in library.weigh(words).items() for stem in stem_words(word)
    }
    return max(
        contain_weighted(weights, stem_words(f"{hit.paper.title} {hit.paper.abstract}"))
        for hit in hits
    )


def _merge(
    led: Sequence[Findings], own: Sequence[Findings], judged: Sequence[SideHits], k: int
) -> tuple[Hit, ...]:
    """Turn by turn: each side's first paper, then the next ones. At the end, in the place of
    the last ones, what a side's own words name outright, and the two nearest papers of a side
    that has no evidence."""
    there = [place for place, one in enumerate(judged) if one.found]
    lists = [led[place].hits for place in there]
    named = [own[place].hits[0] for place in there if judged[place].named]
    nearest = [hit for one in judged if not one.found for hit in one.hits[:NEAREST]]
    first = _each_once(_choose_firsts(lists).values())
    turns = [*first, *_take_turns(lists, {_id(hit) for hit in first})]
    kept = turns[: k - min(len(nearest), k // 2)]
    wanted = [hit for hit in _each_once(named) if _id(hit) not in {_id(one) for one in kept}]
    kept = [*kept[: max(len(first), len(kept) - len(wanted))], *wanted]
    return _each_once([*kept, *nearest, *turns])[:k]


def _take_turns(lists: Sequence[Sequence[Hit]], taken: set[str]) -> Iterator[Hit]:
    """Each list in turn gives its best that was not taken yet."""
    waiting = [iter(hits) for hits in lists]
    while waiting:
        for one in list(waiting):
            hit = next((hit for hit in one if _id(hit) not in taken), None)
            if hit is None:
                waiting.remove(one)
                continue
            taken.add(_id(hit))
            yield hit


def _each_once(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    seen: dict[str, Hit] = {}
    for hit in hits:
        seen.setdefault(hit.paper.paper_id, hit)
    return tuple(seen.values())


def _choose_firsts(lists: Sequence[Sequence[Hit]]) -> dict[int, Hit]:
    """The first paper of each side, by place: each paper once, so that all sides together fit
    best (the assignment problem). A side that has no other good paper shares one."""
    from scipy.optimize import linear_sum_assignment

    near = [hits[:NEIGHBOURS] for hits in lists]
    papers = list(dict.fromkeys(_id(hit) for hits in near for hit in hits))
    fits = np.zeros((len(lists), len(papers)))
    for place, hits in enumerate(near):
        for hit in hits:
            if hit.score >= OWN_GOOD * hits[0].score:
                fits[place, papers.index(_id(hit))] = hit.score
    chosen = {place: hits[0] for place, hits in enumerate(lists) if hits}
    for place, column in zip(*linear_sum_assignment(fits, maximize=True), strict=True):
        if fits[place, column]:
            chosen[int(place)] = next(hit for hit in near[place] if _id(hit) == papers[column])
    return chosen


def _share_out(
    led: Sequence[Findings], judged: Sequence[SideHits], evidence: Sequence[Hit]
) -> list[SideHits]:
    """The papers of each side, of those that are in the evidence. Another side's first paper,
    or one that fits another side better, is not this side's."""
    offered = {hit.paper.paper_id for hit in evidence}
    there = [place for place, one in enumerate(judged) if one.found]
    lists = {place: [hit for hit in led[place].hits if _id(hit) in offered] for place in there}
    firsts = dict(zip(there, _choose_firsts(list(lists.values())).values(), strict=False))
    best: dict[str, float] = {}
    for hit in (hit for hits in lists.values() for hit in hits):
        best[_id(hit)] = max(best.get(_id(hit), 0.0), hit.score)
    shared = []
    for place, one in enumerate(judged):
        first = firsts.get(place)
        if not one.found or first is None:
            near = tuple(hit for hit in one.hits if _id(hit) in offered)
            shared.append(replace(one, hits=near[:NEAREST]))
            continue
        others = {_id(hit) for hit in firsts.values()} - {_id(first)}
        fitting = [
            hit
            for hit in lists[place]
            if _id(hit) not in others
            and hit.score >= NEAR_OWN * first.score
            and hit.score >= best[_id(hit)] - SHARED
        ]
        shared.append(replace(one, hits=_each_once([first, *fitting])[:PAPERS_A_SIDE]))
    return shared


def _id(hit: Hit) -> str:
    return hit.paper.paper_id
