"""Answers as rows, and rows as answers.

Owns how a turn is written and read back; knows nothing about whose it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rag.history.errors import HistoryError
from rag.history.records import SavedTurn
from rag.history.store import Connection
from rag.history.wording import clean, index_text
from rag.question import Field, Filter
from rag.records import Paper
from rag.replies import Answer
from rag.restore import restore_answer, restore_paper

LIVE = "replacement = 0"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is to be kept, under its id and with the time (UTC)."""

    answer: Answer
    answer_id: str
    asked_at: datetime
    dropped: tuple[Filter, ...] = ()


def write_time(moment: datetime) -> str:
    """A time as text that sorts as times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """The inverse of `write_time`."""
    return datetime.fromisoformat(text)


def write_json(value: Any) -> str:
    return clean(json.dumps(value, ensure_ascii=False))


def write_answer(answer: Answer, answer_id: str) -> str:
    return write_json(answer.to_record(answer_id))


def read_json(text: str, where: str) -> Any:
    """The inverse of `write_json`. Raises HistoryError naming `where` it stood, as all here."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise _cannot_read(where, error) from error


def read_answer(text: str, papers: Mapping[str, Paper], where: str) -> Answer:
    """The inverse of `write_answer`; `papers` has those that were offered, by id."""
    try:
        return restore_answer(read_json(text, where), papers)
    except (KeyError, TypeError, ValueError) as error:
        raise _cannot_read(where, error) from error


def read_paper(record: Mapping[str, Any], where: str) -> Paper:
    """A paper from its record."""
    try:
        return restore_paper(record)
    except (KeyError, TypeError, ValueError) as error:
        raise _cannot_read(where, error) from error


def _cannot_read(where: str, error: Exception) -> HistoryError:
    return HistoryError(
        f"{where} cannot be read back: {type(error).__name__}: {error}",
        remedy="it is still in the file: update Footnote, or restore a copy of the file",
    )


def insert_turn(connection: Connection, conversation: int, number: int, kept: Kept) -> None:
    """Write a turn with its papers and its words. Its number must be free."""
    dropped = [one.to_record() for one in kept.dropped]
    question = clean(kept.answer.question)
    turn = connection.execute(
        "INSERT INTO turns (conversation, number, answer_id, asked_at, question, answer, dropped)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            conversation,
            number,
            clean(kept.answer_id),
            write_time(kept.asked_at),
            question,
            write_answer(kept.answer, kept.answer_id),
            write_json(dropped),
        ),
    ).lastrowid
    cited = find_cited(kept.answer)
    for offer in kept.answer.papers:
        connection.execute(
            "INSERT OR IGNORE INTO offers VALUES (?, ?, ?, ?)",
            (
                turn,
                _keep_paper(connection, offer.paper),
                offer.paper.paper_id,
                offer.number in cited,
            ),
        )
    index_text(connection, conversation, number, f"{question}\n{kept.answer.whole_text}")


def find_cited(answer: Answer) -> frozenset[int]:
    """The numbers that an answer rests on. A refusal, which names the nearest papers to say
    that they do not answer, rests on none."""
    if answer.refused:
        return frozenset()
    premise = (answer.premise,) if answer.premise else ()
    said = (*premise, *answer.sentences, *answer.cells)
    marked = {offer.number for offer in answer.papers if offer.cited}
    return frozenset(marked.union(*(one.citations for one in said)))


def _keep_paper(connection: Connection, paper: Paper) -> int:
    """The key of this version of a paper."""
    record = write_json(paper.to_record())
    digest = hashlib.blake2b(record.encode(), digest_size=16).hexdigest()
    connection.execute(
        "INSERT OR IGNORE INTO papers (hash, record) VALUES (?, ?)", (digest, record)
    )
    found = connection.execute("SELECT key FROM papers WHERE hash = ?", (digest,))
    return int(found.fetchone()[0])


def read_turns(
    connection: Connection, conversation: int, title: str, only: int | None = None
) -> tuple[SavedTurn, ...]:
    """The turns of a conversation that count, in order; or one of them, none if it has no such.

    Raises HistoryError for what cannot be read back, naming its turn and the title.
    """
    chosen = f"conversation = ? AND {LIVE} AND number = coalesce(?, number)"
    values = (conversation, only)
    turns = connection.execute(
        "SELECT key, number, answer, asked_at, answer_id, dropped FROM turns"
        f" WHERE {chosen} ORDER BY number",
        values,
    ).fetchall()
    offers = connection.execute(
        f"SELECT turn, paper FROM turns JOIN offers ON turns.key = turn WHERE {chosen}", values
    ).fetchall()
    records = connection.execute(
        "SELECT key, record FROM papers WHERE key IN"
        f" (SELECT paper FROM turns JOIN offers ON turns.key = turn WHERE {chosen})",
        values,
    ).fetchall()
    where = f"a paper of “{title}”"
    papers = {key: read_paper(read_json(text, where), where) for key, text in records}
    given: dict[int, dict[str, Paper]] = {row[0]: {} for row in turns}
    for turn, key in offers:
        given[turn][papers[key].paper_id] = papers[key]
    return tuple(_read_turn(row, given[row[0]], title) for row in turns)


def _read_turn(row: Sequence[Any], papers: Mapping[str, Paper], title: str) -> SavedTurn:
    _, number, answer, asked_at, answer_id, dropped = row
    where = f"turn {number} of “{title}”"
    return SavedTurn(
        number=number,
        answer=read_answer(answer, papers, where),
        asked_at=read_time(asked_at),
        answer_id=answer_id,
        dropped=tuple(
            Filter(Field(one["field"]), one["relation"], one["value"], one["words"])
            for one in read_json(dropped, where)
        ),
    )


def index_turns_again(connection: Connection, conversation: int, first: int) -> None:
    """Let the turns that count, from `first` on, be found by their words."""
    rows = connection.execute(
        "SELECT number, question, answer FROM turns"
        f" WHERE conversation = ? AND number >= ? AND {LIVE}",
        (conversation, first),
    ).fetchall()
    for number, question, answer in rows:
        index_text(connection, conversation, number, f"{question}\n{json.loads(answer)['answer']}")
