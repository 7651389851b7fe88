"""A rated answer as a line of an evaluation set.

Owns what a rating tells about the right answer; knows nothing about how a set is read. The
format is that of `footnote eval --questions`. No line names an owner or a conversation: who
has these can read along, and a set is passed on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.history.records import Feedback
from rag.history.rows import find_cited, write_time
from rag.replies import Answer, Comparison, Mode

# The type of a question of which an evaluation set knows no right answer yet.
OPEN = "open"
RECORDED = "metadata"
TO_FILL_IN = ("type", "gold_titles", "evidence", "answer", "key_facts")


@dataclass(frozen=True, slots=True)
class Known:
    """What a rating tells of the right answer; `missing` names the fields left to fill in."""

    kind: str = OPEN
    gold_titles: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()  # (title, sentence)
    answer: str = ""
    sides: tuple[tuple[str, ...], ...] = ()
    missing: tuple[str, ...] = TO_FILL_IN


def to_question(feedback: Feedback) -> dict[str, Any]:
    """The rating as a question with what is known of its right answer.

    Of a liked answer that is: the papers it cites (gold titles), the sentences of abstracts it
    rests on (evidence), and its text; where one sentence was liked, that sentence's. Left to
    fill in: the key facts.

    Of a disliked answer nothing is known but the question, and the line then counts only for
    what needs no gold: support, citations, that it is not refused. Left to fill in: the type,
    the titles of the papers that answer (none, and the type `unanswerable`, where it should
    have been refused), sentences of theirs, the answer and its key facts. The comment and the
    answer that was given stand under "feedback", whose "fill_in" names what is left.
    """
    known = _find_known(feedback) if feedback.liked else Known()
    line: dict[str, Any] = {
        "id": f"feedback-{feedback.id}",
        "type": known.kind,
        "question": feedback.question,
        "gold_titles": list(known.gold_titles),
        "evidence": [{"title": title, "sentence": text} for title, text in known.evidence],
        "answer": known.answer,
        "key_facts": [],
    }
    if known.sides:
        line["sides"] = [list(side) for side in known.sides]
    return line | {"feedback": _tell(feedback, known)}


def _tell(feedback: Feedback, known: Known) -> dict[str, Any]:
    answer = feedback.answer
    return {
        "liked": feedback.liked,
        "comment": feedback.comment,
        "created": write_time(feedback.created),
        "sentence": None if feedback.sentence is None else feedback.rated[0].text,
        "given": answer.whole_text,
        "cited": list(_titles(answer, find_cited(answer))),
        "mode": answer.mode.value,
        "model": answer.model,
        "refused": answer.refused,
        "settings": dict(feedback.settings),
        "fill_in": list(known.missing),
    }


def _find_known(feedback: Feedback) -> Known:
    """What a liked answer tells. One that was refused tells that nothing answers."""
    answer = feedback.answer
    if answer.refused:
        return Known("unanswerable", answer=answer.text, missing=())
    numbers = {number for one in feedback.rated for number in one.citations}
    gold = _titles(answer, numbers if feedback.sentence is not None else find_cited(answer))
    titles = {offer.paper.paper_id: offer.paper.title for offer in answer.papers}
    evidence = [(titles[one.paper_id], one.sentence) for one in feedback.evidence]
    kind = _name_kind(feedback, len(gold))
    missing = (("type", "gold_titles") if kind == OPEN and not gold else ()) + ("key_facts",)
    compared = answer.comparison if kind == "comparative" else None
    return Known(
        kind,
        gold,
        tuple(one for one in evidence if one[0] in gold),
        " ".join(_say(feedback)),
        _find_sides(answer, compared, gold) if compared else (),
        missing,
    )


def _name_kind(feedback: Feedback, papers: int) -> str:
    answer = feedback.answer
    if answer.mode is Mode.LIBRARY:
        return RECORDED
    if not papers:
        return OPEN
    if feedback.sentence is None and answer.premise:
        return "false_premise"
    if feedback.sentence is None and answer.comparison and papers > 1:
        return "comparative"
    return "single" if papers == 1 else "topical"


def _say(feedback: Feedback) -> Iterator[str]:
    """What was rated as plain sentences, without marks; a cell names its row and its side."""
    answer = feedback.answer
    if feedback.sentence is not None:
        yield feedback.rated[0].text
        return
    if answer.premise:
        yield answer.premise.text
    yield from (one.text for one in answer.sentences)
    if answer.comparison:
        yield from _say_cells(answer.comparison)


def _say_cells(comparison: Comparison) -> Iterator[str]:
    for aspect in comparison.aspects:
        for side, cell in zip(comparison.sides, aspect.cells, strict=True):
            if cell.citations:
                yield f"{aspect.name}, {side.name}: {cell.text}"


def _find_sides(
    answer: Answer, comparison: Comparison, gold: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """The gold titles of each side; none where these are not all, or a side has none."""
    sides = tuple(
        tuple(title for title in _titles(answer, set(side.papers)) if title in gold)
        for side in comparison.sides
    )
    heard = {title for side in sides for title in side}
    return sides if heard == set(gold) and all(sides) and len(sides) > 1 else ()


def _titles(answer: Answer, numbers: set[int] | frozenset[int]) -> tuple[str, ...]:
    """The titles that numbers stand for, by number, each once."""
    offers = sorted(answer.papers, key=lambda offer: offer.number)
    return tuple(dict.fromkeys(one.paper.title for one in offers if one.number in numbers))
