"""Marks in a model's words: found however they are cut, checked, tied to sentences."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations import MarkFilter, expand_numbers, parse_sentences
from rag.records import Paper
from rag.replies import Offer, Sentence

OFFERED = frozenset(range(1, 9))
ABSTRACT = (
    "We study grokking in small networks. Weight decay (e.g. 0.1) shortens the delay by 40%. "
    "Code is at https://example.org."
)
OFFERS = tuple(
    Offer(number, Paper(f"{number:012x}", f"Title {number}", ABSTRACT)) for number in range(1, 9)
)
BOTH = [("Alpha grows fast.", (1,)), ("Beta shrinks slowly.", (2,))]
SCRAPS = st.sampled_from(
    "[1]|[1, 2]|[9]|【3】|[^4]|[1†source]|[2024]|[0, 1]|[sic]|[|]|`|`a[1]`| |   |\t|\n|,|-|12|†|a"
    "|word. |[Paper 2]|p".split("|")
)


def rewrite(*pieces: str, offered: frozenset[int] = OFFERED) -> tuple[str, int]:
    """(what is shown, how many numbers were dropped)"""
    marks = MarkFilter(offered)
    shown = "".join([*(marks.feed(piece) for piece in pieces), marks.flush()])
    return shown, marks.invalid


def parse(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.text, one.citations) for one in parse_sentences(text, OFFERS)]


@pytest.mark.parametrize(
    ("said", "shown", "dropped"),
    [
        ("It does [1].", "It does [1].", 0),
        ("It does[1].", "It does[1].", 0),
        ("It does  [ 1 ].", "It does [1].", 0),
        ("Both do [1, 2].", "Both do [1][2].", 0),
        ("Both do [1; 2].", "Both do [1][2].", 0),
        ("Both do [1][2].", "Both do [1][2].", 0),
        ("All do [1-3].", "All do [1][2][3].", 0),
        ("All do [1–3, 5].", "All do [1][2][3][5].", 0),
        ("It does 【1】.", "It does [1].", 0),
        ("It does [^1].", "It does [1].", 0),
        ("It does [1†source].", "It does [1].", 0),
        ("It does 【4†L1-L5】.", "It does [4].", 0),
        ("It does [Paper 2].", "It does [2].", 0),
        ("It does [#2].", "It does [2].", 0),
        ("It does. [1]", "It does. [1]", 0),
        ("[1] does.", "[1] does.", 0),
        ("It does [9].", "It does.", 1),
        ("It does [1, 9, 77].", "It does [1].", 2),
        ("It does [9][1].", "It does[1].", 1),
        ("It does [7-12].", "It does [7][8].", 4),
    ],
)
def test_every_way_of_writing_a_mark_becomes_one_way(said: str, shown: str, dropped: int) -> None:
    assert rewrite(said) == (shown, dropped)


@pytest.mark.parametrize(
    "text",
    [
        "They write “recieve [sic]” twice.",
        "Smith et al. [2024] found it, and [1998, 2003] before.",
        r"Scaled to \left[0,1\right], and to $[0.5, 1]$.",
        "Values in [0, 1] or [0,1], at x[0] and [-1, 1], are kept.",
        "Take the first, `a[1]`, or `grid[1,2]`, or `m[17]`.",
        "An open [1 and a [see 1] and a [1.] and a [a1] and [].",
        "[link](https://example.org/[x]) and [ ] and [x] boxes",
        "   indented,  with  double blanks and\ttabs   ",
        "Unclosed 【1 and `[1 code",
    ],
)
def test_what_is_no_mark_is_never_changed(text: str) -> None:
    assert rewrite(text) == (text, 0)
    assert rewrite(*text) == (text, 0)


def test_a_number_of_four_digits_is_a_mark_once_a_conversation_has_come_so_far() -> None:
    assert rewrite("It does [1001].", offered=frozenset({1001})) == ("It does [1001].", 0)


@settings(deadline=None, max_examples=300)
@given(st.lists(SCRAPS, max_size=14).map("".join), st.data())
def test_the_same_is_shown_however_a_reply_is_cut(text: str, data: st.DataObject) -> None:
    whole = rewrite(text)
    assert rewrite(*text) == whole
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    edges = [0, *cuts, len(text)]
    assert rewrite(*(text[a:b] for a, b in pairwise(edges))) == whole


@settings(deadline=None, max_examples=300)
@given(st.text(st.characters(exclude_characters="[]【】"), max_size=60))
def test_a_text_without_brackets_is_never_changed(text: str) -> None:
    assert rewrite(*text) == (text, 0)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=80))
def test_any_text_yields_only_offered_numbers(text: str) -> None:
    shown, _ = rewrite(text + " [1] [99]")
    for sentence in parse_sentences(shown, OFFERS):
        assert OFFERED.issuperset(sentence.citations)


@pytest.mark.parametrize(
    "scrap", ["[", "[1", "[1,", "[1†", "[1 ", "【", "`", "`[1", "[[1]", "  ", " [", "[p", "[1]"]
)
def test_a_model_that_repeats_itself_takes_linear_time(scrap: str) -> None:
    text = scrap * (100_000 // len(scrap))
    started = time.perf_counter()
    rewrite(text)
    rewrite(*(text[at : at + 4] for at in range(0, len(text), 4)))
    assert time.perf_counter() - started < 5.0


def test_nothing_is_held_back_that_cannot_become_a_mark() -> None:
    marks = MarkFilter(OFFERED)
    assert marks.feed("A [see") == "A [see"
    assert marks.feed(" Fig") == " Fig"
    assert marks.feed("ure [1") == "ure"
    assert marks.feed("]") == " [1]"
    assert marks.flush() == ""


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1", [1]),
        ("1, 2; 2", [1, 2]),
        ("2-4", [2, 3, 4]),
        ("4-2", [4, 2]),
        ("1-999", [1, 999]),
        ("^1, ^2", [1, 2]),
    ],
)
def test_numbers_are_read_once_each(text: str, numbers: list[int]) -> None:
    assert expand_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("Alpha grows fast [1]. Beta shrinks slowly [2].", BOTH),
        ("Alpha grows fast. [1] Beta shrinks slowly. [2]", BOTH),
        ("Alpha grows fast.[1] Beta shrinks slowly.[2]", BOTH),
        ("[1] Alpha grows fast. Beta shrinks slowly [2].", BOTH),
        ("Alpha [1] grows fast [1]. Beta [2] shrinks slowly.", BOTH),
        ("It [1] does [2] so [1].", [("It does so.", (1, 2))]),
        ("It does [1], [2].", [("It does.", (1, 2))]),
        ("It does [1] [2].", [("It does.", (1, 2))]),
        ("It does, as none denies.", [("It does, as none denies.", ())]),
        (
            "- **Alpha** grows fast [1].\n- Beta shrinks [2][3].\n\n1. Gamma stays. [4]",
            [("Alpha grows fast.", (1,)), ("Beta shrinks.", (2, 3)), ("Gamma stays.", (4,))],
        ),
        ("## Findings\n> Quoted so [5].", [("Findings", ()), ("Quoted so.", (5,))]),
        ("Values lie in [0, 1] there [2].", [("Values lie in [0, 1] there.", (2,))]),
        ("Wu [2024] says so [1].", [("Wu [2024] says so.", (1,))]),
        ("Read `a[1]` first [2].", [("Read `a[1]` first.", (2,))]),
        ("---\n***\n[1]\n", []),
        ("", []),
    ],
)
def test_each_mark_belongs_to_the_right_sentence(
    text: str, parsed: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert parse(text) == parsed


def test_a_number_that_was_not_offered_is_no_citation() -> None:
    assert parse_sentences("It does [9].", OFFERS) == (Sentence("It does [9]."),)


def test_html_in_a_reply_stays_text() -> None:
    text = 'See <img src="x" onerror="alert(1)"> here [1].'
    assert rewrite(text) == (text, 0)
    assert parse(text)[0] == ('See <img src="x" onerror="alert(1)"> here.', (1,))


def test_evidence_is_the_sentence_of_the_abstract_with_the_most_of_the_wording() -> None:
    (sentence,) = parse_sentences("With weight decay, the delay is 40% shorter [2].", OFFERS)
    (evidence,) = sentence.evidence
    assert evidence.paper_id == OFFERS[1].paper.paper_id
    assert evidence.sentence == "Weight decay (e.g. 0.1) shortens the delay by 40%."
    assert ABSTRACT[evidence.start : evidence.end] == evidence.sentence


def test_a_claim_that_the_abstract_does_not_word_has_no_evidence() -> None:
    (sentence,) = parse_sentences("Penguins migrate southwards every autumn [1].", OFFERS)
    assert sentence.citations == (1,)
    assert sentence.evidence == ()


def test_a_paper_without_an_abstract_can_be_cited() -> None:
    offers = (Offer(1, replace(OFFERS[0].paper, abstract="")),)
    assert parse_sentences("It does [1].", offers) == (Sentence("It does.", (1,)),)


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=60))
def test_evidence_lies_where_it_says_in_any_abstract(abstract: str, claim: str) -> None:
    paper = Paper("0" * 12, "T", abstract)
    for sentence in parse_sentences(f"{claim} {abstract[:40]} [1].", (Offer(1, paper),)):
        for evidence in sentence.evidence:
            assert abstract[evidence.start : evidence.end] == evidence.sentence
