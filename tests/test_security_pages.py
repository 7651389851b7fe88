"""A page that names files, addresses or itself in place of text is read without any of them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from rag.pages import open_pages
from rag.records import Page

CANARY = "canary-44b0e2"
LAUGHS = 12  # ten times ten, so many times over
ABSTRACT = "Pruning removes weights from networks, and it keeps most of their accuracy. " * 2


def write_atom(doctype: str, said: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}\n'
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry>'
        "<id>http://arxiv.org/abs/2501.00001v1</id><title>Pruning of Networks</title>"
        f"<summary>{ABSTRACT} {said}</summary><published>2025-01-01T00:00:00Z</published>"
        "<author><name>Eve</name></author></entry></feed>"
    )


def read(folder: Path, text: str, name: str = "page.xml") -> str:
    """All that was read of a page, as text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    pages: list[Page] = list(open_pages([str(path)]))
    return repr(pages)


@pytest.mark.parametrize(
    "entity",
    [
        'SYSTEM "file://{file}"',
        'SYSTEM "{file}"',
        'PUBLIC "-//x" "file://{file}"',
        'SYSTEM "http://192.0.2.1/secret.txt"',
    ],
)
@pytest.mark.parametrize("shape", ["entity", "parameter", "subset"])
def test_no_entity_brings_a_file_or_asks_anybody(tmp_path: Path, entity: str, shape: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(CANARY)
    named = entity.format(file=secret)
    doctype = {
        "entity": f"<!DOCTYPE feed [<!ENTITY x {named}>]>",
        "parameter": f"<!DOCTYPE feed [<!ENTITY % x {named}> %x;]>",
        "subset": f"<!DOCTYPE feed {named}>",
    }[shape]
    assert CANARY not in read(tmp_path, write_atom(doctype, "&x; %x;"))


def test_a_plain_feed_of_the_kind_is_read(tmp_path: Path) -> None:
    assert "Pruning of Networks" in read(tmp_path, write_atom("", "It is so."))


def test_entities_within_entities_do_not_grow(tmp_path: Path) -> None:
    names = [f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, LAUGHS)]
    doctype = f"<!DOCTYPE feed [<!ENTITY l0 'ha'>{''.join(names)}]>"
    grown = f"&l{LAUGHS - 1};"
    plain_peak, _ = read_measured(tmp_path, write_atom("", grown))
    peak, told = read_measured(tmp_path, write_atom(doctype, grown))
    assert len(told) < 10_000
    assert peak < plain_peak + 20 * 2**20


def read_measured(folder: Path, text: str) -> tuple[int, str]:
    """(the most memory in bytes while reading, what was read)"""
    tracemalloc.start()
    try:
        told = read(folder, text)
        return tracemalloc.get_traced_memory()[1], told
    finally:
        tracemalloc.stop()


def test_what_a_web_page_would_load_is_not_loaded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text(f"<h3>{CANARY}</h3>")
    page = (
        f'<!doctype html><html><head><link rel="import" href="file://{secret}">'
        f'<base href="http://192.0.2.1/"></head><body><iframe src="file://{secret}"></iframe>'
        f'<object data="file://{secret}"></object><article><h3><a href="/papers/2501.00001">'
        f"Pruning of Networks</a></h3><p>{ABSTRACT}</p></article></body></html>"
    )
    assert CANARY not in read(tmp_path, page, "page.html")
