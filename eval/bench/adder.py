"""A process that adds papers and, in turns, encodes the same chunks by itself.

Owns the turns and their clock; knows nothing about goals. Run by eval.bench.adding as
`python -m eval.bench.adder [--alone] FOLDER PATH...`, so that the memory is that of adding;
it prints one JSON object. Footnote's own report of its progress says which papers it has
embedded: after every TURN of them the clock of adding stands still, and these are encoded by
sentence-transformers alone, in the same batches. What else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from eval.bench.plain import Plain
from rag.chunks import cut_paper
from rag.footnote import Footnote
from rag.records import Paper

TURN = 500  # papers


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn took: papers embedded up to its end, and seconds of adding and encoding."""

    papers: int
    adding_s: float
    encoding_s: float


@dataclass
class Turns:
    """Footnote's progress, with a turn of `alone` after every TURN papers."""

    footnote: Footnote
    alone: Plain | None
    done: list[Turn] = field(default_factory=list)
    stood_still: float = 0.0
    last: float = field(default_factory=time.perf_counter)
    _papers: list[Paper] = field(default_factory=list)
    _batches: list[int] = field(default_factory=lambda: [0])

    def __call__(self, done: int, total: int) -> None:
        self._batches.append(done)
        if done == total or done - self._batches[0] >= TURN:
            stopped = time.perf_counter()
            encoding = self._encode() if self.alone else 0.0
            self.done.append(Turn(done, stopped - self.last, encoding))
            self._batches = [done]
            self.last = time.perf_counter()
            self.stood_still += self.last - stopped

    def _encode(self) -> float:
        """Encode the papers of this turn, batch for batch; seconds."""
        self._papers = self._papers or list(self.footnote.library.papers())
        spans = zip(self._batches, self._batches[1:], strict=False)
        chunks = [[cut_paper(one) for one in self._papers[start:end]] for start, end in spans]
        started = time.perf_counter()
        for batch in chunks:
            if self.alone:
                self.alone.embed([text for one in batch for text in one.texts()])
        return time.perf_counter() - started


def add(folder: str, paths: Sequence[str], *, alone: bool) -> dict[str, Any]:
    """Add pages to the library in `folder`, both models warm; what `main` prints."""
    with Footnote.open(folder) as footnote:
        footnote.embedder.load()
        footnote.embedder.embed_texts(["warm up"])
        plain = Plain(footnote.settings.embedding) if alone else None
        if plain is not None:
            plain.embed(["warm up"])
        turns = Turns(footnote, plain)
        started = time.perf_counter()
        report = footnote.add(paths, turns)
        seconds = time.perf_counter() - started
        return {
            "added": report.added,
            "adding_s": seconds - turns.stood_still,
            "encoding_s": sum(one.encoding_s for one in turns.done),
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
