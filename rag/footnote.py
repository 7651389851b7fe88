"""A library opened with its settings: everything that one can do with it, in one object.

Owns which parts are made from which settings; knows nothing about how any of them works.
Opening is quick: models are loaded when they are first needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rag.embedder import SentenceEmbedder
from rag.errors import LibraryLocked
from rag.index import Index, Progress, ignore_progress
from rag.library import Library
from rag.locks import WAIT_SECONDS
from rag.pages import open_pages
from rag.records import AddReport
from rag.retrieve import Findings, Retriever
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from rag.engine import Engine


class Footnote(AbstractContextManager["Footnote"]):
    """The library of `settings`, its index and its engine. Close it, or use `with`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.library = Library(settings.library_folder())
        self.embedder = SentenceEmbedder(
            settings.embedding.model,
            batch_size=settings.embedding.batch_size,
            precision=settings.embedding.precision,
            device=settings.embedding.device,
        )
        self.index = Index(self.library.folder, self.embedder, settings.index.url)
        self.retriever = Retriever(
            self.library,
            self.index,
            self.embedder,
            candidates=settings.retrieval.candidates,
            reranker=settings.retrieval.reranker,
        )

    @classmethod
    def open(cls, library: str | Path | None = None, **sections: dict[str, Any]) -> Footnote:
        """Open with the settings of config.toml and the environment.

        `library` is a folder; `sections` override settings, as in
        `Footnote.open(llm={"base_url": "http://127.0.0.1:11434/v1"})`. Raises SettingsError
        or LibraryError.
        """
        if library is not None:
            sections = {**sections, "library": {"path": str(library)}}
        return cls(load_settings(sections))

    def add(self, paths: Iterable[str], progress: Progress = ignore_progress) -> AddReport:
        """Read pages ('-' is standard input), add their papers, embed what is new.

        The papers are safe once they are added: if embedding is interrupted, the next `add`
        or `sync` goes on with it. Raises PageError for a path that does not exist.
        """
        report = self.library.add(open_pages(paths))
        self.sync(progress)
        return report

    def sync(self, progress: Progress = ignore_progress, wait: float = WAIT_SECONDS) -> int:
        """Bring the index up to the library, if it is not; how many papers were embedded.

        Raises LibraryLocked if another process has been writing for `wait` seconds.
        """
        changes = self.library.changes()
        if self.index.synced_to() == changes:
            return 0
        done = self.index.sync(self.library.papers(), progress, wait)
        self.index.set_synced(changes)
        return done

    def catch_up(self) -> None:
        """Finish what an interrupted run left, unless another process is at it just now."""
        with suppress(LibraryLocked):
            self.sync(wait=0)

    def remove(self, paper_ids: Sequence[str]) -> None:
        """Remove papers from the library and the index. Raises PaperNotFound."""
        self.library.remove(paper_ids)
        self.sync()

    def rebuild(self, progress: Progress = ignore_progress, *, keep_old: bool = False) -> int:
        """Make the index and the words anew from the papers; how many there are. With `keep_old`
        what reads the old one just now may go on."""
        changes = self.library.changes()
        self.library.renew_words()
        done = self.index.rebuild(self.library.papers(), progress, keep_old=keep_old)
        self.index.set_synced(changes)
        return done

    def search(self, question: str, k: int = 10) -> Findings:
        """The k best papers for a question. Raises LibraryEmpty where there are none, and
        RecipeMismatch before mixing vectors."""
        self.library.check_not_empty()
        self.index.check_recipe()
        return self.retriever.find(question, k)

    def engine(self) -> Engine:
        """The LlamaIndex query engine, with a model if an endpoint is set."""
        from rag.assemble import assemble_engine

        self.index.check_recipe()
        return assemble_engine(self.library, self.retriever, self.settings)

    def close(self) -> None:
        """Let go of all files."""
        self.index.close()
        self.library.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
