"""RAGAS: the one place that imports it, and what it needs of us in its own classes.

Owns the import, without the call home that comes with it, and the classes that RAGAS takes a
judge and an embedding model in; knows nothing about rows. All of it is made when first needed.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from eval.errors import JudgeMissing
from eval.judging.model import Call, Caller

NO_TRACKING = "RAGAS_DO_NOT_TRACK"
REMEDY = "pip install 'footnote[eval]'"
EMBEDDING = threading.Lock()  # one model, which uses all cores by itself


class TextEmbedder(Protocol):
    """What RAGAS needs of an embedding model; rag.embedder.SentenceEmbedder is one."""

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, shape (len(texts), dimension)."""


def load_ragas() -> ModuleType:
    """`ragas.metrics.collections`; takes 3 to 4 seconds the first time.

    Raises JudgeMissing where RAGAS, or a package that it needs, is not there.
    """
    os.environ[NO_TRACKING] = "true"  # RAGAS reads it once, when it could first call home
    try:
        from ragas.metrics import collections
    except ModuleNotFoundError as error:
        if error.name == "ragas":
            raise JudgeMissing("RAGAS is not installed", remedy=REMEDY) from error
        raise JudgeMissing(f"RAGAS cannot be imported: {error}", remedy=REMEDY) from error
    except ImportError as error:
        raise JudgeMissing(f"RAGAS cannot be imported: {error}", remedy=REMEDY) from error
    return collections


def make_recorder(caller: Caller) -> Any:
    """A judge for one metric of one row, as RAGAS takes it.

    Its `calls` are what it was asked and has replied, in order; its `ours` is the error that
    came from our side of it, so that it is not taken for one of RAGAS's.
    """
    return _recorder_class()(caller)


def make_embedding(embedder: TextEmbedder, recorder: Any) -> Any:
    """An embedding model as RAGAS takes it, which works in a thread.

    An error of the embedder is left in the recorder's `ours`.
    """
    return _embedding_class()(embedder, recorder)


@cache
def _recorder_class() -> type[Any]:
    from ragas.llms.base import InstructorBaseRagasLLM

    class Recorder(InstructorBaseRagasLLM):
        def __init__(self, caller: Caller) -> None:
            self.calls: list[Call] = []
            self.ours: BaseException | None = None
            self._caller = caller
            self._turns: Counter[str] = Counter()

        async def agenerate(self, prompt: str, response_model: Any) -> Any:
            turn = self._turns[prompt]
            self._turns[prompt] += 1
            try:
                reply, key = await self._caller.ask(prompt, response_model, turn)
            except BaseException as error:
                self.ours = error
                raise
            self.calls.append(Call(prompt, reply, key))
            return reply

        def generate(self, prompt: str, response_model: Any) -> Any:
            raise NotImplementedError("the judge is asked asynchronously")

    return Recorder


@cache
def _embedding_class() -> type[Any]:
    from ragas.embeddings.base import BaseRagasEmbedding

    class LocalEmbedding(BaseRagasEmbedding):
        def __init__(self, embedder: TextEmbedder, recorder: Any) -> None:
            super().__init__()
            self._embedder = embedder
            self._recorder = recorder

        def embed_text(self, text: str, **kwargs: Any) -> list[float]:
            return self.embed_texts([text], **kwargs)[0]

        def embed_texts(self, texts: list[str], **kwargs: Any) -> list[list[float]]:  # noqa: ARG002
            try:
                with EMBEDDING:
                    rows: list[list[float]] = self._embedder.embed_texts(texts).tolist()
            except BaseException as error:
                self._recorder.ours = error
                raise
            return rows

        async def aembed_text(self, text: str, **kwargs: Any) -> list[float]:
            return await asyncio.to_thread(self.embed_text, text, **kwargs)

        async def aembed_texts(self, texts: list[str], **kwargs: Any) -> list[list[float]]:
            return await asyncio.to_thread(self.embed_texts, texts, **kwargs)

    return LocalEmbedding
