"""What may befall a library on the disk: each fault is told, never by a traceback, has a way
out, is named by the doctor, and costs no paper.

A row of FAULTS is a fault, what each command says first (exit status and words; "" where all
goes on as ever), and whether `rebuild` mends it. The commands run in this process with a quick
stand-in for the model, each on a copy of its own.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from libraries import numbered_page, start_process
from word_model import WordModel, titles_of, write_page

import rag.doctor
import rag.footnote
import rag.library
import ui.app
from rag import Footnote
from rag.backup.making import make_backup
from rag.cli import main
from rag.conversation import Conversation
from rag.history import History
from rag.library import Library
from ui.house import House

PAGES = 5  # of five papers: with ten candidates, enough for Chroma to be asked
RECIPE = "whole+windows3+sentences/1"
MALFORMED = "database disk image is malformed"
RESTORE = "footnote restore FILE --replace, from a backup"
UPDATE = "update Footnote: git pull && make install"
WRITABLE = "make the folder writable, or put the library elsewhere with --library PATH"
CHROMA = "index/0001/chroma/chroma.sqlite3"
VECTORS = "index/0001/vectors.sqlite"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done to a library; what is said by the commands that do not go on as ever; the
    part that is not well, and the doctor's way out; whether the papers can still be listed,
    and what `rebuild` says."""

    harm: Callable[[Path], object]
    part: str = "index"
    remedy: str = "footnote rebuild"
    search: str = ""
    add: str = ""
    chat: str = ""
    papers: str = ""
    rebuild: str = ""
    says: str = ""
    settings: dict[str, str] = field(default_factory=dict)


def cut(name: str) -> Callable[[Path], object]:
    """Cut a file in half."""
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size // 2)


def spoil(name: str, start: int = 4096) -> Callable[[Path], object]:
    """Write nonsense over all pages of a file but the first."""

    def harm(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[:start] + b"\xa5" * (len(data) - start))

    return harm


