"""Papers made of real ones: sentences and vectors of several, put together anew.

Owns how a paper is made up and which vectors its texts get; knows nothing about libraries.
The same seed makes the same papers. A text that stood in a real paper keeps the vector it
had there; any other gets the mean of its sentences' vectors, with a little noise, as a unit
vector. So a library of any size is embedded by the product's own code with nothing to wait
for, and its nearest neighbours are spread as those of real papers are.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.chunks import Chunks
from rag.embedder import Vectors
from rag.records import Entry
from rag.sentences import split_sentences
from rag.vectors import PaperVectors

SOURCES = 3  # real papers that a made one takes its sentences from
NOISE = 0.15  # the length of the noise, beside a mean of length 1


def recombine(papers: Sequence[Entry], count: int, seed: int = 0) -> Iterator[Entry]:
    """`count` papers, each of sentences of three real ones, under a title of its own, with the
    date of one of them. Raises ValueError where there are fewer than three papers."""
    rng = random.Random(seed)
    cut = [_split(one.abstract) or [one.abstract] for one in papers]
    for number in range(1, count + 1):
        chosen = rng.sample(range(len(papers)), SOURCES)
        sources = [papers[one] for one in chosen]
        sentences = [rng.choice(cut[rng.choice(chosen)]) for _ in cut[chosen[0]]]
        yield Entry(
            title=f"{_join_titles(sources)} ({seed}.{number})",
            abstract=" ".join(dict.fromkeys(sentences)),
            source="recombined",
            line=number,
            authors=sources[0].authors,
            date=sources[1].date,
            upvotes=sources[2].upvotes,
        )


def _split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def _join_titles(sources: Sequence[Entry]) -> str:
    first, second = (one.title.split() for one in sources[:2])
    return " ".join([*first[: (len(first) + 1) // 2], *second[len(second) // 2 :]])


class CopyingEmbedder:
    """An embedder (rag.embedder.Embedder) that looks its texts up instead of reading them."""

    def __init__(self, revision: str, noise: float = NOISE) -> None:
        self.revision = revision
        self._noise = noise
        self._places: dict[str, int] = {}
        self._blocks: list[NDArray[np.float16]] = []
        self._known: NDArray[np.float16] | None = None

    def learn(self, papers: Iterable[tuple[Chunks, PaperVectors]]) -> None:
        """Keep the vectors of all texts of these papers; a window's is that of its body."""
        for chunks, vectors in papers:
            windows = np.repeat(vectors.body[None], len(chunks.windows), axis=0)
            block = np.vstack([vectors.whole[None], windows, vectors.sentences])
            start = len(self._places)
            fresh: list[int] = []
            for place, text in enumerate(chunks.texts()):
                if text not in self._places:
                    self._places[text] = start + len(fresh)
                    fresh.append(place)
            self._blocks.append(block[fresh].astype(np.float16))
        self._known = None

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        return np.stack([self._find(text) for text in texts])

    def embed_question(self, question: str) -> Vectors:
        """The unit vector of a text, shape (dimension,)."""
        return self._find(question)

    def _find(self, text: str) -> Vectors:
        known = self._gather()
        if text in self._places:
            return _make_unit(np.asarray(known[self._places[text]], dtype=np.float32))
        places = [self._places[one] for one in _split(text) if one in self._places]
        rng = _start_chance(text)
        noise = rng.standard_normal(int(known.shape[1]), dtype=np.float32)
        if not places:
            return _make_unit(noise)
        sources = known[places].astype(np.float32)
        mean = _make_unit(sources.sum(axis=0))
        return _make_unit(mean + self._noise * _make_unit(noise))

    def _gather(self) -> NDArray[np.float16]:
        """All vectors in one matrix, shape (texts, dimension). Raises ValueError where nothing
        was learnt."""
        if self._known is None:
            self._known = np.vstack(self._blocks)
            self._blocks = [self._known]
        return self._known


def _start_chance(text: str) -> np.random.Generator:
    digest = hashlib.blake2s(text.encode(), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def _make_unit(vector: Vectors) -> Vectors:
    length = max(float(np.linalg.norm(vector)), 1e-9)
    unit: Vectors = vector / np.float32(length)
    return unit
