"""Backup and restore: one file, checked, whole or not at all."""

from __future__ import annotations

import json
import random
import resource
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from e2e.fake_answers import write
from e2e.fake_papers import PAPERS
from kills import Killer, copy_library
from libraries import numbered_page, start_process
from word_model import WordModel, titles_of

import rag.footnote
from rag import Footnote
from rag.backup.archive import FORMAT, MANIFEST, check_archive
from rag.backup.making import _beside, make_backup
from rag.backup.restoring import restore_backup
from rag.cli import main
from rag.conversation import Conversation
from rag.doctor import examine_index
from rag.errors import BackupError, LibraryError, LibraryTooNew
from rag.history import History
from rag.library import Library
from rag.locks import hold_lock
from rag.swap import CLEARING, FILLING, STAGE, begin_stage, open_database, swap_in

WRITE_FOR_EVER = """
from pathlib import Path
library, index, _ = open_index(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(100, 10_000):
    library.add([numbered_page(number)])
    index.sync(library.papers())
"""
pytestmark = pytest.mark.timeout(400)


@pytest.fixture(autouse=True)
def _words_for_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.footnote, "SentenceEmbedder", WordModel)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of two pages, embedded, and a conversation of one answer."""
    folder = tmp_path / "library"
    fill(folder, range(2))
    history = History(folder)
    answer = write("What is cheaper?", Conversation().number(PAPERS))
    history.keep("me", history.start("me"), answer)
    history.close()
    return folder


@pytest.fixture
def backup(folder: Path, tmp_path: Path) -> Path:
    make_backup(folder, tmp_path / "papers.backup")
    return tmp_path / "papers.backup"


def fill(folder: Path, numbers: range) -> None:
    with Footnote.open(library=folder) as footnote:
        footnote.library.add([numbered_page(number) for number in numbers])
        footnote.sync()


def titles_in(folder: Path) -> set[str]:
    library = Library(folder)
    titles = {paper.title for paper in library.papers()}
    library.close()
    return titles


def asked_in(folder: Path) -> list[str]:
    history = History(folder)
    questions = [one.title for one in history.list("me")]
    history.close()
    return questions


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    assert main([*map(str, arguments), "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def content_of(folder: Path) -> dict[str, bytes]:
    """Every file but the lock's and SQLite's logs, which are empty."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("writer.") and "sqlite-" not in path.name
    }


