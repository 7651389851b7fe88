"""What the tests of the library and of the index share: small pages, a small embedder,
and other processes that open the same folder."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedder import Vectors
from rag.index import Index
from rag.library import Library
from rag.records import Entry, Page

TESTS = Path(__file__).parent
DIMENSION = 64


def entry(title: str, abstract: str = "It works. It is small.", **known: Any) -> Entry:
    return Entry(title, abstract, known.pop("source", "a page"), known.pop("line", 1), **known)


def page(*entries: Entry, source: str = "a page") -> Page:
    return Page(source, "test", entries)


def numbered_page(number: int, size: int = 5) -> Page:
    """A page of its own papers, about nothing that another numbered page is about."""
    entries = (
        entry(f"Paper {number} {place}", f"Subject{number} is studied. Part{place} helps.")
        for place in range(size)
    )
    return page(*entries, source=f"page {number}")


class WordEmbedder:
    """A quick stand-in for the model: a text's vector is the sum of its words' directions.

    Counts the texts it is given, so that a test can tell what was embedded.
    """

    def __init__(self, revision: str = "words@1") -> None:
        self.revision = revision
        self.embedded: list[str] = []

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return np.stack([self.embed_question(text) for text in texts])

    def embed_question(self, question: str) -> Vectors:
        total = np.full(DIMENSION, 1e-3, dtype=np.float32)
        for word in question.lower().replace(".", " ").split():
            seed = zlib.crc32(word.encode("utf-8", "replace"))
            total += np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)
        unit: Vectors = (total / np.linalg.norm(total)).astype(np.float32)
        return unit


def open_index(folder: Path, revision: str = "words@1") -> tuple[Library, Index, WordEmbedder]:
    embedder = WordEmbedder(revision)
    return Library(folder), Index(folder, embedder), embedder


def start_process(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Another Python that can import these helpers; `sys.argv[1:]` are the arguments."""
    head = f"import sys; sys.path.insert(0, {str(TESTS)!r}); from libraries import *\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=TESTS.parent,
    )


def run_process(code: str, *arguments: str | Path) -> str:
    """What another Python prints. Its failure fails the test."""
    process = start_process(code, *arguments)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return out.strip()
