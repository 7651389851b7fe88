"""What must hold for any input at all: one function for each way in from outside.

Each takes bytes, as a fuzzer gives them, and raises where a promise is broken. Shared by the
property tests, by the kept cases and by `make fuzz`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

from reading import answered, assert_harmless, read

from rag.chunks import cut_paper
from rag.citations import MarkFilter, parse_sentences
from rag.comparison.sides import find_sides
from rag.comparison.table import parse_table, split_table
from rag.conversation import Conversation, Exchange
from rag.export import to_bibtex, to_csv, to_html, to_markdown, to_ris
from rag.export.spreadsheet import FORMULA
from rag.filters.finding import find_filters, strip_filters
from rag.followup.resolving import resolve
from rag.inventory.reading import find_inventory_question
from rag.merge import merge_entry, start_paper
from rag.pages import read_page
from rag.premise.naming import check_premise, find_premise
from rag.records import Entry, Hit, Paper, PartialDate
from rag.replies import Aspect, Column, Comparison, Offer, Sentence
from rag.sentences import split_sentences
from rag.support.judging import SupportJudge
from rag.support.uncited import needs_citation
from rag.terms import find_terms
from rag.titles import make_paper_id
from ui.render import render_turn
from ui.sources import render_sources
from ui.turns import Stage, Turn

LONGEST_QUESTION = 20_000
TODAY = date(2026, 11, 21)
ABSTRACT = "We count sheep in small fields. Goats (e.g. 12%) are not counted at all."
PAPERS = tuple(Paper(f"{place:012x}", f"Counting Sheep {place}", ABSTRACT) for place in range(1, 9))
OFFERS = tuple(Offer(place, paper) for place, paper in enumerate(PAPERS, start=1))
OFFERED = frozenset(range(1, 9))
TITLES = {offer.number: offer.paper.title for offer in OFFERS}
SIDES = (Column("sheep", (1,)), Column("goats", (2,)))
TALK = Conversation(
    tuple(paper.paper_id for paper in PAPERS),
    (
        Exchange("How do sheep compare with goats?", (1, 2), (1, 2, 3), SIDES, text="They do [1]."),
        Exchange("Are sheep counted since 2024?", (3,), (3, 4), text="They are [3]."),
    ),
)
JUDGE = SupportJudge()


def check_page(data: bytes) -> None:
    """Any bytes give entries that can be kept, cut and merged, or failures."""
    page = read_page("fuzz", data)
    assert page.entries or page.failures
    for failure in page.failures:
        assert failure.reason.encode("utf-8", "replace")
        assert failure.line is None or failure.line >= 1
    for entry in page.entries:
        check_entry(entry)


def check_entry(entry: Entry) -> None:
    assert (entry.title + entry.abstract).encode()
    assert entry.title.strip() == entry.title != ""
    assert entry.abstract.strip() == entry.abstract != ""
    assert entry.line >= 1
    if entry.date:
        assert PartialDate.parse(str(entry.date)) == entry.date
    paper = start_paper(entry)
    assert paper.paper_id == make_paper_id(entry.title)
    assert merge_entry(paper, entry) == paper
    chunks = cut_paper(paper)
    for (start, end), sentence in zip(chunks.spans, chunks.sentences, strict=True):
        assert paper.abstract[start:end] == sentence
        assert any(sentence in window for window in chunks.windows)


def check_sentences(data: bytes) -> None:
    """Sentences come in order, hold all that is no blank, and are not blank themselves."""
    text = data.decode("utf-8", "replace")
    spans = split_sentences(text)
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    assert all(text[start:end].strip() for start, end in spans)
    gaps = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    assert not "".join(gaps).strip()


def rewrite(*pieces: str) -> tuple[str, int]:
    """(what is shown of a model's words, how many numbers were dropped)"""
    marks = MarkFilter(OFFERED)
    return "".join([*(marks.feed(piece) for piece in pieces), marks.flush()]), marks.invalid


def check_marks(data: bytes) -> None:
    """A reply shows the same however it is cut, and cites only what was offered."""
    text = data.decode("utf-8", "replace")
    whole = rewrite(text)
    for step in (1, 2, 7):
        assert rewrite(*(text[at : at + step] for at in range(0, len(text), step))) == whole
    for sentence in parse_sentences(whole[0], OFFERS):
        assert OFFERED.issuperset(sentence.citations)
        for found in sentence.evidence:
            assert ABSTRACT[found.start : found.end] == found.sentence


def check_question(data: bytes) -> None:
    """Any question is read by each of the rules."""
    question = data.decode("utf-8", "replace")[:LONGEST_QUESTION]
    filters = find_filters(question, TODAY, lambda name: len(name) % 2 == 0)
    assert len({one.key for one in filters}) == len(filters)
    assert bool(strip_filters(question, filters).strip()) == bool(question.strip())
    for side in find_sides(question):
        assert side.name.strip()
    for talk in (Conversation(), TALK):
        resolved = resolve(question, talk, TITLES if talk.numbers else {})
        assert set(resolved.about) <= OFFERED
        assert bool(resolved.question.strip()) == bool(question.strip())
    asked = find_inventory_question(question, True, TODAY, lambda words: "Sheep" in words)
    assert asked is None or asked.asks
    assert len(find_premise(question)) <= 300
    find_terms(question)


def check_support(data: bytes) -> None:
    """A sentence is held against an abstract, whatever the two are (parted by a NUL)."""
    claim, _, source = data.decode("utf-8", "replace").partition("\x00")
    judged = JUDGE.judge(claim, [source, ABSTRACT], ["Sheep", "Goats"])
    assert 0.0 <= judged.score <= 1.0
    if judged.best:
        place, start, end = judged.best
        assert 0 <= start < end <= len((source, ABSTRACT)[place])
    needs_citation(claim)
    papers = [Paper("a" * 12, "Sheep", source), PAPERS[0]]
    hits = [Hit(paper, 1.0, ()) for paper in papers]
    offers = [Offer(number, paper) for number, paper in enumerate(papers, start=1)]
    for sentence in filter(None, [check_premise(claim, hits, offers, JUDGE)]):
        [found] = sentence.evidence
        assert papers[sentence.citations[0] - 1].abstract[found.start : found.end] == found.sentence


def check_table(data: bytes) -> None:
    """A model's table has a cell for each side, and cites only what was offered."""
    text = data.decode("utf-8", "replace")
    _, lines = split_table(text)
    for told in (lines, text):
        table = parse_table(told, SIDES, OFFERS)
        for aspect in table.aspects if table else ():
            assert len(aspect.cells) == len(SIDES)
            assert aspect.name
            assert all(OFFERED.issuperset(cell.citations) for cell in aspect.cells)


def check_export(data: bytes) -> None:
    """What is exported of any paper can be read back, and nothing in it runs."""
    title, _, text = data.decode("utf-8", "replace").partition("\x00")
    paper = Paper(
        *("a" * 12, title, text, (title, text[:200]), 3),
        url=title[:300],
        categories=(text[:50],),
    )
    for written in (to_bibtex([paper, PAPERS[0]]), to_ris([paper, PAPERS[0]])):
        entries = read_page("export", written.encode()).entries
        assert entries[-1].title == PAPERS[0].title
    cells = (Sentence(text[:300], (1,)), Sentence(title[:300]))
    turn = answered(
        *(text, *parse_sentences(text, OFFERS[:2])),
        comparison=Comparison(SIDES, (Aspect(title[:80] or "…", cells),)),
    )
    assert turn.answer
    assert to_markdown([turn.answer], title)
    tags = {tag for tag, _ in read(to_html([turn.answer], title)).tags}
    assert not tags & {"script", "img", "svg", "iframe", "object", "form"}
    for row in csv.reader(io.StringIO(to_csv(turn.answer))):
        assert not any(cell.startswith(FORMULA) for cell in row)


def check_rendering(data: bytes) -> None:
    """Nothing that a page, a model or a reader wrote becomes a tag, whole or half there."""
    text = data.decode("utf-8", "replace")
    sentences = parse_sentences(text, OFFERS[:2])
    turn = answered(text, *sentences, question=text[:200], model=text[:50])
    offers = (Offer(1, Paper("a" * 12, text[:200], text, (text[:50],), url=text[:100])),)
    for half in (len(text), len(text) // 2):
        streamed = Turn(1, text[:200], stage=Stage.WRITING, offers=offers, text=text[:half])
        assert_harmless(render_turn(streamed))
    assert_harmless(render_turn(turn))
    assert_harmless(render_sources([turn, streamed]))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "page": check_page,
    "sentences": check_sentences,
    "marks": check_marks,
    "question": check_question,
    "support": check_support,
    "table": check_table,
    "export": check_export,
    "rendering": check_rendering,
}
