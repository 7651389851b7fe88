"""The starter corpus: real titles, abstracts retold, in every shape of listing page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.pages import open_pages
from rag.records import Page
from rag.titles import normalise_title

CORPUS = Path(__file__).resolve().parents[1] / "eval" / "corpus"
RUN = 8


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return list(open_pages([str(CORPUS)]))


@pytest.fixture(scope="module")
def shared_pages(shared: Path) -> list[Page]:
    return list(open_pages([str(shared / "pages")]))


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs_of(text: str) -> set[tuple[str, ...]]:
    words = words_of(text)
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def test_the_corpus_is_read_without_a_failure(pages: list[Page]) -> None:
    assert [page.failures for page in pages] == [()] * len(pages)
    titles = {normalise_title(one.title) for page in pages for one in page.entries}
    assert len(titles) >= 60


def test_the_corpus_shows_all_four_shapes_of_a_listing(pages: list[Page]) -> None:
    dated = {page.source: any(one.date for one in page.entries) for page in pages}
    counted = {page.source: any(one.author_count for one in page.entries) for page in pages}
    own_date = {page.source: page.date is not None for page in pages}
    traits = {(dated[one.source], counted[one.source], own_date[one.source]) for one in pages}
    assert len(pages) == 4
    assert {page.shape for page in pages} == {"listing"}
    assert len(traits) >= 3


def test_every_abstract_has_a_reader_s_length(pages: list[Page]) -> None:
    lengths = {one.title: len(one.abstract.split()) for page in pages for one in page.entries}
    assert {title: n for title, n in lengths.items() if not 60 <= n <= 150} == {}


def test_every_title_is_one_of_the_shared_papers(
    pages: list[Page], shared_pages: list[Page]
) -> None:
    real = {normalise_title(one.title) for page in shared_pages for one in page.entries}
    told = [one.title for page in pages for one in page.entries]
    assert [title for title in told if normalise_title(title) not in real] == []


def test_no_abstract_is_copied(pages: list[Page], shared_pages: list[Page]) -> None:
    real: set[tuple[str, ...]] = set()
    for page in shared_pages:
        for one in page.entries:
            real |= runs_of(one.abstract)
    copied = {
        one.title: [" ".join(run) for run in runs_of(one.abstract) & real]
        for page in pages
        for one in page.entries
    }
    assert {title: runs for title, runs in copied.items() if runs} == {}
