"""The turns of which it is sure that the source says otherwise.

Owns which turned places contradict; knows nothing about scores. It errs towards silence: a
claim that is merely worded otherwise must not be called contradicted.
"""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher

import numpy as np

from rag.support.claims import Token
from rag.support.overlap import EQUAL, Overlap
from rag.support.turns import Alignment, Turn, Turned

NEAR_WORDING = 0.75  # of a claim around a turned word, from which it is about the same thing
SAME_SPELLING = 0.8
LACK = ("lack", "absen")  # what lacks in one wording is "deficient" or "without" in another


def find_contradictions(overlap: Overlap, alignment: Alignment) -> list[Turn]:
    """The turns around which the sentence says the same as the claim, or nearly.

    Those that are sure: a number that no source has; a negator where the other side has
    fewer; another direction or name where the words on both sides of it are the same.
    """
    found = np.maximum(overlap.by_segment[:, alignment.segment], overlap.known)
    sure = []
    for turn in alignment.turns:
        rest = np.ones(len(overlap.claim), dtype=bool)
        rest[turn.claim] = turn.kind in (Turned.NEGATION, Turned.ORDER)
        total = float(overlap.weights[rest].sum())
        near = float((overlap.weights * found)[rest].sum()) / total if total else 0.0
        if near >= NEAR_WORDING and _is_sure(turn, overlap, alignment):
            sure.append(turn)
    return sure


def _is_sure(turn: Turn, overlap: Overlap, alignment: Alignment) -> bool:
    source = overlap.segments[alignment.segment].tokens
    if turn.kind is Turned.NUMBER:
        shortened = turn.written.startswith(("19", "20")) and turn.written.endswith(turn.claimed)
        return (not turn.moved or turn.tight) and not shortened
    if turn.kind is Turned.WORD or not turn.tight:
        return False
    if turn.kind is Turned.NEGATION:
        word = (turn.claimed or turn.written).lower()
        differ = _count_negators(overlap.claim) != _count_negators(source)
        return differ and not word.startswith(LACK)
    if turn.kind is Turned.NAME:
        beside = overlap.by_segment[turn.claim, alignment.segment] >= EQUAL
        exchanged = any(token.text == turn.written for token in overlap.claim)
        return (exchanged or not beside) and not _spell_alike(turn.claimed, turn.written)
    return True


def _count_negators(tokens: tuple[Token, ...]) -> int:
    return sum(token.negates for token in tokens)


def _spell_alike(one: str, other: str) -> bool:
    """`SRI` and `SSRI`, `Alemania` and `Alemanía`, but not `GPT-4` and `GPT-5`."""
    one, other = _strip_accents(one), _strip_accents(other)
    if one == other:
        return True
    same_figures = [c for c in one if c.isdigit()] == [c for c in other if c.isdigit()]
    return same_figures and SequenceMatcher(None, one, other).ratio() >= SAME_SPELLING


def _strip_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
