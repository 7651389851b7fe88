"""A preview says what adding does, writes nothing; what was removed can be put back."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libraries import entry, page

from rag.errors import PageError, PaperNotFound
from rag.library import Library
from rag.preview import (
    Known,
    Pasted,
    Removed,
    Repeat,
    Upload,
    add_preview,
    preview,
    put_back,
    remove_papers,
)
from rag.records import AddReport, Failure, Page, Paper, PartialDate

BIBTEX = """
@article{one, title = {Grokking}, abstract = {Networks learn late.}, author = {Ada One}}
@article{two, title = {Mixup}, abstract = {Mixing helps.}}
@article{three, title = {GROKKING}, abstract = {Networks learn late.}}
@article{four, title = {Nothing to Say}}
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def everything(library: Library) -> tuple[list[Paper], int]:
    return list(library.papers()), library.changes()


def test_a_preview_says_what_is_new_known_repeated_and_unreadable(library: Library) -> None:
    library.add([page(entry("Mixup", "Mixing hurts."))])
    (mixup,) = library.papers()
    before = everything(library)
    found = preview([Pasted(BIBTEX)], library)
    (shown,) = found.pages
    assert (shown.source, shown.shape) == ("pasted text", "bibtex")
    assert [one.title for one in shown.new] == ["Grokking"]
    (known,) = shown.known
    assert (known.entry.title, known.paper) == ("Mixup", mixup)
    assert known.changes == ("abstract", "older_abstracts")
    (repeat,) = shown.repeats
    assert (repeat.entry.title, repeat.first) == ("GROKKING", shown.new[0])
    (failure,) = shown.failures
    assert failure.source == "pasted text"
    assert failure.reason == "the entry 'Nothing to Say' has no abstract"
    assert found.outcome == AddReport(3, 1, 1, 1, (failure,))
    assert (found.new, found.known, found.repeats) == (shown.new, shown.known, shown.repeats)
    assert everything(library) == before


def test_what_is_known_and_adds_nothing_is_told_as_such(library: Library) -> None:
    add_preview(preview([Pasted(BIBTEX)], library), library)
    again = preview([Pasted(BIBTEX)], library)
    assert again.new == ()
    assert [one.changes for one in again.known] == [(), ()]
    assert (again.outcome.unchanged, again.outcome.merged) == (3, 0)


def test_a_page_that_lists_a_paper_too_is_merged_and_changes_nothing_else(
    library: Library,
) -> None:
    library.add([page(entry("Grokking", "One."))])
    found = preview([Upload("list.bib", b"@misc{a, title={Grokking}, abstract={One.}}")], library)
    assert [one.changes for one in found.known] == [()]
    assert found.outcome == AddReport(1, merged=1)


