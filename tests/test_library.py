"""The library: papers kept once, nothing lost, and errors that say what is wrong."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libraries import entry, numbered_page, page, run_process, start_process

import rag.library
from rag.errors import LibraryError, LibraryLocked, LibraryTooNew, PaperNotFound
from rag.library import Library
from rag.locks import hold_lock
from rag.pages import open_pages
from rag.records import AddReport, Entry, Paper, PartialDate
from rag.terms import content_words, find_missing_terms

HOLD = """
from pathlib import Path
from rag.locks import hold_lock
with hold_lock(Path(sys.argv[1]), "adding papers"):
    print("held", flush=True)
    sys.stdin.read()
"""
ADD_PAGES = """
from pathlib import Path
library = Library(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(200):
    library.add([numbered_page(number)])
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


def only_paper(library: Library) -> Paper:
    (paper,) = library.papers()
    return paper


def test_a_new_paper_is_added_as_its_page_tells_it(library: Library) -> None:
    told = entry(
        "Grokking",
        authors=("Ada", "Bo"),
        date=PartialDate(2024, 5, 24),
        arxiv_id="2405.12345",
        url="https://arxiv.org/abs/2405.12345",
        upvotes=7,
        categories=("cs.LG",),
    )
    assert library.add([page(told)]) == AddReport(read=1, added=1)
    paper = only_paper(library)
    assert (paper.title, paper.abstract) == ("Grokking", "It works. It is small.")
    assert (paper.authors, paper.author_count) == (("Ada", "Bo"), 2)
    assert (paper.date, paper.arxiv_id) == (PartialDate(2024, 5, 24), "2405.12345")
    assert (paper.upvotes, paper.categories) == (7, ("cs.LG",))
    assert paper.pages == ("a page",)


@pytest.mark.parametrize(
    "variant",
    [
        "few-shot learning: a café",
        "FEW SHOT LEARNING — A CAFÉ",
        "Few-Shot Learning: A Cafe",
        "Few-Shot Learning: A Cafe\u0301",
        "Few-\nShot Learning:\n A Café",
        "Ｆｅｗ‑Ｓｈｏｔ Learning: A Café",
    ],
)
def test_a_title_in_another_spelling_is_the_same_paper(library: Library, variant: str) -> None:
    library.add([page(entry("Few-Shot Learning: A Café"))])
    report = library.add([page(entry(variant, source="another"))])
    assert report == AddReport(read=1, merged=1)
    assert only_paper(library).title == "Few-Shot Learning: A Café"


def test_one_arxiv_id_under_two_titles_is_one_paper(library: Library) -> None:
    library.add([page(entry("A First Title", arxiv_id="2401.00001"))])
    library.add([page(entry("A Title Revised", "New words.", arxiv_id="2401.00001"))])
    assert only_paper(library).title == "A First Title"
    assert only_paper(library).abstract == "New words."


def test_one_title_under_two_arxiv_ids_stays_two_papers(library: Library) -> None:
    both = page(
        entry("Attention", arxiv_id="2401.00001"), entry("Attention", arxiv_id="2402.00002")
    )
    assert library.add([both]) == AddReport(read=2, added=2)
    assert len({paper.paper_id for paper in library.papers()}) == 2
    assert library.add([both]) == AddReport(read=2, unchanged=2)
    assert library.add([page(entry("Attention"))]) == AddReport(read=1, unchanged=1)


def test_an_arxiv_id_learned_later_belongs_to_the_paper_of_that_title(library: Library) -> None:
    library.add([page(entry("Attention"))])
    library.add([page(entry("Attention", arxiv_id="2401.00001"))])
    assert only_paper(library).arxiv_id == "2401.00001"
    library.add([page(entry("Attention again", arxiv_id="2401.00001"))])
    assert library.count() == 1


def test_every_page_that_lists_a_paper_is_remembered_once(library: Library) -> None:
    for source in ("one.txt", "two.txt", "one.txt"):
        library.add([page(entry("Grokking", source=source))])
    assert only_paper(library).pages == ("one.txt", "two.txt")


def test_of_two_abstracts_the_newer_wins_and_the_older_is_kept(library: Library) -> None:
    for abstract in ("The first words.", "The second words.", "The first words."):
        library.add([page(entry("Grokking", abstract))])
    assert only_paper(library).abstract == "The second words."
    assert only_paper(library).older_abstracts == ("The first words.",)
    assert library.match(["second"], 5)
    assert not library.match(["first"], 5)


def test_a_cut_off_abstract_does_not_replace_the_whole_one(library: Library) -> None:
    library.add([page(entry("Grokking", "All the words are here."))])
    library.add([page(entry("Grokking", "All the words…"))])
    assert only_paper(library).abstract == "All the words are here."
    assert only_paper(library).older_abstracts == ("All the words…",)


def test_a_year_learned_later_replaces_a_date_without_one(library: Library) -> None:
    for date in (PartialDate(None, 3, 2), PartialDate(2025, 3, 2), PartialDate(None, 3, 2)):
        library.add([page(entry("Grokking", date=date))])
        stored = only_paper(library).date
    assert stored == PartialDate(2025, 3, 2)


ENTRIES = st.builds(
    entry,
    title=st.sampled_from(["Grokking", "grok-king", "Mixup", "MIXUP!", "Ghosts"]),
    abstract=st.sampled_from(["One. Two.", "One.", "Three.", "One. Two. Three."]),
    source=st.sampled_from(["one.txt", "two.txt"]),
    authors=st.sampled_from([(), ("Ada",), ("Bo",), ("Ada", "Bo")]),
    author_count=st.sampled_from([None, 1, 9]),
    arxiv_id=st.sampled_from([None, "2401.00001", "2402.00002"]),
    date=st.sampled_from([None, PartialDate(2025), PartialDate(None, 3, 2), PartialDate(2024, 3)]),
    upvotes=st.sampled_from([None, 0, 5]),
    categories=st.sampled_from([(), ("cs.LG",), ("cs.CL",)]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=12))
def test_adding_anything_again_changes_nothing(entries: list[Entry]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        first = library.add([page(*entries)])
        assert first.read == len(entries) == first.added + first.merged + first.unchanged
        assert first.added == library.count()
        before, changes = list(library.papers()), library.changes()
        assert library.add([page(*entries)]) == AddReport(read=len(entries), unchanged=len(entries))
        assert (list(library.papers()), library.changes()) == (before, changes)
        kept = {text for paper in before for text in (paper.abstract, *paper.older_abstracts)}
        assert kept == {one.abstract for one in entries}
        library.close()


def test_the_shared_pages_give_346_papers_and_nothing_the_second_time(
    library: Library, shared: Path
) -> None:
    pages = list(open_pages([str(shared / "pages")]))
    assert library.add(pages) == AddReport(read=420, added=346, merged=74)
    assert library.add(pages) == AddReport(read=420, unchanged=420)
    assert library.count() == 346


def test_papers_are_removed_with_their_words(library: Library) -> None:
    library.add([page(entry("Grokking"), entry("Mixup"))])
    grokking, mixup = library.papers()
    library.remove([grokking.paper_id])
    assert list(library.papers()) == [mixup]
    assert library.match(["grokking"], 5) == []


def test_papers_are_removed_all_or_none(library: Library) -> None:
    library.add([page(entry("Grokking"))])
    changes = library.changes()
    with pytest.raises(PaperNotFound) as caught:
        library.remove([only_paper(library).paper_id, "nothere", "norhere"])
    assert str(caught.value) == "no paper has the id nothere, norhere; nothing was removed"
    assert caught.value.remedy == "footnote papers --json lists the ids"
    assert (library.count(), library.changes()) == (1, changes)


def test_a_library_of_a_later_version_is_not_touched(library: Library) -> None:
    with sqlite3.connect(library.path) as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(LibraryTooNew) as caught:
        Library(library.folder)
    assert str(caught.value) == f"{library.path} has schema 9; this Footnote knows schemas up to 1"
    assert caught.value.remedy == "update Footnote: git pull && make install"


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "library.sqlite").write_text("no database at all" * 100)
    with pytest.raises(LibraryError) as caught:
        Library(tmp_path)
    assert str(caught.value) == (
        f"the library at {tmp_path} cannot be opened: file is not a database"
    )
    assert caught.value.remedy == (
        "footnote doctor; footnote restore FILE --replace, from a backup"
    )


def test_a_library_cannot_lie_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(LibraryError, match=r"taken cannot be opened: .*File exists"):
        Library(tmp_path / "taken")


def test_a_folder_that_takes_no_lock_is_named(library: Library) -> None:
    # A folder in the lock's place refuses root as well, whom permissions do not bind.
    (library.folder / "writer.lock").mkdir()
    with pytest.raises(LibraryError) as caught:
        library.add([page(entry("Grokking"))])
    assert str(caught.value).startswith(f"the library at {library.folder} cannot be written: ")
    assert caught.value.remedy == (
        "make the folder writable, or put the library elsewhere with --library PATH"
    )
    assert library.count() == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_read_only_folder_is_named(library: Library) -> None:
    library.folder.chmod(0o500)
    try:
        with pytest.raises(LibraryError, match=r"cannot be (written|opened)"):
            Library(library.folder).add([page(entry("Grokking"))])
    finally:
        library.folder.chmod(0o700)


def test_a_library_that_another_process_writes_to_says_which(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.library, "hold_lock", partial(hold_lock, wait=1.0))
    process = start_process(HOLD, library.folder)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(LibraryLocked) as caught:
        library.add([page(entry("Grokking"))])
    assert str(caught.value) == (
        f"process {process.pid}, adding papers has been writing to {library.folder}"
        " for longer than 1 s"
    )
    assert caught.value.remedy == ("wait for it to end, or end it, then run the same command again")
    assert library.count() == 0
    process.kill()
    process.wait()
    assert library.add([page(entry("Grokking"))]).added == 1


def test_the_lock_is_taken_again_within_itself_whatever_the_wait(tmp_path: Path) -> None:
    with hold_lock(tmp_path, "outside"), hold_lock(tmp_path, "inside", wait=0.5):
        assert (tmp_path / "writer.txt").read_text().endswith(", inside")
    process = start_process(HOLD, tmp_path)
    assert process.communicate(timeout=30)[0] == "held\n"


def test_a_kill_while_adding_leaves_whole_pages(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(4):
        process = start_process(ADD_PAGES, tmp_path)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.4))
        process.kill()
        process.wait()
        library = Library(tmp_path)
        assert library.count() % 5 == 0
        assert library.check() == ""
        assert len(library.match(["studied"], 10_000)) == library.count()
    report = library.add(numbered_page(number) for number in range(200))
    assert report.merged == 0
    assert library.count() == 1000


