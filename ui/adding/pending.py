"""What one tab is about to add, and what it has been told of jobs.

Owns that state; knows nothing about HTML.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.preview import Preview, Source


@dataclass(slots=True)
class Pending:
    """`preview` is what was read from `sources` and is not added yet; None where there is
    nothing. `first_failure` is the place of the first failure shown, from 0.

    `bar` is the bar as this tab shows it, `note` what it says there where no job has a word,
    `counted` the number of the last job whose papers it has counted, `ended` of the last whose
    end it was told (-1 before anything was), and `watching` whether a watcher is at it.
    """

    preview: Preview | None = None
    sources: tuple[Source, ...] = ()
    first_failure: int = 0
    bar: str = ""
    note: str = ""
    counted: int = 0
    ended: int = -1
    watching: bool = False

    def look_at(self, preview: Preview, sources: tuple[Source, ...]) -> None:
        self.preview, self.sources, self.first_failure = preview, sources, 0

    def take(self) -> tuple[Preview | None, tuple[Source, ...]]:
        """What was read and whence, for one who adds it: nobody finds it here again."""
        taken = self.preview, self.sources
        self.discard()
        return taken

    def discard(self) -> None:
        """Let go of what was read."""
        self.preview, self.sources, self.first_failure = None, (), 0