def test_what_was_previewed_is_added_even_if_the_file_has_changed(
    library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "page.bib"
    path.write_text(BIBTEX)
    found = preview([str(path)], library)
    path.write_text("@misc{a, title={Another}, abstract={Words.}}")
    assert found.is_current(library)
    assert add_preview(found, library) == found.outcome
    assert [paper.title for paper in library.papers()] == ["Grokking", "Mixup"]
    assert not found.is_current(library)
    assert {paper.pages for paper in library.papers()} == {(str(path.resolve()),)}


def test_sources_of_all_kinds_are_read_in_their_order(library: Library, tmp_path: Path) -> None:
    (tmp_path / "one.bib").write_text("@misc{a, title={One}, abstract={First.}}")
    upload = Upload("two.ris", b"TY  - JOUR\nTI  - Two\nAB  - Second.\nER  - \n")
    pasted = Pasted("@misc{c, title={One}, abstract={First.}}", "from the clipboard")
    found = preview([upload, str(tmp_path / "one.bib"), pasted], library)
    assert [one.source for one in found.pages] == [
        "two.ris",
        str(tmp_path / "one.bib"),
        "from the clipboard",
    ]
    assert [one.shape for one in found.pages] == ["ris", "bibtex", "bibtex"]
    assert [one.title for one in found.new] == ["Two", "One"]
    assert [one.first.title for one in found.pages[2].repeats] == ["One"]


def test_a_path_where_there_is_nothing_is_said_before_anything_is_read(library: Library) -> None:
    with pytest.raises(PageError) as caught:
        preview([Pasted(BIBTEX), "/nowhere/at all"], library)
    assert str(caught.value) == "there is no file or folder '/nowhere/at all'"


def test_standard_input_is_not_previewed(library: Library) -> None:
    with pytest.raises(PageError) as caught:
        preview(["-"], library)
    assert str(caught.value) == ("standard input cannot be previewed, as it can be read only once")
    assert caught.value.remedy == "paste the text, or save it in a file"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        (" \n\t", "the file is empty"),
        ("Nobody knows the trouble", "nothing in it looks like a list of papers"),
    ],
)
def test_a_text_without_papers_is_a_failure(library: Library, text: str, reason: str) -> None:
    found = preview([Pasted(text)], library)
    assert found.outcome == AddReport(failed=(Failure("pasted text", None, reason),))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\list.bib", "list.bib"),
        ("a\u202eb\x00\n.html", "ab.html"),
        ("x" * 999, "x" * 200),
        ("", "an upload"),
        ("///", "an upload"),
    ],
)
def test_an_uploads_name_is_only_a_name(library: Library, name: str, shown: str) -> None:
    (found,) = preview([Upload(name, BIBTEX.encode())], library).pages
    assert found.source == shown
    assert {one.source for one in found.new} == {shown}


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode()))
def test_no_bytes_at_all_break_a_preview(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        found = preview([Upload("any", data)], library)
        assert found.new or found.outcome.failed
        assert library.changes() == 0
        library.close()


def test_a_lone_surrogate_in_a_pasted_text_is_replaced(library: Library) -> None:
    found = preview([Pasted("@misc{a, title={A \ud800 Title}, abstract={Words.}}")], library)
    assert [one.title for one in found.new] == ["A ? Title"]


ENTRIES = st.builds(
    entry,
    title=st.sampled_from(["Grokking", "grok-king", "Mixup", "MIXUP!", "Ghosts"]),
    abstract=st.sampled_from(["One. Two.", "One.", "Three.", "One. Two. Three."]),
    source=st.sampled_from(["one.txt", "two.txt"]),
    authors=st.sampled_from([(), ("Ada",), ("Bo",), ("Ada", "Bo")]),
    author_count=st.sampled_from([None, 1, 9]),
    arxiv_id=st.sampled_from([None, "2401.00001", "2402.00002", "2403.00003"]),
    date=st.sampled_from([None, PartialDate(2025), PartialDate(None, 3, 2), PartialDate(2024, 3)]),
    upvotes=st.sampled_from([None, 0, 5]),
    categories=st.sampled_from([(), ("cs.LG",), ("cs.CL",)]),
)
PAGES = st.lists(ENTRIES, min_size=1, max_size=8).map(lambda entries: page(*entries))


@settings(max_examples=80, deadline=None)
@given(there=PAGES, pages=st.lists(PAGES, min_size=1, max_size=3))
def test_adding_does_what_the_preview_says(there: Page, pages: list[Page]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        library = Library(Path(folder))
        library.add([there])
        before = {paper.paper_id: paper for paper in library.papers()}
        # Readers give what is in a page; here it is any entries at all.
        patch.setattr("rag.preview.read_page", lambda name, _: pages[int(name)])
        found = preview([Pasted("", str(number)) for number in range(len(pages))], library)
        assert list(library.papers()) == list(before.values())
        assert add_preview(found, library) == found.outcome
        after = {paper.paper_id: paper for paper in library.papers()}
        assert len(found.new) == len(after) - len(before)
        assert all(before[one.paper.paper_id] == one.paper for one in found.known)
        touched = {one.paper.paper_id for one in found.known}
        assert all(after[one] == before[one] for one in before.keys() - touched)
        assert sum(len(one.entries) for one in pages) == len(
            (*found.new, *found.known, *found.repeats)
        )
        library.close()


def test_a_removed_paper_comes_back_as_it_was_and_where_it_was(library: Library) -> None:
    library.add([page(entry("Grokking", "First."), entry("Mixup", arxiv_id="2401.00001"))])
    library.add([page(entry("Grokking", "Second.", source="another"), entry("Ghosts"))])
    before = list(library.papers())
    removed = remove_papers(library, [before[2].paper_id, before[0].paper_id])
    assert removed == Removed((before[0], before[2]), (1, 3))
    assert list(library.papers()) == [before[1]]
    changes = library.changes()
    assert put_back(library, removed) == (before[0].paper_id, before[2].paper_id)
    assert list(library.papers()) == before
    assert library.changes() == changes + 1
    assert library.match(["second"], 5) != []
    assert library.match(["first"], 5) == []
    assert library.check() == ""


def test_papers_are_removed_all_or_none(library: Library) -> None:
    library.add([page(entry("Grokking"))])
    (paper,) = library.papers()
    with pytest.raises(PaperNotFound) as caught:
        remove_papers(library, [paper.paper_id, "nothere"])
    assert str(caught.value) == "no paper has the id nothere; nothing was removed"
    assert library.count() == 1


def test_a_paper_added_again_since_keeps_what_both_say(library: Library) -> None:
    library.add([page(entry("Grokking", "First.", source="one.txt", upvotes=7))])
    (paper,) = library.papers()
    removed = remove_papers(library, [paper.paper_id])
    library.add([page(entry("GROKKING", "Second.", source="two.txt", authors=("Ada",)))])
    assert put_back(library, removed) == (paper.paper_id,)
    (merged,) = library.papers()
    assert (merged.abstract, merged.older_abstracts) == ("Second.", ("First.",))
    assert merged.pages == ("one.txt", "two.txt")
    assert (merged.upvotes, merged.authors, merged.title) == (7, ("Ada",), "GROKKING")


def test_an_id_that_another_paper_has_taken_is_not_taken_from_it(library: Library) -> None:
    library.add([page(entry("Attention", "First.", arxiv_id="2401.00001"))])
    (first,) = library.papers()
    removed = remove_papers(library, [first.paper_id])
    library.add([page(entry("Attention", "Second.", arxiv_id="2402.00002"))])
    (second,) = library.papers()
    assert second.paper_id == first.paper_id
    (new_id,) = put_back(library, removed)
    assert new_id != first.paper_id
    papers = library.get([first.paper_id, new_id])
    assert papers == {
        first.paper_id: second,
        new_id: replace(first, paper_id=new_id),
    }


def test_a_place_that_another_paper_has_taken_is_not_taken_from_it(library: Library) -> None:
    library.add([page(entry("Grokking"), entry("Mixup"))])
    removed = remove_papers(library, [list(library.papers())[1].paper_id])
    library.add([page(entry("Ghosts"))])
    put_back(library, removed)
    assert [paper.title for paper in library.papers()] == ["Grokking", "Ghosts", "Mixup"]


@settings(max_examples=40, deadline=None)
@given(pages=st.lists(PAGES, min_size=1, max_size=3), chosen=st.sets(st.integers(0, 20)))
def test_removing_and_putting_back_changes_nothing(pages: list[Page], chosen: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        library.add(pages)
        before = list(library.papers())
        ids = [paper.paper_id for number, paper in enumerate(before) if number in chosen]
        removed = remove_papers(library, ids)
        assert library.count() == len(before) - len(ids)
        assert list(put_back(library, removed)) == ids
        assert list(library.papers()) == before
        again = put_back(library, removed)
        assert (list(again), list(library.papers())) == (ids, before)
        library.close()


def test_known_and_repeat_are_told_apart(library: Library) -> None:
    library.add([page(entry("Grokking", "One."))])
    (paper,) = library.papers()
    text = "@misc{a, title={Grokking}, abstract={One.}}\n" * 2
    found = preview([Pasted(text)], library)
    (known,), (repeat,) = found.known, found.repeats
    assert known == Known(known.entry, paper, ())
    assert repeat == Repeat(repeat.entry, known.entry)
    assert (known.entry.line, repeat.entry.line) == (1, 2)
