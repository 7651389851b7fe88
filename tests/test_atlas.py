"""The map: the same twice, true to the vectors, named in the papers' own words, kept safely."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libraries import entry, open_index, page, start_process
from threadpoolctl import threadpool_limits

import rag.atlas.store
from rag import Footnote
from rag.atlas import Atlas, Cluster, Point, draw_atlas, load_or_draw
from rag.atlas.layout import cluster, lay_out, reduce
from rag.atlas.naming import Text, name_clusters
from rag.atlas.records import State, read_atlas, write_atlas
from rag.atlas.store import read_vectors
from rag.embedder import Vectors
from rag.errors import RecipeMismatch
from rag.records import Paper

DRAW = """
from pathlib import Path
from rag import Footnote
from rag.atlas import load_or_draw
import rag.atlas.store
drawn = []
draw = rag.atlas.store.draw_atlas
rag.atlas.store.draw_atlas = lambda *given: drawn.append(1) or draw(*given)
with Footnote.open(library=sys.argv[1]) as footnote:
    print("ready", flush=True)
    sys.stdin.readline()
    points = load_or_draw(footnote).points
    print(len(drawn), hash(points) != 0, len(points), flush=True)
"""
SAID = ("We treat {}.", "Much is said of {}.", "Here, {} is solved.", "What {} needs is time.")
SUBJECTS = ("sparse attention", "protein folding", "speech recognition")


@pytest.fixture
def copied(starter_folder: Path, tmp_path: Path) -> Iterator[Footnote]:
    """The starter papers, to be written to."""
    folder = tmp_path / "library"
    shutil.copytree(starter_folder, folder)
    (folder / "atlas.json").unlink(missing_ok=True)
    with Footnote.open(library=folder) as footnote:
        yield footnote


def papers_of(count: int) -> list[Paper]:
    return [
        Paper(
            f"{number:04x}",
            f"On {SUBJECTS[number % 3]}",
            SAID[number % 4].format(SUBJECTS[number % 3]),
        )
        for number in range(count)
    ]


def grouped(count: int, groups: int = 3, spread: float = 0.1, size: int = 32) -> Vectors:
    """Vectors around `groups` directions, one group after the other."""
    chance = np.random.default_rng(1)
    middles = chance.normal(size=(groups, size))
    near = middles[np.arange(count) % groups] + spread * chance.normal(size=(count, size))
    return np.asarray(near, dtype=np.float32)


def atlas_of(count: int, vectors: Vectors) -> Atlas:
    papers = papers_of(count)
    return draw_atlas(papers, {one.paper_id: row for one, row in zip(papers, vectors, strict=True)})


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 11, 12, 13, 40])
def test_a_map_of_however_few_papers_is_a_map(count: int) -> None:
    drawn = atlas_of(count, grouped(count))
    assert [one.paper_id for one in drawn.points] == [one.paper_id for one in papers_of(count)]
    assert all(0 <= one.x <= 1 and 0 <= one.y <= 1 for one in drawn.points)
    assert sum(one.size for one in drawn.clusters) == count
    assert [one.number for one in drawn.clusters] == list(range(1, len(drawn.clusters) + 1))
    assert len({one.name for one in drawn.clusters}) == len(drawn.clusters)
    if count > 1:
        assert len({(one.x, one.y) for one in drawn.points}) == count


@pytest.mark.parametrize("count", [1, 5, 30])
def test_papers_that_are_all_alike_lie_in_the_middle(count: int) -> None:
    drawn = atlas_of(count, np.ones((count, 8), dtype=np.float32))
    assert {(one.x, one.y, one.cluster) for one in drawn.points} == {(0.5, 0.5, 1)}
    assert [(one.size, one.x, one.y) for one in drawn.clusters] == [(count, 0.5, 0.5)]


def test_vectors_of_nothing_but_zeros_and_copies_are_drawn() -> None:
    vectors = np.zeros((20, 8), dtype=np.float32)
    vectors[10:, 0] = 1.0
    drawn = atlas_of(20, vectors)
    assert np.isfinite([(one.x, one.y) for one in drawn.points]).all()


def test_a_paper_without_a_vector_is_counted_and_left_out() -> None:
    papers = papers_of(3)
    drawn = draw_atlas(papers, {"0001": np.ones(4, dtype=np.float32)})
    assert [one.paper_id for one in drawn.points] == ["0001"]
    assert drawn.missing == 2
    assert draw_atlas(papers, {}) == Atlas(missing=3)


def test_groups_become_clusters_that_are_named_by_their_subjects() -> None:
    drawn = atlas_of(30, grouped(30))
    assert {(one.name.split(", ")[0], one.size) for one in drawn.clusters} == {
        (subject, 10) for subject in SUBJECTS
    }
    for point in drawn.points:
        own = drawn.clusters[point.cluster - 1]
        apart = {
            one.number: (one.x - point.x) ** 2 + (one.y - point.y) ** 2 for one in drawn.clusters
        }
        assert min(apart, key=lambda number: apart[number]) == own.number
        assert own.name.startswith(SUBJECTS[int(point.paper_id, 16) % 3])


def test_neither_the_order_of_the_papers_nor_the_number_of_cores_changes_the_map(
    starter: Footnote,
) -> None:
    papers = list(starter.library.papers())
    vectors = read_vectors(starter.index, [one.paper_id for one in papers])
    drawn = draw_atlas(papers, vectors)
    with threadpool_limits(limits=2):
        assert draw_atlas(papers[::-1], dict(reversed(vectors.items()))) == drawn
    assert len(drawn.points) == len(papers)


def test_the_map_keeps_neighbours_better_than_principal_axes(starter: Footnote) -> None:
    from sklearn.manifold import trustworthiness

    papers = list(starter.library.papers())
    vectors = read_vectors(starter.index, [one.paper_id for one in papers])
    drawn = draw_atlas(papers, vectors)
    rows = np.stack([vectors[one.paper_id] for one in drawn.points])
    places = np.array([(one.x, one.y) for one in drawn.points])

    def keep(found: np.ndarray) -> float:
        return float(trustworthiness(rows, found, n_neighbors=5, metric="cosine"))

    assert keep(places) > keep(reduce(rows)[:, :2])
    assert keep(places) > 0.75


def test_vectors_are_read_whole_and_without_embedding(starter: Footnote) -> None:
    ids = [paper.paper_id for paper in starter.library.papers()]
    found = read_vectors(starter.index, [*ids, "nothere"])
    assert list(found.keys() - set(ids)) == []
    for stored in starter.index.vectors(ids):
        whole, body = np.split(found[stored.paper_id], 2)
        assert np.array_equal(whole, stored.whole)
        assert np.array_equal(body, stored.body)
        assert found[stored.paper_id].base is None


def test_beyond_the_sample_papers_lie_by_their_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.atlas.layout.SAMPLE", 60)
    reduced = reduce(grouped(240, groups=6))
    places = lay_out(reduced)
    assert places.shape == (240, 2)
    middles = np.stack([np.median(places[:60][group::6], axis=0) for group in range(6)])
    apart = np.linalg.norm(places[:, None] - middles[None], axis=2)
    assert (apart.argmin(axis=1) == np.arange(240) % 6).all()
    assert len(np.unique(cluster(reduced))) >= 6


def test_a_cluster_is_named_as_its_papers_write() -> None:
    names = name_clusters(
        [
            [
                Text("Length Generalization in Transformers", "We study length generalization."),
                Text("Longer Sums", "LoRA helps length generalization in arithmetic."),
                Text("LoRA", "Arithmetic with LoRA adapters."),
            ],
            [
                Text("Graphs", "We train graph neural networks on molecules."),
                Text("More Graphs", "A graph neural network reads molecules."),
            ],
        ]
    )
    assert names[0].startswith("length generalization")
    assert "LoRA" in names[0]
    assert names[1].startswith("graph neural network")
    assert "molecules" in names[1]


def test_no_two_clusters_have_one_name() -> None:
    same = [Text("The Same", "These words are the same words."), Text("The Same", "Words.")]
    nothing = [Text("Of the", "And so on.")]
    foreign = [
        Text("注意力机制研究", "我们研究注意力。"),
        Text("注意力机制研究", "我们研究注意力。"),
    ]
    names = name_clusters([same, same, nothing, nothing, nothing, foreign])
    assert len(set(names)) == 6
    assert names[2:5] == ["Of the", "Of the (2)", "Of the (3)"]
    assert all(names)


HOSTILE = st.text(st.characters(), max_size=80) | st.sampled_from(
    ["<script>alert(1)</script> markup", "a" * 5000, "\u202ereversed words", "x-" * 50]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.builds(Text, HOSTILE, HOSTILE), min_size=1, max_size=4), max_size=5))
def test_no_text_at_all_breaks_the_names(clusters: list[list[Text]]) -> None:
    names = name_clusters(clusters)
    assert len(set(names)) == len(clusters)
    assert all(len(name) <= 250 for name in names)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=5), st.floats(0, 1), st.floats(0, 1)), max_size=5),
    st.text(max_size=20),
)
def test_what_is_written_is_read_back(rows: list[tuple[str, float, float]], name: str) -> None:
    points = tuple(Point(paper_id, x, y, 1) for paper_id, x, y in rows)
    drawn = Atlas(points, (Cluster(1, name, 0.5, 0.25, len(points)),), 3)
    state = State(7, 6, "model@1")
    assert read_atlas(write_atlas(drawn, state)) == (drawn, state)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 1}',
        '{"format": 99}',
        "[" * 100_000,
        '{"format":1,"points":3}',
    ],
)
def test_anything_else_is_no_map(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json says it in words of its own
        read_atlas(text)


def count_drawings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    drawn: list[int] = []

    def counted(papers: list[Paper], vectors: dict[str, Vectors]) -> Atlas:
        drawn.append(len(papers))
        return draw_atlas(papers, vectors)

    monkeypatch.setattr(rag.atlas.store, "draw_atlas", counted)
    return drawn


def test_the_map_is_drawn_once_and_anew_after_every_change(
    copied: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = count_drawings(monkeypatch)
    first = load_or_draw(copied)
    assert load_or_draw(copied) == first
    count = copied.library.count()
    assert drawn == [count]
    copied.library.add([page(entry("A Paper Not Yet Embedded"))])
    between = load_or_draw(copied)
    assert (between.missing, len(between.points)) == (1, count)
    copied.sync()
    after = load_or_draw(copied)
    assert (after.missing, len(after.points)) == (0, count + 1)
    assert drawn == [count, count + 1, count + 1]
    assert sorted(path.name for path in copied.library.folder.glob("atlas*")) == [
        "atlas.json",
        "atlas.json.lock",
    ]


@pytest.mark.parametrize("text", ["", "half a fi", '{"format": 0}', "\x00\xff"])
def test_a_broken_file_is_drawn_over(copied: Footnote, text: str) -> None:
    path = copied.library.folder / "atlas.json"
    path.write_text(text, encoding="latin-1")
    drawn = load_or_draw(copied)
    assert read_atlas(path.read_text())[0] == drawn


def test_a_map_of_another_model_is_not_shown(tmp_path: Path, copied: Footnote) -> None:
    load_or_draw(copied)
    path = copied.library.folder / "atlas.json"
    record = json.loads(path.read_text())
    record["state"][2] = "another@1"
    record["points"] = []
    path.write_text(json.dumps(record))
    assert len(load_or_draw(copied).points) == copied.library.count()
    library, index, _ = open_index(tmp_path / "small")
    library.add([page(entry("Grokking"))])
    index.sync(library.papers())
    with Footnote.open(library=tmp_path / "small") as other, pytest.raises(RecipeMismatch):
        load_or_draw(other)


def test_an_empty_library_has_an_empty_map(tmp_path: Path) -> None:
    with Footnote.open(library=tmp_path) as footnote:
        assert load_or_draw(footnote) == Atlas()


def test_a_folder_that_takes_no_map_has_one_drawn(copied: Footnote) -> None:
    (copied.library.folder / "atlas.json").mkdir()
    (copied.library.folder / "atlas.json.lock").mkdir()
    assert len(load_or_draw(copied).points) == copied.library.count()
    assert sorted(path.name for path in copied.library.folder.glob("atlas*")) == [
        "atlas.json",
        "atlas.json.lock",
    ]


def test_of_two_processes_one_draws(copied: Footnote) -> None:
    processes = [start_process(DRAW, copied.library.folder) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    outputs = [process.communicate("go\n", timeout=100)[0].split() for process in processes]
    count = str(copied.library.count())
    assert sorted(outputs) == [["0", "True", count], ["1", "True", count]]


def test_who_waits_too_long_draws_for_itself(copied: Footnote) -> None:
    from filelock import FileLock

    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with FileLock(copied.library.folder / "atlas.json.lock"):
            held.set()
            release.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    drawn = load_or_draw(copied, wait=0.1)
    release.set()
    thread.join()
    assert len(drawn.points) == copied.library.count()
    assert load_or_draw(copied) == drawn


def test_ten_thousand_papers_are_drawn_in_time() -> None:
    count = 10_000
    vectors = grouped(count, groups=40, spread=1.0, size=768)
    atlas_of(30, grouped(30))  # what is imported once is not counted
    start = time.process_time()
    drawn = atlas_of(count, vectors)
    assert time.process_time() - start < 20
    assert len({(one.x, one.y) for one in drawn.points}) > 1000
    assert 12 <= len(drawn.clusters) <= 24
