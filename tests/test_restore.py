"""Records read back: what was printed is what it was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag import Footnote
from rag.records import Paper, PartialDate
from rag.replies import Answer
from rag.restore import restore_answer, restore_paper

ASKED = {
    "quoted": "What causes grokking?",
    "comparison": "Compare SFT and RL for generalization to unseen tasks",
    "recorded": "Which paper has the most authors?",
    "refused": "How do I bake sourdough bread?",
    "filtered": "What do papers from 2023 say about length generalization?",
    "corrected": "Why does offline RL generalize better to new Procgen levels than online RL?",
}


def restore(answer: Answer) -> Answer:
    """Through JSON and back."""
    offered = [offer.paper for offer in answer.papers]
    papers = {paper.paper_id: restore_paper(paper.to_record()) for paper in offered}
    record = json.loads(json.dumps(answer.to_record("1")))
    return restore_answer(record, papers)


@pytest.mark.parametrize("question", ASKED.values(), ids=ASKED)
def test_an_answer_read_back_prints_the_same(starter: Footnote, question: str) -> None:
    answer = starter.engine().ask(question)
    restored = restore(answer)
    assert restored.to_record("1") == answer.to_record("1")
    assert restored.text == answer.text
    assert [offer.paper for offer in restored.papers] == [
        replace(offer.paper, older_abstracts=()) for offer in answer.papers
    ]


def test_a_paper_read_back_is_the_same() -> None:
    paper = Paper(
        "id1", "Title", "Abstract.", ("Ada",), 3, PartialDate(None, 3, 2), "2501.00001", "u", 7,
        ("cs.LG",), ("a.txt",),
    )  # fmt: skip
    assert restore_paper(paper.to_record()) == paper
    bare = Paper("id2", "Title", "Abstract.")
    assert restore_paper(bare.to_record()) == bare


def test_what_no_answer_printed_is_refused() -> None:
    with pytest.raises(KeyError, match="comparison"):
        restore_answer({"question": "?"}, {})
