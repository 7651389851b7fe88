"""Closing while other threads still read: nothing breaks, and no file stays open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from libraries import numbered_page

from rag.history import History
from rag.library import Library
from rag.vectors import VectorFile


def open_library(folder: Path) -> tuple[Callable[[], object], Callable[[], None]]:
    library = Library(folder)
    library.add([numbered_page(number) for number in range(20)])
    return lambda: list(library.papers()), library.close


def open_vectors(folder: Path) -> tuple[Callable[[], object], Callable[[], None]]:
    vectors = VectorFile(folder / "vectors.sqlite")
    return vectors.revisions, vectors.close


def open_history(folder: Path) -> tuple[Callable[[], object], Callable[[], None]]:
    history = History(folder)
    return lambda: list(history.list("reader")), history.close


@pytest.mark.parametrize("opened", [open_library, open_vectors, open_history])
def test_closing_leaves_those_who_read_alone_and_no_file_open(
    opened: Callable[[Path], tuple[Callable[[], object], Callable[[], None]]], tmp_path: Path
) -> None:
    read, close = opened(tmp_path)
    done = threading.Event()

    def go_on() -> None:
        while not done.is_set():
            read()

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(go_on) for _ in range(4)]
        for _ in range(200):
            close()
        done.set()
        for reader in readers:
            reader.result()
    close()
    if (files := Path("/proc/self/fd")).is_dir():
        held = {str(one.readlink()) for one in files.iterdir() if one.is_symlink()}
        assert not [one for one in held if one.startswith(str(tmp_path))]
