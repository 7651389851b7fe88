"""What a question takes for granted: found, held against the abstracts, and named if wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag import Footnote
from rag.conversation import Conversation
from rag.premise.naming import check_premise, find_premise
from rag.records import Hit, Paper
from rag.replies import Evidence, Sentence, Support
from rag.support.judging import SupportJudge

DATA = Path(__file__).parent / "data"
ABSTRACT = (
    "We study wide and narrow students on ten shifts. Wide students generalize better than"
    " narrow students on all of them. Dropout hurts calibration on small sets. Label smoothing"
    " does not improve calibration. Labels were gathered by seven annotators over ten weeks."
    " It is often assumed that ensembles hurt calibration."
)
HITS = (
    Hit(Paper("a" * 12, "Wide Students and Calibration", ABSTRACT), 0.9, ()),
    Hit(Paper("b" * 12, "A Survey of Robots", "Robots fold laundry. Folding is slow."), 0.3, ()),
)
NINE = "Why were labels gathered by nine annotators over ten weeks?"
OFFERS = Conversation(numbers=("c" * 12, "a" * 12)).number(tuple(hit.paper for hit in HITS))


@dataclass(frozen=True)
class Verdict:
    support: Support = Support.NOT_FOUND
    best: tuple[int, int, int] | None = None


class Judge:
    """Says the same of every claim, and remembers what it was asked."""

    def __init__(self, verdict: Verdict | None = None) -> None:
        self.verdict = verdict or Verdict()
        self.asked: list[tuple[str, list[str]]] = []

    def judge(self, claim: str, sources: Sequence[str]) -> Verdict:
        self.asked.append((claim, list(sources)))
        return self.verdict


def check(question: str, judge: Judge | None = None) -> Sentence | None:
    return check_premise(question, HITS, OFFERS, judge or Judge())


@pytest.mark.parametrize(
    ("question", "claim"),
    [
        ("Why does dropout hurt calibration?", "dropout hurts calibration"),
        ("why do wide nets fail?", "wide nets fail"),
        ("Why did pruning improve accuracy, and by how much?", "pruning did improve accuracy"),
        ("Why is SFT better than RL?", "SFT is better than RL"),
        ("Why is it that small nets forget?", "small nets forget"),
        ("How come small nets forget?", "small nets forget"),
        ("What explains why small nets forget?", "small nets forget"),
        ("What explains the fact that small nets forget?", "small nets forget"),
        ("How did the authors prove that width causes forgetting?", "width causes forgetting"),
        ("What makes mixup worse than cutout?", "mixup worse than cutout"),
        ("Since mixup hurts recall, what else is there?", "mixup hurts recall"),
        ("Given that mixup hurts recall, should I use it?", "mixup hurts recall"),
        ("Now that the pruning paper has shown mixup to be harmful, what next?",
         "mixup to be harmful"),
        ("How much better is SFT than RL?", "SFT is better than RL"),
        ("By how much does pruning reduce recall?", "pruning reduces recall"),
        ("When did large nets stop improving with depth?", "large nets stop improving with depth"),
        ("Does dropout hurt calibration?", ""),
        ("What is dropout?", ""),
        ("How much chocolate is dangerous for a dog?", ""),
        ("Which papers explain grokking?", ""),
        ("Why?", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_what_a_question_takes_for_granted(question: str, claim: str) -> None:
    assert find_premise(question) == claim


def test_a_wrong_premise_is_named_with_the_sentence_that_says_otherwise() -> None:
    sentence = "Wide students generalize better than narrow students on all of them."
    start = ABSTRACT.index(sentence)
    assert check("Why do narrow students generalize better than wide ones?") == Sentence(
        "The question takes for granted that “narrow students generalize better than wide ones”,"
        f" but the abstract says otherwise: “{sentence}”",
        (2,),
        (Evidence("a" * 12, sentence, start, start + len(sentence)),),
    )


@pytest.mark.parametrize(
    "question",
    [
        "Why do narrow students beat wide students?",
        "Since wide students generalize worse than narrow ones, what helps?",
        "What explains why wide students underperform narrow students?",
        "Why does dropout improve calibration?",
        "How come dropout helps calibration on small sets?",
        "Given that label smoothing improves calibration, how is it tuned?",
        "Why does dropout not hurt calibration?",
    ],
)
def test_a_turned_direction_a_denial_and_a_swapped_comparison_are_wrong(question: str) -> None:
    assert check(question) is not None


@pytest.mark.parametrize(
    "question",
    [
        "Why do wide students generalize better than narrow ones?",
        "Why do narrow students underperform wide students?",
        "Why does dropout hurt calibration?",
        "Given that label smoothing does not improve calibration, what does?",
        "Why does dropout improve recall?",
        "Why do ensembles help calibration?",
        "Why do robots fold laundry so fast?",
        "Does dropout improve calibration?",
        "What is calibration?",
    ],
)
def test_a_right_premise_and_one_that_no_abstract_speaks_of_are_not_named(question: str) -> None:
    assert check(question) is None


def test_the_judge_may_find_what_the_directions_do_not_show() -> None:
    sentence = "Labels were gathered by seven annotators over ten weeks."
    start = ABSTRACT.index(sentence)
    judge = Judge(Verdict(Support.CONTRADICTED, (0, start, start + len(sentence))))
    told = check(NINE, judge)
    assert told is not None
    assert told.evidence[0].sentence == sentence
    claim = "labels gathered by nine annotators over ten weeks"
    assert judge.asked == [(claim, [hit.paper.abstract for hit in HITS])]


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(Support.CONTRADICTED, (0, 0, 48)),
        Verdict(Support.NOT_FOUND, (0, 233, 240)),
        Verdict(Support.CONTRADICTED, None),
        Verdict(Support.CONTRADICTED, (1, 0, 20)),
    ],
)
def test_the_judge_is_not_followed_to_a_sentence_of_other_matter(verdict: Verdict) -> None:
    assert check(NINE, Judge(verdict)) is None


def test_a_question_without_a_premise_is_not_judged() -> None:
    judge = Judge()
    assert check("Does dropout hurt calibration?", judge) is None
    assert judge.asked == []


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


JUDGE = SupportJudge()


def check_in(library: Footnote, question: str) -> Sentence | None:
    hits = library.search(question, 8).hits if find_premise(question) else ()
    offers = Conversation().number(tuple(hit.paper for hit in hits))
    return check_premise(question, hits, offers, JUDGE)


def test_of_written_false_premises_most_are_named_and_of_their_true_twins_hardly_any(
    shared_library: Footnote,
) -> None:
    titles = {paper.paper_id: paper.title for paper in shared_library.library.papers()}
    rows = read_lines(DATA / "false_premises.jsonl")
    told = [(row, check_in(shared_library, row["question"])) for row in rows]
    named = [(row, one) for row, one in told if one]
    wrong = [row["id"] for row, one in named
             if titles[one.evidence[0].paper_id] not in row["gold_titles"]]  # fmt: skip
    alarms = [row["id"] for row in rows if check_in(shared_library, row["true_twin"])]
    assert len(named) >= 22
    assert len(wrong) <= 1
    assert len(alarms) <= 1


def test_other_questions_are_hardly_ever_told_that_they_are_wrong(
    shared_library: Footnote, shared: Path
) -> None:
    files = [shared / "questions" / "dev.jsonl"]
    files += [DATA / f"{name}.jsonl" for name in ("answerable_a", "answerable_b", "unanswerable")]
    rows = [row for path in files for row in read_lines(path)]
    rows += read_lines(DATA / "offtopic.jsonl")
    told = {
        row["question"]: row["type"] for row in rows if check_in(shared_library, row["question"])
    }
    assert [one for one, kind in told.items() if kind != "false_premise"] == []
    assert list(told.values()).count("false_premise") >= 4
