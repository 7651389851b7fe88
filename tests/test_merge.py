"""What makes two entries one paper, and what becomes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from libraries import entry

from rag.merge import merge_entry, start_paper
from rag.records import Paper, PartialDate
from rag.titles import make_paper_id, normalise_title

YEARLESS = PartialDate(None, 3, 2)


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Mixup: Beyond ERM", "mixupbeyonderm"),
        ("Few‑Shot  Learn-\ning", "fewshotlearning"),
        ("Straße", "strasse"),
        ("ﬁne-tuning", "finetuning"),
        ("Poincaré", "poincare"),
        ("β-VAE", "βvae"),
        ("Ｗｉｄｅ", "wide"),
        ("L² norms", "l2norms"),
        ("深度学习", "深度学习"),
        (" ??? ", "???"),
    ],
)
def test_titles_are_compared_by_their_letters_and_digits(title: str, key: str) -> None:
    assert normalise_title(title) == key


@given(st.text(min_size=1))
def test_a_title_s_key_is_its_own_key_in_any_case(title: str) -> None:
    assert normalise_title(normalise_title(title)) == normalise_title(title)
    assert normalise_title(title.upper().lower()) == normalise_title(title.lower())


def test_a_paper_s_id_depends_on_its_title_and_nothing_else() -> None:
    assert make_paper_id("Grokking") == make_paper_id("GROKKING!") == "bb4183ca62e4"
    assert make_paper_id("Grokking", "2401.00001") != make_paper_id("Grokking", "2402.00002")
    assert start_paper(entry("Grokking", "Other words.")).paper_id == make_paper_id("Grokking")


@pytest.mark.parametrize(
    ("known", "told", "kept"),
    [
        (None, YEARLESS, YEARLESS),
        (YEARLESS, None, YEARLESS),
        (YEARLESS, PartialDate(2025, 3, 2), PartialDate(2025, 3, 2)),
        (PartialDate(2025, 3, 2), YEARLESS, PartialDate(2025, 3, 2)),
        (PartialDate(2025), PartialDate(2025, 3), PartialDate(2025, 3)),
        (YEARLESS, PartialDate(2025), PartialDate(2025)),
        (PartialDate(2024, 5, 24), PartialDate(2025, 3, 2), PartialDate(2024, 5, 24)),
    ],
)
def test_the_date_that_tells_more_is_kept(
    known: PartialDate | None, told: PartialDate | None, kept: PartialDate | None
) -> None:
    paper = start_paper(entry("Grokking", date=known))
    assert merge_entry(paper, entry("Grokking", date=told)).date == kept


def test_a_paper_gains_what_it_lacks_and_loses_nothing() -> None:
    paper = start_paper(entry("Grokking", authors=("Ada", "Bo"), upvotes=3, categories=("cs.LG",)))
    told = entry(
        "Grokking",
        source="another",
        authors=("Ada",),
        author_count=5,
        upvotes=2,
        url="https://example.org",
        categories=("cs.CL",),
    )
    merged = merge_entry(paper, told)
    assert (merged.authors, merged.author_count) == (("Ada", "Bo"), 5)
    assert (merged.upvotes, merged.url) == (3, "https://example.org")
    assert merged.categories == ("cs.LG", "cs.CL")
    assert merged.pages == ("a page", "another")


def test_a_paper_has_at_least_as_many_authors_as_are_named() -> None:
    paper = start_paper(entry("Grokking", author_count=1))
    merged = merge_entry(paper, entry("Grokking", authors=("Ada", "Bo", "Cy")))
    assert merged.author_count == 3


@pytest.mark.parametrize(
    ("abstracts", "stands", "older"),
    [
        (["One."], "One.", ()),
        (["One.", "Two."], "Two.", ("One.",)),
        (["One.", "Two.", "One."], "Two.", ("One.",)),
        (["One two three.", "One two..."], "One two three.", ("One two...",)),
        (["One two...", "One two three."], "One two three.", ("One two...",)),
        (["One.", "Two.", "Three."], "Three.", ("One.", "Two.")),
    ],
)
def test_abstracts_are_kept_in_the_order_they_were_read(
    abstracts: list[str], stands: str, older: tuple[str, ...]
) -> None:
    paper = start_paper(entry("Grokking", abstracts[0]))
    for abstract in abstracts[1:]:
        paper = merge_entry(paper, entry("Grokking", abstract))
    assert (paper.abstract, paper.older_abstracts) == (stands, older)


def test_an_empty_abstract_takes_and_leaves_nothing() -> None:
    paper = start_paper(entry("Grokking", "One."))
    assert merge_entry(paper, entry("Grokking", "")) == paper
    empty = start_paper(entry("Grokking", ""))
    merged = merge_entry(empty, entry("Grokking", "One."))
    assert (merged.abstract, merged.older_abstracts) == ("One.", ())


@given(st.lists(st.sampled_from(["One.", "Two.", "One. Two.", "One…"]), min_size=1, max_size=8))
def test_merging_again_gives_the_same_paper(abstracts: list[str]) -> None:
    def merge_all(paper: Paper) -> Paper:
        for abstract in abstracts:
            paper = merge_entry(paper, entry("Grokking", abstract))
        return paper

    once = merge_all(start_paper(entry("Grokking", abstracts[0])))
    assert merge_all(once) == once
