"""Paths opened as pages: files, folders, standard input.

Owns the walk through folders and the errors of the file system; knows nothing about what is
in a page.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from rag.errors import PageError
from rag.pages.sniff import UNKNOWN, read_page
from rag.pages.text import LARGEST
from rag.records import Failure, Page

STANDARD_INPUT = "-"


def open_pages(paths: Iterable[str]) -> Iterator[Page]:
    """Read every page at these paths, one after the other, in the order given.

    A folder is read with all below it, by name, hidden files and folders left out; `-` is
    standard input. A page's `source` is the path as given, its entries' the whole path. A
    file that cannot be read is a page with a failure. Raises PageError, before anything is
    read, for a path where there is nothing.
    """
    listed = list(paths)
    for path in listed:
        if path != STANDARD_INPUT and not _exists(path):
            raise PageError(
                f"there is no file or folder '{path}'",
                remedy="Give the path of a page, of a folder of pages, or '-' for standard input.",
            )
    return _read_all(listed)


def _exists(path: str) -> bool:
    # Other than pathlib's, this tells a folder that may not be entered from nothing at all.
    try:
        Path(path).stat()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return bool(path)


def _read_all(paths: list[str]) -> Iterator[Page]:
    for path in paths:
        if path == STANDARD_INPUT:
            yield read_page("stdin", sys.stdin.buffer.read(LARGEST + 1))
        elif Path(path).is_dir():
            yield from _read_folder(path)
        else:
            yield _read_file(path)


def _read_folder(folder: str) -> Iterator[Page]:
    refused: list[OSError] = []
    found = False
    for path in _list_files(folder, refused):
        found = True
        yield _read_file(path)
    for error in refused:
        yield _fail(str(error.filename), error)
    if not found and not refused:
        yield Page(folder, UNKNOWN, (), (Failure(folder, None, "the folder holds no files"),))


def _list_files(folder: str, refused: list[OSError]) -> Iterator[str]:
    for parent, folders, names in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (str(Path(parent) / name) for name in sorted(names) if not name.startswith("."))


def _read_file(path: str) -> Page:
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        return _fail(path, error)
    return _locate(read_page(path, data), path)


def _locate(page: Page, path: str) -> Page:
    """Entries remember the whole path: the same file is the same page however it is named."""
    whole = str(Path(path).resolve())
    return replace(page, entries=tuple(replace(entry, source=whole) for entry in page.entries))


def _fail(source: str, error: OSError) -> Page:
    reason = f"it cannot be read: {error.strerror or error}"
    return Page(source, UNKNOWN, (), (Failure(source, None, reason),))
