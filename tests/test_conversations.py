"""Whole conversations, as a table: what each turn must be understood as, and what it must cite.

The table is tests/data/conversations.jsonl, over the starter papers, answered by quoting. A
turn may say: `follows`, `about` (how many papers it means outright), `cites_only_about`,
`compares`, `mode`, `says` and `says_not` (words of the question as it was understood),
`cites` and `cites_not` (titles), `words` (of the answer), `filters` (their keys) and
`same_numbers_as` (a turn whose papers must have the numbers that they have here).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import Footnote
from rag.conversation import Conversation
from rag.engine import Engine
from rag.replies import Answer

TABLE = Path(__file__).parent / "data" / "conversations.jsonl"
ROWS = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def engine(starter_folder: Path) -> Iterator[Engine]:
    with Footnote.open(library=starter_folder) as footnote:
        yield footnote.engine()


def cited_titles(answer: Answer) -> list[str]:
    return [offer.paper.title for offer in answer.papers if offer.cited]


def check_turn(turn: dict[str, Any], answer: Answer, before: list[Answer]) -> None:
    understood = answer.understood
    assert understood is not None
    titles = cited_titles(answer)
    said = understood.question.lower()
    assert understood.follows == turn.get("follows", understood.follows), understood.question
    assert understood.compares == turn.get("compares", understood.compares)
    assert answer.mode.value == turn.get("mode", answer.mode.value)
    assert len(understood.about) == turn.get("about", len(understood.about))
    assert [word for word in turn.get("says", ()) if word not in said] == [], said
    assert [word for word in turn.get("says_not", ()) if word in said] == [], said
    assert [title for title in turn.get("cites", ()) if title not in titles] == [], titles
    assert [title for title in turn.get("cites_not", ()) if title in titles] == []
    assert [word for word in turn.get("words", ()) if word not in answer.text] == [], answer.text
    if "filters" in turn:
        assert [one.key for one in understood.filters] == turn["filters"]
    if turn.get("cites_only_about"):
        cited = {offer.number for offer in answer.papers if offer.cited}
        assert cited == set(understood.about)
    if "same_numbers_as" in turn:
        numbered = {
            one.paper.paper_id: one.number for one in before[turn["same_numbers_as"]].papers
        }
        now = {one.paper.paper_id: one.number for one in answer.papers}
        assert {one: now[one] for one in now.keys() & numbered.keys()} == {
            one: numbered[one] for one in now.keys() & numbered.keys()
        }
        assert now.keys() & numbered.keys()


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
async def test_a_conversation_is_understood_turn_by_turn(
    engine: Engine, row: dict[str, Any]
) -> None:
    conversation, before = Conversation(), list[Answer]()
    for turn in row["turns"]:
        answer = await engine.aask(turn["ask"], conversation)
        check_turn(turn, answer, before)
        before.append(answer)
        conversation = conversation.after(answer)


def test_the_table_says_something_of_every_turn() -> None:
    assert len(ROWS) >= 15
    assert all(len(turn) > 1 for row in ROWS for turn in row["turns"])
