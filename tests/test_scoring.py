"""What the local scores of a row are, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.measures import balance_accuracy, compute_auc, ndcg, recall, reciprocal_rank
from eval.records import Kind, Question, Ranked, Row, Score
from eval.scoring.quoting import is_verbatim
from eval.scoring.scorer import Scorer, fingerprint_scoring
from rag.records import Paper
from rag.replies import (
    Answer,
    Aspect,
    Column,
    Comparison,
    Evidence,
    Mode,
    Offer,
    Sentence,
    Support,
    Verdict,
)

OTTERS = Paper(
    "p1",
    "Otters at Night",
    "Otters hunt by touch after sunset. Their whiskers sense the wake of a fish at 20 cm.",
)
OWLS = Paper(
    "p2",
    "Owls in Snow",
    "Owls hear mice beneath half a metre of snow. Strong wind halves their success.",
)
SCORER = Scorer()
QUESTION = Question(
    "q1",
    Kind.SINGLE,
    "How do otters hunt?",
    ("Otters at Night",),
    answer="By touch.",
    key_facts=("otters hunt by touch", "owls hear mice beneath snow"),
)
RANKING = (Ranked("p2", "Owls in Snow", 0.9), Ranked("p1", "otters at night", 0.5))


def make_answer(*sentences: Sentence, mode: Mode = Mode.MODEL, **fields: object) -> Answer:
    cited = {number for one in sentences for number in one.citations}
    offers = tuple(
        Offer(number, paper, number in cited) for number, paper in ((1, OTTERS), (2, OWLS))
    )
    text = " ".join(one.text for one in sentences)
    made = Answer("?", text, mode, tuple(sentences), offers)
    return replace(made, **fields)  # type: ignore[arg-type]


def score(
    answer: Answer | None, question: Question = QUESTION, error: str = ""
) -> dict[str, Score]:
    row = Row(question, answer, RANKING, error)
    return {one.metric: one for one in SCORER.score(row)}


def values(scores: dict[str, Score], *names: str) -> list[float | None]:
    return [scores[name].value if name in scores else None for name in names]


TOUCH = Sentence("Otters hunt by touch after sunset.", (1,))
MICE = Sentence("Owls hear mice beneath half a metre of snow.", (2,))
CITING = ("faithfulness", "citation_recall", "citation_precision")


def test_of_an_open_question_neither_an_answer_nor_a_refusal_is_right_or_wrong() -> None:
    unknown = Question("q2", Kind.OPEN, "How do otters hunt?")
    said = Sentence("They hunt by touch.", (1,))
    names = {one.metric for one in SCORER.score(Row(unknown, make_answer(said)))}
    assert names == {"faithfulness", "citation_recall", "citation_precision"}
    refused = make_answer(refused=True)
    assert SCORER.score(Row(unknown, refused)) == ()


def test_the_ranking_is_scored_by_titles_however_they_are_written() -> None:
    scores = score(make_answer(TOUCH))
    assert values(scores, "recall@5", "recall@10", "mrr") == [1.0, 1.0, 0.5]
    assert scores["ndcg@10"].value == pytest.approx(0.63093, abs=1e-5)
    assert scores["evidence_recall"] == Score("evidence_recall", 1.0, "1 of 1 papers")


def test_a_sentence_is_faithful_and_cited_where_its_citation_holds_it() -> None:
    scores = score(make_answer(TOUCH, MICE))
    assert values(scores, *CITING) == [1.0, 1.0, 1.0]
    assert scores["faithfulness"].note == "2 of 2 sentences"


def test_a_sentence_under_the_wrong_citation_is_faithful_and_not_cited() -> None:
    scores = score(make_answer(TOUCH, replace(MICE, citations=(1,))))
    assert values(scores, *CITING) == [1.0, 0.5, 0.5]


def test_a_sentence_that_no_paper_holds_is_neither() -> None:
    invented = Sentence("Badgers build dams out of copper wire.", (1,))
    scores = score(make_answer(TOUCH, invented))
    assert values(scores, *CITING) == [0.5, 0.5, 0.5]


def test_a_sentence_without_a_citation_lacks_one() -> None:
    scores = score(make_answer(TOUCH, replace(MICE, citations=())))
    assert values(scores, *CITING) == [1.0, 0.5, 1.0]


def test_a_citation_that_adds_nothing_costs_precision() -> None:
    scores = score(make_answer(replace(TOUCH, citations=(1, 2))))
    assert values(scores, *CITING) == [1.0, 1.0, 0.5]
    assert scores["citation_precision"].note == "1 of 2 citations"


def test_citations_that_hold_a_sentence_only_together_are_both_precise() -> None:
    both = Sentence(
        "Otters sense the wake of a fish at 20 cm; owls hear mice beneath snow.", (1, 2)
    )
    scores = score(make_answer(both))
    assert values(scores, "citation_recall", "citation_precision") == [1.0, 1.0]


def test_the_verdicts_of_another_judge_are_not_taken_over() -> None:
    kind = Verdict(Support.SUPPORTED, 1.0, "The model judges it supported.")
    invented = Sentence("Badgers build dams out of copper wire.", (1,), verdict=kind)
    assert values(score(make_answer(invented)), *CITING) == [0.0, 0.0, 0.0]


def test_stated_cells_count_as_sentences_and_empty_ones_do_not() -> None:
    cells = (replace(TOUCH), Sentence("not stated in the abstract"))
    table = Comparison((Column("a", (1,)), Column("b", (2,))), (Aspect("How", cells),))
    scores = score(make_answer(MICE, comparison=table))
    assert scores["faithfulness"].note == "2 of 2 sentences"


def test_an_empty_answer_scores_nothing() -> None:
    scores = score(make_answer())
    assert values(scores, *CITING) == [0.0, 0.0, 0.0]
    assert scores["key_facts"].value == 0.0


def test_a_refusal_is_not_judged_by_its_words() -> None:
    refusal = make_answer(Sentence("These papers do not answer."), refused=True)
    scores = score(refusal)
    assert not set(CITING) & set(scores)
    assert values(scores, "refusal_precision", "key_facts", "gold_cited") == [0.0, 0.0, 0.0]


UNANSWERABLE = Question("u1", Kind.UNANSWERABLE, "How do whales hunt?", answer="not in the corpus")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"refused": True}, [1.0, 1.0, 1.0]),
        ({"missing_terms": ("whales",)}, [None, 0.0, 1.0]),
        ({}, [None, 0.0, 0.0]),
    ],
)
def test_what_no_paper_answers_is_to_be_refused_or_told(
    fields: dict[str, object], expected: list[float | None]
) -> None:
    scores = score(make_answer(TOUCH, **fields), UNANSWERABLE)
    assert values(scores, "refusal_precision", "refusal_recall", "gap_told") == expected
    assert "recall@5" not in scores
    assert "key_facts" not in scores


def test_key_facts_are_found_by_their_wording() -> None:
    scores = score(make_answer(TOUCH))
    assert scores["key_facts"] == Score(
        "key_facts", 0.5, "1 of 2 facts; not found: owls hear mice beneath snow"
    )


COMPARATIVE = Question(
    "c1",
    Kind.COMPARATIVE,
    "Otters or owls?",
    ("Otters at Night", "Owls in Snow", "Bats"),
    sides=(("Otters at Night", "Bats"), ("Owls in Snow",)),
)


def test_a_side_is_heard_through_any_of_its_papers() -> None:
    scores = score(make_answer(TOUCH, MICE), COMPARATIVE)
    assert values(scores, "all_sides", "both_sides") == [1.0, 1.0]
    assert scores["gold_cited"].note == "2 of 3 papers"


def test_a_side_that_is_not_cited_is_not_present() -> None:
    scores = score(make_answer(TOUCH), COMPARATIVE)
    assert scores["all_sides"].value == 1.0
    assert scores["both_sides"] == Score("both_sides", 0.0, "1 of 2 sides")


def test_without_named_sides_each_gold_paper_is_one() -> None:
    scores = score(make_answer(TOUCH, MICE), replace(COMPARATIVE, sides=()))
    assert scores["both_sides"] == Score("both_sides", 0.0, "2 of 3 sides")


PREMISE = replace(QUESTION, kind=Kind.FALSE_PREMISE, key_facts=("premise is false",))


def test_a_false_premise_is_to_be_told() -> None:
    told = make_answer(TOUCH, premise=Sentence("The abstract says the opposite.", (1,)))
    assert values(score(told, PREMISE), "premise_told", "key_facts") == [1.0, 1.0]
    assert values(score(make_answer(TOUCH), PREMISE), "premise_told", "key_facts") == [0.0, 0.0]


def test_a_question_without_an_answer_has_failures_and_its_ranking() -> None:
    scores = score(None, error="the endpoint is down")
    assert scores["recall@5"].value == 1.0
    for name in ("evidence_recall", "key_facts", "gold_cited", "faithfulness"):
        assert scores[name] == Score(name, None, failure="no answer: the endpoint is down")
    unanswered = score(None, UNANSWERABLE, "down")
    assert unanswered["refusal_recall"].failure == "no answer: down"


def test_quotations_are_exact_or_not() -> None:
    exact = replace(TOUCH, evidence=(Evidence("p1", OTTERS.abstract[:34], 0, 34),))
    wrong = replace(MICE, text="Owls hear mice beneath a metre of snow.")
    scores = score(make_answer(exact, wrong, mode=Mode.QUOTING))
    assert scores["quotation_exactness"] == Score("quotation_exactness", 2 / 3, "2 of 3 quotations")


def test_a_model_quotes_only_between_marks() -> None:
    said = Sentence('It says “hunt by touch after sunset” and "Otters never hunt at noon".', (1,))
    scores = score(make_answer(said, TOUCH))
    assert scores["quotation_exactness"].note == "1 of 2 quotations"
    assert "quotation_exactness" not in score(make_answer(TOUCH))


@pytest.mark.parametrize(
    ("words", "verbatim"),
    [
        ("Their whiskers sense", True),
        ("…their whiskers sense the wake…", True),
        ("By touch after  sunset.", True),
        ("Their whiskers feel", False),
        ("…", False),
    ],
)
def test_a_capital_and_an_ellipsis_do_not_spoil_a_quotation(words: str, verbatim: bool) -> None:
    assert is_verbatim(words, OTTERS.abstract) is verbatim


def test_records_of_the_library_are_judged_by_what_they_name() -> None:
    question = Question(
        "m1",
        Kind.METADATA,
        "Which is newest?",
        ("Otters at Night",),
        key_facts=("Otters at Night",),
    )
    said = Sentence("The newest is “Otters at Night”.", (1,))
    scores = score(make_answer(said, mode=Mode.LIBRARY), question)
    assert values(scores, "gold_cited", "key_facts", "evidence_recall") == [1.0, 1.0, 1.0]
    assert not {*CITING, "quotation_exactness", "recall@5"} & set(scores)


def test_measures_of_a_ranking_are_those_of_the_literature() -> None:
    assert reciprocal_rank(["a", "b"], {"b"}) == 0.5
    assert reciprocal_rank(["a"], {"b"}) == 0.0
    assert recall(["a", "b"], {"b", "c"}, 1) == 0.0
    assert ndcg(["b", "a"], {"b"}) == 1.0
    for measure in (reciprocal_rank, recall, ndcg):
        with pytest.raises(ValueError, match="not defined without a gold paper"):
            measure(["a"], set())  # type: ignore[operator]


def test_measures_of_scores_are_those_of_the_literature() -> None:
    import numpy as np

    truth = np.array([True, True, False, False])
    assert compute_auc(truth, np.array([0.9, 0.4, 0.4, 0.1])) == 0.875
    assert balance_accuracy(truth, np.array([True, False, False, False])) == 0.75


def test_what_scores_hang_on_is_named() -> None:
    assert fingerprint_scoring().startswith("wording ")
