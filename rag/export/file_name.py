"""A file's name made of a title, safe on every system.

Owns which characters may stand in it; knows nothing about what the file holds.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
"""Bytes of UTF-8 before the extension. ext4 and NTFS hold 255, some encrypted folders 143."""

_APART = re.compile(r"[\W_]+")
_EXTENSION = re.compile(r"[a-z0-9]{1,10}")
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file: with any extension, too.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])", re.IGNORECASE)
_UNTITLED = "footnote"


def file_name(title: str, extension: str) -> str:
    """`How-do-models-forget.md`: the title's letters and digits, joined by hyphens.

    Raises ValueError for an extension that is more than a few small letters and digits.
    """
    if not _EXTENSION.fullmatch(extension):
        raise ValueError(f"no extension of a file: {extension!r}")
    name = _APART.sub("-", unicodedata.normalize("NFC", title)).strip("-")
    if len(name.encode(errors="ignore")) > LONGEST:
        cut = name.encode(errors="ignore")[:LONGEST].decode(errors="ignore")
        name = cut[: cut.rfind("-")] if "-" in cut[LONGEST // 6 :] else cut
    if not name or _DEVICE.fullmatch(name):
        name = f"{_UNTITLED}-{name}".strip("-")
    return f"{name}.{extension}"
