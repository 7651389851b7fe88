"""Short names of pages.

Owns how a path is shortened for a reader; knows nothing about what is in the file.
"""

from __future__ import annotations

import re

LONGEST = 34
_FOLDERS = re.compile(r".*[/\\]")


def name_page(source: str) -> str:
    """The file's name, without folders and cut in its middle where it is long; an address or a
    name of no file as it is, cut in the same way."""
    name = _FOLDERS.sub("", source.rstrip("/\\")) or source
    if len(name) <= LONGEST:
        return name
    kept = (LONGEST - 1) // 2
    return f"{name[:kept]}…{name[-kept:]}"
