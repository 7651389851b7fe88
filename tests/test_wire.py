"""What servers send, read: the parts that need no server."""

from __future__ import annotations

import itertools

import pytest

from rag.wire import Listed, Piece, ThoughtFilter, read_listing


def filter_in_pieces(pieces: list[str]) -> str:
    thoughts = ThoughtFilter()
    return "".join([*map(thoughts.feed, pieces), thoughts.flush()])


REPLIES = [
    ("<think>why</think>So.", "So."),
    ("<think></think>\n\nSo.", "\n\nSo."),
    ("\n <think>a</think> <think>b</think>So.", "\n  So."),
    ("So <think>is kept</think>.", "So <think>is kept</think>."),
    ("<thinner> hair", "<thinner> hair"),
    ("<think>a < b </thin</think>c", "c"),
    ("<think>never closed", ""),
    ("<thin", "<thin"),
    ("  ", "  "),
    ("", ""),
]


@pytest.mark.parametrize(("reply", "kept"), REPLIES)
def test_a_thought_is_left_out_however_the_reply_is_split(reply: str, kept: str) -> None:
    assert filter_in_pieces(list(reply)) == kept
    for start, end in itertools.combinations(range(len(reply) + 1), 2):
        assert filter_in_pieces([reply[:start], reply[start:end], reply[end:]]) == kept


def test_text_that_is_no_thought_is_not_held_back() -> None:
    thoughts = ThoughtFilter()
    assert thoughts.feed("<th") == ""
    assert thoughts.feed("e end") == "<the end"
    assert thoughts.feed(" <") == " <"


def test_what_is_held_back_comes_with_the_finish() -> None:
    thoughts = ThoughtFilter()
    assert thoughts.keep_answer(Piece("<thi")) == Piece("")
    assert thoughts.keep_answer(Piece("", "stop")) == Piece("<thi", "stop")


@pytest.mark.parametrize(
    ("payload", "listed"),
    [
        ({"data": [{"id": "a"}]}, (Listed("a", None),)),
        ({"object": "list", "data": None}, ()),
        ([{"id": "a"}, "b", {"name": "c"}], (Listed("a", None),)),
        ({"message": "hello"}, None),
        ("hello", None),
        (None, None),
    ],
)
def test_a_listing_is_read_in_every_shape_that_servers_give_it(
    payload: object, listed: tuple[Listed, ...] | None
) -> None:
    assert read_listing(payload) == listed