def test_a_library_comes_back_whole_and_nothing_is_embedded_again(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = tmp_path / "one.backup", tmp_path / "other" / "place"
    made = run_json(capsys, "--library", folder, "backup", file)
    assert made == {
        "file": str(file),
        "bytes": file.stat().st_size,
        "papers": 10,
        "conversations": 1,
        "embedded": 10,
        "left_out": [],
    }
    restored = run_json(capsys, "--library", other, "restore", file)
    with zipfile.ZipFile(file) as archive:
        moment = json.loads(archive.read(MANIFEST))["made"]
    assert restored == {
        "folder": str(other),
        "made": moment,
        "papers": 10,
        "conversations": 1,
        "embedded": 10,
        "kept": None,
    }
    assert asked_in(other) == ["What is cheaper?"]
    with Footnote.open(library=folder) as one, Footnote.open(library=other) as two:
        assert list(one.library.papers()) == list(two.library.papers())
        model: Any = two.embedder
        assert two.sync() == 0
        assert examine_index(two).well
        assert model.embedded == []
        found = [
            [hit.paper.title for hit in each.search("subject1", 5).hits] for each in (one, two)
        ]
        assert found[0] == found[1]
    names = {path.name for path in other.iterdir()}
    assert names >= {"library.sqlite", "conversations.sqlite", "index"}
    for name in ("library.sqlite", "conversations.sqlite"):
        with closing(open_database(other / name, 1)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert names & {STAGE, CLEARING, FILLING} == set()


def test_people_are_told_what_is_in_it_and_what_is_not(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = tmp_path / "one.backup", tmp_path / "other"
    assert main(["--library", str(folder), "backup", str(file)]) == 0
    assert capsys.readouterr().out == (
        f"10 papers (10 embedded) and 1 conversations written to {file},"
        f" {file.stat().st_size / 1e6:.1f} MB; settings and keys are not in it\n"
    )
    fill(other, range(4, 5))
    assert main(["--library", str(other), "restore", str(file), "--replace"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("10 papers (10 embedded) and 1 conversations of 20")
    kept = Path(second.removeprefix("what was there is kept in "))
    assert kept.parent == other
    assert titles_in(kept) == titles_of([4])
    assert titles_in(other) == titles_of([0, 1])


def test_a_file_that_is_there_is_replaced_only_by_force(folder: Path, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(BackupError) as caught:
        make_backup(folder, backup)
    assert str(caught.value) == f"{backup} is there already"
    assert caught.value.remedy == "give another name, or --force to replace it"
    assert backup.read_bytes() == before
    fill(folder, range(2, 3))
    assert make_backup(folder, backup, force=True).manifest.count("library.sqlite") == 15
    with pytest.raises(BackupError, match="is there already"):
        make_backup(folder, folder, force=True)
    assert {path.name for path in backup.parent.iterdir()} == {"library", backup.name}


def test_a_library_is_replaced_only_where_that_is_said(
    folder: Path, backup: Path, tmp_path: Path
) -> None:
    before = content_of(folder)
    with pytest.raises(BackupError) as caught:
        restore_backup(backup, folder)
    assert str(caught.value) == (
        f"the library at {folder} holds 10 papers and 1 conversations; nothing was restored"
    )
    assert caught.value.remedy.startswith("--replace puts the backup in its place")
    assert content_of(folder) == before
    empty = tmp_path / "empty"
    Library(empty).close()
    assert restore_backup(backup, empty).kept is None
    assert [path.name for path in empty.glob("before-restore-*")] == []


def test_a_damaged_library_is_replaced_and_kept(folder: Path, backup: Path) -> None:
    (folder / "library.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(BackupError, match="cannot be read; nothing was restored"):
        restore_backup(backup, folder)
    kept = restore_backup(backup, folder, replace=True).kept
    assert kept is not None
    assert (kept / "library.sqlite").read_bytes() == b"no database" * 1000
    assert titles_in(folder) == titles_of([0, 1])
    assert restore_backup(backup, folder, replace=True).kept != kept


def test_a_backup_of_what_another_process_writes_is_of_one_moment(
    folder: Path, tmp_path: Path
) -> None:
    process = start_process(WRITE_FOR_EVER, folder)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for number in range(3):
            made = make_backup(folder, tmp_path / f"{number}.backup")
            papers = made.manifest.count("library.sqlite")
            assert made.left_out == ()
            assert papers % 5 == 0
            assert made.manifest.count("vectors.sqlite") <= papers
    finally:
        process.kill()
        process.communicate()
    other = tmp_path / "other"
    restore_backup(tmp_path / "2.backup", other)
    with Footnote.open(library=other) as footnote:
        footnote.catch_up()
        assert examine_index(footnote).well
        assert footnote.library.count() == papers


def test_damaged_vectors_are_left_out_and_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vectors = folder / "index" / "0001" / "vectors.sqlite"
    vectors.write_bytes(b"no database" * 1000)
    file, other = tmp_path / "one.backup", tmp_path / "other"
    assert main(["--library", str(folder), "backup", str(file)]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("10 papers (0 embedded) and 1 conversations written to ")
    assert told.err == f"left out: {vectors} cannot be copied: file is not a database\n"
    restore_backup(file, other)
    with Footnote.open(library=other) as footnote:
        assert footnote.sync() == 10


def test_a_damaged_library_is_not_backed_up(folder: Path, tmp_path: Path) -> None:
    path = folder / "library.sqlite"
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xa5" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(BackupError, match=r"^library.sqlite is damaged: "):
        make_backup(folder, tmp_path / "one.backup")
    assert not (tmp_path / "one.backup").exists()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99, 0.99999])
def test_a_backup_that_is_cut_off_is_refused(backup: Path, tmp_path: Path, share: float) -> None:
    data = backup.read_bytes()
    backup.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BackupError, match="cannot be restored: it is cut off or no backup at all"):
        restore_backup(backup, tmp_path / "other")
    assert content_of(tmp_path / "other") == {}


def test_one_altered_byte_is_found_or_does_not_matter(backup: Path) -> None:
    data, chance = backup.read_bytes(), random.Random(3)
    whole, refused = check_archive(backup), 0
    places = [chance.randrange(len(data)) for _ in range(150)]
    for place in (*places, *range(len(data) - 300, len(data))):
        altered = bytearray(data)
        altered[place] ^= 1 << chance.randrange(8)
        backup.write_bytes(altered)
        try:
            assert check_archive(backup) == whole
        except BackupError:
            refused += 1
    assert refused > 150


def rewrite(backup: Path, change: Any) -> Path:
    """The backup with its members, by name, changed."""
    with zipfile.ZipFile(backup) as archive:
        members = {one.filename: archive.read(one) for one in archive.infolist()}
    compression = change(members) or zipfile.ZIP_STORED
    with zipfile.ZipFile(backup, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return backup


def edit(members: dict[str, bytes], **known: Any) -> None:
    members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | known).encode()


def rename(members: dict[str, bytes], name: str) -> None:
    members[name] = members.pop("library.sqlite")
    manifest = json.loads(members[MANIFEST])
    manifest["members"][0]["name"] = name
    members[MANIFEST] = json.dumps(manifest).encode()


CHANGES: dict[str, tuple[Any, str]] = {
    "no manifest": (lambda members: members.pop(MANIFEST) and None, f"it has no {MANIFEST}"),
    "a path that leads out": (
        lambda members: members.update({"../../evil": b"x"}),
        "'../../evil' does not belong into a backup",
    ),
    "an absolute path": (
        lambda members: members.update({"/tmp/evil": b"x"}),
        "'/tmp/evil' does not belong into a backup",
    ),
    "a manifest that leads out": (
        lambda members: rename(members, "../library.sqlite"),
        f"its {MANIFEST} is not as Footnote writes it",
    ),
    "a bomb": (
        lambda members: (
            members.update({"library.sqlite": bytes(30_000_000)}) or zipfile.ZIP_DEFLATED
        ),
        "manifest.json is compressed, which Footnote never does",
    ),
    "other papers": (
        lambda members: members.update({"library.sqlite": members["vectors.sqlite"]}),
        "library.sqlite is not as it was written",
    ),
    "a member less": (
        lambda members: members.pop("vectors.sqlite") and None,
        "what its manifest lists is not all there, once each",
    ),
    "a manifest of nonsense": (
        lambda members: members.update({MANIFEST: b"[1, 2]"}),
        f"its {MANIFEST} is not as Footnote writes it",
    ),
    "a manifest without end": (
        lambda members: members.update({MANIFEST: b" " * 2_000_000}),
        f"its {MANIFEST} is too long",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_backup_is_refused_before_anything_is_touched(
    folder: Path, backup: Path, change: str
) -> None:
    alter, reason = CHANGES[change]
    before = content_of(folder)
    with pytest.raises(BackupError) as caught:
        restore_backup(rewrite(backup, alter), folder, replace=True)
    assert str(caught.value) == f"{backup} cannot be restored: {reason}"
    assert caught.value.remedy == "take another backup; nothing was changed"
    assert content_of(folder) == before


def test_a_backup_of_a_later_version_is_refused(folder: Path, backup: Path) -> None:
    rewrite(backup, lambda members: edit(members, format=FORMAT + 1, footnote="9.0"))
    with pytest.raises(BackupError) as caught:
        restore_backup(backup, folder, replace=True)
    assert str(caught.value) == (
        f"{backup} is a backup of format 2, made by Footnote 9.0; this one knows formats up to 1"
    )
    assert caught.value.remedy == "update Footnote: git pull && make install"


def test_papers_of_a_later_schema_are_refused(folder: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(folder / "library.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 9")
    make_backup(folder, tmp_path / "later.backup")
    with pytest.raises(LibraryTooNew, match="has schema 9"):
        restore_backup(tmp_path / "later.backup", tmp_path / "other")
    assert content_of(tmp_path / "other") == {}


def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = ["--library", str(tmp_path / "new")]
    assert main([*library, "restore", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err == (
        f"footnote: there is no file {tmp_path / 'none'}\n  try: name a backup\n"
    )
    fill(tmp_path / "new", range(1))
    assert main([*library, "backup", str(tmp_path / "no" / "place")]) == 2
    assert f"{tmp_path / 'no' / 'place'} cannot be written: " in capsys.readouterr().err


def test_a_kill_in_the_middle_of_a_restore_leaves_one_library_or_the_other(
    backup: Path, tmp_path: Path
) -> None:
    old, place, again = tmp_path / "old", tmp_path / "place", tmp_path / "again"
    killer, seen = Killer(), []
    fill(old, range(7, 8))
    for number in range(1, 14):
        copy_library(old, place)
        command = ("--library", place, "restore", backup, "--replace")
        told = killer.run(*command, at=number, only=("posix.rename", "posix.replace"))
        copy_library(place, again)
        assert restore_backup(backup, again, replace=True).kept is not None
        assert not {STAGE, CLEARING, FILLING} & {path.name for path in again.iterdir()}
        assert titles_in(again) == titles_of([0, 1])
        assert titles_of([7]) in [titles_in(one) for one in again.glob("before-*")]
        titles = titles_in(place)  # whoever opens it ends what was decided
        assert titles in (titles_of([7]), titles_of([0, 1]))
        if titles == titles_of([0, 1]):
            assert [titles_in(one) for one in place.glob("before-*")] == [titles_of([7])]
            assert asked_in(place) == ["What is cheaper?"]
        seen.append((told["killed"], len(titles)))
        with Footnote.open(library=place) as footnote:
            footnote.catch_up()
            assert examine_index(footnote).well
    killer.close()
    assert {(True, 5), (True, 10), (False, 10)} == set(seen)


def test_a_chat_that_runs_sees_what_was_restored(folder: Path, backup: Path) -> None:
    with Footnote.open(library=folder) as running:
        history = History(folder)
        assert running.search("subject1", 5).hits
        running.add([])
        running.library.add([numbered_page(5)])
        running.sync()
        history.delete("me", history.list("me")[0].id)
        restore_backup(backup, folder, replace=True)
        assert {paper.title for paper in running.library.papers()} == titles_of([0, 1])
        assert running.index.counts() == {"vectors": 10, "whole": 10, "body": 10}
        found = running.search("subject1", 5).hits
        assert {hit.paper.title for hit in found} <= titles_of([0, 1])
        assert [one.title for one in history.list("me")] == ["What is cheaper?"]
        running.library.add([numbered_page(6)])
        assert running.sync() == 5
        assert examine_index(running).well
        history.close()


def test_an_exchange_that_cannot_be_ended_is_told(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with hold_lock(other, "adding papers"):
        stage = begin_stage(other)
        (stage / "library.sqlite").write_bytes((folder / "library.sqlite").read_bytes())
        kept = swap_in(other, "before")
    assert kept == other / "before"
    assert titles_in(other) == titles_of([0, 1])
    (other / CLEARING).mkdir()
    (other / CLEARING / "kept-in").write_text("a file")
    (other / "a file").write_text("in the way")
    with pytest.raises(LibraryError, match="was broken off and cannot be finished"):
        Library(other)


def break_off(monkeypatch: pytest.MonkeyPatch, backup: Path, folder: Path) -> None:
    """A restore that ends when what was there is away and what comes is not in its place."""
    rename = Path.rename

    def stop(path: Path, target: Path) -> Path:
        if target.name == FILLING:
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", stop)
        with pytest.raises(KeyboardInterrupt):
            restore_backup(backup, folder, replace=True)
    assert not (folder / "library.sqlite").exists()


def test_a_chat_that_runs_ends_a_restore_that_was_broken_off(
    folder: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, history = Library(folder), History(folder)
    library.add([numbered_page(5)])
    history.start("me")
    assert (folder / "library.sqlite-wal").stat().st_size > 0
    break_off(monkeypatch, backup, folder)
    (kept,) = folder.glob("before-restore-*")
    assert sum(path.stat().st_size for path in kept.glob("*-wal")) == 0
    assert {paper.title for paper in library.papers()} == titles_of([0, 1])
    assert len(history.list("me")) == 1
    assert titles_in(kept) == titles_of([0, 1, 5])
    library.close()
    history.close()


def test_what_is_kept_and_what_is_restored_outlive_what_is_made_meanwhile(
    folder: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder, range(5, 6))
    break_off(monkeypatch, backup, folder)
    for name in ("library.sqlite", "conversations.sqlite"):
        (folder / name).touch()
        (folder / f"{name}-wal").write_bytes(b"of another file" * 1000)
    assert titles_in(folder) == titles_of([0, 1])
    assert asked_in(folder) == ["What is cheaper?"]
    (kept,) = folder.glob("before-restore-*")
    assert sorted(path.stat().st_size > 0 for path in kept.glob("*.sqlite")) == [True, True]
    with closing(sqlite3.connect(kept / "conversations.sqlite")) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)


def test_a_library_that_went_away_is_not_made_anew_by_who_has_it_open(folder: Path) -> None:
    library = Library(folder)
    assert library.count() == 10
    (folder / "library.sqlite").unlink()
    for use in (library.count, lambda: library.remove(["one"])):
        with pytest.raises(LibraryError, match="cannot be opened: unable to open") as caught:
            use()
        assert caught.value.remedy.startswith("run the same command again")
    assert not (folder / "library.sqlite").exists()
    library.close()


@pytest.mark.parametrize("place", ["rag.library.open_database", "rag.history.store.open_database"])
def test_a_restore_between_looking_and_opening_is_seen_at_the_next_call(
    folder: Path, backup: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    library, history = Library(folder), History(folder)
    library.add([numbered_page(5)])
    history.start("me")
    library.close()
    history.close()

    def open_late(path: Path, timeout: float) -> sqlite3.Connection:
        connection = open_database(path, timeout)
        monkeypatch.undo()
        restore_backup(backup, folder, replace=True)
        return connection

    monkeypatch.setattr(place, open_late)
    for _ in range(2):
        seen = library.count(), len(history.list("me"))
    assert seen == (10, 1)
    library.close()
    history.close()


def test_a_number_of_changes_never_comes_back(folder: Path, backup: Path, tmp_path: Path) -> None:
    for number in range(5, 9):
        fill(folder, range(number, number + 1))
    (folder / "atlas.json").write_text("of the papers that go")
    with Footnote.open(library=folder) as footnote:
        before = footnote.library.changes()
    kept = restore_backup(backup, folder, replace=True).kept
    with Footnote.open(library=folder) as footnote:
        assert footnote.library.changes() == footnote.index.synced_to() == before + 1
    assert kept is not None
    assert (kept / "atlas.json").read_text() == "of the papers that go"
    assert not (folder / "atlas.json").exists()
    restore_backup(backup, tmp_path / "other")
    with Footnote.open(library=tmp_path / "other") as footnote:
        assert footnote.library.changes() == footnote.index.synced_to() == 3


@pytest.mark.parametrize("with_index", [True, False])
def test_a_chat_that_runs_goes_on_with_a_backup_that_lacks_things(
    folder: Path, tmp_path: Path, with_index: bool
) -> None:
    bare, file = tmp_path / "bare", tmp_path / "bare.backup"
    if with_index:
        library = Library(bare)
        library.add([numbered_page(4)])
        library.close()
    else:
        fill(bare, range(4, 5))
    make_backup(bare, file)
    with Footnote.open(library=folder) as running:
        history = History(folder)
        assert running.index.counts() == {"vectors": 10, "whole": 10, "body": 10}
        assert len(history.list("me")) == 1
        restore_backup(file, folder, replace=True, with_index=with_index)
        assert running.index.counts() == {"vectors": 0, "whole": 0, "body": 0}
        assert running.sync() == 5
        assert not history.list("me")
        history.start("me")
        history.close()


def test_a_backup_that_does_not_fit_leaves_the_one_that_is_there(
    folder: Path, backup: Path
) -> None:
    before, limits = backup.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))
    try:
        with pytest.raises(BackupError, match=r"vectors.sqlite cannot be copied: ") as caught:
            make_backup(folder, backup, force=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.remedy.startswith("make room where the backup is written")
    assert backup.read_bytes() == before
    assert {path.name for path in backup.parent.iterdir()} == {"library", backup.name}


def test_conversations_that_cannot_be_opened_are_not_left_out(folder: Path, backup: Path) -> None:
    (folder / "conversations.sqlite").unlink()
    (folder / "conversations.sqlite").mkdir()
    with pytest.raises(BackupError, match="cannot be copied: "):
        make_backup(folder, backup, force=True)


def test_two_backups_to_one_name_do_not_meet(tmp_path: Path) -> None:
    with _beside(tmp_path / "one.backup") as one, _beside(tmp_path / "one.backup") as two:
        assert one != two
        assert one.parent == two.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_backup_left_is_swept_away_by_the_next(folder: Path, tmp_path: Path) -> None:
    code = """
from pathlib import Path
from rag.backup.making import _beside
with _beside(Path(sys.argv[1])) as work:
    (work / "library.sqlite").write_bytes(b"half")
    print("ready", flush=True)
    sys.stdin.read()
"""
    file = tmp_path / "one[1].backup"
    with start_process(code, file) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        (left,) = tmp_path.glob(".one*.part")
        make_backup(folder, file)
        assert (left / "library.sqlite").exists()
        process.kill()
    make_backup(folder, file, force=True)
    assert not left.exists()
    assert check_archive(file).count("library.sqlite") == 10
