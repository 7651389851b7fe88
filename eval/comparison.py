"""`python -m eval.comparison`: do all sides of a comparison reach the evidence?

Owns the comparative questions with their gold papers and the table; knows nothing about how
answers are written. Two sets: those of `questions/dev.jsonl`, and `tests/data/comparative.jsonl`
over the same papers, part of it written to tune on ("tune"), part kept for judging until
the forms of comparison were read ("judge"), part written at the very end ("last"). Figures,
for each number of papers that the evidence may hold:

    all gold       the share of questions with every gold paper in the evidence
    pooled         the same for the best papers of the question as a whole, as many
    first is gold  the share of sides whose first paper is the gold paper of that side
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from eval.retrieval import SHARED, open_questions
from rag import Footnote
from rag.comparison.balance import Balanced, SideHits, find_sides_hits
from rag.comparison.sides import find_sides
from rag.errors import FootnoteError, SettingsError
from rag.records import Hit
from rag.titles import normalise_title

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
BUDGETS = (6, 8, 10, 12)
ANSWERABLE = ("answerable_a.jsonl", "answerable_b.jsonl")
OTHERS = (*ANSWERABLE, "offtopic.jsonl", "unanswerable.jsonl")


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparative question, the keys of its gold papers, the sides that have no paper."""

    question: str
    gold: tuple[str, ...]
    absent: tuple[str, ...] = ()


def read_sets() -> dict[str, list[Compared]]:
    """The comparative questions by the name of their set."""
    records = _read_lines(SHARED / "questions" / "dev.jsonl")
    sets = {"dev": [_read(one) for one in records if one["type"] == "comparative"]}
    sets["tests/data"] = [
        _read(one)
        for name in ANSWERABLE
        for one in _read_lines(DATA / name)
        if one["type"] == "comparative"
    ]
    for one in _read_lines(DATA / "comparative.jsonl"):
        kind = f"{one['half']}, a side absent" if "absent" in one else one["half"]
        sets.setdefault(kind, []).append(_read(one))
    return sets


def read_others() -> dict[str, list[str]]:
    """Questions that are not marked as comparative, by type."""
    others: dict[str, list[str]] = {}
    files = [SHARED / "questions" / "dev.jsonl", *(DATA / name for name in OTHERS)]
    for one in (one for path in files for one in _read_lines(path)):
        if one["type"] != "comparative":
            others.setdefault(one["type"], []).append(one["question"])
    return others


def gather(footnote: Footnote, question: str, k: int) -> tuple[Balanced | None, list[str]]:
    """The evidence of a question, as keys; by sides where it is recognised as a comparison."""
    sides = find_sides(question)
    if not sides:
        return None, _keys(footnote.search(question, k).hits)
    balanced = find_sides_hits(footnote.retriever, question, sides, k)
    return balanced, _keys(balanced.hits)


def measure_recall(footnote: Footnote, name: str, questions: Sequence[Compared]) -> None:
    """Print the lines of one set."""
    total = len(questions)
    recognised = sum(bool(find_sides(one.question)) for one in questions)
    print(f"{name:<22} n {total:>3}   recognised {recognised / total:.2f}")
    for k in BUDGETS:
        kept = pooled = 0
        times = []
        for one in questions:
            started = time.perf_counter()
            _, keys = gather(footnote, one.question, k)
            times.append((time.perf_counter() - started) * 1000)
            best = _keys(footnote.search(one.question, k).hits)
            kept += set(one.gold) <= set(keys)
            pooled += set(one.gold) <= set(best)
        print(
            f"{'':<22} k {k:>3}   all gold {kept / total:.2f} ({kept})"
            f"   pooled {pooled / total:.2f} ({pooled})   {statistics.median(times):.0f} ms"
        )


def measure_columns(footnote: Footnote, name: str, questions: Sequence[Compared]) -> None:
    """How often a column opens with its side's gold paper, and is rightly said to be empty.

    Columns are told from each other where the gold papers stand in the order of the sides,
    as in tests/data/comparative.jsonl.
    """
    firsts, sizes, empty, alarms = [], [], [], 0
    for one in questions:
        balanced, _ = gather(footnote, one.question, BUDGETS[-1])
        sides = balanced.sides if balanced else ()
        for side in sides:
            if _is_absent(side, one.absent):
                empty.append(not side.found)
            else:
                alarms += not side.found
        if len(sides) == len(one.gold):
            pairs = zip(sides, one.gold, strict=True)
            firsts += [_keys(side.hits)[:1] == [gold] for side, gold in pairs]
            sizes += [len(side.hits) for side in sides]
    line = f"{name:<22} sides without a paper {len(empty)}, said so {sum(empty)}; wrongly {alarms}"
    if firsts:
        line += f"   first is gold {sum(firsts)} of {len(firsts)}"
        line += f", papers a column {statistics.fmean(sizes):.1f}"
    print(line)


def _is_absent(side: SideHits, absent: Sequence[str]) -> bool:
    name = side.side.name.lower()
    return any(name in text.lower() or text.lower() in name for text in absent)


def _keys(hits: Sequence[Hit]) -> list[str]:
    return [normalise_title(hit.paper.title) for hit in hits]


def _read(record: dict[str, Any]) -> Compared:
    gold = tuple(map(normalise_title, record["gold_titles"]))
    return Compared(record["question"], gold, tuple(record.get("absent", ())))


def _read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def main(arguments: Sequence[str]) -> int:
    """Print the tables; an argument names another library of the same papers."""
    if not SHARED.is_dir():
        raise SettingsError(f"the development sets are not at {SHARED}")
    cache = Path(platformdirs.user_cache_dir("footnote", appauthor=False)) / "bench"
    footnote = Footnote.open(library=arguments[0]) if arguments else open_questions(cache).footnote
    with footnote:
        footnote.search("warm up", 1)
        sets = read_sets()
        for name, questions in sets.items():
            measure_recall(footnote, name, questions)
        for name, questions in sets.items():
            measure_columns(footnote, name, questions)
    for kind, asked in sorted(read_others().items()):
        alarms = [one for one in asked if find_sides(one)]
        print(f"recognised of {kind:<14} {len(alarms):>3} of {len(asked)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except FootnoteError as error:
        sys.exit(f"comparison: {error}")
