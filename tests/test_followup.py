"""Conversations as tables: the turns so far, the question, and how it must be understood."""

from __future__ import annotations

import time

import pytest

from rag.conversation import Conversation, Exchange
from rag.followup.resolving import Resolved, resolve
from rag.replies import Column

TITLES = {
    1: "Fine-Tuning Remembers, Rewards Explore",
    2: "QUARRY: A Benchmark of Retrieval Without Training",
    3: "Blended Samples and Rare Features",
    4: "Late Generalization as a Phase Transition",
    5: "Sling Effects in Late Generalization",
    6: "Weight Decay and Delay",
}
RL, QUARRY, BLENDED, PHASE, SLING, DECAY = (f"“{title}”" for title in TITLES.values())

TOPIC = Exchange("What causes grokking?", cited=(4, 5, 3))
PAIR = Exchange("Does SFT memorise?", cited=(1, 2))
SINGLE = Exchange(f"How does {BLENDED} work?", cited=(3,))
FIVE = Exchange("What delays generalization?", cited=(4, 5, 3, 6, 1))
COMPARED = Exchange(
    "How do SFT and RL differ?",
    cited=(2, 1),
    sides=(Column("SFT", (1,)), Column("RL", (2, 6))),
)
REFUSED = Exchange("Where is the best pizza in Rome?", cited=(6, 2), refused=True)


def understand(question: str, *exchanges: Exchange) -> Resolved:
    return resolve(question, Conversation(exchanges=exchanges), TITLES)


@pytest.mark.parametrize(
    ("question", "understood", "about"),
    [
        ("Tell me more about [3]", f"Tell me more about {BLENDED}", (3,)),
        ("what does paper 3 say?", f"What does {BLENDED} say?", (3,)),
        ("How do papers 1 and 3 differ?", f"How do {RL} and {BLENDED} differ?", (1, 3)),
        ("compare [1] and [3]", f"Compare {RL} and {BLENDED}", (1, 3)),
        ("What do [1][2] share?", f"What do {RL} and {QUARRY} share?", (1, 2)),
        ("Summarise [1-3].", f"Summarise {RL}, {QUARRY} and {BLENDED}.", (1, 2, 3)),
        ("[3]", f"Tell me about {BLENDED}.", (3,)),
        ("#2?", f"Tell me about {QUARRY}.", (2,)),
        ("and [3]?", f"What about {BLENDED}? (about: what causes grokking)", (3,)),
        ("Does number 6 use labels?", f"Does {DECAY} use labels?", (6,)),
    ],
)
def test_a_number_means_its_paper_wherever_it_was_cited(
    question: str, understood: str, about: tuple[int, ...]
) -> None:
    assert understand(question, TOPIC) == Resolved(understood, about, True)


