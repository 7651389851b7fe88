"""What the terminal shows, and the questions it is given.

Owns progress bars, the look of hits and answers, and batch files; knows nothing about
arguments or exit statuses.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import PageError
from rag.events import Done, Found, TextDelta
from rag.printout import wrap, write_after, write_before, write_text

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.index import Progress
    from rag.retrieve import Findings


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the id under which its answer is printed."""

    id: str
    text: str


def read_questions(text: str | None, batch: str | None) -> tuple[list[Question], list[str]]:
    """(the questions, what is wrong with the lines that hold none)

    Either the one given, with the id "1", or those of a JSON Lines file. Raises PageError
    if the file cannot be read.
    """
    if batch is None:
        return [Question("1", _make_legible(text or ""))], []
    try:
        data = sys.stdin.buffer.read() if batch == "-" else Path(batch).read_bytes()
        lines = data.decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PageError(f"the batch {batch} cannot be read: {error}") from error
    questions, bad = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            questions.append(_parse_question(line, number))
        except (ValueError, RecursionError):
            bad.append(f'{batch}:{number}: no JSON object with a "question": {line.strip()[:60]}')
    return questions, bad


def _parse_question(line: str, number: int) -> Question:
    """Raises ValueError where there is no question."""
    record = json.loads(line)
    if not isinstance(record, dict) or not isinstance(record.get("question"), str):
        raise ValueError("no question")
    given = record.get("id")
    return Question(
        _make_legible(str(number if given is None else given)), _make_legible(record["question"])
    )


def _make_legible(text: str) -> str:
    """Without lone surrogates, which a terminal or JSON can hold and nothing can print."""
    return text.encode("utf-8", "replace").decode("utf-8")


@contextmanager
def show_progress(doing: str = "embedding", unit: str = "papers") -> Iterator[Progress]:
    """A bar on a terminal, with rate and time left, once the work has taken a second."""
    from tqdm import tqdm

    bar: Any = tqdm(
        desc=doing,
        unit=f" {unit}",
        delay=1.0,
        leave=False,
        disable=None if sys.stderr.isatty() else True,
    )

    def progress(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    with bar:
        yield progress


def print_hits(findings: Findings) -> None:
    """Rank, title, score and best sentence of each hit."""
    for rank, hit in enumerate(findings.hits, start=1):
        print(f"{rank:>3}. {hit.paper.title}  ({hit.score:.3f})  {hit.paper.paper_id}")
        for span in hit.sentences[:1]:
            print(wrap(span.text, "     "))


async def print_answer(engine: Engine, question: str) -> None:
    """What must be known first, the answer as it comes, then its table, support and sources."""
    said = False
    async with aclosing(engine.astream(question)) as events:
        async for event in events:
            if isinstance(event, Found):
                print(_write_found(event), end="", flush=True)
            elif isinstance(event, TextDelta) and engine.streams and not engine.hides:
                said = True
                print(event.text, end="", flush=True)
            elif isinstance(event, Done):
                print("\n" if said else write_text(event.answer))
                print(write_after(event.answer))


def _write_found(found: Found) -> str:
    before = write_before(found.understood, found.selection, found.premise)
    if found.missing_terms:
        terms = " or ".join(f"“{term}”" for term in found.missing_terms)
        before += f"{wrap(f'No paper here mentions {terms}.')}\n\n"
    return before
