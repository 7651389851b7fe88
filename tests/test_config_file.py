"""The user's own config file: what is changed in it, and what stays as it was."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from rag.config_file import read_file, standard, write_file
from rag.errors import SettingsError

MINE = """# my own notes
[llm]
model = "old"   # the quick one
timeout = 30.0

[chat]
port = 9000     # not 7860
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "config.toml"


def put(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_file_that_is_not_there_has_no_sections(path: Path) -> None:
    assert read_file(path) == {}


def test_a_new_file_is_made_with_its_folder_and_is_its_owners_alone(path: Path) -> None:
    write_file(path, {"llm": {"base_url": "http://127.0.0.1:1/v1"}, "answer": {"fall_back": False}})
    assert path.read_text(encoding="utf-8") == (
        '[llm]\nbase_url = "http://127.0.0.1:1/v1"\n\n[answer]\nfall_back = false\n'
    )
    assert mode_of(path) == 0o600


def test_only_what_is_changed_is_written_anew(path: Path) -> None:
    put(path, MINE)
    write_file(path, {"llm": {"model": "new"}, "retrieval": {"papers": 5}})
    changed = MINE.replace('"old"', '"new"') + "\n[retrieval]\npapers = 5\n"
    assert path.read_text(encoding="utf-8") == changed


def test_what_goes_without_saying_is_not_added_but_kept_where_it_is_named(path: Path) -> None:
    put(path, MINE)
    write_file(path, {"llm": {"timeout": 60.0, "max_tokens": 700}, "support": {"judge": "local"}})
    assert path.read_text(encoding="utf-8") == MINE.replace("30.0", "60.0")


def test_a_key_makes_the_file_its_owners_alone_and_can_be_taken_out(path: Path) -> None:
    put(path, MINE)
    write_file(path, {"llm": {"api_key": "sk-mine"}})
    assert tomllib.loads(path.read_text())["llm"]["api_key"] == "sk-mine"
    assert mode_of(path) == 0o600
    write_file(path, {"llm": {"api_key": ""}})
    assert read_file(path) == tomllib.loads(MINE)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n"], ids=["unended", "ended"])
def test_lines_end_as_they_did_and_a_new_section_stands_by_itself(
    path: Path, end: str, last: str
) -> None:
    put(path, "")
    mine = MINE.removesuffix("\n")
    path.write_bytes((mine + last).replace("\n", end).encode())
    write_file(path, {"llm": {"model": "new", "max_tokens": 50}, "retrieval": {"papers": 5}})
    changed = mine.replace('"old"', '"new"').replace("30.0\n", "30.0\nmax_tokens = 50\n")
    changed += "\n\n[retrieval]\npapers = 5\n"
    assert path.read_bytes() == changed.replace("\n", end).encode()


def test_where_lines_end_in_two_ways_those_that_are_there_stay(path: Path) -> None:
    put(path, "")
    path.write_bytes(b"# one\r\n# two\n[chat]\r\nport = 9000\r\n")
    write_file(path, {"chat": {"port": 9001}})
    assert path.read_bytes() == b"# one\r\n# two\n[chat]\r\nport = 9001\r\n"


def test_a_file_without_a_key_keeps_its_mode(path: Path) -> None:
    put(path, MINE, 0o640)
    write_file(path, {"llm": {"model": "new"}})
    assert mode_of(path) == 0o640


@pytest.mark.parametrize("text", ['llm = { model = "a" }\n', 'llm.model = "a"\n'])
def test_a_section_may_be_written_in_any_way(path: Path, text: str) -> None:
    put(path, text)
    write_file(path, {"llm": {"model": "b", "timeout": 5.0}})
    assert read_file(path) == {"llm": {"model": "b", "timeout": 5.0}}


def test_a_link_to_the_file_stays_a_link(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(MINE)
    path.parent.mkdir()
    path.symlink_to(real)
    write_file(path, {"chat": {"port": 9001}})
    assert path.is_symlink()
    assert real.read_text() == MINE.replace("9000", "9001")


def test_strange_text_is_written_so_that_it_reads_the_same(path: Path) -> None:
    name = 'a"b\\c\n[chat]\nport = 1'
    write_file(path, {"llm": {"model": name}})
    assert read_file(path) == {"llm": {"model": name}}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"[llm\n", "Unexpected character: '\\n' at line 1 col 4"),
        (b"[llm]\nmodel = 1\nmodel = 2\n", 'Key "model" already exists.'),
        (b"\xff\xfe", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_left_alone(
    path: Path, data: bytes, problem: str
) -> None:
    path.parent.mkdir()
    path.write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        write_file(path, {"llm": {"model": "x"}})
    assert str(caught.value) == f"settings: {path} cannot be read: {problem}"
    assert caught.value.remedy == f"mend or remove {path}"
    assert path.read_bytes() == data


def test_a_section_that_is_a_word_is_a_mistake(path: Path) -> None:
    put(path, "llm = 3\n")
    with pytest.raises(SettingsError, match=r"^settings: llm is no section$"):
        write_file(path, {"llm": {"model": "x"}})
    assert path.read_text() == "llm = 3\n"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "config.toml"
    with pytest.raises(SettingsError) as caught:
        write_file(path, {"llm": {"model": "x"}})
    assert str(caught.value).startswith(f"settings: {path} cannot be ")


def test_nothing_is_left_behind_where_the_change_fails(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(path, MINE)

    def refuse(_: Path, __: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(SettingsError) as caught:
        write_file(path, {"llm": {"api_key": "sk-mine"}})
    assert str(caught.value) == f"settings: {path} cannot be written: No space left on device"
    assert [one.name for one in path.parent.iterdir()] == ["config.toml"]
    assert path.read_text() == MINE


def test_what_goes_without_saying_is_known() -> None:
    assert standard("llm", "timeout") == 60.0
    assert standard("llm", "api_key") == ""
    assert standard("answer", "mode") == "auto"
