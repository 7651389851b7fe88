"""The library that an evaluation asks: the user's own, or one made of pages and kept.

Owns where the latter lies; knows nothing about questions.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import platformdirs

from rag.errors import PageError
from rag.footnote import Footnote
from rag.settings import load_settings
from rag.terminal import show_progress

# A model that fails must not be hidden by quotations.
SECTIONS: dict[str, dict[str, Any]] = {"answer": {"fall_back": False}}


def open_own(library: str | None) -> Footnote:
    """The user's library, or the one named, its index brought up to it."""
    footnote = Footnote.open(library, **SECTIONS)
    footnote.catch_up()
    return footnote


def open_pages_library(pages: Path) -> Footnote:
    """A library of these pages alone, made in the user's cache folder when first asked for.

    Other pages or another embedding model make another one. Raises PageError where there
    are none or one cannot be read.
    """
    files = sorted(path for path in pages.rglob("*") if path.is_file()) or [pages]
    embedding = load_settings().embedding.model_dump(mode="json")
    told = hashlib.sha256(json.dumps(embedding, sort_keys=True).encode())
    for path in files:
        if not path.is_file():
            raise PageError(f"there are no pages at {pages}")
        told.update(f"\n{path.name}\n".encode() + path.read_bytes())
    cache = Path(platformdirs.user_cache_dir("footnote", appauthor=False))
    footnote = Footnote.open(cache / "eval" / told.hexdigest()[:16], **SECTIONS)
    with show_progress() as progress:
        report = footnote.add([str(pages)], progress)
    for failure in report.failed:
        footnote.close()
        raise PageError(f"not read: {failure.source}:{failure.line}: {failure.reason}")
    return footnote
