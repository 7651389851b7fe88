"""What is measured of a claim beside a source: the features of the local judge.

Owns the features, their names and how each is computed; knows nothing about verdicts. What
is contained is weighed by rarity; what is aligned says whether a number, a negation, a
direction or a name stands where the source has another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.lexicon import list_opposites
from rag.support.claims import Kind, Token
from rag.support.contradiction import find_contradictions
from rag.support.model import Words
from rag.support.overlap import EQUAL, LIKE, Floats, Overlap
from rag.support.turns import (
    Alignment,
    Turn,
    Turned,
    align_segment,
    count_denied,
)
from rag.support.word_order import measure_disorder

DIGITS = 4
NEIGHBOURS = 3
WINDOW = 12  # tokens in which they are looked for
OCCURRENCES = 4  # of a token in one sentence that are compared


@dataclass(frozen=True, slots=True)
class Measured:
    """The features by name, in a fixed order, and what the verdict's words need."""

    features: dict[str, float]
    alignments: tuple[Alignment, ...]


def measure(overlap: Overlap, words: Words) -> Measured:
    """Everything that is measured of a claim that has a word, beside a source that has one."""
    ranked = overlap.rank()[:2]
    alignments = tuple(align_segment(overlap, segment) for segment in ranked)
    best = alignments[0]
    features = (
        _measure_containment(overlap, ranked)
        | _measure_sequences(overlap, best)
        | _measure_kinds(overlap, ranked)
        | _measure_turns(overlap, best)
        | _measure_directions(overlap, best)
        | _measure_gist(overlap, words, best.segment)
        | _measure_size(overlap)
    )
    # The last bits of a sum depend on how a processor adds; training must not.
    return Measured({name: round(value, DIGITS) for name, value in features.items()}, alignments)


def _measure_containment(overlap: Overlap, ranked: Sequence[int]) -> dict[str, float]:
    soft, found = overlap.by_segment, overlap.found
    known = overlap.known[:, None]
    hard = ((soft >= EQUAL) | (known >= EQUAL)).astype(np.float32)
    either = np.maximum(soft, known)
    content = overlap.content
    best = ranked[0]
    two = np.maximum(either[:, :-1], either[:, 1:]) if soft.shape[1] > 1 else either
    more = [
        overlap.share(np.maximum(either[:, best], either[:, place])) for place in _columns(soft)
    ]
    missing = np.sort((overlap.weights * (1.0 - found))[content])[::-1]
    return {
        "whole_hard": overlap.share(hard.max(axis=1)),
        "whole_soft": overlap.share(found),
        "best_hard": overlap.share(hard[:, best]),
        "best_soft": overlap.share(either[:, best]),
        "two_soft": max(overlap.share(two[:, place]) for place in _columns(two)),
        "pair_soft": max(more),
        "plain_hard": float(hard.max(axis=1)[content].mean()) if content.any() else 1.0,
        "plain_best": float(hard[:, best][content].mean()) if content.any() else 1.0,
        "missing_most": float(missing[0]) if len(missing) else 0.0,
        "missing_next": float(missing[1]) if len(missing) > 1 else 0.0,
        "missing_sum": float(missing.sum()),
        "spread": float(np.mean([overlap.share(either[:, place]) for place in _columns(soft)])),
    }


def _columns(table: Floats) -> range:
    return range(table.shape[1])


def _measure_sequences(overlap: Overlap, best: Alignment) -> dict[str, float]:
    claim = overlap.claim
    source = [token for segment in overlap.segments for token in segment.tokens]
    inside = overlap.segments[best.segment].tokens
    equal = {pair.claim for pair in best.equal}
    weight = float(overlap.weights.sum()) or 1.0
    aligned = sum(float(overlap.weights[place]) for place in equal)
    return {
        "bigrams": _share_grams(_content_stems(claim), _content_stems(source), 2),
        "bigrams_best": _share_grams(_content_stems(claim), _content_stems(inside), 2),
        "trigrams": _share_grams(_stems(claim), _stems(source), 3),
        "aligned": len(equal) / len(claim),
        "aligned_weight": aligned / weight,
        "longest_run": best.longest_run / len(claim),
        "run_tokens": float(min(best.longest_run, 12)),
        "unpaired": len(claim) - len({pair.claim for pair in best.pairs}),
        "disorder": measure_disorder(overlap, best.places, (Kind.WORD, Kind.NAME, Kind.NUMBER)),
        "names_disorder": measure_disorder(overlap, best.places, (Kind.NAME,)),
        "numbers_disorder": measure_disorder(overlap, best.places, (Kind.NUMBER,)),
        "span": _measure_span(best),
    }


def _measure_span(best: Alignment) -> float:
    """How densely the aligned words stand in the source: 1 if side by side."""
    places = [pair.source for pair in best.pairs if pair.likeness >= LIKE]
    return len(places) / (places[-1] - places[0] + 1) if places else 0.0


def _stems(tokens: Sequence[Token]) -> list[str]:
    return [_spell(token) for token in tokens]


def _content_stems(tokens: Sequence[Token]) -> list[str]:
    return [_spell(token) for token in tokens if token.kind is not Kind.FUNCTION]


def _spell(token: Token) -> str:
    return f"{token.value:g}{token.unit}" if token.kind is Kind.NUMBER else token.stem


def _share_grams(claim: Sequence[str], source: Sequence[str], size: int) -> float:
    """The share of the claim's n-grams that the source has; of its words if it has too few."""
    size = min(size, len(claim)) or 1
    wanted = {tuple(claim[place : place + size]) for place in range(len(claim) - size + 1)}
    have = {tuple(source[place : place + size]) for place in range(len(source) - size + 1)}
    return len(wanted & have) / len(wanted) if wanted else 1.0


