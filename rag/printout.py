"""Answers as lines for a terminal. Pure: the same answer, the same lines.

Owns their look; knows nothing about streams or arguments.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator

from rag.filters.finding import label
from rag.places import place_sentences
from rag.question import Selection, Understood
from rag.replies import Answer, Comparison, Mode, Sentence, Support

QUIET = (Support.SUPPORTED, Support.NOT_NEEDED)


def write_before(
    understood: Understood | None, selection: Selection | None, premise: Sentence | None
) -> str:
    """What the reader is told before the answer: how the question was understood, what its
    filters did, and what it wrongly takes for granted."""
    lines = []
    if understood and understood.follows and understood.question != understood.asked:
        lines.append(f"Understood as: {understood.question}")
    if understood and understood.filters:
        lines.append(f"Only papers: {'; '.join(map(label, understood.filters))}.")
    if selection:
        lines.append(write_selection(selection))
    if premise:
        lines.append(with_marks(premise))
    return "".join(f"{wrap(line)}\n\n" for line in lines)


def write_selection(selection: Selection) -> str:
    """How many papers the filters kept, and how many they could not judge."""
    kept = f"{_count(selection.kept)} kept, {selection.left_out} left out."
    if selection.unknown:
        kept += f" Of {_count(selection.unknown)} that is not known: left out too."
    return kept


def write_text(answer: Answer) -> str:
    """The words of an answer, without what is hidden."""
    text = _leave_out(answer) if answer.hidden else answer.text
    lines = text.replace("**", "").splitlines()
    return "\n".join(map(wrap, lines)) + "\n"


def _leave_out(answer: Answer) -> str:
    """The text without its unsupported sentences and their marks."""
    text = answer.text
    for place in reversed(place_sentences(text, answer.sentences)):
        if answer.sentences[place.index].is_unsupported:
            end = re.compile(r"[.!?\s\"”’)]*(?:\[\d+\]\s*)*[.!?]?").match(text, place.end)
            text = text[: place.start] + text[end.end() if end else place.end :]
    return text.strip()


def write_after(answer: Answer) -> str:
    """The table, what was not supported, the notices, the sources, and who answered."""
    blocks = [*_write_table(answer.comparison)] if answer.comparison else []
    blocks += _write_support(answer)
    blocks += [wrap(notice) for notice in (answer.notice, _say_counts(answer)) if notice]
    sources = [
        wrap(
            f"[{offer.number}] {offer.paper.title}"
            + (f" ({offer.paper.date.in_words()})" if offer.paper.date else ""),
            "",
            "    ",
        )
        for offer in sorted(answer.papers, key=lambda offer: offer.number)
        if offer.cited
    ]
    blocks += ["\n".join(sources)] if sources else []
    return "\n\n".join([*blocks, f"{_say_who(answer)}, in {answer.timings.total_ms:.0f} ms."])


def with_marks(sentence: Sentence) -> str:
    """A sentence with its marks `[n]` behind it."""
    return f"{sentence.text} {''.join(f'[{one}]' for one in sentence.citations)}".strip()


def wrap(text: str, indent: str = "", hanging: str | None = None) -> str:
    """Lines as wide as the terminal, at most 100 characters."""
    width = max(40, min(100, shutil.get_terminal_size().columns))
    hanging = indent if hanging is None else hanging
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=hanging)


def _write_table(comparison: Comparison) -> Iterator[str]:
    for aspect in comparison.aspects:
        lines = [aspect.name.upper()]
        for side, cell in zip(comparison.sides, aspect.cells, strict=True):
            lines.append(wrap(f"{side.name}: {with_marks(cell)}", "  ", "    "))
        yield "\n".join(lines)


def _write_support(answer: Answer) -> Iterator[str]:
    supported, needing = answer.count_support()
    if answer.refused or not needing:
        return
    if answer.hidden:
        yield wrap(f"{answer.hidden} without support left out; see them with ask --json.")
    by = "the wording of their abstracts" if answer.judged == "wording" else "a judge of meaning"
    yield wrap(f"{supported} of {needing} sentences supported, by {by}.")
    for sentence in answer.sentences:
        verdict = sentence.verdict
        if (
            verdict
            and verdict.support not in QUIET
            and not (answer.hidden and sentence.is_unsupported)
        ):
            yield wrap(f"{verdict.support.value}: “{sentence.text}” {verdict.reason}", "  ", "    ")


def _say_who(answer: Answer) -> str:
    if answer.mode is Mode.LIBRARY:
        return "From the library's records"
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


def _count(number: int) -> str:
    return f"{number} paper" if number == 1 else f"{number} papers"
