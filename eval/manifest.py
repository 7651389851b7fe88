"""What a run is made of, taken down before it begins.

Owns the hashes and the revision; knows nothing about answers. No
key and no path of the user's stands in a manifest.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from eval.questions import hash_questions
from eval.records import Manifest, Question
from rag.footnote import Footnote
from rag.history import tell_settings
from rag.records import Paper

ROOT = Path(__file__).resolve().parents[1]
GIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where questions and papers came from, in words, and the questions themselves."""

    questions: str
    library: str
    asked: tuple[Question, ...]


def make_manifest(name: str, footnote: Footnote, source: Source, model: str) -> Manifest:
    """The manifest of a run that begins now."""
    papers = list(footnote.library.papers())
    return Manifest(
        name=name,
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        version=version("footnote"),
        revision=find_revision(),
        questions=source.questions,
        questions_hash=hash_questions(source.asked),
        planned=len(source.asked),
        library=source.library,
        papers=len(papers),
        corpus_hash=hash_papers(papers),
        model=model,
        embedding=footnote.index.recipe,
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}",
        settings=tell_settings(footnote.settings),
    )


def hash_papers(papers: Iterable[Paper]) -> str:
    """SHA-256 of what the papers say, which neither their order nor their pages change."""
    lines = sorted(json.dumps(_say(paper), sort_keys=True) for paper in papers)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _say(paper: Paper) -> Mapping[str, Any]:
    return {name: value for name, value in paper.to_record().items() if name != "pages"}


def find_revision() -> str:
    """The code's commit, with "+" where files differ from it; empty outside a checkout."""
    asked: Sequence[Sequence[str]] = (
        ("git", "rev-parse", "--short", "HEAD"),
        ("git", "status", "--porcelain", "--untracked-files=no"),
    )
    try:
        commit, changes = (
            subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=GIT_SECONDS
            ).stdout.strip()
            for command in asked
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return f"{commit}+" if changes else commit
