"""Chunks and sentences: exact offsets, sensible ends, nothing of an abstract lost."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libraries import entry

from rag import Footnote
from rag.chunks import WINDOW, cut_paper, revise
from rag.merge import start_paper
from rag.records import Paper
from rag.sentences import split_sentences

READ_TOKENS = 256


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def make_paper(abstract: str) -> Paper:
    return start_paper(entry("A Title", abstract))


@pytest.mark.parametrize(
    "sentences",
    [
        ["Smith et al. show that it works.", "We show that it does not."],
        ["Some models, e.g. Transformers, fail here.", "Others, i.e. small ones, do not."],
        ["We prove three things, as stated in Sec. 3 and Fig. 2 of the paper.", "All three hold."],
        ["It compares well (cf. Table 2) with prior work.", "It is resp. faster and smaller."],
        ["Two effects matter: (1) the rate; (2) the batch, see Eq. (2).", "Neither is large."],
        ["It reaches 87.3% on ImageNet vs. 85.1% before.", "This is new."],
        ["Does it generalize to other tasks?", "Not yet, as far as we can tell!"],
        ["The data are i.i.d. by assumption here.", "Without that, w.r.t. shifts, nothing holds."],
        [
            "We study this (the proof is long. It stands in the appendix) in depth.",
            "All of it holds.",
        ],
    ],
)
def test_a_sentence_ends_where_a_reader_ends_it(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


def test_a_stub_joins_the_sentence_it_belongs_to() -> None:
    assert split("We use the loss of Eq. (2). It is convex and smooth. Code: gh/a/b") == [
        "We use the loss of Eq. (2).",
        "It is convex and smooth. Code: gh/a/b",
    ]


def test_short_sentences_that_stand_alone_stay_alone() -> None:
    text = "Networks memorise before they generalise. This is grokking. We explain why it happens."
    assert split(text)[1] == "This is grokking."


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_a_text_of_blanks_has_no_sentence(text: str) -> None:
    assert split_sentences(text) == []


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="aB. ()[]?!,:;\n1é🙂—", max_size=200))
def test_sentences_lie_in_order_and_leave_out_blanks_only(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    assert all(not text[end:start].strip() for end, start in zip(ends, starts, strict=True))


@pytest.mark.parametrize("abstract", ["", " ", ".", "No end", "🙂"])
def test_an_abstract_without_a_sentence_is_its_own_only_one(abstract: str) -> None:
    chunks = cut_paper(make_paper(abstract))
    assert chunks.spans == ((0, len(abstract)),)
    assert chunks.windows == chunks.sentences == (abstract,)
    assert chunks.whole == f"A Title\n{abstract}"


@pytest.mark.parametrize(
    ("count", "windows"), [(1, [1]), (2, [2]), (3, [3]), (4, [3, 3]), (6, [3, 3]), (8, [3, 3, 3])]
)
def test_windows_hold_three_sentences_and_cover_the_abstract(
    count: int, windows: list[int]
) -> None:
    sentences = [f"Sentence number {number} is about something." for number in range(count)]
    chunks = cut_paper(make_paper(" ".join(sentences)))
    assert [window.count("Sentence") for window in chunks.windows] == windows
    assert chunks.windows[-1].endswith(sentences[-1])
    assert all(any(one in window for window in chunks.windows) for one in sentences)
    assert WINDOW == 3


def test_a_revision_changes_with_what_is_embedded_and_nothing_else() -> None:
    paper = make_paper("It works.")
    assert revise(paper) == revise(replace(paper, upvotes=9, pages=("another",)))
    assert revise(paper) != revise(replace(paper, abstract="It fails."))
    assert revise(paper) != revise(replace(paper, title="Another"))


def test_offsets_are_exact_for_every_shared_paper(shared_library: Footnote) -> None:
    count = 0
    for paper in shared_library.library.papers():
        chunks = cut_paper(paper)
        assert tuple(paper.abstract[start:end] for start, end in chunks.spans) == chunks.sentences
        assert all(one == one.strip() and one for one in chunks.sentences)
        assert sum(map(len, chunks.sentences)) >= len(paper.abstract) - 2 * len(chunks.spans)
        count += 1
    assert count == 346


def test_the_model_reads_every_sentence_and_all_but_one_window_whole(
    shared_library: Footnote,
) -> None:
    shared_library.embedder.load()
    tokenizer = shared_library.embedder._get().tokenizer
    papers = [cut_paper(paper) for paper in shared_library.library.papers()]
    sentences = [len(tokenizer.tokenize(text)) + 2 for one in papers for text in one.sentences]
    windows = [len(tokenizer.tokenize(text)) + 2 for one in papers for text in one.windows]
    # Measured: 174 tokens at most in a sentence; windows beyond 256 are 1 of 1,048 (298 tokens,
    # three sentences full of formulas), whose end its sentences still hold.
    assert max(sentences) <= 200
    assert sum(length > READ_TOKENS for length in windows) <= 2
    assert max(windows) <= 320


LONG = {
    "sentences": "We study the thing here with care. ",
    "no end": "word ",
    "brackets": "( A b c. ",
    "stubs": "A. ",
    "lower case": "a. b. c. ",
}


@pytest.mark.parametrize("kind", LONG)
def test_a_long_abstract_takes_no_more_than_its_share_of_time(kind: str) -> None:
    def measure(length: int) -> float:
        text = (LONG[kind] * length)[:length]
        started = time.process_time()
        cut_paper(make_paper(text))
        return time.process_time() - started

    split_sentences("Load the data first.")
    assert measure(100_000) < 8 * measure(25_000) + 0.2
