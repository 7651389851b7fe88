"""BERT's forward pass for one short text, in NumPy.

Owns reading such a model's folder and computing what sentence-transformers computes for it,
to 1e-6; knows nothing about questions or papers. A question is a dozen tokens: importing
PyTorch and transformers for it takes seconds and half a gigabyte, this takes neither.

Devlin and others (2019, "BERT: Pre-training of Deep Bidirectional Transformers"); mean
pooling: Reimers and Gurevych (2019, "Sentence-BERT"). A folder with any other part (another
pooling, a prompt, a further layer) is not read: `reads_folder` says so.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

LAYER = "encoder.layer.{}."
POOLS_OTHERWISE = ("pooling_mode_cls_token", "pooling_mode_max_tokens", "pooling_mode_lasttoken")


@dataclass(frozen=True, slots=True)
class Dense:
    """`x @ weight + bias`."""

    weight: Matrix
    bias: Matrix

    def __call__(self, x: Matrix) -> Matrix:
        return x @ self.weight + self.bias


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation (Ba, Kiros and Hinton 2016)."""

    weight: Matrix
    bias: Matrix
    epsilon: float

    def __call__(self, x: Matrix) -> Matrix:
        centred = x - x.mean(axis=1, keepdims=True)
        variance = np.square(centred).mean(axis=1, keepdims=True)
        scaled: Matrix = centred / np.sqrt(variance + np.float32(self.epsilon))
        return scaled * self.weight + self.bias


@dataclass(frozen=True, slots=True)
class Layer:
    """Self-attention and a feed-forward net, each added to what came in and normalised."""

    heads: int
    attend: Dense  # query, key and value side by side
    gather: Dense
    attended: Norm
    widen: Dense
    narrow: Dense
    done: Norm

    def __call__(self, x: Matrix) -> Matrix:
        x = self.attended(x + self.gather(self._mix(x)))
        return self.done(x + self.narrow(_gelu(self.widen(x))))

    def _mix(self, x: Matrix) -> Matrix:
        """Every token's values, weighed by its query and their keys, head by head."""
        tokens, width = x.shape
        parts = self.attend(x).reshape(tokens, 3, self.heads, width // self.heads)
        query, key, value = parts.transpose(1, 2, 0, 3)
        scores = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(width // self.heads))
        scores = np.exp(scores - scores.max(axis=2, keepdims=True))
        mixed = (scores / scores.sum(axis=2, keepdims=True)) @ value
        return np.ascontiguousarray(mixed.transpose(1, 0, 2)).reshape(tokens, width)


@dataclass(frozen=True, slots=True)
class Bert:
    """A model of mean-pooled, normalised token states; `tokenizer` cuts at what it reads."""

    tokenizer: Any
    words: Matrix
    places: Matrix
    entry: Norm
    layers: tuple[Layer, ...]

    def encode(self, text: str) -> Matrix:
        """The unit vector of a text, shape (width,)."""
        ids = self.tokenizer.encode(text).ids
        x = self.entry(self.words[ids] + self.places[: len(ids)])
        for layer in self.layers:
            x = layer(x)
        mean: Matrix = x.mean(axis=0)
        return mean / max(float(np.linalg.norm(mean)), 1e-12)


def reads_folder(folder: Path) -> bool:
    """Whether the model in `folder` is made of these parts and no others."""
    try:
        parts = [one["type"].rsplit(".", 1)[-1] for one in _read(folder / "modules.json")]
        pooling = _read(folder / "1_Pooling" / "config.json")
        config = _read(folder / "config.json")
        prompts = _read(folder / "config_sentence_transformers.json").get("prompts", {})
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return (
        parts in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and pooling.get("pooling_mode_mean_tokens") is True
        and not any(pooling.get(one) for one in POOLS_OTHERWISE)
        and config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not any(prompts.values())
        and (folder / "model.safetensors").is_file()
        and (folder / "tokenizer.json").is_file()
    )


def load_bert(folder: Path) -> Bert:
    """The model in `folder`. Raises OSError, ValueError, KeyError or SafetensorError where
    a file is amiss."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    config = _read(folder / "config.json")
    limit = int(_read(folder / "sentence_bert_config.json")["max_seq_length"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    state = _Weights(
        {
            name.removeprefix("bert."): np.asarray(weight, dtype=np.float32)
            for name, weight in load_file(folder / "model.safetensors").items()
            if not name.endswith("position_ids")
        },
        float(config["layer_norm_eps"]),
    )
    return Bert(
        tokenizer,
        state.weights["embeddings.word_embeddings.weight"],
        # A text is all of the first type.
        state.weights["embeddings.position_embeddings.weight"]
        + state.weights["embeddings.token_type_embeddings.weight"][0],
        state.norm("embeddings.LayerNorm"),
        tuple(
            state.layer(LAYER.format(number), int(config["num_attention_heads"]))
            for number in range(int(config["num_hidden_layers"]))
        ),
    )


@dataclass(frozen=True, slots=True)
class _Weights:
    weights: dict[str, Matrix]
    epsilon: float

    def dense(self, *names: str) -> Dense:
        """One map of the named ones, side by side."""
        weight = np.concatenate([self.weights[f"{name}.weight"] for name in names])
        bias = np.concatenate([self.weights[f"{name}.bias"] for name in names])
        return Dense(np.ascontiguousarray(weight.T), bias)

    def norm(self, name: str) -> Norm:
        return Norm(self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], self.epsilon)

    def layer(self, name: str, heads: int) -> Layer:
        inner = f"{name}attention."
        return Layer(
            heads,
            self.dense(f"{inner}self.query", f"{inner}self.key", f"{inner}self.value"),
            self.dense(f"{inner}output.dense"),
            self.norm(f"{inner}output.LayerNorm"),
            self.dense(f"{name}intermediate.dense"),
            self.dense(f"{name}output.dense"),
            self.norm(f"{name}output.LayerNorm"),
        )


def _gelu(x: Matrix) -> Matrix:
    from scipy.special import erf

    activated: Matrix = x * np.float32(0.5) * (np.float32(1.0) + erf(x / np.float32(math.sqrt(2))))
    return activated


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
