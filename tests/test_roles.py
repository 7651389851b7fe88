"""What a sentence of an abstract is there for, by cue and place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.comparison.roles import Role, find_role, score_cues, score_roles
from rag.sentences import split_sentences

DATA = Path(__file__).parent / "data"
SENTENCES = [
    ("Why deep networks generalize at all remains poorly understood.", 0.0, Role.PROBLEM),
    ("Existing methods rely on labels that are hard to come by.", 0.1, Role.PROBLEM),
    ("We propose a sampling scheme that needs no labels.", 0.3, Role.PROPOSAL),
    ("This paper introduces a benchmark of spoken riddles.", 0.3, Role.PROPOSAL),
    ("Specifically, two encoders are trained by matching their outputs.", 0.45, Role.METHOD),
    ("Patients were randomly assigned to either dose.", 0.4, Role.METHOD),
    ("We evaluate 14 models on 27 datasets.", 0.5, Role.EVIDENCE),
    ("Results show that accuracy rises by 12% over the baseline.", 0.9, Role.FINDING),
    ("Surprisingly, smaller models outperform larger ones.", 0.8, Role.FINDING),
    ("A limitation is that the method fails on long inputs.", 0.9, Role.LIMIT),
]
HEADS = {
    "background": "BACKGROUND|CONTEXT|INTRODUCTION|RATIONALE|OBJECTIVES?|PURPOSE|AIMS?",
    "methods": "METHODS?|DESIGN|SETTING|PARTICIPANTS|PATIENTS|MAIN OUTCOME MEASURES?"
    "|MATERIALS AND METHODS|PATIENTS AND METHODS|INTERVENTIONS?",
    "results": "RESULTS|MAIN RESULTS|FINDINGS|CONCLUSIONS?|INTERPRETATION",
}
HEAD = re.compile(rf"(?:(?<=^)|(?<=[.?!)] ))({'|'.join(HEADS.values())}):?\s+(?!AND\b)(?=[A-Z])")
PART = {
    Role.PROBLEM: "background",
    Role.PROPOSAL: "methods",
    Role.METHOD: "methods",
    Role.EVIDENCE: "methods",
    Role.FINDING: "results",
    Role.LIMIT: "results",
}


@pytest.mark.parametrize(("sentence", "place", "role"), SENTENCES)
def test_a_role_is_told_by_its_cues(sentence: str, place: float, role: Role) -> None:
    assert find_role(sentence, place) is role


def test_the_place_decides_where_no_cue_does() -> None:
    plain = "The sea is grey."
    assert find_role(plain, 0.0) is Role.PROBLEM
    assert find_role(plain, 1.0) is Role.FINDING
    assert all(score_cues(plain, role) == 0 for role in Role)


def test_a_long_sentence_of_cues_scores_no_more_than_a_few() -> None:
    scores = score_roles("We propose, we show that, we evaluate and it fails to; " * 500, 0.5)
    assert max(scores.values()) < 4


def test_two_thirds_of_the_sentences_of_the_starter_papers_have_their_role() -> None:
    """Labelled by hand: 64 of the project's own sentences, six roles; half are findings."""
    lines = (DATA / "roles.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    right = [one for one in rows if find_role(one["sentence"], one["place"]) == one["role"]]
    assert len(rows) == 64
    assert len(right) / len(rows) >= 0.68


def read_headed(path: Path) -> Iterator[tuple[str, float, str]]:
    """(sentence, place, part) of the abstracts that carry their own headings."""
    for line in path.read_text(encoding="utf-8").splitlines():
        text = " ".join(json.loads(line)["text"].split())
        heads = list(HEAD.finditer(text))
        if len(heads) < 3:
            continue
        ends = [*(head.start() for head in heads[1:]), len(text)]
        told = [
            (text[head.end() : end][slice(*span)], head[1])
            for head, end in zip(heads, ends, strict=True)
            for span in split_sentences(text[head.end() : end])
        ]
        for place, (sentence, head) in enumerate(told):
            part = next(part for part, names in HEADS.items() if re.fullmatch(names, head))
            yield sentence, place / max(1, len(told) - 1), part


def test_roles_agree_with_the_headings_that_abstracts_carry(shared: Path) -> None:
    """Clinical abstracts keep a strict order, so that the place alone is right for 0.79."""
    rows = list(read_headed(shared / "retrieval" / "scifact" / "corpus.jsonl"))[::4]
    right = [PART[find_role(sentence, place)] == part for sentence, place, part in rows]
    assert len(rows) > 2000
    assert sum(right) / len(rows) >= 0.78
