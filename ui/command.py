"""The command `footnote chat`.

Owns what is made ready before the chat is served, and begun behind it; knows nothing about
the page. Heavy libraries are imported when the command runs, not when its name is listed.
"""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.cli import add_command
from rag.errors import RecipeMismatch, SettingsError
from ui.guard import is_loopback

if TYPE_CHECKING:
    from rag.footnote import Footnote
    from ui.house import House


def add_chat(commands: Any) -> None:
    """Add the command to the terminal's; called by the entry point `footnote.commands`."""
    chat = add_command(commands, "chat", run_chat, "serve the chat in the browser")
    chat.add_argument("--host", help="the address to listen on (default: 127.0.0.1)")
    chat.add_argument("--port", type=int, help="the port (default: 7860)")
    chat.add_argument(
        "--auth",
        metavar="NAME:PASSWORD",
        action="append",
        help="ask for these before anything; once for each person. Other programs of this"
        " machine see it: better the variable FOOTNOTE_CHAT__AUTH",
    )
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
    auth = read_auth(parsed.auth or settings.auth.get_secret_value().splitlines())
    check_reach(host, auth)
    add_starter(footnote, parsed.starter)
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


def read_auth(lines: Sequence[str]) -> list[tuple[str, str]] | None:
    """`NAME:PASSWORD`, one a person, as pairs; None where there are none.

    Raises SettingsError, which shows no password, if either is empty or a name comes twice.
    """
    people: dict[str, str] = {}
    for line in lines:
        name, _, password = line.partition(":")
        name = name.strip()  # as the one that is typed is
        if not name or not password.strip():
            raise SettingsError(
                "--auth wants NAME:PASSWORD, both of them", remedy="--auth me:secret"
            )
        if name in people:
            raise SettingsError(f"--auth names {name!r} twice", remedy="one password for each name")
        people[name] = password
    return list(people.items()) or None


def check_reach(host: str, auth: list[tuple[str, str]] | None) -> None:
    """Warn of an address that other machines reach. Raises SettingsError for one without --auth."""
    if is_closed(host):
        return
    if auth is None:
        raise SettingsError(
            f"{host} can be reached from other machines, and no --auth is given",
            remedy=f"footnote chat --host {host} --auth NAME:PASSWORD, or keep to 127.0.0.1",
        )
    print(
        f"footnote: other machines can reach this chat at {host}. Whoever has a name and a"
        " password asks, adds and removes papers; nothing is encrypted on the way, which a"
        " proxy with HTTPS before it would do.",
        file=sys.stderr,
    )


def is_closed(host: str) -> bool:
    """Whether only this machine can reach it; "localhost" is looked up, since it may lead
    elsewhere."""
    if not is_loopback(host):
        return False
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except OSError:
        return True  # listening there will fail, and say why
    return all(is_loopback(str(address[0])) for *_, address in found)
