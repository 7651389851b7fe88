"""Where the sentences of a text begin and end.

Owns splitting with exact offsets, for abstracts and for answers alike; knows nothing about
papers. Punkt (Kiss and Strunk 2006) as trained for English, whose data llama-index-core
carries, with the abbreviations of papers added and the pieces it still cuts off joined.
"""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

ABBREVIATIONS = frozenset(
    "e.g i.e al etc cf vs fig figs eq eqs sec tab resp approx w.r.t a.k.a i.i.d no".split()
)
SHORTEST = 20
LONGEST_OPEN_BRACKET = 400


def split_sentences(text: str) -> list[tuple[int, int]]:
    """The (start, end) of each sentence, in order, blanks outside.

    A piece that begins in lower case, stands in an open bracket or is a mere stub
    ("(2).", "Code:") is no sentence of its own: it joins the one before it.
    """
    spans: list[tuple[int, int]] = []
    for begin, end in _punkt().span_tokenize(text):
        start = end - len(text[begin:end].lstrip())
        if spans and _belongs_to(_begin(text, *spans[-1]), _begin(text, start, end)):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _begin(text: str, start: int, end: int) -> str:
    """As much of a sentence as tells whether it is joined, so that none is copied over and over."""
    return text[start : min(end, start + LONGEST_OPEN_BRACKET)]


def _belongs_to(previous: str, piece: str) -> bool:
    if piece[0].islower() or piece[0] in ",;:)]}%":
        return True
    if len(piece) < SHORTEST or len(previous) < SHORTEST:
        return not _stands_alone(previous if len(previous) < SHORTEST else piece)
    unclosed = sum(previous.count(mark) for mark in "([") - sum(
        previous.count(mark) for mark in ")]"
    )
    return unclosed > 0 and len(previous) < LONGEST_OPEN_BRACKET


def _stands_alone(piece: str) -> bool:
    """Whether a short piece is a sentence nonetheless: three words or more, then an end."""
    return bool(re.fullmatch(r"[A-Z]\w*(\W+\w+){2,}[.!?]", piece))


@cache
def _punkt() -> Any:
    import nltk.data
    import nltk.redos
    from nltk.tokenize.punkt import PunktTokenizer

    spec = importlib.util.find_spec("llama_index.core")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("llama_index.core")
    data = Path(next(iter(spec.submodule_search_locations))) / "_static" / "nltk_cache"
    if str(data) not in nltk.data.path:
        nltk.data.path.append(str(data))
    # Its patterns take linear time. The limit counts seconds that pass: while a machine sleeps
    # or is busy, it would end the reading of a text that is long and quite in order.
    nltk.redos.DEFAULT_TIMEOUT = None
    tokenizer = PunktTokenizer("english")
    tokenizer._params.abbrev_types.update(ABBREVIATIONS)
    return tokenizer
