"""BERT's forward pass for one short text, by ONNX Runtime.

Owns reading such a model's folder and computing what sentence-transformers computes for it,
to 1e-6; knows nothing about questions or papers. A question is a dozen tokens: importing
PyTorch and transformers for it takes seconds and half a gigabyte, and every one after that
three times as long as here.

Devlin and others (2019, "BERT: Pre-training of Deep Bidirectional Transformers"); mean
pooling: Reimers and Gurevych (2019, "Sentence-BERT"). The graph is written down from the
folder's configuration and takes the weights as they lie. A folder with any other part (another
pooling, a prompt, a further layer) is not read: `reads_folder` says so.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

LAYER = "encoder.layer.{}."
POOLING = "pooling_mode_mean_tokens"
OPSET = 20  # the first with Gelu
INLINE = frozenset(("first", "heads", "row", "scale"))  # what shapes are worked out from
IR_VERSION = 10  # older than what either library knows, so that both may move on


@dataclass(frozen=True, slots=True)
class Bert:
    """A model of mean-pooled, normalised token states; `tokenizer` cuts at what it reads."""

    tokenizer: Any
    session: Any

    def encode(self, text: str) -> Matrix:
        """The unit vector of a text, shape (width,)."""
        ids = np.array(self.tokenizer.encode(text).ids, dtype=np.int64)
        mean: Matrix = self.session.run(None, {"ids": ids})[0]
        return mean / max(float(np.linalg.norm(mean)), 1e-12)


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
    weights = {
        name.removeprefix("bert."): np.asarray(weight, dtype=np.float32)
        for name, weight in load_file(folder / "model.safetensors").items()
        if not name.endswith("position_ids")
    }
    graph = _Graph(weights, config["hidden_size"], config["num_attention_heads"])
    return Bert(tokenizer, graph.open(int(config["num_hidden_layers"]), config["layer_norm_eps"]))


@dataclass(slots=True)
class _Graph:
    """The graph as it grows: every step gives the name of what it computes."""

    weights: dict[str, Matrix]
    width: int
    heads: int
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)

    def open(self, layers: int, epsilon: float) -> Any:
        """A session of the whole model: token ids, shape (n,), to their mean state (width,)."""
        states = self.norm(self.enter(), "embeddings.LayerNorm", epsilon)
        for number in range(layers):
            states = self.layer(states, LAYER.format(number), epsilon)
        self.step("ReduceMean", states, self.constant("first", [0]), result="mean", keepdims=0)
        return self._start()

    def enter(self) -> str:
        """Each token's word and place; all are of a text of the first type."""
        words = self.constant("words", self.weights["embeddings.word_embeddings.weight"])
        types = self.weights["embeddings.token_type_embeddings.weight"]
        places = self.weights["embeddings.position_embeddings.weight"] + types[0]
        first = self.constant("first", [0])
        length = self.step("Shape", "ids")
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
        shape = self.constant("heads", [0, self.heads, size])
        query, key, value = (
            self.step("Reshape", self.dense(states, f"{name}{part}"), shape)
            for part in ("query", "key", "value")
        )
        query = self.step("Transpose", query, perm=(1, 0, 2))
        key = self.step("Transpose", key, perm=(1, 2, 0))
        value = self.step("Transpose", value, perm=(1, 0, 2))
        scale = self.constant("scale", np.float32(1 / math.sqrt(size)))
        scores = self.step("Mul", self.step("MatMul", query, key), scale)
        mixed = self.step("MatMul", self.step("Softmax", scores, axis=-1), value)
        rows = self.step("Transpose", mixed, perm=(1, 0, 2))
        return self.step("Reshape", rows, self.constant("row", [0, self.width]))

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

    def _start(self) -> Any:
        import onnxruntime as ort
        from onnx import TensorProto
        from onnx.helper import make_graph, make_model, make_opsetid, make_tensor_value_info
        from onnx.numpy_helper import from_array

        graph = make_graph(
            self.nodes,
            "bert",
            [make_tensor_value_info("ids", TensorProto.INT64, ["tokens"])],
            [make_tensor_value_info("mean", TensorProto.FLOAT, [self.width])],
            [
                from_array(value, name) if name in INLINE else _name_elsewhere(name, value)
                for name, value in self.constants.items()
            ],
        )
        model = make_model(graph, ir_version=IR_VERSION, opset_imports=[make_opsetid("", OPSET)])
        options = ort.SessionOptions()
        # A question is too little for two threads.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
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
