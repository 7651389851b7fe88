"""A real server of a real protocol: llama-cpp-python with a tiny model of random weights.

Owns the model's file, made on the spot, and the process; knows nothing about Footnote. What
the model says is noise, but tokens, templates, streams, limits and errors are the server's own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from asking import free_port
from wordfreq import top_n_list

WIDTH, LAYERS, HEADS, INNER = 64, 2, 4, 128
TRAINED_ON = 32_768  # tokens, what the file says; the server reads as many as `window` says
WORDS = 600
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6  # types of tokens
END = 2  # the token that ends a reply
STARTS_IN = 30.0
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n"
    "{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
)


def make_vocabulary() -> tuple[list[bytes], list[float], list[int]]:
    """(tokens, scores, types) of a SentencePiece vocabulary: bytes, and words of English.

    A word is built letter by letter, so that its beginnings are tokens as well.
    """
    tokens = [b"<unk>", b"<s>", b"</s>"]
    types = [UNKNOWN, CONTROL, CONTROL]
    tokens += [f"<0x{byte:02X}>".encode() for byte in range(256)]
    types += [BYTE] * 256
    words = [word for word in top_n_list("en", WORDS) if word.isascii() and word.isalpha()]
    starts = {f"▁{word[:end]}" for word in words for end in range(len(word) + 1)}
    letters = {chr(code) for code in range(33, 127)} | {"▁"}
    pieces = [piece.encode() for piece in sorted(starts | letters)]
    scores = [0.0] * len(tokens) + [float(len(piece)) for piece in pieces]
    return tokens + pieces, scores, types + [NORMAL] * len(pieces)


def write_model(path: Path, *, loudness: float = 1.0) -> Path:
    """Write a model of the llama architecture with random weights, about 1 MB.

    `loudness` is that of the token that ends a reply: at 1 a reply hardly ever ends by itself,
    at 4 after a few words, most of the time.
    """
    import gguf

    tokens, scores, types = make_vocabulary()
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("noise")
    writer.add_context_length(TRAINED_ON)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(END)
    writer.add_chat_template(TEMPLATE)
    _add_weights(writer, len(tokens), loudness)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_weights(writer: Any, vocabulary: int, loudness: float) -> None:
    random = np.random.default_rng(0)

    def add(name: str, *shape: int) -> None:
        weights = random.normal(0.0, 0.5 / shape[-1] ** 0.5, shape)
        if name == "output":
            weights[END] *= loudness
        writer.add_tensor(f"{name}.weight", weights.astype(np.float32))

    def add_norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, dtype=np.float32))

    add("token_embd", vocabulary, WIDTH)
    add("output", vocabulary, WIDTH)
    add_norm("output_norm")
    for layer in range(LAYERS):
        add_norm(f"blk.{layer}.attn_norm")
        add_norm(f"blk.{layer}.ffn_norm")
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{layer}.{name}", WIDTH, WIDTH)
        add(f"blk.{layer}.ffn_gate", INNER, WIDTH)
        add(f"blk.{layer}.ffn_up", INNER, WIDTH)
        add(f"blk.{layer}.ffn_down", WIDTH, INNER)


@dataclass
class RealServer:
    """The server over `model`, reading `window` tokens, up when this is entered."""

    model: Path
    log: Path
    window: int

    def __post_init__(self) -> None:
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> RealServer:
        options = {
            "model": self.model,
            "host": "127.0.0.1",
            "port": self.port,
            "n_ctx": self.window,
            "n_threads": 1,
            "n_threads_batch": 1,
            # Else a second request cuts the first one's stream short without an error.
            "interrupt_requests": "false",
        }
        command = [sys.executable, "-m", "llama_cpp.server"]
        command += [str(part) for name, value in options.items() for part in (f"--{name}", value)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env=os.environ | {"HOST": ""}
            )
        self._wait()
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    def _wait(self) -> None:
        until = time.monotonic() + STARTS_IN
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.base_url}/models", timeout=2.0) as response:
                    assert json.load(response)["data"]
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        self.process.kill()
        raise AssertionError(f"no server after {STARTS_IN:g} s:\n{self.log.read_text()[-2000:]}")
