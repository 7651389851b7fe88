"""What the reader is told of how a question was understood."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from reading import EVIL, PAPER, assert_harmless, read

from rag.conversation import Conversation, Exchange
from rag.events import Found, TextDelta
from rag.filters.selecting import label
from rag.question import Field, Filter, Selection, Understood
from rag.replies import Offer
from ui.question import render_question
from ui.render import render_turn
from ui.turns import Asked, Chat, Turn

SINCE = Filter(Field.DATE, ">=", "2024", "from 2024 on")
AUTHOR = Filter(Field.AUTHOR, "=", "Mira Okafor", "by Okafor")
UPVOTES = Filter(Field.UPVOTES, "most", 3, "the 3 most upvoted")


def found(question: str = "Q?", **known: object) -> Turn:
    event = Found((Offer(1, PAPER),), 1.0, **known)  # type: ignore[arg-type]
    return Turn(3, question).after(event)


def understood(*filters: Filter, question: str = "Q?", follows: bool = False) -> Understood:
    return Understood("Q?", question, filters=filters, follows=follows)


# --- as it was understood -----------------------------------------------------------


def test_a_follow_up_is_told_as_it_was_understood_before_the_answer_comes() -> None:
    turn = found("And <those>?", understood=understood(question="What of <gates>?", follows=True))
    words = '<p class="fn-meant">Understood as: <span>What of &lt;gates&gt;?</span></p>'
    html = render_turn(turn)
    assert html.index("And &lt;those&gt;?</h2>") < html.index(words) < html.index("Reading 1 paper")
    assert words in render_turn(turn.after(TextDelta("It")).stopped())


@pytest.mark.parametrize(
    ("meant", "follows"), [("Q?", True), ("  q? ", True), ("Something else?", False)]
)
def test_what_was_understood_as_it_was_asked_is_not_repeated(meant: str, follows: bool) -> None:
    turn = found(understood=understood(question=meant, follows=follows))
    assert render_question(turn) == '<h2 class="fn-question">Q?</h2>'


# --- filters ------------------------------------------------------------------------


def test_a_filter_is_a_chip_that_can_be_taken_off() -> None:
    html = render_question(found(understood=understood(SINCE, UPVOTES)))
    assert re.findall(r'<li class="fn-filter"><span>(.*?)</span>', html) == [
        label(SINCE),
        label(UPVOTES),
    ]
    assert (
        '<button type="button" class="fn-drop" data-do="drop" data-turn="3"'
        ' data-key="date&gt;=2024"'
        ' title="Ask again without it" aria-label="Take off the filter since 2024">'
    ) in html


def test_a_filter_that_was_taken_off_is_shown_struck_out_without_a_button() -> None:
    html = render_question(replace(found(understood=understood()), dropped=(SINCE,)))
    assert "Taken off: </span><s>since 2024</s></li>" in html
    assert "<button" not in html


@pytest.mark.parametrize(
    ("filters", "selection", "words"),
    [
        ((SINCE,), (12, 31, 303), "12 papers kept; 303 have no known date and are left out"),
        ((SINCE,), (1, 344, 1), "1 paper kept; 1 has no known date and is left out"),
        ((SINCE,), (0, 346, 0), "No papers kept"),
        ((AUTHOR,), (2, 0, 1_303), "2 papers kept; 1,303 have no authors’ names and are left out"),
        ((SINCE, AUTHOR), (2, 0, 9), "2 papers kept; 9 cannot be judged and are left out"),
        ((SINCE, SINCE), (1_200, 0, 0), "1,200 papers kept"),
    ],
)
def test_what_the_filters_kept_is_told(
    filters: tuple[Filter, ...], selection: tuple[int, int, int], words: str
) -> None:
    turn = found(understood=understood(*filters), selection=Selection(*selection))
    assert f'<p class="fn-selection">{words}</p>' in render_question(turn)


@pytest.mark.parametrize("field", list(Field))
def test_every_kind_of_filter_has_words_for_what_is_not_known(field: Field) -> None:
    filter = Filter(field, "=", "2024" if field is Field.DATE else 3, "x")
    turn = found(understood=understood(filter), selection=Selection(1, 0, 2))
    assert "; 2 have no " in render_question(turn)


def test_hostile_filters_and_questions_stay_text() -> None:
    filter = Filter(Field.AUTHOR, "=", EVIL, EVIL)
    known = understood(filter, question=EVIL, follows=True)
    html = render_question(replace(found(EVIL.upper(), understood=known), dropped=(filter,)))
    assert_harmless(html)
    assert read(html).text.count(EVIL) == 2


# --- asking again -------------------------------------------------------------------


def chat_of(turn: Turn) -> Chat:
    return Chat(turns=[replace(turn, number=1)])


def test_asking_again_leaves_the_filter_out_and_means_what_it_meant_at_first() -> None:
    before = (Exchange("First?"),)
    turn = replace(found(understood=understood(SINCE, AUTHOR)), before=before)
    chat = chat_of(turn)
    chat.conversation = Conversation(("a",), (*before, Exchange("Q?")))
    asked = chat.again_without(1, "date>=2024")
    assert asked == Asked("Q?", (SINCE,), before)
    chat.waiting.append(asked)
    again = chat.begin()
    assert (again.number, again.question, again.before) == (2, "Q?", before)
    assert again.without == frozenset({"date>=2024"})


def test_filters_are_taken_off_one_after_the_other() -> None:
    turn = replace(found(understood=understood(AUTHOR)), dropped=(SINCE,))
    asked = chat_of(turn).again_without(1, AUTHOR.key)
    assert asked is not None
    assert [one.key for one in asked.dropped] == ["date>=2024", "author=Mira Okafor"]


@pytest.mark.parametrize(("number", "key"), [(1, "date>=1999"), (2, "date>=2024"), (0, "")])
def test_a_filter_that_is_not_there_cannot_be_taken_off(number: int, key: str) -> None:
    assert chat_of(found(understood=understood(SINCE))).again_without(number, key) is None


def test_the_same_is_not_asked_twice_at_once() -> None:
    chat = chat_of(found(understood=understood(SINCE)))
    asked = chat.again_without(1, SINCE.key)
    assert asked is not None
    chat.waiting.append(asked)
    assert chat.again_without(1, SINCE.key) is None
    chat.busy = True
    chat.begin()
    assert chat.again_without(1, SINCE.key) is None
    chat.busy = False
    assert chat.again_without(1, SINCE.key) == asked
