"""A set of questions: JSON Lines -> Questions, and whether they fit the papers.

Owns the format and what is wrong with a set; knows nothing about answers. A line is an
object with `id`, `type`, `question`, `gold_titles`, `evidence` (objects with `title` and
`sentence`), `answer`, `key_facts` and, of a comparative question, `sides`; the first three
must be there. What else a line holds is passed over, unless it looks like one of these.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.errors import BadQuestions
from eval.records import Kind, Question
from rag.records import Paper
from rag.titles import normalise_title

SHIPPED = Path(__file__).with_name("questions.jsonl")
SHIPPED_PAGES = Path(__file__).with_name("corpus")
REQUIRED = ("id", "type", "question")
LISTS = ("gold_titles", "evidence", "key_facts", "sides")
FIELDS = (*REQUIRED, *LISTS, "answer")
GOLDLESS = frozenset({Kind.UNANSWERABLE, Kind.METADATA, Kind.OPEN})
NAMED = 12  # problems that a message names


def read_questions(path: Path) -> tuple[Question, ...]:
    """The questions of a set, in its order. Raises BadQuestions naming what is wrong."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestions(f"the questions {path} cannot be read: {error}") from error
    questions: dict[str, Question] = {}
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path.name}:{number}"
        record, wrong = _read_record(line)
        if not wrong:
            question = Question.from_record(record)
            wrong = [*_check_kind(question)]
            if question.id in questions:
                wrong.append(f"the id {question.id!r} is there twice")
            questions[question.id] = question
        problems += [f"{where}: {one}" for one in wrong]
    if problems:
        raise BadQuestions(_list_problems(f"the questions {path} have faults", problems))
    if not questions:
        raise BadQuestions(f"{path} holds no question")
    return tuple(questions.values())


def check_against(questions: Sequence[Question], papers: Iterable[Paper]) -> None:
    """Hold a set to the papers that it asks about: titles must exist, evidence be verbatim.

    Blanks are compared as one. Raises BadQuestions naming what does not fit.
    """
    abstracts = {
        normalise_title(paper.title): [
            _flat(one) for one in (paper.abstract, *paper.older_abstracts)
        ]
        for paper in papers
    }
    problems = [problem for one in questions for problem in _check_fit(one, abstracts)]
    if problems:
        raise BadQuestions(
            _list_problems("the questions do not fit the papers", problems),
            remedy="name their library with --library PATH, or their pages with --pages PATH",
        )


def hash_questions(questions: Sequence[Question]) -> str:
    """SHA-256 of the questions as they are written, which their order does not change."""
    lines = sorted(json.dumps(one.to_record(), sort_keys=True) for one in questions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _read_record(line: str) -> tuple[dict[str, Any], list[str]]:
    """(the record with all fields, what is wrong with it)"""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {}, [f"no JSON: {error}"]
    if not isinstance(record, dict):
        return {}, ["no JSON object"]
    if not _is_legible(record):
        return {}, ["it holds half of a character (a lone surrogate)"]
    whole = {"gold_titles": [], "evidence": [], "answer": "", "key_facts": [], "sides": []} | record
    return whole, [*_check_fields(record), *_check_types(whole)]


def _check_fields(record: Mapping[str, Any]) -> Iterator[str]:
    yield from (f'there is no "{name}"' for name in REQUIRED if name not in record)
    for name in record:
        near = difflib.get_close_matches(name, FIELDS, 1, 0.8)
        if name not in FIELDS and near and near[0] not in record:
            yield f'"{name}" is no field; is it "{near[0]}"?'


def _check_types(whole: Mapping[str, Any]) -> Iterator[str]:
    for name in (*REQUIRED, "answer"):
        if name in whole and not isinstance(whole[name], str):
            yield f'"{name}" is no text (it is {whole[name]!r})'
    for name in REQUIRED:
        if isinstance(whole.get(name), str) and not whole[name].strip():
            yield f'"{name}" is empty'
    kinds = [kind.value for kind in Kind]
    if isinstance(whole.get("type"), str) and whole["type"] not in kinds:
        yield f"{whole['type']!r} is no type; there are {', '.join(kinds)}"
    for name in ("gold_titles", "key_facts"):
        if not _is_texts(whole[name]):
            yield f'"{name}" is no list of texts'
    if not isinstance(whole["sides"], list) or not all(map(_is_texts, whole["sides"])):
        yield '"sides" is no list of lists of titles'
    if not isinstance(whole["evidence"], list) or not all(map(_is_quote, whole["evidence"])):
        yield '"evidence" is no list of objects with "title" and "sentence"'


def _is_legible(record: object) -> bool:
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)


def _is_quote(value: object) -> bool:
    return isinstance(value, dict) and _is_texts([value.get("title"), value.get("sentence")])


def _check_kind(question: Question) -> Iterator[str]:
    """What a question of its kind must and must not have."""
    gold = {normalise_title(title) for title in question.gold_titles}
    if question.kind is Kind.UNANSWERABLE and gold:
        yield "it is unanswerable and has gold titles"
    if question.kind not in GOLDLESS and not gold:
        yield f"it is {question.kind.value} and has no gold titles"
    if question.sides:
        named = {normalise_title(title) for side in question.sides for title in side}
        if named != gold:
            yield "its sides together are not its gold titles"
        if len(question.sides) < 2:
            yield "it has one side only"


def _check_fit(question: Question, abstracts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for title in question.gold_titles:
        if normalise_title(title) not in abstracts:
            yield f"{question.id}: no paper has the title {title!r}"
    for quote in question.evidence:
        texts = abstracts.get(normalise_title(quote.title))
        if texts is None and quote.title in question.gold_titles:
            continue  # told above
        if texts is None:
            yield f"{question.id}: no paper has the title {quote.title!r} of its evidence"
        elif question.kind is Kind.METADATA:
            continue  # what a page says about a paper, not its abstract
        elif not any(_flat(quote.sentence) in text for text in texts):
            yield f"{question.id}: the abstract of {quote.title!r} does not have its evidence"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _list_problems(what: str, problems: Sequence[str]) -> str:
    problems = list(dict.fromkeys(problems))
    more = f"\n  and {len(problems) - NAMED} more" if len(problems) > NAMED else ""
    return f"{what}:\n  " + "\n  ".join(problems[:NAMED]) + more
