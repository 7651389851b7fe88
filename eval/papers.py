"""The papers that the local judge's edits are made of, and what a rule may use.

Owns reading them, their split and which sentences are edited; knows nothing about rules.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.sentences import split_sentences

SHORTEST, LONGEST = 8, 45  # words of a sentence that is edited


@dataclass(frozen=True, slots=True)
class Paper:
    """What a rule may take from a paper. `abstract` is on one line."""

    paper_id: str
    title: str
    abstract: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim beside its source. `kind` is the rule that made it, or a human's label."""

    text: str
    source: str
    is_true: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a rule works on: a sentence, the paper it is of and a seeded source of chance."""

    text: str
    paper: Paper
    rng: random.Random


Rule = Callable[[Draft], str]  # the new text, or the same where the rule does not apply


def read_papers(path: Path) -> list[Paper]:
    """The papers of a gzipped JSON-lines file, blanks and newlines made one blank."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [Paper(one["id"], _flat(one["title"]), _flat(one["abstract"])) for one in records]


def _flat(text: str) -> str:
    return " ".join(text.split())


def is_held_out(paper: Paper) -> bool:
    """Whether a paper is kept for measuring: one in four, by a hash of its id."""
    return hashlib.sha256(paper.paper_id.encode()).digest()[0] % 4 == 0


def pick_sentences(paper: Paper, count: int, seed: int) -> list[str]:
    """Some sentences of an abstract, 8 to 45 words long, always the same ones."""
    spans = split_sentences(paper.abstract)
    sentences = [paper.abstract[start:end] for start, end in spans]
    fit = [one for one in sentences if SHORTEST <= len(one.split()) <= LONGEST]
    rng = random.Random(f"{seed} {paper.paper_id}")
    return rng.sample(fit, min(count, len(fit)))
