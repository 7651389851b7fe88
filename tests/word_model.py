"""The command with a quick stand-in for the embedding model, in this process or another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from libraries import WordEmbedder, numbered_page

import rag.footnote
from rag.embedder import Vectors

PAPERS_A_PAGE = 5


class WordModel(WordEmbedder):
    """Made as the real model is: by its name and how it is to run."""

    def __init__(self, name: str = "", **_: Any) -> None:
        super().__init__(f"{name or 'words'}@1")

    def embed_question(self, question: str) -> Vectors:
        return _embed(question)

    def load(self) -> None:
        """There is nothing to load."""

    def describe(self) -> str:
        return f"{self.revision} on paper"


@lru_cache(maxsize=10_000)
def _embed(text: str) -> Vectors:
    return WordEmbedder().embed_question(text)


def put_in_place() -> None:
    """From now on this process embeds word by word. For processes that do nothing else."""
    rag.footnote.SentenceEmbedder = WordModel  # type: ignore[misc, assignment]


def write_page(folder: Path, number: int, size: int = PAPERS_A_PAGE) -> Path:
    """A file that tells of the papers of `numbered_page(number)`."""
    path = folder / f"page-{number:02d}.jsonl"
    told = [
        {"title": one.title, "abstract": one.abstract}
        for one in numbered_page(number, size).entries
    ]
    path.write_text("\n".join(map(json.dumps, told)))
    return path


def titles_of(numbers: Sequence[int]) -> set[str]:
    return {one.title for number in numbers for one in numbered_page(number).entries}
