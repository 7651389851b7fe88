"""Quoting: what is chosen from the abstracts, word for word, cited, and not said twice."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Footnote
from rag.conversation import Conversation
from rag.library import Library
from rag.quote import (
    BROAD,
    PINPOINT,
    SAME_WORDING,
    SENTENCES_A_PAPER,
    Quotation,
    choose_quotations,
    write_quotations,
)
from rag.records import Entry, Hit, Page, Paper, Span
from rag.replies import Answer, Mode, Offer
from rag.sentences import split_sentences
from rag.wording import contain, stem_words

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def footnote(starter_folder: Path) -> Iterator[Footnote]:
    with Footnote.open(library=starter_folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def answers(footnote: Footnote) -> list[Answer]:
    """Quoted answers to questions about the starter papers that compare nothing."""
    lines = (DATA / "answerable_b.jsonl").read_text(encoding="utf-8").splitlines()
    engine = footnote.engine()
    asked = [engine.ask(json.loads(line)["question"]) for line in lines]
    return [answer for answer in asked if answer.comparison is None]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library of two papers, for the rarity of words."""
    entries = tuple(Entry(f"On {word}", f"We study {word}.", "a", 1) for word in ("decay", "size"))
    made = Library(tmp_path)
    made.add([Page("a", "test", entries)])
    return made


def make_hit(number: int, *sentences: tuple[str, float], score: float = 0.8) -> Hit:
    """A paper whose abstract is these (sentence, cosine)s in a row."""
    abstract = " ".join(text for text, _ in sentences)
    spans, cursor = [], 0
    for text, cosine in sentences:
        start = abstract.index(text, cursor)
        cursor = start + len(text)
        spans.append(Span(text, start, cursor, cosine))
    paper = Paper(f"{number:012x}", f"Paper {number}", abstract)
    return Hit(paper, score, tuple(sorted(spans, key=lambda span: -span.score)))


def choose(library: Library, *hits: Hit, question: str = "Does decay help?") -> list[Quotation]:
    offers = Conversation().number(tuple(hit.paper for hit in hits))
    return choose_quotations(question, hits, offers, library)


def texts(quotations: list[Quotation]) -> list[str]:
    return [quotation.span.text for quotation in quotations]


def unmark(text: str) -> str:
    return re.sub(r"[\[(](\s*\d[\d\s,;–-]*)[\])]", r"(\1)", text)


def test_every_quotation_stands_in_its_abstract_word_for_word(answers: list[Answer]) -> None:
    for answer in (answer for answer in answers if not answer.refused):
        abstracts = {offer.number: offer.paper.abstract for offer in answer.papers}
        assert answer.mode is Mode.QUOTING
        assert answer.sentences
        for sentence in answer.sentences:
            (number,) = sentence.citations
            (evidence,) = sentence.evidence
            assert unmark(sentence.text) in unmark(abstracts[number])
            assert abstracts[number][evidence.start : evidence.end] == evidence.sentence
            assert f"{sentence.text} [{number}]" in answer.text


def test_an_answer_is_a_paragraph_a_paper_under_its_title(answers: list[Answer]) -> None:
    for answer in (answer for answer in answers if not answer.refused):
        titles = {offer.number: offer.paper.title for offer in answer.papers}
        order = [sentence.citations[0] for sentence in answer.sentences]
        paragraphs = answer.text.split("\n\n")
        assert [paragraph.splitlines()[0] for paragraph in paragraphs] == [
            f"**{titles[number]}**" for number in dict.fromkeys(order)
        ]
        assert all(len(paragraph.splitlines()) == 2 for paragraph in paragraphs)
        assert {offer.number for offer in answer.papers if offer.cited} == set(order)


def test_no_answer_quotes_more_than_two_sentences_of_a_paper_or_too_many(
    answers: list[Answer],
) -> None:
    for answer in (answer for answer in answers if not answer.refused):
        counts = Counter(sentence.citations[0] for sentence in answer.sentences)
        assert max(counts.values()) <= SENTENCES_A_PAPER == 2
        assert len(counts) <= BROAD.papers
        assert len(answer.sentences) <= BROAD.sentences


