"""JSON of papers: Hugging Face's `api/daily_papers`, lists and objects of other makers, and
JSON Lines.

Owns the unwrapping of Hugging Face's `{"paper": …}` and the failures of JSON; knows nothing
about the names of fields, which `rag.pages.fields` owns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice

from rag.pages.fields import Fields, looks_like_paper, make_entry, name_field
from rag.pages.json_walk import Walker
from rag.pages.outcome import NO_PAPERS, Outcome, judge_entry, make_page
from rag.pages.text import LineIndex
from rag.records import Failure, Page

BREAKS_OFF = "the JSON breaks off here"
BROKEN = "the JSON is broken here"
SAMPLE = 20
"""Lines by which JSON Lines are told from JSON that is spread over lines."""


def read_json(source: str, text: str) -> Page:
    """Read JSON Lines, or JSON with a list of papers in it, or one paper."""
    if is_json_lines(text):
        return make_page(source, "jsonl", _read_lines(source, text))
    walker = Walker(text, is_paper)
    walker.walk()
    lines = LineIndex(text)
    outcomes: list[Outcome] = [
        Failure(source, lines.find(item.offset), BREAKS_OFF if item.at_end else BROKEN)
        for item in walker.breaks
    ]
    if any(is_paper(item.value) for item in walker.found):
        outcomes.extend(
            read_record(item.value, source, lines.find(item.offset)) for item in walker.found
        )
    elif not outcomes:
        outcomes.append(Failure(source, None, NO_PAPERS))
    wrapped = any(isinstance(item.value, dict) and "paper" in item.value for item in walker.found)
    return make_page(source, "hf-json" if wrapped else "json", outcomes)


def is_json_lines(text: str) -> bool:
    """Whether most of the first lines are JSON objects, each whole by itself."""
    lines = [line for line in islice(_split_lines(text), SAMPLE) if line.strip()]
    return len(lines) > 1 and sum(map(_is_object, lines)) * 2 >= len(lines)


def read_record(value: object, source: str, line: int) -> Outcome:
    """Make an entry of one value of a list of papers."""
    fields = unwrap_paper(value)
    if fields is None:
        return Failure(source, line, "an entry is no JSON object")
    return judge_entry(make_entry(fields, source, line))


def is_paper(value: object) -> bool:
    fields = unwrap_paper(value)
    return fields is not None and looks_like_paper(fields)


def unwrap_paper(value: object) -> Fields | None:
    """A paper's fields by their names in one way of writing; none for what is no object.

    Hugging Face wraps a paper in the object that says when it was featured: the paper's own
    date and votes count, and the wrapper only lends a title or an abstract that is missing.
    """
    if not isinstance(value, Mapping):
        return None
    outer = {name_field(str(name)): item for name, item in value.items()}
    inner = outer.get("paper")
    if not isinstance(inner, Mapping):
        return outer
    lent = {name: outer[name] for name in ("title", "summary") if name in outer}
    own = {name_field(str(name)): item for name, item in inner.items() if item is not None}
    return lent | own


def _read_lines(source: str, text: str) -> list[Outcome]:
    values: list[tuple[int, object]] = []
    outcomes: list[Outcome] = []
    for number, line in enumerate(_split_lines(text), start=1):
        if not line.strip():
            continue
        try:
            values.append((number, json.loads(line)))
        except (ValueError, RecursionError):
            outcomes.append(Failure(source, number, _explain_line(line)))
    if not any(is_paper(value) for _, value in values):
        return [*outcomes, Failure(source, None, NO_PAPERS)]
    outcomes.extend(read_record(value, source, number) for number, value in values)
    return outcomes


def _split_lines(text: str) -> Iterator[str]:
    """The lines of a text one at a time, without a second copy of it in memory."""
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _explain_line(line: str) -> str:
    walker = Walker(line, is_paper)
    walker.walk()
    return BREAKS_OFF if any(item.at_end for item in walker.breaks) else BROKEN
