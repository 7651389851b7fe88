"""The terms of a question: which to look up, and which no paper here mentions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from libraries import entry, page

from rag import Footnote
from rag.library import Library
from rag.terms import content_words, find_missing_terms, find_terms

DATA = Path(__file__).parent / "data"


def read_questions(*names: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for name in names
        for line in (DATA / name).read_text(encoding="utf-8").splitlines()
    ]


def find_all(questions: Iterable[dict[str, Any]], footnote: Footnote) -> dict[str, tuple[str, ...]]:
    return {
        one["id"]: found
        for one in questions
        if (found := find_missing_terms(one["question"], footnote.library))
    }


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library(tmp_path_factory.mktemp("terms"))
    abstract = (
        "We train nnU-Net and ResNet-50 with CutMix, MixUp and weight decay on ImageNet-1k."
        " CLIP outperforms GPT-4 on long-tailed data. Llama 2 groks modular addition."
        " Our pre-training follows BERT's. TSAM and DDAug help."
    )
    library.add([page(entry("A Study of Batch Normalization", abstract))])
    return library


@pytest.mark.parametrize(
    "question",
    [
        "Does cut-mix help?",
        "Does cutmix help?",
        "Is CutMix's gain real?",
        "How do nnUNet and nn-U-Net differ?",
        "What about ResNet50, ResNet-50 or Resnet 50?",
        "Is mix-up better than CutMix/MixUp?",
        "Does imagenet-1K matter, or ImageNet1k?",
        "Is CLIP-based training long-tailed?",
        "Is BERT's pretraining like Llama 2's?",
        "How does GPT4 compare with GPT-4?",
        "DOES THIS SHOUTING MEAN ANYTHING AT ALL?",
        "What happened on Monday in March 2024 with 4-bit, 10x and 3.5B models?",
        "Could someone chuck an umbrella?",
        "",
        "???",
    ],
)
def test_a_term_in_another_spelling_is_not_missing(library: Library, question: str) -> None:
    assert find_missing_terms(question, library) == ()


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Does Muon beat AdamW?", ("Muon", "AdamW")),
        ("Is Muon better than muon?", ("Muon",)),
        ("What does AugMix buy you over RandAugment's policies?", ("AugMix", "RandAugment")),
        ("does DINOv2 help nnU-Net?", ("DINOv2",)),
        ("is PaLM-E better than CLIP?", ("PaLM-E",)),
    ],
)
def test_a_term_that_no_paper_holds_is_told_as_it_was_written(
    library: Library, question: str, missing: tuple[str, ...]
) -> None:
    assert find_missing_terms(question, library) == missing


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is the weight decay of SAM?", ["weight", "decay", "sam"]),
        ("Weight-decay, weight_decay", ["weight", "decay"]),
        ("the of and", []),
        ("ÉTUDE 深度 β-VAE", ["étude", "深度", "β", "vae"]),
        ('"AND" NEAR(*)', ["near"]),
    ],
)
def test_words_worth_looking_up_are_kept_once_in_order(question: str, words: list[str]) -> None:
    assert content_words(question) == words


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Does Muon help?", ["Muon"]),
        ("Grokking is what? Muon is what?", []),
        ("We like nnU-Net and L2.", ["nnU-Net", "L2"]),
        ("WHAT IS GROKKING", []),
        ("What does (Adam) do?", []),
    ],
)
def test_a_name_is_told_by_its_capitals(question: str, names: list[str]) -> None:
    assert [term.text for term in find_terms(question) if term.is_name] == names


def test_names_that_the_library_lacks_are_mostly_told(shared_library: Footnote) -> None:
    named = [one for one in read_questions("unanswerable.jsonl") if one["kind"] == "named"]
    told = find_all(named, shared_library)
    assert len(named) == 35
    assert len(told) >= len(named) / 2  # measured: 33, 28 of them with every term
    right = [
        one["id"]
        for one in named
        if set(one["missing"]) & {term.lower() for term in told.get(one["id"], ())}
    ]
    assert len(right) >= len(named) / 2


def test_questions_that_the_library_answers_lack_nothing(shared_library: Footnote) -> None:
    questions = read_questions("answerable_a.jsonl", "answerable_b.jsonl")
    assert len(questions) == 64
    assert len(find_all(questions, shared_library)) <= 0.05 * len(questions)  # measured: 0


def test_a_question_of_any_length_is_read_in_linear_time() -> None:
    import time

    question = "Why does sharpness matter for networks " * 10_000
    started = time.process_time()
    terms = find_terms(question)
    assert time.process_time() - started < 2.0
    assert len(terms) == 60_000
    assert [term.text for term in terms if term.is_name] == ["Why"] * 9_999
