"""Paper -> the stretches of it that are embedded.

Owns the chunking and its name; knows nothing about models. Three views of an abstract,
because a model that reads 256 tokens loses the end of two abstracts in three:

    whole      the title and the beginning of the abstract, one text
    windows    three sentences at a time, side by side: together the entire abstract
    sentences  each sentence, with its offsets
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from rag.records import Paper
from rag.sentences import split_sentences

CHUNKING = "whole+windows3+sentences/1"
WINDOW = 3


@dataclass(frozen=True, slots=True)
class Chunks:
    """The texts of one paper. `spans` are the sentences' (start, end) in the abstract."""

    paper_id: str
    revision: str
    whole: str
    windows: tuple[str, ...]
    sentences: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def texts(self) -> list[str]:
        """All texts in a row: whole, windows, sentences."""
        return [self.whole, *self.windows, *self.sentences]


def cut_paper(paper: Paper) -> Chunks:
    """The chunks of a paper. An abstract without a sentence is its own only one."""
    spans = split_sentences(paper.abstract) or [(0, len(paper.abstract))]
    windows = [spans[start : start + WINDOW] for start in range(0, len(spans), WINDOW)]
    if len(windows) > 1 and len(windows[-1]) < WINDOW:
        windows[-1] = spans[-WINDOW:]
    return Chunks(
        paper_id=paper.paper_id,
        revision=revise(paper),
        whole=f"{paper.title}\n{paper.abstract}",
        windows=tuple(paper.abstract[window[0][0] : window[-1][1]] for window in windows),
        sentences=tuple(paper.abstract[start:end] for start, end in spans),
        spans=tuple(spans),
    )


def revise(paper: Paper) -> str:
    """The hash of what is embedded of a paper: another one means it must be embedded again."""
    text = f"{paper.title}\n{paper.abstract}"
    return hashlib.blake2s(text.encode(), digest_size=12).hexdigest()
