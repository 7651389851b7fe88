"""The command `footnote chat`.

Owns what is made ready before the chat is served, and begun behind it; knows nothing about
the page. Heavy libraries are imported when the command runs, not when its name is listed.
"""

from __future__ import annotations

import argparse
import sys
import threading
from typing import TYPE_CHECKING, Any

from rag.cli import add_command
from rag.errors import EmbedderError, RecipeMismatch, SettingsError
from ui.guard import is_loopback

if TYPE_CHECKING:
    from rag.footnote import Footnote
    from ui.house import House


def add_chat(commands: Any) -> None:
    """Add the command to the terminal's; called by the entry point `footnote.commands`."""
    chat = add_command(commands, "chat", run_chat, "serve the chat in the browser")
    chat.add_argument("--host", help="the address to listen on (default: 127.0.0.1)")
    chat.add_argument("--port", type=int, help="the port (default: 7860)")
    chat.add_argument("--auth", metavar="NAME:PASSWORD", help="ask for these before anything")
    chat.add_argument("--starter", metavar="PATH", help="pages to add if the library is empty")


def run_chat(footnote: Footnote, parsed: argparse.Namespace) -> int:
    """Serve until Ctrl-C. Raises SettingsError for an address that is open without --auth."""
    from rag.history import History, tell_settings
    from ui.app import serve
    from ui.house import House
    from ui.keeping import Keeper

    settings = footnote.settings.chat
    host = parsed.host or settings.host
    port = settings.port if parsed.port is None else parsed.port
    auth = read_auth(parsed.auth)
    if not is_loopback(host) and auth is None:
        raise SettingsError(
            f"{host} can be reached from other machines, and no --auth is given",
            remedy="footnote chat --host HOST --auth NAME:PASSWORD, or keep to 127.0.0.1",
        )
    add_starter(footnote, parsed.starter)
    threading.Thread(target=load_quietly, args=(footnote,), daemon=True).start()
    history = History(footnote.library.folder)
    keeper = Keeper(history, tell_settings(footnote.settings))
    house = House(footnote, keeper, own_machine=auth is None)
    try:
        catch_up(house)
        serve(house, host=host, port=port, auth=auth)
    finally:
        house.jobs.close()
        history.close()
    return 0


def add_starter(footnote: Footnote, starter: str | None) -> None:
    """Fill an empty library from `starter`; embedding is left to `catch_up`."""
    from rag.pages import open_pages

    if starter and footnote.library.count() == 0:
        print("The library is empty: adding the starter papers.", flush=True)
        report = footnote.library.add(open_pages([starter]))
        print(f"{report.added} papers added.", flush=True)


def catch_up(house: House) -> None:
    """Embed, behind the page, what is new and what an interrupted run left."""
    try:
        house.footnote.index.check_recipe()
    except RecipeMismatch:
        return  # the page says so, and can rebuild the index
    house.jobs.catch_up()


def load_quietly(footnote: Footnote) -> None:
    """Load the model behind the page; a question that needs it tells what is wrong with it."""
    try:
        footnote.embedder.load()
    except EmbedderError as error:
        print(f"footnote: {error}\n  try: {error.remedy}", file=sys.stderr)


def read_auth(text: str | None) -> tuple[str, str] | None:
    """`NAME:PASSWORD` as a pair. Raises SettingsError if either is empty."""
    if text is None:
        return None
    name, _, password = text.partition(":")
    if not name or not password:
        raise SettingsError("--auth wants NAME:PASSWORD, both of them", remedy="--auth me:secret")
    return name, password
