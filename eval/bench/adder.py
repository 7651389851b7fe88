"""A process that adds papers and, in turns, encodes the same chunks by itself.

Owns the turns and their clock; knows nothing about goals. Run by eval.bench.adding as
`python -m eval.bench.adder [--alone] FOLDER PATH...`, so that the memory is that of adding;
it prints one JSON object. Footnote's own report of its progress says which papers it has
embedded: after every TURN of them the clock of adding stands still, and those of the first, the
fourth, the seventh turn and so on are encoded by sentence-transformers alone, in the same
batches, by a process of its own. What else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

from eval.bench.plain import Plain
from rag.chunks import cut_paper
from rag.footnote import Footnote
from rag.records import Paper
from rag.settings import EmbeddingSettings

TURN = 500  # papers
BESIDE = 3  # of so many turns the first is encoded alone


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn took: its papers, how many were embedded at its end, and seconds of adding
    and of encoding them; None where they were not encoded alone."""

    own: int
    papers: int
    adding_s: float
    encoding_s: float | None


class Yardstick:
    """sentence-transformers in a process of its own, whose memory is not that of adding."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        self._pool = ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), _load_plain, (settings,)
        )
        self.encode([["warm up"]])

    def encode(self, batches: Sequence[Sequence[str]]) -> float:
        """Seconds of embedding these texts, batch for batch."""
        return self._pool.submit(_encode_plain, batches).result()

    def close(self) -> None:
        self._pool.shutdown()


_plain: list[Plain] = []  # the model of the yardstick's process


def _load_plain(settings: EmbeddingSettings) -> None:
    _plain.append(Plain(settings))


def _encode_plain(batches: Sequence[Sequence[str]]) -> float:
    started = time.perf_counter()
    for batch in batches:
        _plain[0].embed(batch)
    return time.perf_counter() - started


@dataclass
class Turns:
    """Footnote's progress, with a turn of `alone` beside it."""

    footnote: Footnote
    alone: Yardstick | None
    done: list[Turn] = field(default_factory=list)
    stood_still: float = 0.0
    last: float = field(default_factory=time.perf_counter)
    _papers: list[Paper] = field(default_factory=list)
    _batches: list[int] = field(default_factory=lambda: [0])

    def __call__(self, done: int, total: int) -> None:
        self._batches.append(done)
        if done == total or done - self._batches[0] >= TURN:
            stopped = time.perf_counter()
            beside = self.alone is not None and len(self.done) % BESIDE == 0
            encoding = self._encode(self.alone) if self.alone and beside else None
            self.done.append(Turn(done - self._batches[0], done, stopped - self.last, encoding))
            self._batches = [done]
            self.last = time.perf_counter()
            self.stood_still += self.last - stopped

    def _encode(self, alone: Yardstick) -> float:
        """Encode the papers of this turn, batch for batch; seconds."""
        self._papers = self._papers or list(self.footnote.library.papers())
        spans = zip(self._batches, self._batches[1:], strict=False)
        chunks = [[cut_paper(one) for one in self._papers[start:end]] for start, end in spans]
        return alone.encode([[text for one in batch for text in one.texts()] for batch in chunks])


def add(folder: str, paths: Sequence[str], *, alone: bool) -> dict[str, Any]:
    """Add pages to the library in `folder`, both models warm; what `main` prints."""
    with Footnote.open(folder) as footnote:
        footnote.embedder.load()
        footnote.embedder.embed_texts(["warm up"])
        yardstick = Yardstick(footnote.settings.embedding) if alone else None
        turns = Turns(footnote, yardstick)
        started = time.perf_counter()
        report = footnote.add(paths, turns)
        seconds = time.perf_counter() - started
        if yardstick:
            yardstick.close()
        return {
            "added": report.added,
            "adding_s": seconds - turns.stood_still,
            "turns": [asdict(one) for one in turns.done],
            "runs_on": footnote.embedder.describe(),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alone", action="store_true", help="encode by itself, in turns")
    parser.add_argument("folder")
    parser.add_argument("paths", nargs="+")
    options = parser.parse_args()
    json.dump(add(options.folder, options.paths, alone=options.alone), sys.stdout)


if __name__ == "__main__":
    main()
