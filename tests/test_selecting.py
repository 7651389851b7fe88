"""What filters keep, leave out and cannot judge, and the order of papers."""

from __future__ import annotations

from pathlib import Path

import pytest
from libraries import entry, page

from rag.filters.finding import keeps, knows_author, label, mentions_code, order, select
from rag.filters.selecting import is_named
from rag.library import Library
from rag.question import Field, Filter, Selection
from rag.records import Paper, PartialDate


def dated(written: str | None) -> Paper:
    return Paper("1", "T", "A.", date=PartialDate.parse(written) if written else None)


def on_date(relation: str, value: str) -> Filter:
    return Filter(Field.DATE, relation, value, "words")


DATES = [
    # the filter, and of each date whether it passes
    ("in", "2024", {"2024-03-05": True, "2024-03": True, "2024": True, "2023-12-31": False}),
    ("in", "2024", {"--03-02": None, None: None}),
    ("in", "2024-03", {"2024-03-05": True, "2024-03": True, "2024": None, "2024-04-01": False}),
    ("in", "2024-03", {"2023": False, "--03-02": None, "--04-02": False}),
    ("in", "2024-03-05", {"2024-03-05": True, "2024-03-06": False, "2024-03": None}),
    ("in", "--03", {"2019-03-05": True, "--03-02": True, "2019": None, "2019-04": False}),
    ("in", "--03-05", {"2019-03-05": True, "--03-02": False, "2019-03": None}),
    (">=", "2024-03", {"2024-03-01": True, "2024-03": True, "2024-02-29": False, "2024": None}),
    (">=", "2024-03", {"2025": True, "2023": False, "--05-01": None}),
    (">=", "2024-03-10", {"2024-03": None, "2024-03-10": True, "2024-03-09": False}),
    (">", "2024", {"2025": True, "2025-01-01": True, "2024-12-31": False, "2024": False}),
    (">", "2024-03", {"2024": None, "2024-04": True, "2024-03-31": False}),
    ("<", "2024", {"2023-12-31": True, "2024-01-01": False, "2024": False}),
    ("<", "2024-03", {"2024": None, "2024-02": True, "2024-03-01": False}),
    ("<=", "2024", {"2024-12-31": True, "2024": True, "2025-01-01": False, "--01-01": None}),
    ("<=", "2024-03", {"2024": None, "2024-03": True, "2024-03-31": True, "2024-04": False}),
]


@pytest.mark.parametrize(("relation", "value", "judged"), DATES)
def test_a_date_passes_only_as_far_as_it_is_known(
    relation: str, value: str, judged: dict[str | None, bool | None]
) -> None:
    wanted = on_date(relation, value)
    assert {one: keeps(wanted, dated(one)) for one in judged} == judged


@pytest.mark.parametrize(
    ("relation", "kept"),
    [(">", [6]), (">=", [5, 6]), ("<", [4]), ("<=", [4, 5]), ("=", [5])],
)
def test_numbers_are_compared(relation: str, kept: list[int]) -> None:
    papers = [Paper(str(n), "T", "A.", author_count=n, upvotes=n) for n in (4, 5, 6)]
    unknown = Paper("?", "T", "A.")
    for field in (Field.AUTHORS, Field.UPVOTES):
        wanted = Filter(field, relation, 5, "words")
        ids, selection = select([wanted], [*papers, unknown])
        assert ids == [str(n) for n in kept]
        assert selection == Selection(kept=len(kept), left_out=3 - len(kept), unknown=1)


def test_a_paper_that_one_filter_leaves_out_is_not_counted_as_unknown() -> None:
    papers = [
        Paper("1", "T", "A.", author_count=9, date=PartialDate(2024, 5, 1)),
        Paper("2", "T", "A.", author_count=9),
        Paper("3", "T", "A.", author_count=2),
        Paper("4", "T", "A."),
    ]
    wanted = [on_date("in", "2024"), Filter(Field.AUTHORS, ">", 5, "words")]
    assert select(wanted, papers) == (["1"], Selection(kept=1, left_out=1, unknown=2))


