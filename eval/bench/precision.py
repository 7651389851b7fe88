"""What the papers are embedded on: the device and the arithmetic that were chosen, and fp32
beside bf16 where the machine has something that multiplies bf16 by itself.

Owns that line; knows nothing about libraries.
"""

from __future__ import annotations

import statistics

import numpy as np

from eval.bench.plan import Bench
from eval.bench.records import TIMES, Line, Outcome, tell_missing
from eval.bench.timing import interleave
from eval.bench.words import has_amx
from rag.chunks import cut_paper
from rag.footnote import Footnote
from rag.merge import start_paper

CASE = "precision"
PAPERS = 64
ROUNDS = 3
NEAREST = 10


def measure(bench: Bench) -> Outcome:
    """bf16 as a share of the time of fp32, and how many neighbours both agree on."""
    plain = bench.plain
    with Footnote.open(bench.scratch / "precision") as footnote:
        runs_on = footnote.embedder.describe()
    what = "bf16 beside fp32"
    if plain.device == "cpu" and not has_amx():
        return Outcome((tell_missing(CASE, what, f"no AMX and no GPU; chosen: {runs_on}."),))
    papers = [cut_paper(start_paper(one)) for one in bench.shelf.daily[:PAPERS]]
    texts = [text for one in papers for text in one.texts()]
    ways = {
        precision: (lambda given, precision=precision: plain.embed(given, precision))
        for precision in ("fp32", "bf16")
    }
    interleave(ways, [texts[:100]])
    times = interleave(ways, [texts] * ROUNDS)
    slow, fast = (statistics.median(times[one]) for one in ("fp32", "bf16"))
    shared = share_neighbours(plain.embed(texts, "fp32"), plain.embed(texts, "bf16"))
    line = Line(
        CASE,
        what,
        f"bf16 {fast / 1000:.2f} s",
        f"fp32 {slow / 1000:.2f} s",
        fast / slow,
        TIMES,
        1.0,
        f"{len(texts)} texts; of the {NEAREST} nearest {shared:.1%} are the same;"
        f" chosen: {runs_on}.",
    )
    return Outcome((line,))


def share_neighbours(one: np.ndarray, other: np.ndarray, nearest: int = NEAREST) -> float:
    """How many of each vector's nearest others two embeddings of the same texts agree on, as a
    share. Both are unit vectors, shape (texts, dimension)."""
    lists = []
    for vectors in (one, other):
        cosines = np.array(vectors, dtype=np.float32) @ np.array(vectors, dtype=np.float32).T
        np.fill_diagonal(cosines, -2)
        lists.append(np.argsort(-cosines, axis=1, kind="stable")[:, :nearest])
    same = [len(set(a) & set(b)) for a, b in zip(*lists, strict=True)]
    return sum(same) / (len(same) * int(lists[0].shape[1]))
