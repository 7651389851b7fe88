"""Comparisons: every side heard, cells that quote, tables however a model writes them."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest
from libraries import entry, page

from rag import Footnote
from rag.comparison.acronyms import expand_acronyms, find_long_form
from rag.comparison.balance import Balanced, find_sides_hits
from rag.comparison.opening import find_shared_terms, write_opening
from rag.comparison.roles import Role
from rag.comparison.sides import find_sides
from rag.comparison.table import NOT_STATED, parse_table, split_table
from rag.comparison.tabulate import ROWS, build_table, make_columns, trim
from rag.conversation import Conversation
from rag.question import Side
from rag.records import Paper
from rag.replies import Column, Comparison, Offer, Sentence

FLATNESS = "Flat minima: set the two-layer ReLU analysis against the CLIP interpolation study."
DATA = Path(__file__).parent / "data"


def gather(footnote: Footnote, question: str, k: int = 12) -> tuple[Balanced, tuple[Offer, ...]]:
    sides = find_sides(question)
    balanced = find_sides_hits(footnote.retriever, question, sides, k)
    return balanced, Conversation().number(tuple(hit.paper for hit in balanced.hits))


def titles(balanced: Balanced) -> list[str]:
    return [hit.paper.title for hit in balanced.hits]


# Evidence


def test_each_side_has_its_own_paper_first(starter: Footnote) -> None:
    balanced, _ = gather(starter, FLATNESS)
    assert [side.hits[0].paper.title for side in balanced.sides] == [
        "Sharpness Minimization Algorithms Do Not Only Minimize Sharpness To Achieve Better"
        " Generalization",
        "In Search of the Successful Interpolation: On the Role of Sharpness in CLIP"
        " Generalization",
    ]
    assert len(balanced.hits) == 12
    assert len({hit.paper.paper_id for hit in balanced.hits}) == 12
    owned = {hit.paper.paper_id for side in balanced.sides for hit in side.hits}
    assert owned <= {hit.paper.paper_id for hit in balanced.hits}


@pytest.mark.parametrize("k", [1, 2, 3, 6, 100])
def test_the_evidence_holds_no_more_than_is_asked_for(starter: Footnote, k: int) -> None:
    balanced, _ = gather(starter, FLATNESS, k)
    assert len(balanced.hits) <= k
    assert len(set(titles(balanced))) == len(balanced.hits)


def test_a_side_that_the_library_holds_much_on_does_not_starve_the_other(
    starter: Footnote,
) -> None:
    """Grokking fills the starter papers; radiotherapy has one."""
    question = "Grokking in transformers, grokking in lottery tickets versus radiotherapy contours"
    balanced, _ = gather(starter, question, 4)
    assert "Segment Anything Model (SAM) for Radiation Oncology" in titles(balanced)
    assert [side.found for side in balanced.sides] == [True, True]


def test_a_side_that_no_paper_is_about_is_told_with_its_nearest_papers(starter: Footnote) -> None:
    balanced, offers = gather(starter, "XL3M versus AlphaFold: which reads longer inputs?")
    other = balanced.sides[1]
    assert (other.side.name, other.found, other.missing_terms) == (
        "AlphaFold",
        False,
        ("AlphaFold",),
    )
    assert len(other.hits) == 2
    column = make_columns(balanced, offers)[1]
    assert (column.found, len(column.papers)) == (False, 2)


def test_a_side_is_kept_to_the_papers_that_it_means(starter: Footnote) -> None:
    first, second, *_ = (paper.paper_id for paper in starter.library.papers())
    sides = [Side("[1]", "", (1,)), Side("[2]", "", (2,))]
    balanced = find_sides_hits(
        starter.retriever, "How do they differ?", sides, 8, [{first}, {second}]
    )
    assert [[hit.paper.paper_id for hit in one.hits] for one in balanced.sides] == [
        [first],
        [second],
    ]
    assert [hit.paper.paper_id for hit in balanced.hits] == [first, second]


def test_a_short_form_is_written_out_as_the_abstracts_do(starter: Footnote) -> None:
    assert find_long_form("SAM", starter.library) in (
        "segment anything model",
        "sharpness aware minimization",
    )
    assert expand_acronyms("no short form here", starter.library) == "no short form here"
    assert expand_acronyms("XQZW?", starter.library) == "XQZW?"


def read_sets(shared: Path) -> dict[str, list[dict[str, list[str]]]]:
    dev = (shared / "questions" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    own = (DATA / "comparative.jsonl").read_text(encoding="utf-8").splitlines()
    return {
        "dev": [one for one in map(json.loads, dev) if one["type"] == "comparative"],
        "own": [one for one in map(json.loads, own) if "absent" not in one],
    }


def test_all_gold_papers_reach_the_evidence(shared_library: Footnote, shared: Path) -> None:
    """Beside as many papers for the question as a whole: dev 8 of 10, own 53 of 62."""
    found = {}
    for name, questions in read_sets(shared).items():
        found[name] = 0
        for one in questions:
            question = str(one["question"])
            sides = find_sides(question)
            if sides:
                hits = find_sides_hits(shared_library.retriever, question, sides, 12).hits
            else:
                hits = shared_library.search(question, 12).hits
            found[name] += set(one["gold_titles"]) <= {hit.paper.title for hit in hits}
    assert found["dev"] >= 9
    assert found["own"] >= 56


def test_a_side_with_a_paper_is_hardly_ever_called_empty(
    shared_library: Footnote, shared: Path
) -> None:
    sides = [
        side
        for questions in read_sets(shared).values()
        for one in questions
        if (asked := find_sides(str(one["question"])))
        for side in find_sides_hits(shared_library.retriever, str(one["question"]), asked, 12).sides
    ]
    assert len(sides) > 130
    assert sum(not side.found for side in sides) <= 2


# The table of quotations


@pytest.fixture
def flat(starter: Footnote) -> tuple[Balanced, tuple[Offer, ...], Comparison]:
    balanced, offers = gather(starter, FLATNESS)
    return balanced, offers, build_table(balanced, offers, FLATNESS, starter.library)


def test_a_cell_is_cut_from_the_abstract_word_for_word(
    flat: tuple[Balanced, tuple[Offer, ...], Comparison],
) -> None:
    _, offers, table = flat
    papers = {offer.number: offer.paper for offer in offers}
    cells = [cell for aspect in table.aspects for cell in aspect.cells if cell.citations]
    assert len(cells) >= 6
    for cell in cells:
        (number,), (evidence,) = cell.citations, cell.evidence
        paper = papers[number]
        assert paper.paper_id == evidence.paper_id
        assert paper.abstract[evidence.start : evidence.end] == evidence.sentence
        assert cell.text.strip("…") in evidence.sentence
        assert len(cell.text) <= 182


def test_a_cell_rests_on_its_own_side_or_says_that_nothing_is_stated(
    flat: tuple[Balanced, tuple[Offer, ...], Comparison],
) -> None:
    _, _, table = flat
    for aspect in table.aspects:
        assert len(aspect.cells) == 2
        assert any(cell.citations for cell in aspect.cells)
        for cell, column in zip(aspect.cells, table.sides, strict=True):
            if cell.citations:
                assert set(cell.citations) <= set(column.papers)
            else:
                assert cell == Sentence("not stated in the abstract")


def test_a_sentence_stands_once_in_a_column(
    flat: tuple[Balanced, tuple[Offer, ...], Comparison],
) -> None:
    _, _, table = flat
    assert [aspect.name for aspect in table.aspects] == [
        name for name in ROWS if name in {aspect.name for aspect in table.aspects}
    ]
    for place in range(2):
        used = [item for aspect in table.aspects for item in aspect.cells[place].evidence]
        assert len(used) == len(set(used))


def test_a_side_without_evidence_has_an_empty_column(starter: Footnote) -> None:
    question = "XL3M versus AlphaFold: which reads longer inputs?"
    balanced, offers = gather(starter, question)
    table = build_table(balanced, offers, question, starter.library)
    assert {aspect.cells[1] for aspect in table.aspects} == {NOT_STATED}
    assert not table.sides[1].found


LONG = (
    "While earlier work had looked at images alone, we show that accuracy on text improves by a"
    " wide margin, because the two encoders share their lowest layers, which had not been tried"
    " before on data of this size, and the cost of training hardly rises."
)


def test_a_quotation_is_cut_at_clauses_and_keeps_what_tells() -> None:
    cut = trim(LONG, Role.FINDING, {"accuraci": 2.0, "text": 1.0}, 120)
    assert cut == (
        "…we show that accuracy on text improves by a wide margin, because the two encoders share"
        " their lowest layers…"
    )
    assert trim("Short enough.", Role.FINDING, {}, 120) == "Short enough."
    assert trim("x" * 300, Role.FINDING, {}, 100) == "x" * 98 + "…"


# The opening


def test_the_opening_says_what_both_speak_of_and_what_each_finds(starter: Footnote) -> None:
    balanced, offers = gather(starter, FLATNESS)
    text, sentences = write_opening(balanced, offers, FLATNESS, starter.library)
    papers = {offer.number: offer.paper for offer in offers}
    shared, *findings = sentences
    assert shared.text.startswith("Both speak of “")
    assert len(shared.citations) == 2
    for term in shared.text.split("“")[1:]:
        word = term.split("”")[0].lower()
        assert all(word in papers[number].abstract.lower() for number in shared.citations)
    assert [one.citations for one in findings[:2]] == [
        (shared.citations[0],),
        (shared.citations[1],),
    ]
    assert "**two-layer ReLU analysis:** " in text
    assert "**CLIP interpolation study:** " in text
    assert not any("agree" in one.text for one in sentences)
    for one in findings[:2]:
        assert one.text.strip("…") in one.evidence[0].sentence


def test_the_opening_names_a_side_that_has_no_paper(starter: Footnote) -> None:
    question = "XL3M versus AlphaFold: which reads longer inputs?"
    balanced, offers = gather(starter, question)
    text, sentences = write_opening(balanced, offers, question, starter.library)
    last = sentences[-1]
    assert last.text.startswith("No paper here is about “AlphaFold”; the nearest are: ")
    assert len(last.citations) == 2
    assert text.endswith(f"[{last.citations[1]}].")


def test_opposed_wording_is_told_as_wording(tmp_path: Path, starter_folder: Path) -> None:
    shutil.copytree(starter_folder, tmp_path / "copy")
    with Footnote.open(tmp_path / "copy") as footnote:
        footnote.library.add(
            [
                page(
                    entry(
                        "Zorbing Helps Quenching",
                        "We study zorbing. We find that zorbing improves the quenching of nets.",
                    ),
                    entry(
                        "Blorping Hurts Quenching",
                        "We study blorping. We find that blorping degrades the quenching of nets.",
                    ),
                )
            ]
        )
        footnote.sync()
        question = "Zorbing versus blorping for the quenching of nets"
        balanced, offers = gather(footnote, question)
        text, sentences = write_opening(balanced, offers, question, footnote.library)
    told = [one.text for one in sentences]
    assert told[0] == "Both speak of “nets” and “quenching”."
    assert told[-1] == "Their wording points in opposite directions: “improves” and “degrades”."
    assert "**Zorbing:** We find that zorbing improves the quenching of nets. [" in text


def test_terms_that_all_abstracts_hold_are_the_rare_ones(starter: Footnote) -> None:
    texts = [
        "We study weight decay in grokking nets here.",
        "Thus weight decay delays grokking, we study it however.",
    ]
    terms = find_shared_terms(texts, starter.library)
    assert "weight decay" in terms
    assert not {"study", "thus", "however", "here"} & set(terms)


# A model's table

PAPERS = [
    Paper("a", "Alpha", "Alpha trains two encoders. It wins on ten tasks."),
    Paper("b", "Beta", "Beta prunes a large net. It fails on long inputs."),
]
OFFERS = tuple(Offer(number, paper) for number, paper in enumerate(PAPERS, start=1))
SIDES = (Column("Alpha", (1,)), Column("Beta", (2,)))
GOOD = """| Aspect | Alpha | Beta |
|---|---|---|
| How | trains two encoders [1] | prunes a large net [2] |
| Limits | not stated in the abstract | fails on long inputs [2] |"""


def cells(table: Comparison | None) -> list[list[tuple[str, tuple[int, ...]]]]:
    assert table is not None
    return [[(cell.text, cell.citations) for cell in aspect.cells] for aspect in table.aspects]


READ = [
    [("trains two encoders", (1,)), ("prunes a large net", (2,))],
    [("not stated in the abstract", ()), ("fails on long inputs", (2,))],
]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace("|---|---|---|\n", ""),
        GOOD.replace("|---|---|---|", "| :--- | :---: | ---: |"),
        "\n".join(line.strip("|") for line in GOOD.splitlines()),
        GOOD.replace("\n", "\n\n"),
        GOOD.replace("not stated in the abstract", "N/A"),
        GOOD.replace("not stated in the abstract", ""),
        GOOD.replace("not stated in the abstract", "Not mentioned in the abstract [1]"),
        GOOD.replace("[2] |", "[2] | a fourth column [1] |"),
        GOOD.replace("[1]", "[1][9]").replace("Alpha |", "**Alpha** |"),
        GOOD.replace("Limits", "**Limits**").replace("How", "How<br>"),
        GOOD + "\n" + GOOD.splitlines()[0],
    ],
    ids=range(12),
)
def test_a_sloppy_table_is_read_all_the_same(text: str) -> None:
    table = parse_table(split_table(text)[1], SIDES, OFFERS)
    assert cells(table) == READ
    assert table is not None
    assert [aspect.name for aspect in table.aspects] == ["How", "Limits"]
    assert table.sides == SIDES


def test_columns_are_told_by_their_heads() -> None:
    swapped = "| | Beta | Alpha |\n|---|---|---|\n| How | prunes [2] | trains [1] |"
    assert cells(parse_table(swapped, SIDES, OFFERS)) == [[("trains", (1,)), ("prunes", (2,))]]


def test_a_cell_keeps_the_sentence_it_rests_on() -> None:
    table = parse_table(GOOD, SIDES, OFFERS)
    assert table is not None
    assert [item.sentence for item in table.aspects[0].cells[0].evidence] == [
        "Alpha trains two encoders."
    ]


def test_missing_cells_say_so_and_html_stays_text() -> None:
    text = "| How | <script>alert(1)</script> trains \\| two [1] |"
    assert cells(parse_table(text, SIDES, OFFERS)) == [
        [("<script>alert(1)</script> trains | two", (1,)), ("not stated in the abstract", ())]
    ]


def test_a_side_that_no_paper_speaks_to_has_no_cells() -> None:
    empty = (SIDES[0], Column("Beta", (2,), found=False))
    assert cells(parse_table(GOOD, empty, OFFERS))[0][1] == ("not stated in the abstract", ())


def test_a_table_without_end_is_cut() -> None:
    table = parse_table(GOOD + "\n| a | b [1] | c [2] |" * 500, SIDES, OFFERS)
    assert table is not None
    assert len(table.aspects) == 12
    long = parse_table(f"| a | {'word ' * 500} [1] | c |", SIDES, OFFERS)
    assert long is not None
    assert len(long.aspects[0].cells[0].text) <= 300


@pytest.mark.parametrize(
    "text", ["", "no table", "|", "| --- | --- |", "| Aspect | Alpha | Beta |"]
)
def test_what_has_no_row_is_no_table(text: str) -> None:
    assert parse_table(text, SIDES, OFFERS) is None


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        (f"Both win [1].\n\n{GOOD}", "Both win [1]."),
        (f"Both win [1].\n```markdown\n{GOOD}\n```\nThat is all.", "Both win [1].\nThat is all."),
        ("Either a|b or not.", "Either a|b or not."),
        ("", ""),
    ],
)
def test_the_words_are_told_from_the_table(text: str, prose: str) -> None:
    words, table = split_table(text)
    assert words == prose
    assert table == (GOOD if GOOD in text else "")


@pytest.mark.parametrize("text", ["|" * 50_000, "| a " * 20_000, "|-" * 30_000, "|\n" * 20_000])
def test_a_hostile_table_takes_no_time(text: str) -> None:
    started = time.perf_counter()
    parse_table(split_table(text)[1], SIDES, OFFERS)
    assert time.perf_counter() - started < 1.0
