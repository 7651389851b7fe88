"""Chroma: the nearest papers to a question, for each view of the abstracts.

Owns everything that touches chromadb: one collection a view, ids are paper_ids, cosine
distance. Knows nothing about models or what the vectors mean. Embedded in a folder by
default; a server where a URL is given.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag.embedder import Vectors
from rag.errors import VectorError

# Recall on real abstracts was 1.0 with these; the space of an existing collection wins
# silently over what is asked for, so `_collection` looks.
HNSW = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 256}
# The head of an index's header.bin: version, offset, places, elements.
HEADER = struct.Struct("<IQQQ")


class Neighbours:
    """The collections `<name>-<view>`, in `folder` or at the server `url`.

    One call at a time: `reopen` would pull the client from under another thread's query.
    """

    def __init__(self, folder: Path, name: str, views: Sequence[str], url: str = "") -> None:
        self._folder = folder
        self._name = name
        self._views = tuple(views)
        self._url = url
        self._lock = threading.RLock()
        self._client: Any = None
        self._collections: dict[str, Any] = {}

    def upsert(self, paper_ids: Sequence[str], vectors: dict[str, Vectors]) -> None:
        """Put each view's vectors, shape (len(paper_ids), d), over what was there."""
        with self._lock, _translate():
            limit = self._connect().get_max_batch_size()
            try:
                for view in self._views:
                    for start in range(0, len(paper_ids), limit):
                        part = slice(start, start + limit)
                        self._collection(view).upsert(
                            ids=list(paper_ids[part]), embeddings=vectors[view][part]
                        )
            finally:
                self.wipe_unset()

    def wipe_unset(self) -> None:
        """Write zeros over the files of every index in the folder that holds no element yet;
        for who holds the writer's lock.

        Chroma writes a new index's memory to disk before it has set it, and so what the process
        had let go of: the endpoint's key has been found there. Files with elements are set whole.
        Raises VectorError where they cannot be written.
        """
        with self._lock, _translate():
            for header in self._folder.glob("*/header.bin"):
                written = header.read_bytes()
                if len(written) < HEADER.size or HEADER.unpack_from(written)[-1]:
                    continue
                for name in ("data_level0.bin", "length.bin"):
                    path = header.with_name(name)
                    with path.open("r+b") as unset:
                        unset.write(bytes(path.stat().st_size))

    def delete(self, paper_ids: Sequence[str]) -> None:
        with self._lock, _translate():
            for view in self._views:
                for start in range(0, len(paper_ids), 1000):
                    self._collection(view).delete(ids=list(paper_ids[start : start + 1000]))

    def nearest(self, view: str, vector: Vectors, k: int) -> list[str]:
        """Up to k paper_ids, nearest first."""
        with self._lock, _translate():
            found = self._collection(view).query(
                query_embeddings=[vector], n_results=k, include=["distances"]
            )
        # A damaged segment finds nothing, without a word; counting costs more than asking.
        if not found["ids"][0] and (count := self.count(view)):
            raise VectorError(
                f"Chroma holds {count} vectors and finds none of them", remedy="footnote rebuild"
            )
        return list(found["ids"][0])

    def ids(self, view: str) -> set[str]:
        """Every paper_id of a view."""
        with self._lock, _translate():
            return set(self._collection(view).get(include=[])["ids"])

    def count(self, view: str) -> int:
        with self._lock, _translate():
            return int(self._collection(view).count())

    def reopen(self) -> None:
        """See what another process has written: an embedded client keeps old vectors in memory."""
        self.close()

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None
            self._collections = {}

    def drop(self) -> None:
        """Delete the collections (a server keeps them otherwise)."""
        with self._lock, _translate():
            for view in self._views:
                self._collection(view)
                self._connect().delete_collection(f"{self._name}-{view}")
            self._collections = {}

    def _connect(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._open()
            return self._client

    def _open(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        if not self._url:
            self._folder.mkdir(parents=True, exist_ok=True)
            return chromadb.PersistentClient(path=str(self._folder), settings=settings)
        parts = urlsplit(self._url)
        if parts.hostname is None:
            raise VectorError(
                f"[index] url is {self._url!r}, which names no host",
                remedy="write it as http://127.0.0.1:8000, or leave it empty",
            )
        secure = parts.scheme == "https"
        return chromadb.HttpClient(
            host=parts.hostname,
            port=parts.port or (443 if secure else 8000),
            ssl=secure,
            settings=settings,
        )

    def _collection(self, view: str) -> Any:
        with self._lock:
            if view not in self._collections:
                collection = self._connect().get_or_create_collection(
                    f"{self._name}-{view}", embedding_function=None, configuration={"hnsw": HNSW}
                )
                space = collection.configuration["hnsw"]["space"]
                if space != HNSW["space"]:
                    raise VectorError(
                        f"Chroma's collection {collection.name} measures {space} distance,"
                        f" not {HNSW['space']}",
                        remedy="footnote rebuild",
                    )
                self._collections[view] = collection
            return self._collections[view]


class _translate:  # noqa: N801 - reads as a verb where it is used
    """Chroma's errors, and those of its transport, become VectorError."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None or isinstance(error, VectorError):
            return
        import httpx
        from chromadb.errors import ChromaError

        # Chroma's own start and end stumble over a damaged file: AttributeError.
        known = ChromaError | httpx.HTTPError | ValueError | OSError | RuntimeError | AttributeError
        if isinstance(error, known):
            raise VectorError(f"Chroma failed: {error}", remedy="footnote rebuild") from error