def test_no_answer_says_the_same_twice(answers: list[Answer]) -> None:
    for answer in answers:
        stems = [stem_words(sentence.text) for sentence in answer.sentences]
        for place, said in enumerate(stems):
            assert all(contain(said, before) < SAME_WORDING for before in stems[:place])


def test_the_same_question_is_answered_the_same(footnote: Footnote) -> None:
    question = "Which papers study grokking, and do they agree?"
    first, again = footnote.engine().ask(question), footnote.engine().ask(question)
    assert (first.text, first.sentences, first.papers) == (
        again.text,
        again.sentences,
        again.papers,
    )


def test_an_abstract_told_on_two_papers_is_quoted_once(library: Library) -> None:
    claim = "We show that weight decay shortens the delay by half on modular addition tasks."
    retold = "Weight decay, we show, shortens the delay by half on tasks of modular addition."
    chosen = choose(library, make_hit(1, (claim, 0.7)), make_hit(2, (retold, 0.7), score=0.79))
    assert texts(chosen) == [claim]


def test_a_paper_far_behind_the_best_is_left_out(library: Library) -> None:
    hits = (
        make_hit(1, ("Decay helps networks generalize.", 0.7), score=0.8),
        make_hit(2, ("Batch size matters in other ways.", 0.6), score=0.8 * PINPOINT.share + 0.01),
        make_hit(3, ("Penguins migrate southwards now.", 0.6), score=0.8 * PINPOINT.share - 0.01),
    )
    assert [one.offer.number for one in choose(library, *hits)] == [1, 2]


def test_sentences_of_a_paper_come_in_its_own_order(library: Library) -> None:
    hit = make_hit(1, ("First, decay is introduced here.", 0.6), ("It then helps nobody.", 0.7))
    assert texts(choose(library, hit)) == [
        "First, decay is introduced here.",
        "It then helps nobody.",
    ]


def test_the_best_paper_has_two_sentences_a_later_one_only_if_both_are_good(
    library: Library,
) -> None:
    def make(number: int, word: str) -> Hit:
        good, poor = (f"It is {word} that {word} does.", 0.8), (f"No {word} is {word} now.", 0.5)
        return make_hit(number, poor, good)

    chosen = choose(library, make(1, "alpha"), make(2, "beta"))
    assert Counter(one.offer.number for one in chosen) == {1: 2, 2: 1}


def test_a_later_papers_sentence_that_is_beside_the_point_is_not_quoted(
    library: Library,
) -> None:
    point = ("Decay shortens the delay in networks.", 0.6)
    beside = ("Surprisingly, we show that other causes have to be sought.", 0.2)
    other = ("Size does nothing of the kind.", 0.5)
    assert texts(choose(library, make_hit(1, point), make_hit(2, beside, other))) == [
        point[0],
        other[0],
    ]
    assert texts(choose(library, make_hit(1, point, beside))) == [point[0], beside[0]]


def make_many(count: int) -> tuple[Hit, ...]:
    words = "alpha beta gamma delta epsilon zeta eta theta iota kappa".split()
    return tuple(
        make_hit(n, (f"Decay number {w} is one {w} thing.", 0.6), (f"But {w} has {w} limits.", 0.6))
        for n, w in enumerate(words[:count], start=1)
    )


def test_a_pinpoint_question_is_answered_from_few_papers(library: Library) -> None:
    chosen = choose(library, *make_many(10), question="Does decay help?")
    counts = Counter(one.offer.number for one in chosen)
    assert counts == dict.fromkeys(range(1, PINPOINT.papers + 1), 2)


@pytest.mark.parametrize(
    "question",
    [
        "Which papers study decay?",
        "Who has tested decay?",
        "Compare decay and dropout.",
        "Do they disagree on decay?",
        "Decay versus dropout: which wins?",
        "What do we know about decay?",
        "How do A and B differ?",
    ],
)
def test_a_question_for_several_is_answered_from_more_papers(
    library: Library, question: str
) -> None:
    chosen = choose(library, *make_many(10), question=question)
    counts = Counter(one.offer.number for one in chosen)
    assert list(counts) == list(range(1, BROAD.papers + 1))
    assert [counts[n] for n in (1, BROAD.full, BROAD.full + 1, BROAD.papers)] == [2, 2, 1, 1]
    assert len(chosen) == BROAD.sentences


