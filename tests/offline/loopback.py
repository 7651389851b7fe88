"""Nothing but this machine can be reached: for the tests, and for every Python they start.

Owns what is closed, and how: a network of the process's own where the kernel grants one
(network_namespaces(7)), which holds for whatever is started in it; and beside it, wherever it
runs, a hook that stops Python's own sockets and look-ups, says who was to be reached, and
writes it down, since a program may pass over the error. Knows nothing about tests.
"""

from __future__ import annotations

import contextlib
import ctypes
import ipaddress
import os
import socket
import sys
from pathlib import Path
from typing import Any

NOWHERE = ".invalid"  # no such name is ever found (RFC 6761), and nobody need be asked
REPORT = "OFFLINE_REPORT"  # a file to write down in who was to be reached
NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000
SIOCSIFFLAGS, UP = 0x8914, 0x1
LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
SENDING = ("socket.connect", "socket.sendto", "socket.sendmsg")


class Reached(AssertionError):
    """Something other than loopback was to be reached; no OSError, which is often passed over."""


def close_sockets() -> None:
    """Let this Python's sockets reach nothing but loopback, until it ends."""
    sys.addaudithook(_guard)


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event in SENDING:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else None
        wanted = isinstance(host, str) and not is_here(host)
    elif event in LOOKUPS:
        host = arguments[0]
        wanted = isinstance(host, str | bytes) and not is_literal(host) and not is_here(host)
    else:
        return
    if wanted and event in LOOKUPS and _decode(host).endswith(NOWHERE):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if wanted:
        said = f"{event}: {host!r}"
        if report := os.environ.get(REPORT):
            with contextlib.suppress(OSError), Path(report).open("a", encoding="utf-8") as file:
                test = os.environ.get("PYTEST_CURRENT_TEST", "")
                file.write(f"{said} by {' '.join(sys.argv)[:80]} in {test}\n")
        raise Reached(said)


def is_literal(host: str | bytes) -> bool:
    """Whether it is an address, for which nobody is asked."""
    try:
        ipaddress.ip_address(_decode(host))
    except ValueError:
        return not host
    return True


def is_here(host: str | bytes) -> bool:
    """Whether it is this machine; what is listened on anywhere is reached here, too."""
    try:
        address = ipaddress.ip_address(_decode(host))
    except ValueError:
        return _decode(host) in ("", "localhost", socket.gethostname())
    return address.is_loopback or address.is_unspecified


def _decode(host: str | bytes) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else host


def leave_network() -> None:
    """Move this process, with all that it will start, into a network that has loopback alone.

    Without privileges that takes a namespace of users, in which everybody stays who they are
    (user_namespaces(7)). Nothing happens where the kernel does not grant it; `is_alone` tells.
    A child tries it first: some kernels grant the half of it, from which there is no way back.
    """
    if not sys.platform.startswith("linux") or is_alone():
        return
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _leave()
            status = 0 if is_alone() else 1
        finally:
            os._exit(status)
    if os.waitpid(child, 0)[1] == 0:
        _leave()


def _leave() -> None:
    """Raises OSError where it is not granted."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(NEW_NETWORK) != 0:
        if libc.unshare(NEW_NETWORK | NEW_USER) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        maps = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
        for name, says in maps.items():
            Path(f"/proc/self/{name}").write_text(says, encoding="ascii")
    _raise_loopback()


def _raise_loopback() -> None:
    """Set the interface up, as `ip link set lo up` does (netdevice(7))."""
    import fcntl
    import struct

    request = struct.pack("16sH14x", b"lo", UP)
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)


def is_alone() -> bool:
    """Whether this process's network has no interface but loopback."""
    return [name for _, name in socket.if_nameindex()] == ["lo"]
