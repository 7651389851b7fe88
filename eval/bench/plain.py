"""sentence-transformers alone: the yardstick of everything that embeds.

Owns the plain calls of that library, with the same weights, device, arithmetic and size of
batch as Footnote's embedder has by the settings; knows nothing about papers.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from eval.bench.words import has_amx
from rag.embedder import find_default_model
from rag.settings import EmbeddingSettings


class Plain:
    """The model of the settings, loaded as anybody would."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        from sentence_transformers import SentenceTransformer

        folder = settings.model or str(find_default_model())
        device = None if settings.device == "auto" else settings.device
        self.folder = folder
        self.model: Any = SentenceTransformer(folder, device=device, local_files_only=True)
        self._settings = settings

    @property
    def device(self) -> str:
        """`cpu` or `cuda`."""
        return str(self.model.device.type)

    @property
    def precision(self) -> str:
        """`fp32` or `bf16`, as the settings and this machine have it."""
        if self._settings.precision != "auto":
            return self._settings.precision
        return "bf16" if self.device == "cuda" or has_amx() else "fp32"

    def embed(self, texts: Sequence[str], precision: str = "") -> Any:
        """Unit vectors, shape (len(texts), dimension), at the settings' precision or this one."""
        with self._autocast(precision or self.precision):
            return self.model.encode_document(
                list(texts),
                batch_size=self._settings.batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
            )

    def embed_question(self, question: str) -> Any:
        """The unit vector of a question, shape (dimension,)."""
        return self.model.encode_query(question, normalize_embeddings=True, show_progress_bar=False)

    def _autocast(self, precision: str) -> AbstractContextManager[Any]:
        if precision == "fp32":
            return nullcontext()
        import torch

        return torch.autocast(self.device, dtype=torch.bfloat16)