def test_an_order_leaves_no_paper_out() -> None:
    wanted = [Filter(Field.UPVOTES, "most", 1, "words")]
    papers = [Paper("1", "T", "A."), Paper("2", "T", "A.", upvotes=3)]
    assert select(wanted, papers) == (["1", "2"], Selection(kept=2, left_out=0, unknown=0))


def test_papers_of_which_it_is_not_known_come_last_and_ties_keep_their_places() -> None:
    papers = [
        Paper("a", "T", "A."),
        Paper("b", "T", "A.", upvotes=3, date=PartialDate(2024, 5, 1)),
        Paper("c", "T", "A.", upvotes=9, date=PartialDate(None, 5, 1)),
        Paper("d", "T", "A.", upvotes=3, date=PartialDate(2025)),
    ]

    def ids(*orders: Filter) -> str:
        return "".join(one.paper_id for one in order(orders, papers))

    assert ids(Filter(Field.UPVOTES, "most", 0, "w")) == "cbda"
    assert ids(Filter(Field.UPVOTES, "least", 0, "w")) == "bdca"
    assert ids(Filter(Field.DATE, "most", 0, "w")) == "dbac"
    assert ids(Filter(Field.DATE, "least", 0, "w")) == "bdac"
    newest_of_most = (Filter(Field.UPVOTES, "most", 0, "w"), Filter(Field.DATE, "most", 0, "w"))
    assert ids(*newest_of_most) == "cdba"
    assert ids(on_date("in", "2024")) == "abcd"


NAMED = [
    ("LeCun", "Yann LeCun", True),
    ("Yann LeCun", "Yann Lecun", True),
    ("Y. LeCun", "Yann LeCun", True),
    ("Yann LeCun", "Y. LeCun", True),
    ("Yann LeCun", "LeCun, Yann", True),
    ("Yann LeCun", "Yoshua LeCun", False),
    ("Yann", "Yann LeCun", False),
    ("Du Chatelet", "Émilie du Châtelet", True),
    ("Émilie du Châtelet", "Emilie du Chatelet", True),
    ("Sutton", "Richard S. Sutton", True),
    ("Richard Sutton", "Richard S. Sutton", True),
    ("Zhang", "Zhangjie Wu", False),
    ("...", "Yann LeCun", False),
    ("LeCun", "", False),
]


@pytest.mark.parametrize(("asked", "name", "same"), NAMED)
def test_a_name_is_the_authors_as_far_as_it_is_said(asked: str, name: str, same: bool) -> None:
    assert is_named(asked, name) is same


def test_who_wrote_a_paper_is_unknown_where_not_all_authors_are_named() -> None:
    wanted = Filter(Field.AUTHOR, "has", "LeCun", "words")
    assert keeps(wanted, Paper("1", "T", "A.", authors=("Y. LeCun",), author_count=4)) is True
    assert keeps(wanted, Paper("1", "T", "A.", authors=("A. Turing",), author_count=1)) is False
    assert keeps(wanted, Paper("1", "T", "A.", authors=("A. Turing",), author_count=4)) is None
    assert keeps(wanted, Paper("1", "T", "A.", author_count=4)) is None


CODE = [
    ("Our code is available at https://github.com/a/b.", True),
    ("The project page is at a.github.io.", True),
    ("Code and models will be released.", True),
    ("We release our models, data and code.", True),
    ("We open-source the training code.", True),
    ("The source code is publicly available.", True),
    ("We make our implementation public.", True),
    ("All codes are found at the project page.", True),
    ("We train models to write code.", False),
    ("We release a benchmark of code generation tasks.", False),
    ("Publicly available code models are compared.", False),
    ("The encoder is released with its decoder.", False),
    ("Latent codes are learned. A data set is released.", False),
    ("No source is named.", False),
]


