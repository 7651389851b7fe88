"""SIGKILL at thirty moments of everything that writes: nothing that was safe is lost, and the
next run ends what was begun.

Another series: KILL_SEED=NUMBER. A failure prints the seed and the moment.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kills import LATER, QUESTIONS, Killer, copy_library
from libraries import numbered_page
from word_model import PAPERS_A_PAGE, WordModel, titles_of, write_page

import rag.footnote
from rag import Footnote
from rag.doctor import examine_index
from rag.history import History
from rag.history.store import find_damage

pytestmark = pytest.mark.timeout(600)  # a busy machine takes minutes
SEED = int(os.environ.get("KILL_SEED", "6"))
KILLS = int(os.environ.get("KILLS", "12"))  # of each of the four
KNOWN = titles_of(range(3))
NEW = titles_of(range(3, 6))


@dataclass(frozen=True, slots=True)
class Killed:
    """A library after one kill, and what was told before it."""

    folder: Path
    acknowledged: list[str]
    moment: str


@pytest.fixture(autouse=True)
def _words_for_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.footnote, "SentenceEmbedder", WordModel)


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    killer = Killer()
    yield killer
    killer.close()


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A library of three pages, embedded."""
    with Footnote.open(library=tmp_path / "base") as footnote:
        footnote.library.add([numbered_page(number) for number in range(3)])
        footnote.sync()
    return tmp_path / "base"


def kill_all_over(killer: Killer, base: Path, *command: str | Path) -> Iterator[Killed]:
    """The library after each of the kills; they are spread over all that the command does."""
    chance, folder = random.Random(SEED), base.with_name("killed")
    place = [folder if one == base else one for one in command]
    copy_library(base, folder)
    whole = killer.run(*place)
    assert (whole["killed"], whole["status"]) == (False, 0)
    struck = 0
    for share in spread(chance):
        copy_library(base, folder)
        at, later = 1 + int(whole["calls"] * share), chance.uniform(0.0, LATER)
        told = killer.run(*place, at=at, later=later)
        struck += told["killed"]
        moment = f"KILL_SEED={SEED}: {at} calls of {whole['calls']} and {later * 1000:.1f} ms"
        yield Killed(folder, told["acknowledged"], moment)
    assert struck > KILLS * 0.5


def spread(chance: random.Random) -> Iterator[float]:
    """Shares of the way at which to kill, one in each part of it; a third of them are in the
    last hundredth, where one thing is put in the place of another."""
    late = KILLS // 3
    early = KILLS - late - 1
    yield 0.0  # before anything is done, whatever the work turns out to be
    yield from (0.99 * (part + chance.random()) / early for part in range(early))
    yield from (0.99 + 0.01 * (part + chance.random()) / late for part in range(late))


def check_whole(footnote: Footnote, moment: str) -> set[str]:
    """The library is sound, its index is brought up, and each paper is found; their titles."""
    library = footnote.library
    titles = {paper.title for paper in library.papers()}
    assert library.check() == "", moment
    assert len(library.match(["studied"], 10_000)) == len(titles) == library.count(), moment
    footnote.catch_up()
    check_counts(footnote, len(titles), moment)
    assert examine_index(footnote).well, moment
    for title in sorted(titles)[::4]:
        found = footnote.search(title, 3).hits  # titles differ in the order of their words only
        assert title in {hit.paper.title for hit in found}, moment
    return titles


def check_counts(footnote: Footnote, total: int, moment: str) -> None:
    """SQLite, the vectors and Chroma hold the same papers, as they stand."""
    assert footnote.library.count() == total, moment
    assert footnote.index.counts() == {"vectors": total, "whole": total, "body": total}, moment
    assert footnote.index.pending(footnote.library.papers()) == 0, moment


def test_add_is_killed_and_finished_by_the_next_run(killer: Killer, base: Path) -> None:
    pages = [write_page(base.parent, number) for number in range(3, 6)]
    phases = set()
    for killed in kill_all_over(killer, base, "--library", base, "add", *pages):
        with Footnote.open(library=killed.folder) as footnote:
            titles = check_whole(footnote, killed.moment)
            assert titles >= KNOWN, killed.moment
            assert len(titles) % PAPERS_A_PAGE == 0, killed.moment
            assert "add" not in killed.acknowledged or titles == KNOWN | NEW, killed.moment
            phases.add((len(titles), bool(killed.acknowledged)))
            footnote.add(map(str, pages))
            check_counts(footnote, 30, killed.moment)
    assert (15, False) in phases
    assert len(phases) > 1


def test_remove_is_killed_and_finished_by_the_next_run(killer: Killer, base: Path) -> None:
    with Footnote.open(library=base) as footnote:
        gone = {paper.title: paper.paper_id for paper in footnote.library.papers()}
    for title in titles_of([1, 2]):
        gone.pop(title)
    sizes = set()
    for killed in kill_all_over(killer, base, "--library", base, "remove", *gone.values()):
        with Footnote.open(library=killed.folder) as footnote:
            titles = check_whole(footnote, killed.moment)
            assert titles in (KNOWN, KNOWN - gone.keys()), killed.moment
            assert "remove" not in killed.acknowledged or len(titles) == 10, killed.moment
            sizes.add(len(titles))
            if len(titles) == 15:
                footnote.remove(list(gone.values()))
            check_counts(footnote, 10, killed.moment)
    assert sizes == {10, 15}


def test_rebuild_is_killed_and_done_by_the_next_run(killer: Killer, base: Path) -> None:
    used = set()
    for killed in kill_all_over(killer, base, "--library", base, "rebuild"):
        with Footnote.open(library=killed.folder) as footnote:
            assert check_whole(footnote, killed.moment) == KNOWN
            used.add(footnote.index._open().folder.name)
            assert footnote.rebuild() == 15
            check_counts(footnote, 15, killed.moment)
        names = {path.name for path in (killed.folder / "index").iterdir()}
        assert len(names) == 2, killed.moment  # the generation in use, and its name
    assert "0001" in used


def test_a_chat_is_killed_while_it_answers_and_adds(killer: Killer, base: Path) -> None:
    kept_turns = set()
    for killed in kill_all_over(killer, base, "chat", base):
        with Footnote.open(library=killed.folder) as footnote:
            titles = check_whole(footnote, killed.moment)
            assert "add" not in killed.acknowledged or titles == KNOWN | NEW, killed.moment
            assert titles >= KNOWN, killed.moment
        kept = [one.split() for one in killed.acknowledged if one.startswith("kept ")]
        check_conversation(killed, kept)
        kept_turns.add(len(kept))
    assert len(kept_turns) > 1  # how far the answers come hangs on the job beside them


def check_conversation(killed: Killed, kept: list[list[str]]) -> None:
    """Every answer that was kept is there, and at most one more."""
    if (killed.folder / "conversations.sqlite").exists():
        assert find_damage(killed.folder / "conversations.sqlite") == "", killed.moment
    history = History(killed.folder)
    try:
        listed: list[Any] = list(history.list("browser-1"))
        assert len(listed) >= bool(kept), killed.moment
        for one in listed:
            asked = [turn.answer.question for turn in history.open("browser-1", one.id).turns]
            assert asked == list(QUESTIONS[: len(asked)]), killed.moment
            assert len(kept) <= len(asked) <= len(kept) + 1, killed.moment
    finally:
        history.close()
