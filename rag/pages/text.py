"""The bytes of a page made into text, and the small repairs that every shape needs.

Owns encodings, line ends, control characters and the counting of lines; knows nothing
about what the text says.
"""

from __future__ import annotations

import codecs
import re
import zlib
from dataclasses import dataclass

from rag.records import Failure

GZIP = b"\x1f\x8b"
LARGEST = 1 << 28
"""Bytes of a page, unpacked: enough for any listing, and no more. What is larger is refused as
a whole, before it fills the memory."""
TOO_LARGE = "it is larger than 256 MiB, more than is read as one page"
SLICE = 8192
"""Bytes of gzip data unpacked at a time: zlib copies what is left of them after each member."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
_KINDS = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3\x00", "a database"),
)
# Space such as a form feed is not here: it parts words, so `tidy` makes it a space.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_ODD_SPACE = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text, or as much as there was of it, and what went wrong on the way."""

    text: str
    failures: tuple[Failure, ...] = ()


class LineIndex:
    """Tells the line, counted from 1, of any offset into a text.

    It counts from the offset that was asked for last: quick where one is near the other, and
    in no more memory than the text itself.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset, self._line = 0, 1

    def find(self, offset: int) -> int:
        start, end = sorted((self._offset, offset))
        passed = self._text.count("\n", start, end)
        self._line += passed if offset >= self._offset else -passed
        self._offset = offset
        return self._line


def tidy(text: str) -> str:
    """Join wrapped lines by one space, strip the ends, drop what no reader can see.

    Spaces inside a line are left as they are: sentences are quoted verbatim.
    """
    text = _ODD_SPACE.sub("\n", _CONTROL.sub("", text)).replace("\r", "\n")
    if "\n" not in text:
        return text.strip()
    return " ".join(line for part in text.split("\n") if (line := part.strip()))


def decode(source: str, data: bytes) -> Decoded:
    """Make text of a page's bytes: gzip unpacked, the byte order mark obeyed, line ends `\\n`.

    Without a mark the text is taken for UTF-8. What is neither becomes a failure that
    says where.
    """
    failures: tuple[Failure, ...] = ()
    if len(data) > LARGEST:
        return Decoded("", (Failure(source, None, TOO_LARGE),))
    if data.startswith(GZIP):
        data, failures = _unpack(source, data)
        if failures and not data:
            return Decoded("", failures)
    if kind := next((kind for magic, kind in _KINDS if data.startswith(magic)), None):
        return Decoded("", (*failures, Failure(source, None, f"it is {kind}, not text")))
    try:
        text = _decode_text(data, cut=bool(failures))
    except UnicodeDecodeError as error:
        return Decoded("", (*failures, _explain(source, data, error)))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _is_binary(text):
        return Decoded("", (*failures, Failure(source, None, "it is binary, not text")))
    return Decoded(text, failures)


def _unpack(source: str, data: bytes) -> tuple[bytes, tuple[Failure, ...]]:
    """Unpack all members of a gzip file, or what can be had of a damaged one."""
    unpacked = bytearray()
    at = 0
    while data.startswith(GZIP, at):
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        while at < len(data) and not unpacker.eof:
            piece = data[at : at + SLICE]
            try:
                unpacked += unpacker.decompress(piece)
            except zlib.error:
                return bytes(unpacked), (Failure(source, None, "the gzip data is damaged"),)
            if len(unpacked) > LARGEST:
                return b"", (Failure(source, None, TOO_LARGE),)
            at += len(piece) - len(unpacker.unused_data)
        if not unpacker.eof:
            return bytes(unpacked), (Failure(source, None, "the gzip data breaks off"),)
    return bytes(unpacked), ()


def _decode_text(data: bytes, *, cut: bool) -> str:
    marked = ((mark, name) for mark, name in _MARKS if data.startswith(mark))
    mark, encoding = next(marked, (b"", "utf-8"))
    # What a cut leaves of its last character is no fault of the encoding.
    return codecs.getincrementaldecoder(encoding)().decode(data[len(mark) :], final=not cut)


def _explain(source: str, data: bytes, error: UnicodeDecodeError) -> Failure:
    mark = next((mark for mark, _ in _MARKS if data.startswith(mark)), b"")
    offset = len(mark) + error.start
    if error.encoding.startswith("utf-8") and b"\x00" in data[:offset]:
        return Failure(source, None, "it is binary, not text")
    line = data.count(b"\n", 0, offset) + 1 if error.encoding.startswith("utf-8") else None
    name = _NAMES.get(error.encoding, error.encoding.upper())
    return Failure(source, line, f"not {name}: byte 0x{data[offset]:02x} at offset {offset}")


def _is_binary(text: str) -> bool:
    """More than one character in fifty that no text holds, in the first stretch."""
    head = text[:65536]
    return len(_CONTROL.findall(head)) * 50 > len(head)