@pytest.mark.parametrize(("abstract", "mentioned"), CODE)
def test_released_code_is_mentioned(abstract: str, mentioned: bool) -> None:
    assert mentions_code(abstract) is mentioned
    wanted = Filter(Field.CODE, "has", 1, "words")
    assert keeps(wanted, Paper("1", "T", abstract)) is mentioned
    assert keeps(wanted, Paper("1", "T", "")) is None


LABELS = [
    (on_date("in", "2024"), "from 2024"),
    (on_date("in", "2024-03-05"), "from 5 Mar 2024"),
    (on_date("in", "--03"), "from March, any year"),
    (on_date("in", "--03-05"), "from 5 March, any year"),
    (on_date(">=", "2026-03"), "since Mar 2026"),
    (on_date(">", "2023"), "after 2023"),
    (on_date("<", "2023"), "before 2023"),
    (on_date("<=", "2023"), "until 2023"),
    (Filter(Field.DATE, "most", 0, "w"), "newest first"),
    (Filter(Field.DATE, "least", 0, "w"), "oldest first"),
    (Filter(Field.DATE, "most", 1, "w"), "newest"),
    (Filter(Field.DATE, "most", 5, "w"), "5 newest"),
    (Filter(Field.UPVOTES, "most", 0, "w"), "most upvoted"),
    (Filter(Field.UPVOTES, "least", 3, "w"), "3 least upvoted"),
    (Filter(Field.AUTHORS, ">", 5, "w"), "more than 5 authors"),
    (Filter(Field.AUTHORS, ">=", 10, "w"), "at least 10 authors"),
    (Filter(Field.AUTHORS, "<", 3, "w"), "fewer than 3 authors"),
    (Filter(Field.AUTHORS, "<=", 3, "w"), "at most 3 authors"),
    (Filter(Field.AUTHORS, "=", 1, "w"), "1 author"),
    (Filter(Field.UPVOTES, ">", 50, "w"), "more than 50 upvotes"),
    (Filter(Field.AUTHOR, "has", "Yann LeCun", "w"), "by Yann LeCun"),
    (Filter(Field.CODE, "has", 1, "w"), "code mentioned"),
]


@pytest.mark.parametrize(("wanted", "words"), LABELS)
def test_a_filter_is_named(wanted: Filter, words: str) -> None:
    assert label(wanted) == words


def test_the_facts_of_a_library_are_judged_as_its_papers_are(tmp_path: Path) -> None:
    library = Library(tmp_path)
    known = {"authors": ("Ada Byron", "É. Noether"), "upvotes": 3, "date": PartialDate(2024, 5)}
    library.add([page(entry("One", "Code: github.com/a/b.", **known), entry("Two"))])
    facts, papers = library.facts(), list(library.papers())
    for one, paper in zip(facts, papers, strict=True):
        for name in ("paper_id", "abstract", "authors", "author_count", "date", "upvotes", "url"):
            assert getattr(one, name) == getattr(paper, name)
    filters = [on_date("in", "2024"), Filter(Field.CODE, "has", 1, "w")]
    assert select(filters, facts) == select(filters, papers)
    assert knows_author("Noether", facts)
    assert not knows_author("Ada Noether", facts)


def test_a_title_is_found_whole_or_by_its_beginning(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.add([page(entry("Boats and Ships: a Survey"), entry("Boats and Ships"), entry("Sea"))])
    ids = {paper.title: paper.paper_id for paper in library.papers()}
    assert library.find_titled("boats & ships? a SURVEY") == []
    assert library.find_titled("boats-and ships: a SURVEY") == [ids["Boats and Ships: a Survey"]]
    assert library.find_titled("Boats and Ships") == [ids["Boats and Ships"]]
    assert library.find_titled("boats and ship") == list(ids.values())[:2]
    assert library.find_titled("Se") == []
    assert library.find_titled("") == []
