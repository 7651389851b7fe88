"""The short way: what sentence-transformers computes, and nothing guessed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from rag.bert import load_bert, reads_folder
from rag.embedder import SentenceEmbedder, find_default_model
from rag.errors import EmbedderError

TEXTS = (
    "When do networks generalise?",
    "",
    "  ",
    "WHY, naïve reader: 漢字, 🙂 and \u0301?",
    "grokking",
    "word " * 300,
    "x" * 5000,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the default model's small files, its weights linked."""
    model = find_default_model()
    weights = "model.safetensors"
    shutil.copytree(model, tmp_path / "m", ignore=lambda *_: [weights])
    (tmp_path / "m" / weights).symlink_to(model / weights)
    return tmp_path / "m"


def edit(path: Path, change: Callable[[Any], Any]) -> None:
    path.write_text(json.dumps(change(json.loads(path.read_text()))))


def test_it_computes_what_sentence_transformers_computes() -> None:
    model, short = SentenceTransformer(str(find_default_model())), load_bert(find_default_model())
    expected = model.encode_document(list(TEXTS), normalize_embeddings=True)
    for batch_size in (1, 3, 32):
        vectors = short.encode(TEXTS, batch_size)
        assert (vectors.shape, vectors.dtype) == ((len(TEXTS), 384), np.float32)
        assert float(np.abs(vectors - expected).max()) < 1e-6
    assert short.encode([]).shape == (0, 384)


def test_the_default_model_takes_the_short_way(folder: Path) -> None:
    assert reads_folder(find_default_model())
    assert reads_folder(folder)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("config.json", lambda told: told | {"model_type": "mpnet"}),
        ("config.json", lambda told: told | {"hidden_act": "relu"}),
        ("config.json", lambda told: told | {"position_embedding_type": "relative_key"}),
        ("1_Pooling/config.json", lambda told: told | {"pooling_mode_cls_token": True}),
        ("1_Pooling/config.json", lambda told: told | {"pooling_mode_mean_tokens": False}),
        ("config_sentence_transformers.json", lambda told: told | {"prompts": {"query": "q: "}}),
        ("modules.json", lambda told: [*told, {"type": "sentence_transformers.models.Dense"}]),
        ("modules.json", lambda _: {}),
        ("1_Pooling/config.json", lambda told: told | {"pooling_mode_mean_sqrt_len_tokens": True}),
        ("sentence_bert_config.json", lambda told: told | {"max_seq_length": None}),
        ("sentence_bert_config.json", lambda told: told | {"do_lower_case": True}),
    ],
)
def test_a_model_with_any_other_part_does_not(
    folder: Path, file: str, change: Callable[[Any], Any]
) -> None:
    edit(folder / file, change)
    assert not reads_folder(folder)


def test_a_tokenizer_that_breaks_off_is_not_read(folder: Path) -> None:
    whole = (folder / "tokenizer.json").read_text(encoding="utf-8")
    (folder / "tokenizer.json").write_text(whole[:5000], encoding="utf-8")
    assert not reads_folder(folder)


@pytest.mark.parametrize(
    "missing",
    ["modules.json", "sentence_bert_config.json", "tokenizer.json", "model.safetensors"],
)
def test_a_folder_that_is_not_whole_does_not(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    assert not reads_folder(folder)


def test_weights_that_cannot_be_read_are_named(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(EmbedderError) as caught:
        SentenceEmbedder(str(folder)).embed_question("Why?")
    assert str(caught.value).startswith(f"the embedding model {str(folder)!r} cannot be loaded: ")
