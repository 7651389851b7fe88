"""Retrieval: good papers first, scores that mean the same everywhere, any question taken."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest
from libraries import numbered_page

from rag import Footnote
from rag.errors import EmbedderError, LibraryEmpty
from rag.fusion import Signals, Weights
from rag.retrieve import BM25_CEILING, SIDE_WEIGHT, Findings, Retriever, Search
from rag.terms import content_words

ODD_QUESTIONS = [
    "",
    "   ",
    "what is the of and",
    "grokking " * 1100,
    "Что такое гроккинг?",
    "什么是顿悟现象？",
    "ما هو التعميم؟",
    "🙂🙃",
    "\x00\x01",
    "\ud83d why?",
    '"AND" OR NEAR(',
]


def gain(titles: list[str], gold: set[str]) -> float:
    """nDCG@10 with binary relevance (Järvelin and Kekäläinen 2002)."""
    found = sum(1 / math.log2(rank + 2) for rank, title in enumerate(titles) if title in gold)
    return found / sum(1 / math.log2(rank + 2) for rank in range(min(10, len(gold))))


def check(findings: Findings) -> None:
    """What holds for any question."""
    scores = [hit.score for hit in findings.hits]
    assert scores == sorted(scores, reverse=True)
    for hit in findings.hits:
        relevance = [span.score for span in hit.sentences]
        assert relevance == sorted(relevance, reverse=True)
        assert all(0.0 <= score <= 1.0 for score in (hit.score, *relevance))
        assert all(hit.paper.abstract[span.start : span.end] == span.text for span in hit.sentences)


def test_the_right_papers_come_first(shared_library: Footnote, shared: Path) -> None:
    lines = (shared / "questions" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    gains = []
    for question in map(json.loads, lines):
        if question["type"] not in ("unanswerable", "metadata"):
            findings = shared_library.search(question["question"], 10)
            check(findings)
            titles = [hit.paper.title for hit in findings.hits]
            gains.append(gain(titles, set(question["gold_titles"])))
    assert len(gains) == 38
    assert sum(gains) / len(gains) >= 0.83


@pytest.mark.parametrize("question", ODD_QUESTIONS, ids=range(len(ODD_QUESTIONS)))
def test_any_question_gives_ordered_scores_and_exact_sentences(
    starter: Footnote, question: str
) -> None:
    findings = starter.search(question, 60)
    assert len(findings.hits) == 60
    check(findings)


def test_as_many_papers_come_as_are_asked_for(starter: Footnote) -> None:
    for count in (1, 5, 72):
        assert len(starter.search("grokking", count).hits) == count
    assert len(starter.search("grokking", 1000).hits) == 72


def test_a_title_finds_its_paper(starter: Footnote) -> None:
    papers = list(starter.library.papers())
    first = [starter.search(paper.title, 1).hits[0].paper.paper_id for paper in papers[::6]]
    assert first == [paper.paper_id for paper in papers[::6]]


def test_a_score_is_the_weighted_sum_of_its_signals(starter: Footnote) -> None:
    findings = starter.search("What causes grokking?", 5)
    weights = Weights()
    assert weights.lexical + weights.whole + weights.body + weights.sentence == pytest.approx(1)
    for hit, signals in zip(findings.hits, findings.signals, strict=True):
        total = (
            weights.lexical * signals.lexical
            + weights.whole * signals.whole
            + weights.body * signals.body
            + weights.sentence * float(max(signals.sentences))
        )
        assert hit.score == pytest.approx(total)
    assert set(findings.timings) == {
        "embed_ms",
        "candidates_ms",
        "rank_ms",
    }


def test_several_searches_find_what_each_alone_would(starter: Footnote) -> None:
    asked = ["grokking", "robust retrieval"]
    found = starter.retriever.find_many([Search(one) for one in asked], 8)
    for question, many in zip(asked, found, strict=True):
        alone = starter.search(question, 8)
        assert [hit.paper.title for hit in many.hits] == [hit.paper.title for hit in alone.hits]
        assert [hit.score for hit in many.hits] == pytest.approx([hit.score for hit in alone.hits])


def test_a_side_counts_beside_the_question(starter: Footnote) -> None:
    question, side = "What drives generalization?", "segment anything in radiotherapy"
    whole, own, mixed = starter.retriever.find_many(
        [Search(question), Search(side), Search(question, side)], 72
    )
    first, second, both = (
        {hit.paper.paper_id: hit.score for hit in one.hits} for one in (whole, own, mixed)
    )
    check(mixed)
    assert both.keys() == first.keys() == second.keys()
    for paper_id, score in both.items():
        expected = (1 - SIDE_WEIGHT) * first[paper_id] + SIDE_WEIGHT * second[paper_id]
        assert score == pytest.approx(expected, abs=1e-6)


def test_each_of_several_searches_is_kept_to_its_own_papers(starter: Footnote) -> None:
    ids = [paper.paper_id for paper in starter.library.papers()]
    found = starter.retriever.find_many(
        [Search("grokking", among=set(ids[:5])), Search("grokking", among=set(ids[5:9]))], 20
    )
    assert [{hit.paper.paper_id for hit in one.hits} for one in found] == [
        set(ids[:5]),
        set(ids[5:9]),
    ]


def test_few_papers_of_a_filter_are_all_scored_and_of_many_the_nearest_are_looked_for(
    starter: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[int]()
    nearest = starter.index.nearest
    monkeypatch.setattr(
        starter.index, "nearest", lambda vector, k: (asked.append(k), nearest(vector, k))[1]
    )
    ids = [paper.paper_id for paper in starter.library.papers()]
    narrow = Retriever(starter.library, starter.index, starter.embedder, candidates=4)
    few = narrow.find("grokking", 72, among=set(ids[:20]))
    assert ({hit.paper.paper_id for hit in few.hits}, asked) == (set(ids[:20]), [])
    many = narrow.find("grokking", 72, among=set(ids[:21]))
    assert asked == [math.ceil(4 * len(ids) / 21)]
    assert {hit.paper.paper_id for hit in many.hits} < set(ids[:21])


def test_unrelated_papers_change_a_score_by_word_frequencies_alone(
    starter_folder: Path, tmp_path: Path
) -> None:
    """Cosines stay as they are; the lexical share moves with idf and the average length."""
    shutil.copytree(starter_folder, tmp_path / "copy")

    def look(footnote: Footnote, question: str) -> dict[str, tuple[float, Signals]]:
        findings = footnote.search(question, 100)
        pairs = zip(findings.hits, findings.signals, strict=True)
        return {hit.paper.title: (hit.score, signals) for hit, signals in pairs}

    with Footnote.open(tmp_path / "copy") as footnote:
        worded, wordless = "What causes grokking?", "What is it about?"
        before = look(footnote, worded), look(footnote, wordless)
        footnote.library.add([numbered_page(number) for number in range(4)])
        footnote.sync()
        after = look(footnote, worded), look(footnote, wordless)
    for old, new in zip(before, after, strict=True):
        both = old.keys() & new.keys()
        assert len(both) == 72
        for title in both:
            for signal in ("whole", "body"):
                known = getattr(old[title][1], signal)
                assert getattr(new[title][1], signal) == pytest.approx(known, abs=1e-6)
            assert new[title][1].sentences == pytest.approx(old[title][1].sentences, abs=1e-6)
    moved = [(before[0][title][0], after[0][title][0]) for title in before[0].keys() & after[0]]
    assert max(abs(old - new) for old, new in moved) < 0.1
    assert any(old != new for old, new in moved)
    both = before[1].keys() & after[1].keys()
    assert all(before[1][one][0] == pytest.approx(after[1][one][0], abs=1e-6) for one in both)


def test_the_lexical_share_is_measured_against_the_best_the_words_could_score(
    starter: Footnote,
) -> None:
    words = content_words("grokking weight decay")
    ceiling = BM25_CEILING * sum(starter.library.weigh(words).values())
    best = starter.library.match(words, 1)[0][1]
    shares = [one.lexical for one in starter.search("grokking weight decay", 20).signals]
    assert max(shares) == pytest.approx(best / ceiling)


def test_a_paper_that_no_word_matches_is_found_by_its_meaning(starter: Footnote) -> None:
    findings = starter.search("delayed jump from rote learning to understanding", 5)
    assert any("rok" in hit.paper.title.lower() for hit in findings.hits)


def test_an_empty_library_is_not_searched(tmp_path: Path) -> None:
    with Footnote.open(tmp_path) as footnote, pytest.raises(LibraryEmpty) as caught:
        footnote.search("grokking")
    assert str(caught.value) == f"the library at {tmp_path} holds no papers"


def test_a_paper_not_embedded_yet_does_not_break_a_search(
    starter_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(starter_folder, tmp_path / "copy")
    with Footnote.open(tmp_path / "copy") as footnote:
        footnote.library.add([numbered_page(1)])
        assert len(footnote.search("subject1 grokking", 100).hits) == 72
        removed = footnote.search("grokking", 1).hits[0].paper.paper_id
        footnote.library.remove([removed])
        hits = footnote.search("grokking", 100).hits
        assert removed not in {hit.paper.paper_id for hit in hits}


def test_a_reranker_that_is_not_here_is_named(starter: Footnote) -> None:
    retriever = Retriever(
        starter.library, starter.index, starter.embedder, reranker="/nowhere/reranker"
    )
    with pytest.raises(EmbedderError) as caught:
        retriever.find("grokking", 3)
    assert str(caught.value).startswith("the reranker '/nowhere/reranker' cannot be loaded: ")
    assert caught.value.remedy == (
        "name a folder that holds a CrossEncoder in [retrieval] reranker, or leave it empty"
    )
