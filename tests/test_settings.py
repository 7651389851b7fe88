"""Settings: where they come from, which source wins, and what a mistake says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import CHECKOUT_CONFIG, Settings, load_settings, user_config_file

ALL_NAMES = f"see {CHECKOUT_CONFIG} for all names and defaults"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def write_user_config(text: str) -> Path:
    path = user_config_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def fail(**sections: dict[str, object]) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load_settings(sections)
    return caught.value


def test_the_config_of_the_checkout_names_every_setting_with_its_default() -> None:
    written = tomllib.loads(CHECKOUT_CONFIG.read_text(encoding="utf-8"))
    defaults = Settings.model_construct().model_dump()
    for section, key in (("llm", "api_key"), ("judge", "api_key"), ("chat", "auth")):
        defaults[section][key] = defaults[section][key].get_secret_value()
    assert written == defaults


def test_later_sources_win_one_setting_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    write_user_config('[llm]\nmodel = "mine"\ntimeout = 5\nmax_tokens = 99\n')
    monkeypatch.setenv("FOOTNOTE_LLM__TIMEOUT", "7")
    monkeypatch.setenv("FOOTNOTE_LLM__MODEL", "variable")
    llm = load_settings({"llm": {"model": "argument"}}).llm
    assert (llm.model, llm.timeout, llm.max_tokens, llm.context_window) == (
        "argument",
        7.0,
        99,
        0,
    )


def test_a_file_named_by_a_variable_replaces_the_user_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_user_config("[chat]\nport = 1\n")
    other = tmp_path / "other.toml"
    other.write_text("[retrieval]\npapers = 3\n")
    monkeypatch.setenv("FOOTNOTE_CONFIG", str(other))
    settings = load_settings()
    assert (settings.retrieval.papers, settings.chat.port) == (3, 7860)


def test_a_config_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_CONFIG", "/nowhere/config.toml")
    error = fail()
    assert str(error) == "FOOTNOTE_CONFIG names /nowhere/config.toml, which is no file"
    assert error.remedy == "unset FOOTNOTE_CONFIG"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[llm\n", "Expected ']' at the end of a table declaration (at line 1, column 5)"),
        ("papers = \n", "Invalid value (at line 1, column 10)"),
    ],
)
def test_a_config_file_that_cannot_be_read_is_named(text: str, problem: str) -> None:
    path = write_user_config(text)
    error = fail()
    assert str(error) == f"settings: {path} cannot be read: {problem}"
    assert error.remedy == f"mend or remove {path}"


def test_a_config_file_that_is_no_text_is_named() -> None:
    path = write_user_config("")
    path.write_bytes(b"\xff\xfe\x00")
    assert str(fail()).startswith(f"settings: {path} cannot be read: 'utf-8' codec can't decode")


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    write_user_config("[retreival]\npapers = 3\n[llm]\nmodle = 'x'\n")
    monkeypatch.setenv("FOOTNOTE_CHAT__PORT", "many")
    error = fail(retrieval={"papers": 0})
    assert str(error).startswith("settings: ")
    assert set(str(error).removeprefix("settings: ").split("; ")) == {
        "retreival is not a setting",
        "llm.modle is not a setting",
        "chat.port: Input should be a valid integer, unable to parse string as an integer"
        " (it is 'many')",
        "retrieval.papers: Input should be greater than or equal to 1 (it is 0)",
    }
    assert error.remedy == ALL_NAMES


@pytest.mark.parametrize("name", ["FOOTNOTE_LIBARY__PATH", "FOOTNOTE_VERBOSE"])
def test_a_variable_of_no_section_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "x")
    assert str(fail()) == f"settings: the variable {name} is not a setting"


def test_a_variable_of_no_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM__BASE_ULR", "http://127.0.0.1:1/v1")
    assert str(fail()) == "settings: llm.base_ulr is not a setting"


def test_a_section_given_as_a_word_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM", "gpt")
    error = fail()
    assert str(error).startswith("settings: ")
    assert "llm" in str(error)


def test_a_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM__API_KEY", "sk-secret")
    assert "sk-secret" not in repr(load_settings())
    assert "sk-secret" not in str(fail(llm={"api_key": ["sk-secret"]}))
    assert "sk-secret" not in str(fail(llm=["sk-secret"]))  # type: ignore[arg-type]


def test_the_variables_of_openai_fill_in_what_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-theirs")
    llm = load_settings().llm
    assert (llm.base_url, llm.api_key.get_secret_value()) == ("http://127.0.0.1:1/v1", "sk-theirs")
    mine = load_settings({"llm": {"base_url": "http://127.0.0.1:2/v1", "api_key": "sk-mine"}}).llm
    assert (mine.base_url, mine.api_key.get_secret_value()) == ("http://127.0.0.1:2/v1", "sk-mine")


def test_a_key_alone_makes_nothing_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-theirs")
    assert load_settings().llm.base_url == ""


def test_the_library_lies_where_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().library_folder() == tmp_path / "data" / "footnote" / "library"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FOOTNOTE_LIBRARY__PATH", "~/papers")
    assert load_settings().library_folder() == tmp_path / "papers"


def test_the_home_of_nobody_is_a_mistake() -> None:
    settings = load_settings({"library": {"path": "~nobody-by-this-name/papers"}})
    with pytest.raises(SettingsError) as caught:
        settings.library_folder()
    assert str(caught.value) == (
        "settings: library.path: ~nobody-by-this-name/papers names the home of nobody here"
    )
    assert caught.value.remedy == "write the folder out in full"
