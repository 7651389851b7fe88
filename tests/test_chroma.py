"""Chroma's folder: what is written there is the vectors and nothing else of the process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.chroma import HEADER, Neighbours
from rag.embedder import Vectors
from rag.errors import VectorError

VIEWS = ("whole", "body")
UNSET = ("data_level0.bin", "length.bin")


def make_vectors(count: int) -> dict[str, Vectors]:
    made = np.random.default_rng(7).normal(size=(count, 384)).astype(np.float32)
    unit = made / np.linalg.norm(made, axis=1, keepdims=True)
    return dict.fromkeys(VIEWS, unit)


@pytest.fixture
def neighbours(tmp_path: Path) -> Neighbours:
    return Neighbours(tmp_path, "papers", VIEWS)


def test_no_memory_that_was_never_set_stays_on_disk(neighbours: Neighbours, tmp_path: Path) -> None:
    vectors = make_vectors(5)
    neighbours.upsert(list("abcde"), vectors)
    files = [path for name in UNSET for path in tmp_path.glob(f"*/{name}")]
    assert len(files) == len(UNSET) * len(VIEWS)
    assert {byte for path in files for byte in path.read_bytes()} == {0}
    sizes = [path.stat().st_size for path in files]
    for path, size in zip(files, sizes, strict=True):  # as it may lie where memory is reused
        path.write_bytes(b"sk-secret" * (size // 9))
    neighbours.upsert(list("abcde"), vectors)
    assert {byte for path in files for byte in path.read_bytes()} == {0}
    neighbours.reopen()
    assert neighbours.nearest("body", vectors["body"][3], 1) == ["d"]


def test_what_an_index_has_written_is_left_alone(neighbours: Neighbours, tmp_path: Path) -> None:
    vectors = make_vectors(1200)
    paper_ids = [f"p{number}" for number in range(1200)]
    neighbours.upsert(paper_ids, vectors)
    heads = [HEADER.unpack_from(path.read_bytes()) for path in tmp_path.glob("*/header.bin")]
    assert [head[-1] for head in heads] == [1200, 1200]
    neighbours.upsert(["p3"], make_vectors(1))
    neighbours.reopen()
    for view in VIEWS:
        assert neighbours.nearest(view, vectors[view][1100], 1) == ["p1100"]
        assert neighbours.nearest(view, vectors[view][0], 2) == ["p0", "p3"]


def test_a_file_that_is_missing_is_told_with_a_way_out(
    neighbours: Neighbours, tmp_path: Path
) -> None:
    neighbours.upsert(list("abcde"), make_vectors(5))
    neighbours.close()
    next(tmp_path.glob("*/length.bin")).unlink()
    with pytest.raises(VectorError, match=r"^Chroma failed: .*length\.bin") as caught:
        neighbours.wipe_unset()
    assert caught.value.remedy == "footnote rebuild"
