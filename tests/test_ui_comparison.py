"""The table of a comparison, as the browser is given it."""

from __future__ import annotations

import re
from dataclasses import replace

from reading import EVIDENCE, EVIL, OTHER, PAPER, answered, assert_harmless, chips, read

from rag.events import Found, TextDelta
from rag.question import Side, Understood
from rag.replies import (
    Aspect,
    Column,
    Comparison,
    Evidence,
    Offer,
    Sentence,
    Support,
    Verdict,
)
from ui.render import render_turn
from ui.turns import Turn

FOUND = Verdict(Support.SUPPORTED, 0.9, "Its words are there.")
NOT_FOUND = Verdict(Support.NOT_FOUND, 0.1, "Its words are not there.")
EVICT = Evidence("b", "We evict.", 17, 26)
UNSTATED = Sentence("not stated in the abstract")
SIDES = (
    Column("Gates", (1,)),
    Column("Eviction", (2, 1), found=False),
    Column("Nobody", (), False),
)
TABLE = Comparison(
    SIDES,
    (
        Aspect(
            "What is **skipped**", (Sentence("91%", (1,), (EVIDENCE,), FOUND), UNSTATED, UNSTATED)
        ),
        Aspect(
            "Cost", (UNSTATED, Sentence("little & <less>", (2, 1), (EVICT,), NOT_FOUND), UNSTATED)
        ),
    ),
)


def table_of(comparison: Comparison = TABLE, *sentences: Sentence) -> str:
    return render_turn(answered("Both skip.", *sentences, comparison=comparison))


def cells(html: str) -> list[str]:
    return re.findall(r"<td[ >].*?</td>", html)


def test_sides_are_headed_with_how_many_papers_speak_of_them() -> None:
    html = table_of()
    heads = re.findall(r'<th scope="col".*?</th>', html)[1:]
    assert [read(head).text for head in heads] == [
        "Gates1 paper",
        "Evictionnothing here about this; nearest shown",
        "Nobodynothing here about this",
    ]
    assert ['class="fn-lost"' in head for head in heads] == [False, True, True]


def test_rows_are_headed_by_their_aspect() -> None:
    heads = re.findall(r'<th scope="row">(.*?)</th>', table_of())
    assert heads == ["What is <strong>skipped</strong>", "Cost"]


def test_a_cells_chip_leads_to_the_cells_own_anchor() -> None:
    assert chips(cells(table_of())[0]) == [("#t3-p1-c1", "cite")]
    assert ("#t3-p2-c5", "cite") in chips(cells(table_of())[4])


def test_what_is_not_stated_is_muted() -> None:
    assert cells(table_of())[1] == '<td class="fn-unstated">not stated in the abstract</td>'
    empty = Comparison((Column("A", (1,)),), (Aspect("a", (Sentence(""),)),))
    assert cells(table_of(empty)) == ['<td class="fn-unstated">not stated in the abstract</td>']
    cited = replace(UNSTATED, text="Not stated in the abstract.", citations=(1,))
    table = Comparison((Column("A", (1,)),), (Aspect("a", (cited,)),))
    assert cells(table_of(table))[0].startswith('<td class="fn-unstated">Not stated')
    assert len(chips(cells(table_of(table))[0])) == 1


def test_a_claim_in_a_cell_that_cites_nothing_is_not_taken_for_unstated() -> None:
    bare = Comparison((Column("A", (1,)),), (Aspect("a", (Sentence("91%", (), (), NOT_FOUND),)),))
    html = cells(table_of(bare))[0]
    assert "fn-unstated" not in html
    assert "no source" in html


def test_a_cell_carries_the_mark_of_its_verdict_and_leaves_a_trace() -> None:
    html = cells(table_of())[4]
    assert html.startswith('<td><span class="fn-gap">1 cell hidden</span><span class="fn-claim ')
    assert "little &amp; &lt;less&gt;</span>" in html
    assert 'href="#t3-c5-why"' in html
    assert "<q>We evict.</q>" in html
    assert "fn-doubt" not in cells(table_of())[0]


def test_cells_are_counted_beside_the_sentences() -> None:
    html = table_of(TABLE, Sentence("Both skip.", (1,), (EVIDENCE,), FOUND))
    assert "1 of 1 sentence and 1 of 2 cells supported" in html
    assert "1 of 2 cells supported" in table_of()
    assert "Hide the 1 not found" in html


def test_the_table_follows_the_prose_in_a_box_that_can_be_reached_and_scrolled() -> None:
    html = table_of()
    (box,) = [known for _, known in read(html).tags if known.get("class") == "fn-compare"]
    assert box["aria-label"] == "Comparison of Gates, Eviction and Nobody"
    assert (box["role"], box["tabindex"]) == ("region", "0")
    assert html.index("Both skip.") < html.index("fn-compare")


def test_before_the_table_is_there_the_reader_is_told_that_it_comes() -> None:
    sides = (Side("Gates", "gates"), Side("Eviction", "eviction"))
    understood = Understood("Q?", "Q?", sides=sides)
    found = Found((Offer(1, PAPER), Offer(2, OTHER)), 1.0, understood=understood)
    writing = Turn(1, "Q?").after(found).after(TextDelta("Both skip."))
    assert "Comparing side by side" in render_turn(writing)
    plain = Turn(1, "Q?").after(Found((Offer(1, PAPER),), 1.0)).after(TextDelta("Both skip."))
    assert "Comparing side by side" not in render_turn(plain)


def test_hostile_names_and_cells_stay_text() -> None:
    doubt = Sentence(EVIL, (1,), (EVIDENCE,), Verdict(Support.PARTLY, 0.4, EVIL))
    html = table_of(Comparison((Column(EVIL, (1,)),), (Aspect(EVIL, (doubt,)),)))
    assert_harmless(html)
    assert read(html).text.count(EVIL) == 4


def test_each_column_can_be_sorted_and_each_row_knows_its_place() -> None:
    html = table_of()
    heads = re.findall(r'<th scope="col".*?</th>', html)
    buttons = [
        re.findall(r'<button type="button" class="fn-sort"><span>(.*?)<', one) for one in heads
    ]
    assert buttons == [["Aspect"], ["Gates"], ["Eviction"], ["Nobody"]]
    assert re.findall(r'<tr data-row="(\d)"', html) == ["1", "2"]
    assert '<table data-turn="3">' in html


def test_the_table_is_copied_by_buttons_above_it() -> None:
    html = table_of()
    buttons = [known for tag, known in read(html).tags if known.get("data-do") == "copy"]
    assert [(one.get("data-kind"), one.get("aria-label")) for one in buttons[:2]] == [
        ("table", "Copy the table as Markdown"),
        ("csv", "Copy the table as CSV"),
    ]
    assert html.index("fn-copies") < html.index('class="fn-compare"')