@pytest.mark.parametrize(
    ("question", "understood", "about"),
    [
        ("What did the second one find?", f"What did {SLING} find?", (5,)),
        ("the third paper", f"Tell me about {BLENDED}.", (3,)),
        ("How does the first differ?", f"How does {PHASE} differ?", (4,)),
        ("Summarise the last one", f"Summarise {BLENDED}", (3,)),
        ("How do the first two differ?", f"How do {PHASE} and {SLING} differ?", (4, 5)),
        ("How do the first and third differ?", f"How do {PHASE} and {BLENDED} differ?", (4, 3)),
        ("Does the latter agree?", f"Does {SLING} agree?", (5,)),
        ("Does the former agree?", f"Does {PHASE} agree?", (4,)),
        ("and the first?", f"What about {PHASE}? (about: what causes grokking)", (4,)),
        ("Which of these is newest?", f"Which of {PHASE}, {SLING} and {BLENDED} is newest?", 3),
        ("which one is newest?", f"Which of {PHASE}, {SLING} and {BLENDED} is newest?", 3),
        ("do they agree?", f"Do {PHASE}, {SLING} and {BLENDED} agree?", 3),
        ("summarise these", f"Summarise {PHASE}, {SLING} and {BLENDED}", 3),
        ("Who wrote it?", f"Who wrote {PHASE}?", (4,)),
        ("Who are the authors?", f"Who are the authors of {PHASE}?", (4,)),
        ("What does this paper measure?", f"What does {PHASE} measure?", (4,)),
        ("What does the Sling paper claim?", f"What does {SLING} claim?", (5,)),
        ("What does the QUARRY paper claim?", f"What does {QUARRY} claim?", (2,)),
    ],
)
def test_an_ordinal_or_a_pronoun_means_what_was_cited_last(
    question: str, understood: str, about: tuple[int, ...] | int
) -> None:
    numbers = (4, 5, 3) if about == 3 else about
    assert understand(question, TOPIC) == Resolved(understood, numbers, True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("Why?", "What causes grokking, and why?"),
        ("How so?", "What causes grokking, and how so?"),
        ("what about RL?", "What causes grokking, and what about RL?"),
        ("and on ImageNet?", "What causes grokking on ImageNet?"),
        ("and for small models?", "What causes grokking for small models?"),
        ("and compared with LoRA?", "What causes grokking compared with LoRA?"),
        ("Is that true for vision transformers?", "What causes grokking for vision transformers?"),
        ("Does this also hold for LSTMs?", "What causes grokking for LSTMs?"),
        ("Tell me more", "Tell me more. (about: what causes grokking)"),
        ("more", "More. (about: what causes grokking)"),
        ("go on", "Go on. (about: what causes grokking)"),
        ("any others?", "Any others? (about: what causes grokking)"),
        ("Are there others?", "Are there others? (about: what causes grokking)"),
        ("What are the limitations?", "What are the limitations? (about: what causes grokking)"),
        ("Why is that?", "Why is that? (about: what causes grokking)"),
        (
            "How does it depend on depth?",
            "How does it depend on depth? (about: what causes grokking)",
        ),
        ("How does this gap arise?", "How does this gap arise? (about: what causes grokking)"),
        ("Does depth matter there?", "Does depth matter there? (about: what causes grokking)"),
        ("And does depth matter?", "Does depth matter? (about: what causes grokking)"),
        ("In one sentence, please", "In one sentence, please. (about: what causes grokking)"),
        (
            "What do you mean by “phase”?",
            "What do you mean by “phase”? (about: what causes grokking)",
        ),
        ("the other one?", "The other one? (about: what causes grokking)"),
    ],
)
def test_a_part_of_a_question_takes_what_was_asked_before(question: str, understood: str) -> None:
    assert understand(question, TOPIC) == Resolved(understood, (), True)


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        ("Does SFT memorise?", "what about RL?", "Does RL memorise?"),
        ("Does SFT memorise?", "RL?", "Does RL memorise?"),
        ("Does SFT memorise?", "why?", "Why does SFT memorise?"),
        ("Does it pay on CIFAR-10?", "and on ImageNet?", "Does it pay on ImageNet?"),
        ("Is distillation used for small models?", "and for large ones?",
         "Is distillation used for large ones?"),
        ("How does loss depend on depth?", "and on ImageNet?",
         "How does loss depend on depth, and on ImageNet?"),
        ("How do LoRA and BERT fare?", "what about RL?",
         "How do LoRA and BERT fare, and what about RL?"),
        ("List works on robots", "what about drones?",
         "What about drones? (about: list works on robots)"),
    ],
)  # fmt: skip
def test_like_takes_the_place_of_like_and_the_rest_is_added(
    before: str, question: str, understood: str
) -> None:
    assert understand(question, Exchange(before)).question == understood


@pytest.mark.parametrize(
    ("question", "understood", "about"),
    [
        ("How does it scale?", f"How does {BLENDED} scale?", (3,)),
        ("What are its limits?", f"What are {BLENDED}’s limits?", (3,)),
        ("Explain that method", f"Explain the method of {BLENDED}", (3,)),
        ("and on ImageNet?", f"How does {BLENDED} work on ImageNet?", (3,)),
        ("and [4]?", f"How does {PHASE} work?", (4,)),
        ("Tell me more", f"Tell me more. (about: how does {BLENDED} work)", (3,)),
        ("How does that compare to [2]?", f"How does {BLENDED} compare to {QUARRY}?", (3, 2)),
        ("Why is that?", f"Why is that? (about: how does {BLENDED} work)", (3,)),
    ],
)
def test_a_paper_that_was_asked_about_stays_the_subject(
    question: str, understood: str, about: tuple[int, ...]
) -> None:
    assert understand(question, TOPIC, SINGLE) == Resolved(understood, about, True)


@pytest.mark.parametrize(
    ("question", "understood", "about"),
    [
        ("Does the latter scale?", "Does RL scale?", (2, 6)),
        ("Does the second method scale?", "Does RL scale?", (2, 6)),
        ("Does the first one scale?", f"Does {QUARRY} scale?", (2,)),
        ("Do they agree?", "Do SFT and RL agree?", (1, 2, 6)),
        ("Do both need labels?", "Do SFT and RL need labels?", (1, 2, 6)),
        ("what about the other one?", "What about RL? (about: how do SFT and RL differ)", (2, 6)),
        ("what about RL?", "What about RL? (about: how do SFT and RL differ)", (2, 6)),
        ("and the SFT study?", "What about SFT? (about: how do SFT and RL differ)", (1,)),
        ("which of these is newest?", f"Which of {QUARRY} and {RL} is newest?", (2, 1)),
    ],
)
def test_the_sides_of_a_comparison_can_be_referred_to(
    question: str, understood: str, about: tuple[int, ...]
) -> None:
    assert understand(question, TOPIC, COMPARED) == Resolved(understood, about, True)


