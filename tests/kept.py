"""What the tests of kept conversations and of ratings share: answers, a clock, and a process
that changes conversations until it is killed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rag import Footnote
from rag.history import History
from rag.history.rows import read_answer, read_paper
from rag.replies import Answer

ASKED = {
    "quoted": "What causes grokking?",
    "compared": "Compare SFT and RL for generalization to unseen tasks",
    "recorded": "Which paper has the most authors?",
    "refused": "How do I bake sourdough bread?",
    "filtered": "What do papers from 2023 say about length generalization?",
    "corrected": "Why does offline RL generalize better to new Procgen levels than online RL?",
}
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OWNER = "a browser"
CHANGE = """
from pathlib import Path
from kept import change_for_ever
change_for_ever(Path(sys.argv[1]), Path(sys.argv[2]))
"""
KEEP_SOME = """
from pathlib import Path
from kept import keep_some
keep_some(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
"""


class Clock:
    """A clock that is set by hand, and goes a second further each time it is read."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def ask_all(folder: Path) -> dict[str, Answer]:
    """An answer of every kind, from the papers in `folder`."""
    with Footnote.open(library=folder) as footnote:
        engine = footnote.engine()
        return {name: engine.ask(question) for name, question in ASKED.items()}


def write_answers(answers: Mapping[str, Answer], path: Path) -> None:
    """Answers for another process, which need not make them again."""
    records = [
        {"answer": one.to_record("1"), "papers": [offer.paper.to_record() for offer in one.papers]}
        for one in answers.values()
    ]
    path.write_text(json.dumps(records))


def load_answers(path: Path) -> list[Answer]:
    return [_load_answer(one) for one in json.loads(path.read_text())]


def _load_answer(record: Mapping[str, Any]) -> Answer:
    papers = [read_paper(one, "a test") for one in record["papers"]]
    by_id = {paper.paper_id: paper for paper in papers}
    return read_answer(json.dumps(record["answer"]), by_id, "a test")


def change_for_ever(folder: Path, answers: Path) -> None:
    """Change conversations in every way; after each change, say how many turns one has."""
    loaded, history = load_answers(answers), History(folder)
    print("ready", flush=True)
    for round_ in range(10_000):
        conversation = history.start(OWNER)
        for turns in _change(history, conversation, loaded, round_):
            print(conversation, turns, flush=True)


def _change(
    history: History, conversation: str, answers: list[Answer], round_: int
) -> Iterator[int]:
    """The number of turns after each change."""
    for number in range(3):
        history.keep(OWNER, conversation, answers[(round_ + number) % len(answers)])
        yield number + 1
    history.replace_from(OWNER, conversation, 2, answers[round_ % len(answers)])
    yield 2
    history.undo_replace(OWNER, conversation)
    yield 3
    history.ratings.rate(OWNER, conversation, 3, liked=True)
    history.delete(OWNER, conversation)
    history.undelete(OWNER, conversation)
    yield 3


def keep_some(folder: Path, answers: Path, conversation: str) -> None:
    """Keep answers in a conversation of its own and in one that others write to as well."""
    loaded, history = load_answers(answers), History(folder)
    own = history.start(OWNER)
    for number in range(10):
        history.keep(OWNER, own, loaded[number % len(loaded)])
        history.keep(OWNER, conversation, loaded[number % len(loaded)])
    print(own)
