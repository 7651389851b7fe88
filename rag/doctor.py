"""What is well with a library and its settings, and what to do where it is not.

Owns the examination; changes nothing. Each finding stands for itself, so that one part
that is broken does not hide the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rag.discover import discover
from rag.errors import FootnoteError, LibraryLocked, SettingsError
from rag.footnote import Footnote
from rag.history.history import FILE
from rag.history.store import find_damage
from rag.llm import Endpoint
from rag.locks import hold_lock
from rag.settings import LlmSettings, config_files, load_settings, user_config_file

PROBED = 20
NEAREST = 5  # a paper's own vector is the nearest, unless others are the same


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it is well, what was seen, and the way out."""

    part: str
    well: bool
    says: str
    remedy: str = ""

    def to_record(self) -> dict[str, Any]:
        return {"part": self.part, "well": self.well, "says": self.says, "remedy": self.remedy}


def examine(footnote: Footnote) -> list[Finding]:
    """Look at every part, in the order in which they build on each other."""
    checks: dict[str, Callable[[Footnote], Finding]] = {
        "settings": examine_settings,
        "library": examine_library,
        "conversations": examine_conversations,
        "model": examine_model,
        "recipe": examine_recipe,
        "index": examine_index,
        "endpoint": examine_endpoint,
    }
    findings = []
    for part, check in checks.items():
        try:
            findings.append(check(footnote))
        except FootnoteError as error:
            findings.append(Finding(part, False, str(error), error.remedy))
    return findings


def examine_unopened(error: FootnoteError) -> list[Finding]:
    """What can be seen where the settings or the library cannot be opened: `error` says why."""
    try:
        settings = load_settings()
    except SettingsError as problem:
        return [Finding("settings", False, str(problem), problem.remedy)]
    findings = [describe_settings(), Finding("library", False, str(error), error.remedy)]
    try:
        findings.append(examine_llm(settings.llm))
    except FootnoteError as problem:
        findings.append(Finding("endpoint", False, str(problem), problem.remedy))
    return findings


def examine_settings(footnote: Footnote) -> Finding:  # noqa: ARG001 - the shape of a check
    return describe_settings()


def describe_settings() -> Finding:
    files = ", ".join(str(path) for path in config_files()) or "defaults only"
    return Finding("settings", True, f"{files}; yours would be {user_config_file()}")


def examine_library(footnote: Footnote) -> Finding:
    folder = footnote.library.folder
    problems = footnote.library.check()
    if problems:
        remedy = "footnote restore FILE --replace, from a backup"
        return Finding("library", False, f"{folder}: {problems}", remedy)
    with suppress(LibraryLocked), hold_lock(folder, "looking at it", wait=0):
        pass  # it can be written to, or another process does just now
    count = footnote.library.count()
    remedy = "" if count else "footnote add PATH, with a saved listing page"
    return Finding("library", True, f"{count} papers in {folder}", remedy)


def examine_conversations(footnote: Footnote) -> Finding:
    path = footnote.library.folder / FILE
    if not path.exists():
        return Finding("conversations", True, "none are kept yet")
    if problems := find_damage(path):
        remedy = f"restore a copy of {FILE}, or move it away: the papers are not in it"
        return Finding("conversations", False, f"{path}: {problems}", remedy)
    return Finding("conversations", True, f"kept in {path}")


def examine_model(footnote: Footnote) -> Finding:
    footnote.embedder.load()
    return Finding("model", True, footnote.embedder.describe())


def examine_recipe(footnote: Footnote) -> Finding:
    footnote.index.check_recipe()
    return Finding("recipe", True, footnote.index.recipe)


def examine_index(footnote: Footnote) -> Finding:
    pending = footnote.index.pending(footnote.library.papers())
    counts = footnote.index.counts()
    total = footnote.library.count()
    says = ", ".join(f"{name} {count}" for name, count in counts.items())
    if pending:
        return Finding(
            "index",
            False,
            f"{pending} of {total} papers wait to be embedded ({says})",
            "footnote add any page, or footnote rebuild",
        )
    if set(counts.values()) != {total}:
        return Finding("index", False, f"{says}, but the library holds {total}", "footnote rebuild")
    if lost := count_lost(footnote):
        says = f"{lost} of {min(total, PROBED)} papers are not found by their own vectors"
        return Finding("index", False, says, "footnote rebuild")
    return Finding("index", True, f"{says}: as many as the library holds")


def count_lost(footnote: Footnote) -> int:
    """Of a few papers from all over the library, how many Chroma does not find: a part that
    is damaged there answers all the same."""
    known = [fact.paper_id for fact in footnote.library.facts()]
    probed = known[:: max(1, len(known) // PROBED)][:PROBED]
    found = footnote.index.vectors(probed)
    return sum(one.paper_id not in footnote.index.nearest(one.whole, NEAREST) for one in found)


def examine_endpoint(footnote: Footnote) -> Finding:
    return examine_llm(footnote.settings.llm)


def examine_llm(llm: LlmSettings) -> Finding:
    """Ask the endpoint that is set; where none is, look for one on this machine."""
    if not llm.base_url:
        return asyncio.run(_look_around())
    return asyncio.run(_ask_endpoint(llm.base_url, llm.model, llm.api_key.get_secret_value()))


async def _look_around() -> Finding:
    found = await discover()
    if not found:
        return Finding(
            "endpoint",
            True,
            "none is set: answers are quotations; no local model server is running",
        )
    servers = "; ".join(
        f"{one.name} at {one.base_url} with {', '.join(one.models[:4]) or 'no model'}"
        for one in found
    )
    first = found[0]
    model = first.models[0] if first.models else "NAME"
    return Finding(
        "endpoint",
        True,
        f"none is set: answers are quotations; running here: {servers}",
        f"to use it: FOOTNOTE_LLM__BASE_URL={first.base_url} FOOTNOTE_LLM__MODEL={model} make chat",
    )


async def _ask_endpoint(base_url: str, model: str, key: str) -> Finding:
    endpoint = Endpoint(base_url, model, key, timeout=5.0)
    try:
        models = await endpoint.models()
        if model and models and model not in models:
            return Finding(
                "endpoint",
                False,
                f"{base_url} answers, but does not list {model!r}",
                f"set [llm] model to one of: {', '.join(models[:8])}",
            )
        window = await endpoint.context_window()
    finally:
        await endpoint.aclose()
    reads = f", which reads {window} tokens" if window else ""
    return Finding("endpoint", True, f"{model or 'the first model'} at {base_url}{reads}")