@pytest.mark.parametrize("history", [TOPIC, PAIR, SINGLE, FIVE, COMPARED])
@pytest.mark.parametrize(
    "question",
    [
        "How does dropout help?",
        "Is it true that dropout hurts?",
        "Does it help to pretrain longer on code?",
        "What does it take to extrapolate?",
        "Is it the optimizer or the data that makes minima flat?",
        "When models memorise, do they generalise?",
        "Why are maps for dense networks sharper than those for sparse networks?",
        "How did the authors of old show that large batches do not hurt if nets train longer?",
        "Given that dropout hurts recall, is pruning worth the cost?",
        "How do language models know their limits?",
        "Dropout acts at random. Why does it help?",
        "Which papers in this library are about robots?",
        "What do these papers find about robots that fold laundry?",
        "Which papers are newest?",
        "How many papers are there?",
        "Does the first layer matter more than the last layer?",
        "Which was the first paper to show emergent skills?",
        "Given Adam and Muon, is the latter better?",
        "How do both Adam and Muon scale?",
        "What does the lottery ticket paper say?",
        "dropout",
        "Explain dropout",
        "Thanks!",
        "What does [9] say?",
        "What do you know about dropout?",
    ],
)
def test_a_question_complete_in_itself_stays_as_it_is(question: str, history: Exchange) -> None:
    assert understand(question, history) == Resolved(question, (), False)


def test_without_a_conversation_every_question_stays_as_it_is() -> None:
    for question in ("Why?", "Tell me more about [3]", "and the second one?", "", "  "):
        assert understand(question) == Resolved(question, (), False)


def test_many_papers_are_named_by_their_numbers_and_the_question_before() -> None:
    assert understand("Which of these is newest?", FIVE) == Resolved(
        "Which of the papers [4], [5], [3], [6] and [1] is newest?"
        " (about: what delays generalization)",
        (4, 5, 3, 6, 1),
        True,
    )


def test_after_a_refusal_the_question_answered_last_counts_but_the_nearest_can_be_named() -> None:
    assert (
        understand("and with Adam?", TOPIC, REFUSED).question == "What causes grokking with Adam?"
    )
    told = understand("tell me more about the first one", TOPIC, REFUSED)
    assert told == Resolved(f"Tell me more about {DECAY}", (6,), True)
    assert understand("why?", REFUSED) == Resolved("why?", (), False)


def test_a_title_written_out_is_that_paper() -> None:
    question = "Does Blended samples and rare features mention audio?"
    assert understand(question, TOPIC) == Resolved(question, (3,), True)


def test_these_after_an_answer_about_one_of_them_are_still_all_of_them() -> None:
    one = Exchange(f"Who wrote {PHASE}?", cited=(4,))
    told = understand("which of these is newest?", TOPIC, one)
    assert told.about == (4, 5, 3)
    assert understand("the other one?", Exchange("Q?", cited=(4, 5)), one).about == (5,)


@pytest.mark.parametrize(
    "turns",
    [
        ["and on ImageNet?", "and on CIFAR-10?", "and for small models?", "and for large ones?"],
        ["why?", "what about RL?", "what about weight decay?", "how so?", "and depth?"],
        ["How does it depend on depth?", "Is it worse for LSTMs?", "why is that?", "tell me more"],
        ["do they agree?", "and for small models?", "which of these is newest?", "any others?"],
    ],
)
def test_a_chain_of_follow_ups_keeps_its_subject_and_does_not_grow(turns: list[str]) -> None:
    exchanges: tuple[Exchange, ...] = (FIVE,)
    lengths = []
    for turn in turns * 6:
        told = understand(turn, *exchanges)
        lengths.append(len(told.question))
        assert told.follows
        assert "generalization" in told.question
        exchanges = (*exchanges, Exchange(told.question, cited=(4, 5, 3, 6, 1)))[-6:]
    assert max(lengths) < 400


def test_a_subject_change_is_not_followed_and_then_followed_itself() -> None:
    told = understand("How does dropout help?", TOPIC)
    after = Exchange(told.question, cited=(6,))
    assert (
        understand("and on ImageNet?", TOPIC, after).question
        == "How does dropout help on ImageNet?"
    )


def test_a_long_question_is_repeated_only_to_its_beginning() -> None:
    long = Exchange("Which " + "very " * 60 + "old methods help?", cited=(1, 2))
    told = understand("and on ImageNet?", long)
    assert told.question.startswith("On ImageNet. (about: which very very")
    assert told.question.endswith("…)")
    assert len(told.question) < 200


@pytest.mark.parametrize("piece", ["it ", "the x one ", "[1]", "[1-999]", "how much ", ". ", "“"])
def test_a_long_question_takes_no_long_time(piece: str) -> None:
    started = time.perf_counter()
    understand(piece * (1500 // len(piece)), TOPIC, SINGLE)
    understand(piece * 20_000, TOPIC, SINGLE)
    understand("and on ImageNet?", Exchange(piece * 20_000, cited=(1,)))
    assert time.perf_counter() - started < 5