def _measure_kinds(overlap: Overlap, ranked: Sequence[int]) -> dict[str, float]:
    found = overlap.found
    local = np.maximum(overlap.by_segment[:, ranked].max(axis=1), overlap.known)
    features: dict[str, float] = {}
    for kind in (Kind.NUMBER, Kind.NAME):
        rows = [place for place, token in enumerate(overlap.claim) if token.kind is kind]
        absent = [place for place in rows if found[place] < LIKE]
        away = [place for place in rows if local[place] < LIKE]
        strangers = [1.0 - _compare_neighbours(overlap, place) for place in rows]
        features |= {
            f"{kind.value}s": float(len(rows)),
            f"{kind.value}s_absent": float(len(absent)),
            f"{kind.value}s_absent_share": len(absent) / len(rows) if rows else 0.0,
            f"{kind.value}s_away_share": len(away) / len(rows) if rows else 0.0,
            f"{kind.value}s_strange": max(strangers, default=0.0),
        }
    return features


def _compare_neighbours(overlap: Overlap, row: int) -> float:
    """How much of what stands beside a token also stands beside its equal in the source.

    1 where the token is nowhere in the source: its absence is counted elsewhere.
    """
    beside = _beside(overlap.claim, row)
    best: float | None = None
    for place, segment in enumerate(overlap.segments):
        columns = overlap.columns(place)[row]
        for column in np.flatnonzero(columns >= EQUAL)[:OCCURRENCES].tolist():
            other = _beside(segment.tokens, column)
            share = len(beside & other) / len(beside) if beside else 1.0
            best = max(best or 0.0, share)
    return 1.0 if best is None else best


def _beside(tokens: Sequence[Token], place: int) -> frozenset[str]:
    before = _content_stems(tokens[max(0, place - WINDOW) : place])
    after = _content_stems(tokens[place + 1 : place + 1 + WINDOW])
    return frozenset(before[-NEIGHBOURS:] + after[:NEIGHBOURS])


def _measure_turns(overlap: Overlap, best: Alignment) -> dict[str, float]:
    features: dict[str, float] = {}
    sure = find_contradictions(overlap, best)
    for kind in Turned:
        turns = [turn for turn in best.turns if turn.kind is kind]
        features[f"turned_{kind.value}"] = float(len(turns))
        features[f"tight_{kind.value}"] = float(sum(turn.tight for turn in turns))
        features[f"sure_{kind.value}"] = float(sum(turn.kind is kind for turn in sure))
    features["sure"] = float(len(sure))
    replaced = [one for one in best.turns if one.kind in (Turned.WORD, Turned.NAME)]
    unlike = [one for one in replaced if one.likeness < LIKE]
    return features | {
        "replaced_weight": _weigh_turns(replaced),
        "replaced_unlike": _weigh_turns(unlike),
        "replaced_tight": _weigh_turns([one for one in replaced if one.tight]),
        "replaced_tight_unlike": _weigh_turns([one for one in unlike if one.tight]),
        "moved": _weigh_turns([one for one in best.turns if one.moved]),
        "denied": count_denied(overlap, best),
    }


def _weigh_turns(turns: Sequence[Turn]) -> float:
    return sum(turn.weight for turn in turns)


def _measure_directions(overlap: Overlap, best: Alignment) -> dict[str, float]:
    """Words whose opposite the sentence has and whose own it has not; negators on each side."""
    inside = overlap.segments[best.segment].tokens
    stems = {token.stem for token in inside}
    source = {token.stem for segment in overlap.segments for token in segment.tokens}
    claimed = {token.stem for token in overlap.claim if token.kind is not Kind.NUMBER}
    facing = [one for one in claimed if list_opposites(one) & stems and one not in stems]
    anywhere = [one for one in claimed if list_opposites(one) & source and one not in source]
    denies = sum(token.negates for token in overlap.claim)
    denied = sum(token.negates for token in inside)
    return {
        "opposites": float(len(facing)),
        "opposites_whole": float(len(anywhere)),
        "claim_negates": float(denies),
        "source_negates": float(denied),
        "negates_more": float(max(0, denies - denied)),
        "parity": float((denies + len(facing)) % 2 != denied % 2),
    }


def _measure_gist(overlap: Overlap, words: Words, best: int) -> dict[str, float]:
    """Cosines of weighted means of word vectors, of the claim and the best sentence."""
    claim = _average(overlap.claim, words)
    inside = _average(overlap.segments[best].tokens, words)
    tokens = [token for segment in overlap.segments for token in segment.tokens]
    return {
        "gist_best": float(claim @ inside),
        "gist_whole": float(claim @ _average(tokens, words)),
    }


def _average(tokens: Sequence[Token], words: Words) -> Floats:
    content = [token for token in tokens if token.kind in (Kind.WORD, Kind.NAME)]
    if not content:
        return np.zeros(words.dimension, dtype=np.float32)
    weights = np.array([words.weigh(token.stem) for token in content], dtype=np.float32)
    mean = weights @ words.look_up([token.stem for token in content])
    return mean / max(float(np.linalg.norm(mean)), 1e-6)


def _measure_size(overlap: Overlap) -> dict[str, float]:
    words = sum(len(segment.tokens) for segment in overlap.segments)
    inside = len(overlap.segments[overlap.rank()[0]].tokens)
    return {
        "claim_words": math.log1p(float(overlap.content.sum())),
        "source_words": math.log1p(words),
        "sentence_words": math.log1p(inside),
        "segments": math.log1p(len(overlap.segments)),
    }
