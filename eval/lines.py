"""JSON Lines that survive a kill: whole lines are kept, a torn last one is dropped.

Owns the files; knows nothing about what the lines mean.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.errors import BadRun


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file, none where there is no file; a torn last line is passed over.

    Raises BadRun for any other line that is no JSON object.
    """
    try:
        *whole, _torn = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadRun(f"{path} cannot be read: {error.strerror or error}") from error
    records = []
    for number, line in enumerate(whole, start=1):
        try:
            record = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError) as error:
            raise BadRun(f"{path}:{number} is no JSON: {error}") from error
        if not isinstance(record, dict):
            raise BadRun(f"{path}:{number} is no JSON object")
        if record:
            records.append(record)
    return records


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Add a line and have it on the disk before returning; a torn line before it is cut off.

    Raises BadRun where it cannot be written.
    """
    line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
    try:
        _append(path, line)
    except OSError as error:
        raise BadRun(
            f"{path} cannot be written: {error.strerror or error}",
            remedy="what was kept stays; make room, then give the same command again",
        ) from error


def _append(path: Path, line: bytes) -> None:
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                file.truncate(_end_of_last_line(path))
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def _end_of_last_line(path: Path) -> int:
    return path.read_bytes().rfind(b"\n") + 1
