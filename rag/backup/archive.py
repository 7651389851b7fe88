"""The backup's file: a ZIP of SQLite files, with a manifest that says what must be in it.

Owns the format; knows nothing about libraries. Its members are stored as they are: vectors
hardly shrink (346 papers: 4.2 MB, deflated 3.0), and what is not packed cannot unpack to more
than the file has. Only the names of `MEMBERS` are read, so that none leads anywhere.
"""

from __future__ import annotations

import errno
import hashlib
import json
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.errors import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
MEMBERS = ("library.sqlite", "conversations.sqlite", "vectors.sqlite")
LONGEST_MANIFEST = 1_000_000
PIECE = 1 << 20
# What zipfile raises at what it does not know or cannot make sense of.
BROKEN = (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, RuntimeError, struct.error)
EPOCH = (1980, 1, 1, 0, 0, 0)  # a member's own time would tell nothing


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the archive: bytes, their SHA-256, and how many things they hold."""

    name: str
    size: int
    sha256: str
    count: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds; `made` is when, in ISO 8601."""

    made: str
    footnote: str
    members: tuple[Member, ...]

    def count(self, name: str) -> int:
        """How many things the member of this name holds; 0 if there is none."""
        return sum(member.count for member in self.members if member.name == name)

    def to_record(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self)}


def describe_member(path: Path, count: int) -> Member:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return Member(path.name, path.stat().st_size, digest.hexdigest(), count)


def write_archive(target: Path, manifest: Manifest, folder: Path) -> None:
    """Write the members, which lie in `folder`. Raises OSError."""
    with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(MANIFEST, EPOCH), json.dumps(manifest.to_record()))
        for member in manifest.members:
            with (
                (folder / member.name).open("rb") as source,
                archive.open(zipfile.ZipInfo(member.name, EPOCH), "w", force_zip64=True) as file,
            ):
                while piece := source.read(PIECE):
                    file.write(piece)


def check_archive(source: Path) -> Manifest:
    """Read all of it, to the last hash. Raises BackupError if anything is not as it was."""
    with _opened(source) as archive:
        manifest = _read_manifest(archive, source)
        for member in manifest.members:
            for _ in _read_member(archive, member, source):
                pass
    return manifest


def unpack_archive(source: Path, folder: Path) -> Manifest:
    """Write all members into `folder`, checked on the way. Raises BackupError and OSError."""
    with _opened(source) as archive:
        manifest = _read_manifest(archive, source)
        for member in manifest.members:
            with (folder / member.name).open("xb") as file:
                for piece in _read_member(archive, member, source):
                    file.write(piece)
    return manifest


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with source.open("rb") as file, zipfile.ZipFile(file) as archive:
            yield archive
    except FileNotFoundError as error:
        raise BackupError(f"there is no file {source}", remedy="name a backup") from error
    except BROKEN as error:
        raise _refuse(source, f"it is cut off or no backup at all ({error})") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the beginning of the file
            raise
        raise _refuse(source, f"it is cut off or no backup at all ({error})") from error


def _read_manifest(archive: zipfile.ZipFile, source: Path) -> Manifest:
    names = [one.filename for one in archive.infolist()]
    if MANIFEST not in names:
        raise _refuse(source, f"it has no {MANIFEST}")
    if archive.getinfo(MANIFEST).file_size > LONGEST_MANIFEST:
        raise _refuse(source, f"its {MANIFEST} is too long")
    try:
        record = json.loads(archive.read(MANIFEST))
        if record["format"] > FORMAT:
            raise BackupError(
                f"{source} is a backup of format {record['format']}, made by Footnote"
                f" {record['footnote']}; this one knows formats up to {FORMAT}",
                remedy="update Footnote: git pull && make install",
            )
        members = tuple(Member(**one) for one in record["members"])
        manifest = Manifest(str(record["made"]), str(record["footnote"]), members)
    except (KeyError, TypeError, RecursionError, UnicodeDecodeError) as error:
        raise _refuse(source, f"its {MANIFEST} is not as Footnote writes it") from error
    _check_names(archive, manifest, source)
    return manifest


def _check_names(archive: zipfile.ZipFile, manifest: Manifest, source: Path) -> None:
    names = [member.name for member in manifest.members]
    if names != [name for name in MEMBERS if name in names] or MEMBERS[0] not in names:
        raise _refuse(source, f"its {MANIFEST} is not as Footnote writes it")
    inside = [one.filename for one in archive.infolist()]
    foreign = sorted(set(inside) - {MANIFEST, *names})
    if foreign:
        raise _refuse(source, f"{foreign[0]!r} does not belong into a backup")
    if sorted(inside) != sorted([MANIFEST, *names]):
        raise _refuse(source, "what its manifest lists is not all there, once each")
    packed = [one for one in archive.infolist() if one.compress_type != zipfile.ZIP_STORED]
    if packed:
        raise _refuse(source, f"{packed[0].filename} is compressed, which Footnote never does")


def _read_member(archive: zipfile.ZipFile, member: Member, source: Path) -> Iterator[bytes]:
    """Its bytes. Raises BackupError where they are not those that were hashed."""
    digest, size = hashlib.sha256(), 0
    with archive.open(member.name) as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
            yield piece
    if (size, digest.hexdigest()) != (member.size, member.sha256):
        raise _refuse(source, f"{member.name} is not as it was written")


def _refuse(source: Path, reason: str) -> BackupError:
    return BackupError(
        f"{source} cannot be restored: {reason}", remedy="take another backup; nothing was changed"
    )
