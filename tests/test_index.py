"""The index: in step with the library through kills, rebuilds and other processes."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from libraries import (
    WordEmbedder,
    entry,
    numbered_page,
    open_index,
    page,
    run_process,
    start_process,
)

from rag.chroma import HNSW
from rag.chunks import CHUNKING, cut_paper
from rag.embedding import embed_papers
from rag.errors import LibraryLocked, RecipeMismatch, VectorError
from rag.index import Index
from rag.library import Library

ALL = {"vectors": 10, "whole": 10, "body": 10}
ADD = """
from pathlib import Path
library, index, _ = open_index(Path(sys.argv[1]))
library.add([numbered_page(int(number)) for number in sys.argv[2:]])
index.sync(library.papers())
"""
REBUILD = """
from pathlib import Path
library, index, _ = open_index(Path(sys.argv[1]))
index.rebuild(library.papers())
library.add([numbered_page(int(number)) for number in sys.argv[2:]])
index.sync(library.papers())
"""
REPLACE_LAST = """
from pathlib import Path
library, index, _ = open_index(Path(sys.argv[1]))
library.remove([[paper.paper_id for paper in library.papers()][-1]])
index.sync(library.papers())
library.add([page(entry("Paper new", "Subject99 is studied."))])
index.sync(library.papers())
"""
EMBED_SLOWLY = """
import rag.index
from pathlib import Path
rag.index.BATCH = 4
library, index, _ = open_index(Path(sys.argv[1]))
index.counts()
print("ready", flush=True)
index.sync(library.papers())
"""


@pytest.fixture
def filled(tmp_path: Path) -> tuple[Library, Index]:
    library, index, _ = open_index(tmp_path)
    library.add([numbered_page(1), numbered_page(2)])
    assert index.sync(library.papers()) == 10
    return library, index


def find_titles(library: Library, index: Index, question: str, k: int = 5) -> set[str]:
    found = index.nearest(index._embedder.embed_question(question), k)
    return {paper.title for paper in library.get(found).values()}


def titles_of(number: int) -> set[str]:
    return {one.title for one in numbered_page(number).entries}


def test_every_paper_is_in_each_part_of_the_index(filled: tuple[Library, Index]) -> None:
    library, index = filled
    assert index.counts() == ALL
    assert index.pending(library.papers()) == 0
    assert find_titles(library, index, "subject2") >= titles_of(2)


def test_an_unchanged_abstract_is_never_embedded_again(tmp_path: Path) -> None:
    library, index, embedder = open_index(tmp_path)
    library.add([page(entry("Grokking", "One."), entry("Mixup", "Two."))])
    index.sync(library.papers())
    embedder.embedded.clear()
    library.add([page(entry("Grokking", "One.", source="another", upvotes=9))])
    assert index.sync(library.papers()) == 0
    assert embedder.embedded == []
    library.add([page(entry("Grokking", "Three four."))])
    assert index.sync(library.papers()) == 1
    assert embedder.embedded == ["Grokking\nThree four.", "Three four.", "Three four."]
    assert index.counts() == {"vectors": 2, "whole": 2, "body": 2}


def test_a_removed_paper_leaves_every_part(filled: tuple[Library, Index]) -> None:
    library, index = filled
    library.remove([paper.paper_id for paper in library.papers()][:3])
    assert index.sync(library.papers()) == 0
    assert index.counts() == {"vectors": 7, "whole": 7, "body": 7}


def test_vectors_come_back_as_they_were_put(filled: tuple[Library, Index]) -> None:
    library, index = filled
    paper = next(library.papers())
    (made,) = embed_papers(index._embedder, [cut_paper(paper)])
    (stored,) = index.vectors([paper.paper_id, "nothere"])
    assert stored.revision == made.revision
    assert stored.spans.tolist() == [list(span) for span in cut_paper(paper).spans]
    for part in ("whole", "body", "sentences"):
        assert getattr(stored, part) == pytest.approx(getattr(made, part), abs=1e-3)


def test_vectors_of_another_recipe_are_not_mixed(filled: tuple[Library, Index]) -> None:
    library, index = filled
    _, other, _ = open_index(library.folder, "words@2")
    with pytest.raises(RecipeMismatch) as caught:
        other.sync(library.papers())
    assert str(caught.value) == (
        f"the index was made by 'words@1 {CHUNKING}'; the settings ask for 'words@2 {CHUNKING}'"
    )
    assert caught.value.remedy == "footnote rebuild, or put [embedding] model back"
    assert other.rebuild(library.papers()) == 10
    other.check_recipe()
    with pytest.raises(RecipeMismatch):
        index.check_recipe()


def test_a_rebuild_stands_beside_the_old_index_until_it_is_whole(
    filled: tuple[Library, Index],
) -> None:
    library, index = filled
    _, reader, _ = open_index(library.folder)
    seen: list[tuple[bool, set[str]]] = []

    def look(done: int, total: int) -> None:
        folders = {path.name for path in index.folder.iterdir() if path.is_dir()}
        seen.append((done == total, folders))
        assert find_titles(library, reader, "subject1") >= titles_of(1)

    assert index.rebuild(library.papers(), look) == 10
    assert seen == [(True, {"0001", "0002"})]
    assert (index.folder / "current").read_text() == "0002"
    assert {path.name for path in index.folder.iterdir()} == {"0002", "current"}
    assert index.counts() == reader.counts() == ALL


def test_who_reads_the_old_index_while_it_is_rebuilt_goes_on(
    filled: tuple[Library, Index],
) -> None:
    library, index = filled
    question = WordEmbedder().embed_question("subject1")
    ended, failed = threading.Event(), []

    def read() -> None:
        while not ended.is_set():
            try:
                found = index.nearest(question, 5)
                assert len(index.vectors(found)) == len(found) >= 5
            except (VectorError, AssertionError) as error:
                failed.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(4):
        assert index.rebuild(library.papers(), keep_old=True) == 10
    ended.set()
    for reader in readers:
        reader.join()
    assert failed == []
    assert {path.name for path in index.folder.iterdir()} == {"0004", "0005", "current"}
    assert index.rebuild(library.papers()) == 10
    assert {path.name for path in index.folder.iterdir()} == {"0006", "current"}


def test_a_rebuild_that_broke_off_is_swept_away_by_the_next(
    filled: tuple[Library, Index],
) -> None:
    library, index = filled

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.rebuild(library.papers(), stop)
    assert index.counts() == ALL
    assert index.rebuild(library.papers()) == 10
    assert {path.name for path in index.folder.iterdir()} == {"0003", "current"}
    assert index.counts() == ALL


@pytest.mark.parametrize(
    "harm", ["folder gone", "current empty", "vectors broken", "chroma broken"]
)
def test_a_rebuild_mends_what_is_lost(filled: tuple[Library, Index], harm: str) -> None:
    library, index = filled
    index.close()
    generation = index.folder / "0001"
    if harm == "folder gone":
        shutil.rmtree(index.folder)
    elif harm == "current empty":
        (index.folder / "current").write_text("")
        with pytest.raises(VectorError, match="holds '', which names no generation"):
            index.counts()
    elif harm == "vectors broken":
        (generation / "vectors.sqlite").write_bytes(b"not a database" * 1000)
        with pytest.raises(VectorError) as caught:
            index.counts()
        assert caught.value.remedy == "footnote rebuild"
    else:
        shutil.rmtree(generation / "chroma")
        (generation / "chroma").mkdir()
        (generation / "chroma" / "chroma.sqlite3").write_bytes(b"not a database" * 1000)
        with pytest.raises(VectorError, match=r"^Chroma failed: .*file is not a database"):
            index.counts()
    _, fresh, _ = open_index(library.folder)
    assert fresh.rebuild(library.papers()) == 10
    assert fresh.counts() == ALL
    assert find_titles(library, fresh, "subject2") >= titles_of(2)


def test_a_reader_sees_what_another_process_adds(filled: tuple[Library, Index]) -> None:
    library, index = filled
    assert find_titles(library, index, "subject3")
    run_process(ADD, library.folder, 3)
    assert find_titles(library, index, "subject3") >= titles_of(3)


def test_a_reader_sees_a_paper_put_in_the_place_of_the_last(
    filled: tuple[Library, Index],
) -> None:
    library, index = filled
    assert find_titles(library, index, "subject99")
    run_process(REPLACE_LAST, library.folder)
    assert index.counts() == ALL
    assert "Paper new" in find_titles(library, index, "subject99 is studied", 1)


def test_a_reader_goes_over_to_what_another_process_rebuilt(
    filled: tuple[Library, Index],
) -> None:
    library, index = filled
    assert find_titles(library, index, "subject1")
    run_process(REBUILD, library.folder, 3)
    assert find_titles(library, index, "subject3") >= titles_of(3)


def test_a_writer_goes_on_where_another_process_added_or_rebuilt(
    filled: tuple[Library, Index],
) -> None:
    library, index = filled
    run_process(ADD, library.folder, 3)
    library.add([numbered_page(4)])
    assert index.sync(library.papers()) == 5
    run_process(REBUILD, library.folder)
    library.add([numbered_page(5)])
    assert index.sync(library.papers()) == 5
    _, fresh, _ = open_index(library.folder)
    assert fresh.counts() == index.counts() == {"vectors": 25, "whole": 25, "body": 25}
    for number in (3, 4, 5):
        assert find_titles(library, fresh, f"subject{number}") >= titles_of(number)


def test_threads_go_on_asking_while_another_process_writes(
    filled: tuple[Library, Index],
) -> None:
    library, index = filled
    find_titles(library, index, "subject1")
    over, problems = threading.Event(), list[Exception]()

    def ask() -> None:
        while not over.is_set():
            try:
                assert find_titles(library, index, "subject1") >= titles_of(1)
            except (VectorError, AssertionError, AttributeError) as error:
                problems.append(error)
            time.sleep(0.01)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    run_process(REBUILD, library.folder, 3)
    over.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert find_titles(library, index, "subject3") >= titles_of(3)


def test_what_a_kill_left_in_chroma_alone_is_cleaned_away(filled: tuple[Library, Index]) -> None:
    library, index = filled
    vector = index._embedder.embed_question("nowhere")[None, :]
    index._open().neighbours.upsert(["orphan"], {"whole": vector, "body": vector})
    assert index.counts() == {"vectors": 10, "whole": 11, "body": 11}
    library.add([numbered_page(3)])
    index.sync(library.papers())
    assert index.counts() == {"vectors": 15, "whole": 15, "body": 15}


def test_a_kill_while_embedding_loses_nothing(tmp_path: Path) -> None:
    library, _, _ = open_index(tmp_path)
    library.add(numbered_page(number) for number in range(16))
    chance = random.Random(11)
    for _ in range(4):
        process = start_process(EMBED_SLOWLY, tmp_path)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.25))
        process.kill()
        process.wait()
        index = open_index(tmp_path)[1]
        assert index.counts()["vectors"] <= 80
        index.close()
    library.add([numbered_page(99)])
    index = open_index(tmp_path)[1]
    index.sync(library.papers())
    assert index.pending(library.papers()) == 0
    assert index.counts() == {"vectors": 85, "whole": 85, "body": 85}


def test_a_sync_waits_for_another_writer_no_longer_than_it_is_told(
    filled: tuple[Library, Index],
) -> None:
    library, index = filled
    hold = "from pathlib import Path\nfrom rag.locks import hold_lock\n"
    hold += 'with hold_lock(Path(sys.argv[1]), "adding"): print("held", flush=True), input()'
    process = start_process(hold, library.folder)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    started = time.monotonic()
    with pytest.raises(LibraryLocked):
        index.sync(library.papers(), wait=0)
    assert time.monotonic() - started < 5
    process.communicate("\n", timeout=30)
    assert index.sync(library.papers(), wait=0) == 0


def test_a_collection_of_another_distance_is_refused(tmp_path: Path) -> None:
    import chromadb

    _, index, embedder = open_index(tmp_path)
    folder = tmp_path / "index" / "0001" / "chroma"
    folder.mkdir(parents=True)
    client = chromadb.PersistentClient(path=str(folder))
    client.create_collection("papers-whole", configuration={"hnsw": {"space": "l2"}})
    client.close()
    with pytest.raises(VectorError) as caught:
        index.nearest(embedder.embed_question("a"), 3)
    assert str(caught.value) == (
        "Chroma's collection papers-whole measures l2 distance, not cosine"
    )
    assert caught.value.remedy == "footnote rebuild"
    assert HNSW["space"] == "cosine"


def test_an_index_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    _, index, _ = open_index(tmp_path)
    index.folder.write_text("a file")
    with pytest.raises(VectorError, match="cannot be written"):
        index.counts()


@pytest.fixture
def chroma_url(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    chroma = Path(sys.executable).parent / "chroma"
    process = subprocess.Popen(
        [chroma, "run", "--path", tmp_path / "server", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


def test_libraries_on_one_chroma_server_do_not_meet(tmp_path: Path, chroma_url: str) -> None:
    import chromadb

    libraries, indexes = [], []
    for number in (1, 2):
        library, plain, embedder = open_index(tmp_path / str(number))
        plain.close()
        index = Index(library.folder, embedder, chroma_url)
        library.add([numbered_page(number)])
        index.sync(library.papers())
        libraries.append(library)
        indexes.append(index)
    five = {"vectors": 5, "whole": 5, "body": 5}
    assert [index.counts() for index in indexes] == [five, five]
    assert indexes[0].rebuild(libraries[0].papers()) == 5
    assert [index.counts() for index in indexes] == [five, five]
    assert find_titles(libraries[0], indexes[0], "subject1") == titles_of(1)
    client = chromadb.HttpClient(host="127.0.0.1", port=int(chroma_url.rpartition(":")[2]))
    assert len(client.list_collections()) == 4


def test_a_chroma_server_that_does_not_answer_is_an_error_of_ours(tmp_path: Path) -> None:
    library, _, embedder = open_index(tmp_path)
    index = Index(library.folder, embedder, "http://127.0.0.1:9")
    with pytest.raises(VectorError, match="Chroma failed: "):
        index.counts()


def test_an_address_without_a_host_is_named(tmp_path: Path) -> None:
    library, _, embedder = open_index(tmp_path)
    with pytest.raises(VectorError) as caught:
        Index(library.folder, embedder, "localhost").counts()
    assert str(caught.value) == "[index] url is 'localhost', which names no host"
    assert caught.value.remedy == "write it as http://127.0.0.1:8000, or leave it empty"
