"""The commands `footnote backup` and `footnote restore`.

Owns their words on the terminal; knows nothing about how either is done. No model is loaded
for them. `backup` opens the library, as most commands do; `restore` does not open the one that
it replaces, which may be damaged.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.cli import add_command, add_plain_command, print_json

if TYPE_CHECKING:
    from rag.footnote import Footnote

BACKUP = "write papers, conversations and vectors to one file (settings and keys are not in it)"
RESTORE = "put the library back from a file that `footnote backup` wrote"


def add_backup(commands: Any) -> None:
    """Add `backup` to the terminal's; called by the entry point `footnote.commands`."""
    backup = add_command(commands, "backup", run_backup, BACKUP)
    backup.add_argument("file", metavar="FILE", help="the file to write")
    backup.add_argument("--force", action="store_true", help="replace FILE if it is there")


def add_restore(commands: Any) -> None:
    """Add `restore` to the terminal's; called by the entry point `footnote.commands`."""
    restore = add_plain_command(commands, "restore", run_restore, RESTORE)
    restore.add_argument("file", metavar="FILE", help="the file to read")
    restore.add_argument(
        "--replace", action="store_true", help="even if there is a library; it is kept beside"
    )


def run_backup(footnote: Footnote, parsed: argparse.Namespace) -> int:
    """Status 1 where something that is not the papers had to be left out."""
    from rag.backup.making import make_backup

    made = make_backup(footnote.library.folder, Path(parsed.file), force=parsed.force)
    record = made.to_record()
    if parsed.json:
        print_json(record)
    else:
        print(
            f"{record['papers']} papers ({record['embedded']} embedded) and"
            f" {record['conversations']} conversations written to {made.file},"
            f" {made.size / 1e6:.1f} MB; settings and keys are not in it"
        )
        for reason in made.left_out:
            print(f"left out: {reason}", file=sys.stderr)
    return 1 if made.left_out else 0


def run_restore(parsed: argparse.Namespace) -> int:
    """Status 2, and nothing changed, where the file or the folder forbids it."""
    from rag.backup.restoring import restore_backup
    from rag.settings import load_settings

    named = {"library": {"path": parsed.library}} if parsed.library else None
    settings = load_settings(named)
    folder = settings.library_folder()
    restored = restore_backup(
        Path(parsed.file), folder, replace=parsed.replace, with_index=not settings.index.url
    )
    record = restored.to_record()
    if parsed.json:
        print_json(record)
        return 0
    print(
        f"{record['papers']} papers ({record['embedded']} embedded) and"
        f" {record['conversations']} conversations of {record['made']} restored to {folder}"
    )
    if restored.kept:
        print(f"what was there is kept in {restored.kept}")
    return 0