def test_where_the_code_is_is_not_quoted_beside_what_answers(library: Library) -> None:
    finding = "Decay shortens the delay in every setting that was tried."
    link = "Code for decay is available at https://github.com/x/decay."
    hits = (make_hit(1, (finding, 0.7), (link, 0.7)), make_hit(2, (link, 0.7), score=0.79))
    assert texts(choose(library, *hits)) == [finding]


def test_a_link_is_quoted_where_the_best_paper_says_nothing_else(library: Library) -> None:
    link = "Code for decay is available at https://github.com/x/decay."
    assert texts(choose(library, make_hit(1, (link, 0.7)))) == [link]


def test_a_paper_without_an_abstract_has_nothing_to_quote(library: Library) -> None:
    hit = Hit(Paper("0" * 12, "Title only", ""), 0.8, (Span("", 0, 0, 0.1),))
    assert choose(library, hit) == []
    assert choose(library) == []


def test_a_very_long_sentence_is_quoted_whole(library: Library) -> None:
    long = "Decay helps, " + "and then again it helps some more, " * 300 + "as is known."
    (quotation,) = choose(library, make_hit(1, (long, 0.7)))
    text, (sentence,) = write_quotations([quotation])
    assert sentence.text == long
    assert text == f"**Paper 1**\n{long} [1]"


def test_numbers_in_brackets_of_an_abstract_cannot_pass_for_citations() -> None:
    said = "As in [2] and [1, 3], values in [0, 1] rise; see [sic] and **bold** of 2024 [2024]."
    paper = Paper("0" * 12, "On **bold** [7] things", said)
    text, sentences = write_quotations([Quotation(Offer(1, paper), Span(said, 0, len(said)))])
    assert text == (
        "**On bold (7) things**\n"
        "As in (2) and (1, 3), values in (0, 1) rise; see [sic] and bold of 2024 (2024). [1]"
    )
    assert sentences[0].citations == (1,)
    assert sentences[0].evidence[0].sentence == said


def test_quotations_find_what_answers(shared_library: Footnote, shared: Path) -> None:
    """Of the development questions' gold evidence; the figures are kept in eval/LOG.md."""
    found = gold = papers = quoted = 0
    lines = (shared / "questions" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    for record in map(json.loads, lines):
        if not record["evidence"] or record["type"] == "metadata":
            continue
        hits = shared_library.retriever.find(record["question"], 8).hits
        offers = Conversation().number(tuple(hit.paper for hit in hits))
        chosen = choose_quotations(record["question"], hits, offers, shared_library.library)
        said = [(one.offer.paper.title, stem_words(one.span.text)) for one in chosen]
        gold += len(record["evidence"])
        found += sum(
            any(
                title == item["title"] and contain(stem_words(item["sentence"]), stems) >= 0.8
                for title, stems in said
            )
            for item in record["evidence"]
        )
        titles = {title for title, _ in said}
        papers += len(titles & set(record["gold_titles"]))
        quoted += len(titles)
    figures = f"evidence {found} of {gold}; {papers} gold papers of {quoted} quoted"
    assert found >= 0.40 * gold, figures
    assert papers >= 0.4 * quoted, figures


def test_sentences_of_hits_are_those_of_their_abstracts(footnote: Footnote) -> None:
    for hit in footnote.retriever.find("grokking", 8).hits:
        spans = sorted((span.start, span.end) for span in hit.sentences)
        assert spans == split_sentences(hit.paper.abstract)


def test_a_paper_that_is_asked_about_alone_may_say_more(library: Library) -> None:
    said = ("Decay helps.", "Size matters less.", "Depth is free.", "Width is not.", "We stop.")
    hit = make_hit(1, *((text, 0.5) for text in said))
    assert len(choose(library, hit)) == 4
    other = make_hit(2, ("Something else is said here.", 0.5))
    assert [one.offer.number for one in choose(library, hit, other)].count(1) == 2