def test_what_another_process_adds_is_seen_at_once(library: Library) -> None:
    assert library.count() == 0
    code = "from pathlib import Path\nLibrary(Path(sys.argv[1])).add([numbered_page(1)])"
    run_process(code, library.folder)
    assert library.count() == 5
    assert len(library.match(["subject1"], 10)) == 5


def test_threads_may_open_a_new_library_all_at_once(tmp_path: Path) -> None:
    start, problems = threading.Barrier(8), list[LibraryError]()

    def work(number: int) -> None:
        start.wait()
        try:
            Library(tmp_path).add([numbered_page(number)])
        except LibraryError as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert Library(tmp_path).count() == 40


@pytest.fixture(scope="module")
def worded(tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library(tmp_path_factory.mktemp("worded"))
    library.add(
        [
            page(
                entry("Grokking explained", "Networks generalise AND memorise NEAR the end."),
                entry("A study", "We study grokking in naïve networks."),
                entry("Transformers", "Attention heads attend."),
            )
        ]
    )
    return library


@pytest.mark.parametrize(
    "question",
    [
        '"',
        'say "grokking',
        "grokking AND",
        "NEAR(grokking attention, 2)",
        "grok*",
        "title: grokking",
        "NOT grokking OR",
        "-grokking ^networks {a b}",
        "grok\x00king",
        "🙂 grokking 🙂",
        "\ud800 grokking",
        "'; DROP TABLE papers; --",
        "𞤀𞤁 ²½ ﷽",
        "",
    ],
)
def test_no_mark_in_a_question_breaks_the_search(worded: Library, question: str) -> None:
    found = worded.match(content_words(question), 10)
    assert all(score > 0 for _, score in found)
    find_missing_terms(question, worded)
    assert worded.count() == 3


@settings(max_examples=150, deadline=None)
@given(question=st.text(st.characters(), max_size=60))
def test_no_question_at_all_breaks_the_search(worded: Library, question: str) -> None:
    words = content_words(question)
    assert len(worded.match(words, 10)) <= 3
    assert set(worded.weigh(words)) == set(words)
    find_missing_terms(question, worded)


def test_words_are_found_stemmed_without_accents_and_best_in_the_title(worded: Library) -> None:
    titles = {paper.paper_id: paper.title for paper in worded.papers()}
    found = [titles[paper_id] for paper_id, _ in worded.match(["grokking"], 10)]
    assert found == ["Grokking explained", "A study"]
    assert [titles[one] for one, _ in worded.match(["naive"], 10)] == ["A study"]
    assert [titles[one] for one, _ in worded.match(["attending"], 10)] == ["Transformers"]


def test_a_search_keeps_to_the_papers_it_is_given(worded: Library) -> None:
    _, study, transformers = (paper.paper_id for paper in worded.papers())
    among = [study, transformers, "nothere"]
    assert [one for one, _ in worded.match(["grokking"], 0, among)] == [study]
    assert worded.match(["grokking"], 0) == []


def test_papers_with_a_word_a_phrase_or_a_beginning_are_counted(worded: Library) -> None:
    phrases = ["grokking", "attention heads", "heads attention", "transf*", "muon"]
    assert list(worded.count_papers_with(phrases).values()) == [2, 1, 0, 1, 0]
