"""The user's own config.toml, changed in place.

Owns the file: what stands in it, and how a change is written so that comments, order and
all that is not changed stay. Knows nothing about who changes it or what a setting means.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import SecretStr

from rag.errors import SettingsError
from rag.settings import CHECKOUT_CONFIG, Settings

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

Value = str | int | float | bool
Parsed = TypeVar("Parsed")
Changes = Mapping[str, Mapping[str, Value]]

PRIVATE = 0o600
KEY = "api_key"
CRLF = "\r\n"


def read_file(path: Path) -> dict[str, dict[str, Any]]:
    """The sections that stand in a config file, none where there is no file.

    Raises SettingsError where it cannot be read.
    """
    nothing: dict[str, Any] = {}
    plain = _parse(path, tomllib.loads, nothing)
    return {name: told for name, told in plain.items() if isinstance(told, dict)}


def write_file(path: Path, changes: Changes) -> None:
    """Write `{section: {key: value}}` into a config file, which is made where it is missing.

    A value that the file does not name is added only where it is not what goes without
    saying (the checkout's config, the defaults); an empty key is taken out. The file is
    replaced whole or not at all, and is its owner's alone (0600) when it is new or holds a
    key. Raises SettingsError where it cannot be read or written; then nothing has changed.
    """
    import tomlkit

    document = _parse(path, _parse_lines, tomlkit.document())
    end = _find_line_end(document.as_string())
    for section, values in changes.items():
        for key, value in values.items():
            _change(document, section, key, value)
    # A link, as dotfiles have it, stays one.
    target = path.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        text = document.as_string()
        # What is new ends as a lone line feed, however the rest of the file does.
        text = re.sub(r"\r?\n", end, text) if end == CRLF else text
        _replace(target, text, _choose_mode(target, document))
    except OSError as error:
        raise SettingsError(
            f"settings: {path} cannot be written: {error.strerror or error}",
            remedy="make it writable, or name another file in FOOTNOTE_CONFIG",
        ) from error


def standard(section: str, key: str) -> Any:
    """What a setting is where neither the user's file nor the environment says anything."""
    told = read_file(CHECKOUT_CONFIG).get(section, {})
    if key in told:
        return told[key]
    default = getattr(Settings.model_fields[section].default, key)
    return default.get_secret_value() if isinstance(default, SecretStr) else default


def _parse(path: Path, parse: Callable[[str], Parsed], empty: Parsed) -> Parsed:
    from tomlkit.exceptions import TOMLKitError

    try:
        # As the bytes have them: line ends are not ours to change.
        return parse(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return empty
    except (TOMLKitError, ValueError, OSError) as error:
        raise SettingsError(
            f"settings: {path} cannot be read: {error}", remedy=f"mend or remove {path}"
        ) from error


def _parse_lines(text: str) -> TOMLDocument:
    """The last line is ended, so that what follows it stands by itself."""
    import tomlkit

    ended = not text or text.endswith("\n")
    return tomlkit.parse(text if ended else text + _find_line_end(text))


def _find_line_end(text: str) -> str:
    """That of every line; a lone line feed where they differ, or where there is none."""
    return CRLF if text.count(CRLF) == text.count("\n") > 0 else "\n"


def _change(document: TOMLDocument, section: str, key: str, value: Value) -> None:
    import tomlkit

    there = document.get(section)
    if there is not None and not isinstance(there, MutableMapping):
        raise SettingsError(f"settings: {section} is no section", remedy=f"write it as [{section}]")
    named = there is not None and key in there
    usual = standard(section, key)
    if value == usual and (not named or key == KEY):
        if there is not None and named:
            del there[key]
        return
    if there is None:
        if document.body:
            document.add(tomlkit.nl())
        document.add(section, tomlkit.table())
    table: Any = document[section]
    table[key] = value


def _choose_mode(path: Path, document: TOMLDocument) -> int:
    plain = document.unwrap()
    holds_key = any(isinstance(one, dict) and one.get(KEY) for one in plain.values())
    return PRIVATE if holds_key or not path.exists() else path.stat().st_mode & 0o777


def _replace(path: Path, text: str, mode: int) -> None:
    """Write beside it, then change places, so that no reader sees half a file."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
