"""What the terminal shows, and the questions it is given.

Owns progress bars, the look of hits and answers, and batch files; knows nothing about
arguments or exit statuses.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import PageError
from rag.replies import Answer, Done, Found, Mode, TextDelta

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
def show_progress() -> Iterator[Progress]:
    """A bar on a terminal, once the work has taken a second."""
    from tqdm import tqdm

    bar: Any = tqdm(
        desc="embedding",
        unit=" papers",
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
            print(_wrap(span.text, "     "))


async def print_answer(engine: Engine, question: str) -> None:
    """What no paper mentions, the answer as it comes, then its notices and its sources."""
    said = False
    async with aclosing(engine.astream(question)) as events:
        async for event in events:
            if isinstance(event, Found) and event.missing_terms:
                terms = " or ".join(f"“{term}”" for term in event.missing_terms)
                print(_wrap(f"No paper here mentions {terms}.") + "\n", flush=True)
            elif isinstance(event, TextDelta) and engine.streams:
                said = True
                print(event.text, end="", flush=True)
            elif isinstance(event, Done):
                print("\n" if said else _wrap_answer(event.answer))
                _print_sources(event.answer)


def _wrap_answer(answer: Answer) -> str:
    lines = answer.text.replace("**", "").splitlines()
    return "\n".join(map(_wrap, lines)) + "\n"


def _print_sources(answer: Answer) -> None:
    for notice in (answer.notice, _say_counts(answer)):
        if notice:
            print(_wrap(notice) + "\n")
    for offer in answer.papers:
        if offer.cited:
            date = f" ({offer.paper.date.in_words()})" if offer.paper.date else ""
            print(_wrap(f"[{offer.number}] {offer.paper.title}{date}", "", "    "))
    print(f"\n{_say_who(answer)}, in {answer.timings.total_ms:.0f} ms.")


def _say_who(answer: Answer) -> str:
    if answer.mode is Mode.MODEL:
        return f"By {answer.model}"
    return "Nothing to quote" if answer.refused else "Quoted from the abstracts"


def _say_counts(answer: Answer) -> str:
    parts = []
    if answer.dropped_papers:
        parts.append(f"{answer.dropped_papers} papers did not fit into the model's context.")
    if answer.invalid_citations:
        parts.append(f"{answer.invalid_citations} citations of papers not offered were removed.")
    return " ".join(parts)


def _wrap(text: str, first: str = "", rest: str | None = None) -> str:
    width = max(40, min(100, shutil.get_terminal_size().columns))
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=first if rest is None else rest
    )
