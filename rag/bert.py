"""BERT's forward pass on a plain processor, by ONNX Runtime.

Owns reading such a model's folder and computing what sentence-transformers computes for it,
to 1e-6; knows nothing about questions or papers. Importing PyTorch and transformers takes
seconds and half a gigabyte, and a question of a dozen tokens takes them three times as long as
it takes here; many texts take as long either way, and here half the memory.

Devlin and others (2019, "BERT: Pre-training of Deep Bidirectional Transformers"); mean
pooling: Reimers and Gurevych (2019, "Sentence-BERT"). The graph is written down from the
folder's configuration and takes the weights as they lie. A folder with any other part (another
pooling, a prompt, a further layer) is not read: `reads_folder` says so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

LAYER = "encoder.layer.{}."
POOLING = "pooling_mode_mean_tokens"
OPSET = 20  # the first with Gelu
INLINE = frozenset(("first", "second", "heads", "row", "scale"))  # what shapes are worked out from
HIDDEN = np.float32(-1e9)  # added to a score, it leaves nothing of its weight
IR_VERSION = 10  # older than what either library knows, so that both may move on


@dataclass(frozen=True, slots=True)
class Bert:
    """A model of mean-pooled, normalised token states; `tokenizer` cuts at what it reads."""

    tokenizer: Any
    session: Any
    width: int

    def encode(self, texts: Sequence[str], batch_size: int = 1) -> Matrix:
        """The unit vectors of texts, shape (len(texts), width), so many texts at a time."""
        tokens = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        longest_first = sorted(range(len(tokens)), key=lambda number: -len(tokens[number]))
        vectors = np.empty((len(tokens), self.width), dtype=np.float32)
        for start in range(0, len(tokens), batch_size):
            batch = longest_first[start : start + batch_size]
            vectors[batch] = self._run([tokens[number] for number in batch])
        return vectors

    def _run(self, tokens: Sequence[Sequence[int]]) -> Matrix:
        """The unit vectors of one batch, the longest first: the others are filled up to it."""
        ids = np.zeros((len(tokens), max(1, len(tokens[0]))), dtype=np.int64)
        share = np.zeros(ids.shape, dtype=np.float32)
        for row, own in enumerate(tokens):
            ids[row, : len(own)] = own
            share[row, : len(own)] = 1 / max(1, len(own))
        hidden = np.where(share > 0, np.float32(0), HIDDEN)
        given = {"ids": ids, "hidden": hidden[:, None, None, :], "share": share[:, None, :]}
        mean: Matrix = self.session.run(None, given)[0]
        length = np.linalg.norm(mean, axis=1, keepdims=True)
        unit: Matrix = mean / np.maximum(length, np.float32(1e-12))
        return unit


def reads_folder(folder: Path) -> bool:
    """Whether the model in `folder` is made of these parts and no others."""
    try:
        parts = [one["type"].rsplit(".", 1)[-1] for one in _read(folder / "modules.json")]
        pooling = _read(folder / "1_Pooling" / "config.json")
        config = _read(folder / "config.json")
        reading = _read(folder / "sentence_bert_config.json")
        prompts = _read(folder / "config_sentence_transformers.json").get("prompts", {})
        _read(folder / "tokenizer.json")
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return (
        parts in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and [one for one, on in pooling.items() if "_mode_" in one and on] == [POOLING]
        and isinstance(reading.get("max_seq_length"), int)
        and not reading.get("do_lower_case")
        and config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not any(prompts.values())
        and (folder / "model.safetensors").is_file()
    )


def load_bert(folder: Path, threads: int = 1) -> Bert:
    """The model in `folder`, for so many threads. Raises OSError, ValueError, KeyError or
    SafetensorError where a file is amiss."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    config = _read(folder / "config.json")
    limit = int(_read(folder / "sentence_bert_config.json")["max_seq_length"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    weights = {
        name.removeprefix("bert."): np.asarray(weight, dtype=np.float32)
        for name, weight in load_file(folder / "model.safetensors").items()
        if not name.endswith("position_ids")
    }
    graph = _Graph(weights, config["hidden_size"], config["num_attention_heads"])
    graph.build(int(config["num_hidden_layers"]), config["layer_norm_eps"])
    return Bert(tokenizer, graph.open(threads), graph.width)


@dataclass(slots=True)
class _Graph:
    """The graph as it grows: every step gives the name of what it computes."""

    weights: dict[str, Matrix]
    width: int
    heads: int
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)

    def build(self, layers: int, epsilon: float) -> None:
        """The whole model, to `mean` (texts, width), of three inputs: token `ids` (texts,
        tokens), what is added to the scores of tokens that are `hidden` (texts, 1, 1, tokens),
        and each token's `share` in the mean (texts, 1, tokens)."""
        states = self.norm(self.enter(), "embeddings.LayerNorm", epsilon)
        for number in range(layers):
            states = self.layer(states, LAYER.format(number), epsilon)
        mean = self.step("MatMul", "share", states)
        self.step("Squeeze", mean, self.constant("second", [1]), result="mean")

    def enter(self) -> str:
        """Each token's word and place; all are of a text of the first type."""
        words = self.constant("words", self.weights["embeddings.word_embeddings.weight"])
        types = self.weights["embeddings.token_type_embeddings.weight"]
        places = self.weights["embeddings.position_embeddings.weight"] + types[0]
        first = self.constant("first", [0])
        length = self.step("Shape", "ids", start=1)
        here = self.step("Slice", self.constant("places", places), first, length, first)
        return self.step("Add", self.step("Gather", words, "ids"), here)

    def layer(self, states: str, name: str, epsilon: float) -> str:
        """Self-attention and a feed-forward net, each added to what came in and normalised."""
        mixed = self.dense(
            self.attend(states, f"{name}attention.self."), f"{name}attention.output.dense"
        )
        states = self.norm(
            self.step("Add", states, mixed), f"{name}attention.output.LayerNorm", epsilon
        )
        wide = self.step("Gelu", self.dense(states, f"{name}intermediate.dense"))
        narrow = self.dense(wide, f"{name}output.dense")
        return self.norm(self.step("Add", states, narrow), f"{name}output.LayerNorm", epsilon)

    def attend(self, states: str, name: str) -> str:
        """Every token's values, weighed by its query and their keys, head by head."""
        size = self.width // self.heads
        shape = self.constant("heads", [0, 0, self.heads, size])
        query, key, value = (
            self.step("Reshape", self.dense(states, f"{name}{part}"), shape)
            for part in ("query", "key", "value")
        )
        query = self.step("Transpose", query, perm=(0, 2, 1, 3))
        key = self.step("Transpose", key, perm=(0, 2, 3, 1))
        value = self.step("Transpose", value, perm=(0, 2, 1, 3))
        scale = self.constant("scale", np.float32(1 / math.sqrt(size)))
        scores = self.step("Mul", self.step("MatMul", query, key), scale)
        weights = self.step("Softmax", self.step("Add", scores, "hidden"), axis=-1)
        mixed = self.step("MatMul", weights, value)
        rows = self.step("Transpose", mixed, perm=(0, 2, 1, 3))
        return self.step("Reshape", rows, self.constant("row", [0, 0, self.width]))

    def dense(self, states: str, name: str) -> str:
        weight = self.constant(f"{name}.weight", self.weights[f"{name}.weight"].T)
        bias = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        return self.step("Add", self.step("MatMul", states, weight), bias)

    def norm(self, states: str, name: str, epsilon: float) -> str:
        weight, bias = (
            self.constant(part, self.weights[part]) for part in (f"{name}.weight", f"{name}.bias")
        )
        return self.step("LayerNormalization", states, weight, bias, axis=-1, epsilon=epsilon)

    def constant(self, name: str, value: Any) -> str:
        """A name for a value, whole numbers as int64."""
        array = np.asarray(value)
        if name not in self.constants:
            self.constants[name] = np.ascontiguousarray(array) if array.ndim else array
        return name

    def step(self, operator: str, *inputs: str, result: str = "", **attributes: Any) -> str:
        """The name of what the operator makes of its inputs."""
        from onnx.helper import make_node

        name = result or f"step{len(self.nodes)}"
        self.nodes.append(make_node(operator, inputs, [name], **attributes))
        return name

    def open(self, threads: int) -> Any:
        """A session of what was built."""
        import onnxruntime as ort
        from onnx import TensorProto
        from onnx.helper import make_graph, make_model, make_opsetid, make_tensor_value_info
        from onnx.numpy_helper import from_array

        graph = make_graph(
            self.nodes,
            "bert",
            [
                make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"]),
                make_tensor_value_info("hidden", TensorProto.FLOAT, ["texts", 1, 1, "tokens"]),
                make_tensor_value_info("share", TensorProto.FLOAT, ["texts", 1, "tokens"]),
            ],
            [make_tensor_value_info("mean", TensorProto.FLOAT, ["texts", self.width])],
            [
                from_array(value, name) if name in INLINE else _name_elsewhere(name, value)
                for name, value in self.constants.items()
            ],
        )
        model = make_model(graph, ir_version=IR_VERSION, opset_imports=[make_opsetid("", OPSET)])
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        # Threads that spin while they wait take the core from whoever answers meanwhile.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        weights = {name: one for name, one in self.constants.items() if name not in INLINE}
        values = [ort.OrtValue.ortvalue_from_numpy(one) for one in weights.values()]
        options.add_external_initializers(list(weights), values)
        return ort.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )


def _name_elsewhere(name: str, value: NDArray[Any]) -> Any:
    """A constant of the graph that is handed over beside it."""
    from onnx import StringStringEntryProto, TensorProto
    from onnx.helper import np_dtype_to_tensor_dtype

    return TensorProto(
        name=name,
        dims=value.shape,
        data_type=np_dtype_to_tensor_dtype(value.dtype),
        data_location=TensorProto.EXTERNAL,
        external_data=[StringStringEntryProto(key="location", value="handed over")],
    )


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
