"""Time and memory grow no faster than what is read, whatever its shape.

Ratios within a run, in CPU time: how busy the machine is makes no difference.
"""

from __future__ import annotations

import gzip
import time
import tracemalloc
from collections.abc import Callable
from datetime import date

import pytest
from fuzz.shapes import BENIGN, HOSTILE, SAID, SCRAPS, Shape, write_nested
from fuzz.targets import OFFERS, SIDES, TALK, TITLES, rewrite
from reading import answered

from rag.chunks import cut_paper
from rag.citations import parse_sentences
from rag.comparison.sides import find_sides
from rag.comparison.table import parse_table, split_table
from rag.export import to_bibtex, to_ris
from rag.filters.finding import find_filters
from rag.followup.resolving import resolve
from rag.inventory.reading import find_inventory_question
from rag.pages import read_page
from rag.pages.latex import decode_plain
from rag.pages.text import LARGEST, TOO_LARGE
from rag.premise.naming import find_premise
from rag.records import Failure, Paper
from rag.support.judging import SupportJudge
from rag.support.uncited import needs_citation
from rag.titles import make_paper_id
from ui.markdown import to_html
from ui.render import render_turn
from ui.turns import Stage, Turn

LARGE = 40_000  # characters of a page
QUICK = 0.1  # seconds of CPU that nothing needs to be compared with
STEEPEST = 9.0  # times as long for four times as much; 16 where time is quadratic
TODAY = date(2026, 11, 21)
LONGEST_QUESTION = 20_000
JUDGE = SupportJudge()
QUESTION = "How do sheep compare with goats?"


def measure(work: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    work(text)
    return time.process_time() - started


def assert_linear(work: Callable[[str], object], write: Callable[[int], str], large: int) -> None:
    """Four times as much takes about four times as long, or no time at all."""
    long = measure(work, write(large))
    for _ in range(3):
        if long < QUICK:
            return
        short = min(measure(work, write(large // 4)) for _ in range(2))
        if long < STEEPEST * short:
            return
        long = min(long, measure(work, write(large)))
    pytest.fail(f"{large // 4} characters take {short:.3f} s, {large} take {long:.3f} s")


def read_text(text: str) -> object:
    return read_page("page", text.encode())


@pytest.mark.parametrize("name", [*BENIGN, *HOSTILE])
def test_a_page_of_any_shape_is_read_in_linear_time(name: str) -> None:
    shape = BENIGN.get(name) or HOSTILE[name]
    assert_linear(read_text, shape.write, LARGE)


@pytest.mark.parametrize(("opening", "closing"), [("<div>", "</div>"), ("[", "]")])
def test_what_is_nested_and_closed_is_read_in_linear_time(opening: str, closing: str) -> None:
    head = "<html><p DailyPapers>" if opening == "<div>" else ""
    assert_linear(read_text, lambda size: head + write_nested(opening, closing, size), LARGE)


def test_gzip_of_thousands_of_members_is_unpacked_in_linear_time() -> None:
    member = gzip.compress(b"a\n").decode("latin-1")

    def read_members(text: str) -> object:
        return read_page("page", text.encode("latin-1"))

    assert_linear(read_members, Shape("", member).write, LARGE)


@pytest.mark.parametrize("name", BENIGN)
def test_memory_stays_in_proportion_to_the_page(name: str) -> None:
    data = BENIGN[name].write(LARGE).encode()
    read_page("page", data)
    tracemalloc.start()
    page = read_page("page", data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert page.entries or page.failures
    assert peak < 14 * len(data)


def test_a_page_that_unpacks_to_too_much_is_refused_before_it_fills_the_memory() -> None:
    bomb = b"".join([gzip.compress(bytes(1 << 24), 1)] * (LARGEST // (1 << 24) + 1))
    page = read_page("bomb", bomb)
    assert page.failures == (Failure("bomb", None, TOO_LARGE),)


def test_an_entry_that_refers_to_itself_again_and_again_does_not_grow() -> None:
    steps = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    entry = "<entry><title>Sheep</title><summary>&e8; sheep</summary></entry>"
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    text = f'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY e0 "ha">{steps}]>{feed}'
    page = read_page("page", text.encode())
    assert sum(len(one.abstract) for one in page.entries) < 100


ABSTRACTS: dict[str, Callable[[str], object]] = {
    "chunks": lambda text: cut_paper(Paper("a" * 12, "Sheep", text)),
    "identity": make_paper_id,
    "latex": decode_plain,
    "marks": lambda text: rewrite(*(text[at : at + 9] for at in range(0, len(text), 9))),
    "support": lambda text: JUDGE.judge("We count 12% of the sheep, not the goats.", [text]),
    "exports": lambda text: to_bibtex([one := Paper("a" * 12, text, text)]) + to_ris([one]),
}
QUESTIONS: dict[str, Callable[[str], object]] = {
    "filters": lambda text: find_filters(text, TODAY, lambda _: True),
    "sides": find_sides,
    "follow-ups": lambda text: resolve(text, TALK, TITLES),
    "inventory": lambda text: find_inventory_question(text, True, TODAY, lambda _: True),
    "premise": find_premise,
    "uncited": needs_citation,
}
REPLIES: dict[str, Callable[[str], object]] = {
    "sentences": lambda text: parse_sentences(text, OFFERS),
    "table": lambda text: (split_table(text), parse_table(text, SIDES, OFFERS)),
    "markdown": to_html,
    "streaming": lambda text: render_turn(Turn(1, "?", stage=Stage.WRITING, text=text)),
    "claim": lambda text: JUDGE.judge(text, [SAID]),
    "answer": lambda text: render_turn(answered(text, *parse_sentences(text[:500], OFFERS[:2]))),
}


@pytest.mark.parametrize("name", ABSTRACTS)
def test_an_abstract_of_any_length_is_gone_through_in_linear_time(name: str) -> None:
    for scrap in SCRAPS:
        assert_linear(ABSTRACTS[name], Shape("Sheep ", scrap, " x").write, 8_000)


@pytest.mark.parametrize("name", QUESTIONS)
def test_any_question_is_read_at_once(name: str) -> None:
    """Within a second, as long as it may be; where rules read only so far, up to there."""
    for scrap in SCRAPS:
        for longest in (380, 1450, LONGEST_QUESTION):
            question = Shape(QUESTION, scrap, " x").write(longest - len(QUESTION))
            assert measure(QUESTIONS[name], question) < 1.0, scrap


@pytest.mark.parametrize("name", REPLIES)
def test_any_reply_is_read_and_shown_in_linear_time(name: str) -> None:
    for scrap in SCRAPS:
        assert_linear(REPLIES[name], Shape("Sheep ", scrap, " x").write, 8_000)
