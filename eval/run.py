"""A run's folder: what was asked, what was answered, and how it was judged.

Owns the files of eval/runs/<date>-<name>/ and going on where a killed run was; knows nothing
about how answers or scores are made.

    run.json        what the run was made of (Manifest)
    answers.jsonl   a Row a line; of a question that was asked again the last counts
    local.jsonl     scores by the local judge, with what they hang on
    ragas.jsonl     scores by RAGAS, with the judge that gave them
    scores.json     the Summary
    finished.json   the judge of a run that was gone through to its end; "" is none
    report.html, report.md
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.errors import BadRun
from eval.lines import append_line, read_lines
from eval.records import Manifest, Row, Score, Scored, Summary
from rag.locks import hold_lock

RUNS = Path("eval") / "runs"
LOCAL, RAGAS = "local", "ragas"
Judged = dict[tuple[str, str], Score]  # by the question's id and the metric


@dataclass(frozen=True, slots=True)
class Run:
    """A run that exists on the disk. Raises BadRun where its files cannot be read."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Raises BadRun where the folder is no run."""
        path = folder / "run.json"
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            return cls(folder, Manifest.from_record(record))
        except OSError as error:
            raise BadRun(
                f"{folder} is no run: {error.strerror or error}",
                remedy=f"footnote eval makes one; those there are: {_list_runs(folder.parent)}",
            ) from error
        except (ValueError, TypeError) as error:
            raise BadRun(f"{path} cannot be read: {error}") from error

    @classmethod
    def create(cls, runs: Path, manifest: Manifest) -> Run:
        """A new run under a name of its own, `<date>-<name>` or that with a number."""
        stem = f"{manifest.created[:10]}-{slug(manifest.name)}"
        for number in range(1, 1000):
            folder = runs / (stem if number == 1 else f"{stem}-{number}")
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                continue
            except OSError as error:
                raise BadRun(
                    f"no run can be kept at {folder}: {error.strerror or error}",
                    remedy="name a folder that can be written with --runs PATH",
                ) from error
            run = cls(folder, manifest)
            _write_json(folder / "run.json", manifest.to_record())
            return run
        raise BadRun(f"{runs} has a thousand runs named {stem}", remedy="use --name NAME")

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Let no other process work on this run. Raises LibraryLocked where one does."""
        with hold_lock(self.folder, "evaluating", wait=0):
            yield

    def rows(self) -> dict[str, Row]:
        """The rows that there are, by the question's id."""
        rows = {}
        for record in read_lines(self.folder / "answers.jsonl"):
            try:
                row = Row.from_record(record)
            except (KeyError, TypeError, ValueError) as error:
                raise BadRun(
                    f"{self.folder / 'answers.jsonl'} holds a line that is no answer: {error!r}",
                    remedy="it is of another version of Footnote; start a new run",
                ) from error
            rows[row.question.id] = row
        return rows

    def add_row(self, row: Row) -> None:
        """Keep a row; it is on the disk when this returns."""
        append_line(self.folder / "answers.jsonl", row.to_record())

    def scores(self, stage: str, judge: str, rows: Iterable[Row]) -> Judged:
        """What `judge` has given in a stage, LOCAL or RAGAS, for these rows as they are now."""
        now = {row.question.id: fingerprint_row(row) for row in rows}
        found: Judged = {}
        for record in read_lines(self.folder / f"{stage}.jsonl"):
            try:
                if record["judge"] == judge and now.get(record["id"]) == record["row"]:
                    for one in record["scores"]:
                        found[record["id"], one["metric"]] = Score(**one)
            except (KeyError, TypeError) as error:
                raise BadRun(
                    f"{self.folder / stage}.jsonl holds a line that is no score: {error!r}",
                    remedy="move the file away: its scores are then made anew",
                ) from error
        return found

    def last_judge(self, stage: str) -> str:
        """The judge that gave the last score of a stage, empty where there is none."""
        records = read_lines(self.folder / f"{stage}.jsonl")
        return str(records[-1].get("judge", "")) if records else ""

    def add_scores(self, stage: str, judge: str, row: Row, scores: Sequence[Score]) -> None:
        """Keep scores of a row; they are on the disk when this returns."""
        record: dict[str, Any] = {
            "id": row.question.id,
            "row": fingerprint_row(row),
            "judge": judge,
        }
        record["scores"] = [one.to_record() for one in scores]
        append_line(self.folder / f"{stage}.jsonl", record)

    def finished_by(self) -> str | None:
        """The judge of RAGAS when the run was gone through to its end ("" is none); None where
        it was stopped before."""
        try:
            record = json.loads((self.folder / "finished.json").read_text(encoding="utf-8"))
            return str(record["judge"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def finish(self, judge: str) -> None:
        """Say that all was asked and judged."""
        _write_json(self.folder / "finished.json", {"judge": judge})

    def write_summary(self, summary: Summary) -> None:
        """Write scores.json."""
        _write_json(self.folder / "scores.json", summary.to_record())


def find_same(runs: Path, manifest: Manifest) -> Run | None:
    """The newest run of the same name that was made of the same, whenever that was."""
    same = []
    for folder in runs.glob(f"*-{slug(manifest.name)}*"):
        try:
            run = Run.open(folder)
        except BadRun:
            continue
        if replace(run.manifest, created=manifest.created) == manifest:
            same.append(run)
    return max(same, key=lambda run: (run.manifest.created, run.folder.name), default=None)


def fingerprint_row(row: Row) -> str:
    """What tells a row from the one that a question gets when it is asked again."""
    text = json.dumps(row.to_record(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def slug(name: str) -> str:
    """A name as a part of a file's: letters, digits, dots and dashes."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.")[:60] or "run"


def _list_runs(runs: Path) -> str:
    found = sorted(path.parent.name for path in runs.glob("*/run.json"))
    return ", ".join(found[-5:]) or "none"


def _write_json(path: Path, record: Any) -> None:
    beside = path.with_suffix(".part")
    try:
        beside.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
        beside.replace(path)
    except OSError as error:
        raise BadRun(f"{path} cannot be written: {error.strerror or error}") from error


def join_scores(rows: Sequence[Row], *stages: Judged) -> tuple[Scored, ...]:
    """Rows with the scores of all stages."""
    from eval.metrics import METRICS

    def gather(row: Row) -> Iterator[Score]:
        for metric in METRICS:
            for stage in stages:
                if found := stage.get((row.question.id, metric.name)):
                    yield found

    return tuple(Scored(row, tuple(gather(row))) for row in rows)
