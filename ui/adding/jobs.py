"""What is done to the library behind the page: papers added and embedded, the index rebuilt.

Owns the line of jobs, one at a time, and what is known of each; knows nothing about HTML,
tabs or events. A job goes on whether or not a tab is open, and may be killed at any moment:
what was added stays, and what is not embedded yet is embedded by the next one.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from rag.errors import FootnoteError, LibraryLocked, VectorError
from rag.footnote import Footnote
from rag.index import Progress
from rag.records import AddReport
from ui.reading import Problem

LOOK_SECONDS = 0.2
END_SECONDS = 10.0  # longer than a batch takes, so that no file is closed under a writer
REMEMBERED = 20


class Stage(StrEnum):
    """How far a job has come."""

    WAITING = "waiting"
    ADDING = "adding"
    EMBEDDING = "embedding"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Work:
    """`embed` brings the index up, after `add`, if there is one, has put papers into the
    library. `expected` is what the reader was told that adding would do."""

    embed: Callable[[Progress], int]
    add: Callable[[], AddReport] | None = None
    expected: AddReport | None = None
    rebuilds: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One work, numbered from 1. `done` of `total` papers are embedded; `total` is 0 before it
    is known. `first`: nothing was embedded before. `report` tells what was added, once it is;
    `problem` why the job failed."""

    number: int
    work: Work
    stage: Stage = Stage.WAITING
    done: int = 0
    total: int = 0
    first: bool = False
    report: AddReport | None = None
    problem: Problem | None = None

    @property
    def owes_papers(self) -> bool:
        """It had papers to add, and has not added them."""
        return self.work.add is not None and self.report is None


@dataclass(frozen=True, slots=True)
class Line:
    """All jobs at one moment: the one at work, how many wait, those that failed and were
    neither tried again nor put aside, oldest first, and the number of the one that ended last."""

    running: Job | None = None
    waiting: int = 0
    troubles: tuple[Job, ...] = ()
    ended: int = 0


class Jobs:
    """The jobs of one library, for all its readers. Each runs in a thread of its own."""

    def __init__(self, footnote: Footnote) -> None:
        self._footnote = footnote
        self._lock = threading.RLock()
        self._line: deque[Job] = deque()
        self._ended: deque[Job] = deque(maxlen=REMEMBERED)
        self._troubles: tuple[Job, ...] = ()
        self._count = 0
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def put(self, work: Work, report: AddReport | None = None) -> Job:
        """Begin it, or let it wait for those before it. `report`: of what was added already."""
        with self._lock:
            self._count += 1
            job = Job(self._count, work, report=report)
            self._line.append(job)
            if len(self._line) == 1:
                self._start(job)
        return job

    def catch_up(self) -> None:
        """Embed what an interrupted run left, if anything, unless another process is at it."""
        if self._footnote.index.synced_to() != self._footnote.library.changes():
            self.put(Work(self._catch_up))

    def rebuild(self) -> None:
        """Make the index anew, unless that is waited for already."""
        with self._lock:
            if not any(job.work.rebuilds for job in self._line):
                rebuild = partial(self._footnote.rebuild, keep_old=True)
                self.put(Work(rebuild, rebuilds=True))

    def retry(self) -> None:
        """Do all that failed once more; papers that were added are not added again."""
        with self._lock:
            failed, self._troubles = self._troubles, ()
            for job in failed:
                work = replace(job.work, add=None) if job.report else job.work
                self.put(work, job.report)

    def forgive(self) -> None:
        """Put all that failed aside."""
        with self._lock:
            self._troubles = ()

    def line(self) -> Line:
        with self._lock:
            running = self._line[0] if self._line else None
            ended = self._ended[-1].number if self._ended else 0
            return Line(running, max(len(self._line) - 1, 0), self._troubles, ended)

    def ended_after(self, number: int) -> tuple[Job, ...]:
        """The jobs that ended after that of this number, as far as they are remembered."""
        with self._lock:
            return tuple(job for job in self._ended if job.number > number)

    async def wait_for_papers(self) -> None:
        """Wait while nothing can be found yet: the first papers are being embedded, or the
        index is rebuilt. Raises VectorError where that has failed."""
        while (line := self.line()).running and not await self._has_papers(line):
            await asyncio.sleep(LOOK_SECONDS)
        failed = line.troubles[-1].problem if line.troubles else None
        if failed and not await self._has_papers(line):
            message = f"No paper is embedded yet: {failed.message}"
            raise VectorError(message, remedy=failed.remedy)

    def close(self) -> None:
        """End the job at work after what it has in hand; the rest is done at the next start."""
        self._closing.set()
        if self._thread:
            self._thread.join(END_SECONDS)

    async def _has_papers(self, line: Line) -> bool:
        if line.running and line.running.work.rebuilds:
            return False
        counts = await asyncio.to_thread(self._footnote.index.counts)
        return counts["vectors"] > 0

    def _catch_up(self, progress: Progress) -> int:
        try:
            return self._footnote.sync(progress, wait=0)
        except LibraryLocked:
            return 0

    def _start(self, job: Job) -> None:
        self._thread = threading.Thread(target=self._run, args=(job,), daemon=True)
        self._thread.start()

    def _run(self, job: Job) -> None:
        # An error that is not ours ends the thread, and the interpreter prints it.
        problem: Problem | None = Problem(
            "Footnote failed by a mistake of its own", "the terminal that runs it shows where"
        )
        is_up = False
        try:
            self._do(job)
            is_up = self._footnote.index.synced_to() == self._footnote.library.changes()
            problem = None
        except FootnoteError as error:
            problem = Problem(str(error), error.remedy)
        finally:
            self._end(problem, is_up)

    def _do(self, job: Job) -> None:
        if job.work.add:
            self._note(stage=Stage.ADDING)
            self._note(report=job.work.add())
        first = self._footnote.index.counts()["vectors"] == 0
        self._note(stage=Stage.EMBEDDING, total=self._count_papers(job.work), first=first)
        job.work.embed(self._progress)

    def _count_papers(self, work: Work) -> int:
        library = self._footnote.library
        if work.rebuilds:
            return library.count()
        return self._footnote.index.pending(library.papers())

    def _progress(self, done: int, total: int) -> None:
        if self._closing.is_set():
            raise SystemExit  # ends a thread without a word
        self._note(done=done, total=total)

    def _note(self, **known: object) -> None:
        with self._lock:
            self._line[0] = replace(self._line[0], **known)  # type: ignore[arg-type]

    def _end(self, problem: Problem | None, is_up: bool) -> None:
        with self._lock:
            stage = Stage.FAILED if problem else Stage.DONE
            job = replace(self._line.popleft(), stage=stage, problem=problem)
            self._troubles = tuple(one for one in self._troubles if not makes_good(job, one, is_up))
            if problem:
                self._troubles += (job,)
            # The work holds the papers that were read; only what is tried again needs them.
            self._ended.append(replace(job, work=replace(job.work, add=None)))
            if self._line and not self._closing.is_set():
                self._start(self._line[0])


def makes_good(ended: Job, failed: Job, is_up: bool) -> bool:
    """Whether nothing is left to do of a job that failed, now that another has ended. `is_up`:
    the index has all that is in the library."""
    if failed.owes_papers:
        return False
    if failed.work.rebuilds:
        return ended.work.rebuilds
    # Where both have failed, to try the later one again is to embed what either left.
    return is_up or (ended.stage is Stage.FAILED and failed.report is None)
