"""Which sentences need no citation."""

from __future__ import annotations

import pytest

from rag.support.uncited import needs_citation


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "...",
        "Hello!",
        "Good morning, and welcome.",
        "Thanks for asking.",
        "You're welcome.",
        "I hope this helps!",
        "Let me know if you want more detail on 2024.",
        "What would you like to compare?",
        "## Results in 2024",
        "**Latency**",
        "__Cost__:",
        "The papers differ:",
        "Here are the main points.",
        "In summary:",
        "Nothing in these papers is about this.",
        "None of the papers mention ferrets.",
        "No paper reports how long training takes.",
        "The abstracts do not say how large the model is.",
        "The cited abstract does not mention latency.",
        "Unfortunately, these papers don't discuss cost.",
        "I could not find anything about this.",
        "There is no mention of ferrets in these abstracts.",
        "There is no information about cost in the provided papers.",
        "The provided abstracts contain no information about ferrets.",
        "No information on this was found.",
        "Based on the papers provided, I cannot answer this question.",
        "I don't know.",
        "Paper 1:",
        "The library holds 346 papers.",
    ],
)
def test_greetings_structure_and_words_about_the_library_need_none(text: str) -> None:
    assert not needs_citation(text)


@pytest.mark.parametrize(
    "text",
    [
        "Larger kernels improve recall.",
        "Sure, larger kernels improve recall.",
        "Yes, larger kernels improve recall by 3%.",
        "- Larger kernels improve recall.",
        "**Speed.** Larger kernels run twice as fast.",
        "The method does not use labels.",
        "No improvement was seen without labels.",
        "No model reaches the level of a person.",
        "There is no gain from pretraining on fish.",
        "The evidence does not support a benefit of fish oil.",
        "The study did not report adverse events.",
        "In summary, larger kernels are slower.",
        "Overall, larger kernels are slower.",
        "Kernel width reaches 41 in two settings:",
        "The abstracts do not mention latency, but larger kernels are slower.",
        "Three studies show that larger kernels are slower.",
        "Hello world programs are shorter in Python.",
    ],
)
def test_what_is_said_about_the_world_needs_one(text: str) -> None:
    assert needs_citation(text)


@pytest.mark.parametrize("text", ["no " * 50_000, "#" * 100_000, "\u202e\ufeff\x00", "a," * 50_000])
def test_hostile_text_is_answered(text: str) -> None:
    assert needs_citation(text) in (True, False)