def write(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def lay_folder(name: str) -> Callable[[Path], object]:
    """Put a folder where a file belongs."""

    def harm(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()

    return harm


def set_version(name: str) -> Callable[[Path], object]:
    def harm(folder: Path) -> None:
        with closing(sqlite3.connect(folder / name)) as connection:
            connection.execute("PRAGMA user_version = 9")

    return harm


def measure_otherwise(folder: Path) -> None:
    """A collection of another distance."""
    import chromadb

    client = chromadb.PersistentClient(path=str(folder / "index" / "0001" / "chroma"))
    client.delete_collection("papers-whole")
    client.create_collection("papers-whole", configuration={"hnsw": {"space": "l2"}})
    client.close()


def everywhere(words: str) -> dict[str, str]:
    return {"search": words, "add": words, "chat": words}


UNREADABLE = f"the library at FOLDER cannot be opened: {MALFORMED}"
NO_DATABASE = "the library at FOLDER cannot be opened: file is not a database"
NEWER = "FOLDER/library.sqlite has schema 9; this Footnote knows schemas up to 1"
EMPTIED = (
    "FOLDER/library.sqlite is empty or was deleted, but the index of its papers is still there"
)
OTHER_MODEL = f"the index was made by 'words@1 {RECIPE}'; the settings ask for 'other@1 {RECIPE}'"
BROKEN_VECTORS = f"the vectors at FOLDER/{VECTORS} cannot be used: {MALFORMED}"
OTHER_SPACE = "Chroma's collection papers-whole measures l2 distance, not cosine"
BROKEN_CHROMA = f"Chroma failed: error returned from database: (code: 11) {MALFORMED}"
NO_CURRENT = "FOLDER/index/current holds '', which names no generation"
UNTAKEN = "the library at FOLDER cannot be written: [Errno 21] Is a directory: 'FOLDER/"


def unopened(words: str, remedy: str) -> dict[str, str]:
    """What is said where the papers cannot be opened: the same by all."""
    all_say = {**everywhere(words), "papers": words, "rebuild": words, "says": words}
    return {"part": "library", "remedy": remedy, **all_say}


FAULTS: dict[str, Fault] = {
    "the index is gone": Fault(
        lambda folder: shutil.rmtree(folder / "index"),
        remedy="footnote add any page, or footnote rebuild",
        says="25 of 25 papers wait to be embedded (vectors 0, whole 0, body 0)",
    ),
    "chroma is gone": Fault(
        lambda folder: shutil.rmtree(folder / "index" / "0001" / "chroma"),
        says="vectors 25, whole 0, body 0, but the library holds 25",
    ),
    "chroma is cut off": Fault(
        cut(CHROMA), remedy="footnote rebuild", says=BROKEN_CHROMA, **everywhere(BROKEN_CHROMA)
    ),
    "chroma's pages are spoilt": Fault(
        spoil(CHROMA), says=BROKEN_CHROMA, **everywhere(BROKEN_CHROMA)
    ),
    "chroma measures another distance": Fault(
        measure_otherwise, says=OTHER_SPACE, **everywhere(OTHER_SPACE)
    ),
    "the vectors are cut off": Fault(
        cut(VECTORS), part="recipe", says=BROKEN_VECTORS, **everywhere(BROKEN_VECTORS)
    ),
    "the vectors' pages are spoilt": Fault(
        spoil(VECTORS), part="recipe", says=BROKEN_VECTORS, **everywhere(BROKEN_VECTORS)
    ),
    "no generation is named": Fault(
        write("index/current", b""), part="recipe", says=NO_CURRENT, **everywhere(NO_CURRENT)
    ),
    "another model is set": Fault(
        lambda _: None,
        part="recipe",
        remedy="footnote rebuild, or put [embedding] model back",
        says=OTHER_MODEL,
        **everywhere(OTHER_MODEL),
        settings={"FOOTNOTE_EMBEDDING__MODEL": "other"},
    ),
    "the papers are cut off": Fault(
        cut("library.sqlite"),
        **unopened(UNREADABLE, f"footnote doctor; {RESTORE}"),
    ),
    "the papers are no database": Fault(
        write("library.sqlite", b"no database" * 1000),
        **unopened(NO_DATABASE, f"footnote doctor; {RESTORE}"),
    ),
    "the papers were emptied": Fault(
        write("library.sqlite", b""),
        **unopened(
            EMPTIED,
            "footnote restore FILE, from a backup; to begin anew, move FOLDER/index away",
        ),
    ),
    "a later version made it": Fault(set_version("library.sqlite"), **unopened(NEWER, UPDATE)),
    "the conversations are no database": Fault(
        write("conversations.sqlite", b"no database" * 1000),
        part="conversations",
        remedy="restore a copy of conversations.sqlite, or move it away: the papers are not in it",
        chat="the conversations at FOLDER/conversations.sqlite cannot be opened: file is not a"
        " database",
        says="FOLDER/conversations.sqlite: file is not a database",
    ),
    "a later version made the conversations": Fault(
        set_version("conversations.sqlite"),
        part="conversations",
        remedy=UPDATE,
        chat="FOLDER/conversations.sqlite has schema 9; this Footnote knows schemas up to 2",
        says="FOLDER/conversations.sqlite has schema 9; this Footnote knows schemas up to 2",
    ),
    "a folder lies where the lock belongs": Fault(
        lay_folder("writer.lock"),
        part="library",
        remedy=WRITABLE,
        add=UNTAKEN + "writer.lock'",
        rebuild=UNTAKEN + "writer.lock'",
        says=UNTAKEN + "writer.lock'",
    ),
    "a dead process's lock": Fault(write("writer.txt", b"process 1, adding papers"), part=""),
    "nonsense in the lock": Fault(
        lambda folder: [write(name, b"\xff\x00")(folder) for name in ("writer.lock", "writer.txt")],
        part="",
    ),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of five pages, embedded, with an empty history; not to be written to."""
    folder = tmp_path_factory.mktemp("faults") / "library"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rag.footnote, "SentenceEmbedder", WordModel)
        with Footnote.open(library=folder) as footnote:
            footnote.library.add([numbered_page(number) for number in range(PAGES)])
            footnote.sync()
    History(folder).close()
    return folder


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model, no server of models, and a chat that answers one question and ends."""

    async def discover() -> tuple[()]:
        return ()

    monkeypatch.setattr(rag.footnote, "SentenceEmbedder", WordModel)
    monkeypatch.setenv("FOOTNOTE_RETRIEVAL__CANDIDATES", "10")
    monkeypatch.setattr(rag.doctor, "discover", discover)
    monkeypatch.setattr(ui.app, "serve", ask_once)


def ask_once(house: House, **_: Any) -> None:
    async def ask() -> None:
        async for _ in house.astream("What is subject2?", Conversation()):
            pass

    asyncio.run(ask())


@pytest.fixture
def copies(whole: Path, tmp_path: Path) -> Callable[[Fault], Path]:
    """Copies of the library with a fault, each in a place of its own."""
    made: list[Path] = []

    def copy(fault: Fault) -> Path:
        made.append(tmp_path / f"{len(made)}" / "library")
        shutil.copytree(whole, made[-1])
        fault.harm(made[-1])
        return made[-1]

    return copy


def run(
    capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str | Path
) -> tuple[int, str, list[str]]:
    """(exit status, stdout, lines of stderr), in which the library is called FOLDER."""
    status = main(["--library", str(folder), *map(str, arguments)])
    told = capsys.readouterr()
    return status, told.out, told.err.replace(str(folder), "FOLDER").splitlines()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_a_way_out(
    name: str,
    copies: Callable[[Fault], Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault, page = FAULTS[name], write_page(tmp_path, 5)
    for key, value in fault.settings.items():
        monkeypatch.setenv(key, value)
    commands = {
        "search": ("search", "What is subject2?"),
        "add": ("add", page),
        "chat": ("chat", "--port", "0"),
        "papers": ("papers",),
        "rebuild": ("rebuild",),
    }
    for command, arguments in commands.items():
        status, _, errors = run(capsys, copies(fault), *arguments)
        expected = getattr(fault, command)
        assert errors[:1] == ([f"footnote: {expected}"] if expected else []), command
        assert status == (2 if expected else 0), command
        assert not expected or errors[1].startswith("  try: "), command


@pytest.mark.parametrize("name", FAULTS)
def test_the_doctor_names_a_fault_and_rebuild_mends_the_index(
    name: str,
    copies: Callable[[Fault], Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault, folder = FAULTS[name], copies(FAULTS[name])
    for key, value in fault.settings.items():
        monkeypatch.setenv(key, value)
    status, out, _ = run(capsys, folder, "doctor")
    lines = out.replace(str(folder), "FOLDER").splitlines()
    unwell = [number for number, line in enumerate(lines) if line.startswith("NOT WELL")]
    assert status == bool(fault.part)
    if fault.part:
        assert lines[unwell[0]] == f"NOT WELL  {fault.part}: {fault.says}"
        assert lines[unwell[0] + 1] == f"          -> {fault.remedy}"
    if fault.part in ("index", "recipe"):
        assert run(capsys, folder, "rebuild")[0] == 0
        assert run(capsys, folder, "doctor")[0] == 0
    if fault.part in ("", "index", "recipe", "conversations"):
        with Footnote.open(library=folder) as footnote:
            titles = {paper.title for paper in footnote.library.papers()}
            assert titles == titles_of(range(PAGES))
            hits = footnote.search("subject2", 5).hits
            assert {hit.paper.title for hit in hits} == titles_of([2])


def test_words_that_are_spoilt_are_made_anew_by_rebuild(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "library"))
    with closing(sqlite3.connect(folder / "library.sqlite")) as connection:
        connection.execute("UPDATE words_data SET block = randomblob(50) WHERE id > 10")
        connection.commit()
    assert run(capsys, folder, "search", "subject2")[0] == 2
    assert run(capsys, folder, "rebuild")[0] == 0
    with Footnote.open(library=folder) as footnote:
        assert footnote.library.check() == ""
        assert len(footnote.library.match(["subject2"], 10)) == 5


def test_a_library_whose_pages_are_spoilt_comes_back_from_its_backup(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "library"))
    make_backup(folder, tmp_path / "papers.backup")
    spoil("library.sqlite", 8192)(folder)
    status, _, errors = run(capsys, folder, "search", "subject2")
    assert status == 2
    assert errors == [
        f"footnote: the library at FOLDER cannot be read: {MALFORMED}",
        "  try: footnote doctor; footnote restore FILE --replace, from a backup",
    ]
    assert f"-> {RESTORE}\n" in run(capsys, folder, "doctor")[1]
    assert run(capsys, folder, "restore", tmp_path / "papers.backup", "--replace")[0] == 0
    assert run(capsys, folder, "doctor")[0] == 0
    assert run(capsys, folder, "papers")[1].count("\n") == 25


@pytest.mark.parametrize("note", [b"\xff\xfe\x00", b"", None])
def test_a_lock_is_told_whatever_its_note_says(
    whole: Path, tmp_path: Path, note: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functools import partial

    from rag.errors import LibraryLocked
    from rag.locks import hold_lock

    folder = Path(shutil.copytree(whole, tmp_path / "library"))
    monkeypatch.setattr(rag.library, "hold_lock", partial(hold_lock, wait=0))
    hold = "from pathlib import Path\nfrom rag.locks import hold_lock\n"
    hold += 'with hold_lock(Path(sys.argv[1]), "adding"): print("held", flush=True), input()'
    process = start_process(hold, folder)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    (folder / "writer.txt").unlink()
    if note is not None:
        (folder / "writer.txt").write_bytes(note)
    library = Library(folder)
    with pytest.raises(LibraryLocked) as caught:
        library.add([numbered_page(7)])
    assert str(caught.value) == f"another process is writing to {folder}"
    process.communicate("\n", timeout=30)
    assert library.add([numbered_page(7)]).added == 5


# --- a full disk, and a folder that cannot be written ------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes, where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no disk may be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill_disk(place: Path, leave: int) -> Path:
    """Leave so many bytes free."""
    free = shutil.disk_usage(place).free
    (place / "ballast").write_bytes(b"x" * max(0, free - leave))
    return place / "ballast"


@pytest.mark.parametrize("leave", [0, 50_000, 200_000])
def test_a_full_disk_is_told_and_costs_no_paper(
    whole: Path, small_disk: Path, tmp_path: Path, leave: int, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(whole, small_disk / "library"))
    page, big = write_page(tmp_path, 5), write_page(tmp_path, 6, size=300)
    ballast = fill_disk(small_disk, leave)
    for arguments in (("add", page, big), ("rebuild",), ("backup", small_disk / "b")):
        status, _, errors = run(capsys, folder, *arguments)
        assert status == 2, arguments
        assert errors[0].startswith("footnote: "), errors
        assert errors[1].startswith("  try: "), errors
    status, out, errors = run(capsys, folder, "papers")
    if status:  # SQLite reads nothing where it cannot write 32 kB beside the file
        assert (leave < 200_000, errors[1][:29]) == (True, "  try: make room on the disk,")
    else:
        assert all(title in out for title in titles_of(range(PAGES)))
    ballast.unlink()
    assert run(capsys, folder, "add", page)[0] == 0
    with Footnote.open(library=folder) as footnote:
        titles = {paper.title for paper in footnote.library.papers()}
        assert titles >= titles_of(range(PAGES + 1))
        assert rag.doctor.examine_index(footnote).well
    assert not (small_disk / "b").exists()


def test_a_file_that_may_not_grow_is_told_and_costs_no_paper(whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "library"))
    page = write_page(tmp_path, 6, size=300)
    code = "import resource, signal, sys\nfrom word_model import put_in_place\nput_in_place()\n"
    code += "from rag.cli import main\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    code += "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))\n"
    code += "sys.exit(main(['--library', sys.argv[1], 'add', sys.argv[2]]))"
    process = start_process(code, folder, page)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2, errors
    assert errors.startswith("footnote: "), errors
    assert "\n  try: " in errors
    with Footnote.open(library=folder) as footnote:
        footnote.add([str(page)])
        assert footnote.library.count() == 325
        assert rag.doctor.examine_index(footnote).well


def test_a_library_that_cannot_be_written_can_be_read_and_says_so(
    whole: Path, small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(whole, small_disk / "library"))
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for arguments in (("add", write_page(tmp_path, 5)), ("rebuild",), ("search", "subject2")):
        status, _, errors = run(capsys, folder, *arguments)
        assert status == 2, arguments
        assert errors[0].startswith("footnote: the library at FOLDER cannot be "), errors
        assert "writable" in errors[1], errors
    status, out, _ = run(capsys, folder, "doctor")
    assert status == 1
    assert "NOT WELL  library" in out


@pytest.mark.parametrize("arguments", [["papers"], ["doctor"], ["--help"], ["add", "--help"]])
def test_an_output_that_takes_nothing_is_told(whole: Path, arguments: list[str]) -> None:
    code = "import sys\nfrom word_model import put_in_place\nput_in_place()\n"
    code += "from rag.cli import main\nsys.exit(main(sys.argv[1:]))"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    head = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-c", head + code, "--library", whole, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
            cwd=Path(__file__).parents[1],
            check=False,
        )
    assert ended.returncode == 2
    assert ended.stderr == (
        "footnote: the output cannot be written: [Errno 28] No space left on device\n"
        "  try: make room on the disk; what was done is kept\n"
    )
