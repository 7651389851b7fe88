"""What a question compares: recognised in many forms, and not where nothing is compared."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from rag.comparison.sides import find_sides, shorten, sides_of_papers, strip_frame
from rag.records import Paper
from rag.replies import Offer

DATA = Path(__file__).parent / "data"

FORMS = {
    "LoraHub versus MoSLD": ["LoraHub", "MoSLD"],
    "AdamW vs. Lion - which one is kinder to small batches?": ["AdamW", "Lion"],
    "SGD vs Adam vs Lion on noisy labels": ["SGD", "Adam", "Lion"],
    "How do RoPE and ALiBi differ?": ["RoPE", "ALiBi"],
    "How does dropout compare with weight decay when data are few?": ["dropout", "weight decay"],
    "What is the difference between grokking and double descent?": ["grokking", "double descent"],
    "KERPLE or NoPE: which one extrapolates further?": ["KERPLE", "NoPE"],
    "Does SPLADE hold up better than BM25 on long questions?": ["SPLADE", "BM25"],
    "Compare the ridge regression analysis with the one on deep linear networks.": [
        "ridge regression analysis",
        "the one on deep linear networks",
    ],
    "Line up the pruning paper, the quantization one, and the distillation study.": [
        "pruning paper",
        "quantization one",
        "distillation study",
    ],
    "The older survey is upbeat, the newer benchmark paper is not. How do they fit together?": [
        "older survey",
        "newer benchmark paper",
    ],
    "One paper says that noise helps; another says that noise hurts. Who is right?": [
        "noise helps",
        "noise hurts",
    ],
    "'Big batches hurt, small batches help': do the papers agree?": [
        "Big batches hurt",
        "small batches help",
    ],
    "Robust tickets against plain tickets: what is gained?": ["Robust tickets", "plain tickets"],
    "What does warm-up add over a constant schedule?": ["warm-up", "constant schedule"],
    "How does QLoRA fare, and compared with LoRA?": ["QLoRA", "LoRA"],
    "Does the theory paper agree with the experiments on ImageNet?": [
        "theory paper",
        "experiments on ImageNet",
    ],
    "Does [3] agree with [5]?": ["[3]", "[5]"],
    "How do papers on grokking before and after 2023 differ?": ["before 2023", "after 2023"],
    "What changed between work from 2019 and work from 2024?": ["from 2019", "from 2024"],
}

NO_COMPARISON = [
    "",
    "   ",
    "What causes grokking?",
    "What can I do against hiccups?",
    "Does labelling the items my model is least sure about beat random picking?",
    "My accuracy gets worse when I crank the batch size up. Why?",
    "Is training on fewer examples faster than expected?",
    "Which papers are about robots or drones?",
    "How robust are detectors against adversarial patches?",
    "What do we know about images, text and speech?",
    "the of and or versus",
]


@pytest.mark.parametrize(("question", "names"), FORMS.items())
def test_a_comparison_is_read_into_its_sides(question: str, names: list[str]) -> None:
    assert [side.name for side in find_sides(question)] == names


@pytest.mark.parametrize("question", NO_COMPARISON)
def test_where_nothing_is_compared_there_are_no_sides(question: str) -> None:
    assert find_sides(question) == ()


def test_a_number_stands_for_its_paper_and_is_not_searched_for() -> None:
    sides = find_sides("Do [2], [4] and [17] see it differently?")
    assert [(side.query, side.numbers) for side in sides] == [("", (2,)), ("", (4,)), ("", (17,))]


def test_a_side_is_searched_for_by_its_own_words() -> None:
    sides = find_sides("Compare the parity diagnosis with the hidden-channel fix, please.")
    assert [side.query for side in sides] == ["the parity diagnosis", "the hidden-channel fix"]


def test_papers_mentioned_before_are_sides_of_their_own() -> None:
    offers = [Offer(4, Paper("a", "A Short Title", "")), Offer(9, Paper("b", "Long " * 30, ""))]
    first, second = sides_of_papers(offers)
    assert (first.name, first.query, first.numbers) == ("A Short Title", "A Short Title", (4,))
    assert second.name == "Long Long Long Long Long Long Long Long Long Long Long Long Long…"
    assert second.numbers == (9,)


def test_a_name_is_cut_at_a_word() -> None:
    assert shorten("a word   too many", 10) == "a word…"
    assert shorten("fits") == "fits"


def test_the_words_that_frame_a_comparison_are_not_searched_for() -> None:
    asked = "One study finds that warm-up helps; another says it hurts. Do they agree?"
    assert strip_frame(asked) == "that warm-up helps; it hurts."
    assert strip_frame("Do the papers agree?") == "Do the papers agree?"


def read(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def test_nearly_all_comparative_questions_are_recognised() -> None:
    asked = [str(one["question"]) for one in read("comparative.jsonl")]
    missed = [one for one in asked if not find_sides(one)]
    assert (len(asked), len(missed)) == (75, 4)


def test_no_question_off_the_topic_is_taken_for_a_comparison() -> None:
    assert [one["id"] for one in read("offtopic.jsonl") if find_sides(str(one["question"]))] == []


def test_of_questions_about_one_paper_or_a_topic_three_at_most_look_like_comparisons() -> None:
    asked = [
        str(one["question"])
        for name in ("answerable_a.jsonl", "answerable_b.jsonl")
        for one in read(name)
        if one["type"] != "comparative"
    ]
    assert (len(asked), sum(bool(find_sides(one)) for one in asked)) == (54, 3)


@pytest.mark.parametrize(
    "text",
    [
        "do " * 5000,
        "a vs " * 3000,
        "one , another " * 1000,
        "compare " + "a and " * 3000,
        "more x than " * 2000,
        "the a of " * 2000,
        "is x " * 3000 + "differ",
        "'a, b' " * 2000,
        "x" * 50_000,
        "the paper " * 3000,
        "((((" * 3000,
        "\ud83d vs \x00",
    ],
    ids=range(12),
)
def test_hostile_text_takes_no_time(text: str) -> None:
    started = time.perf_counter()
    assert len(find_sides(text)) <= 6
    assert time.perf_counter() - started < 0.5
