"""How often a name and a password may be tried.

Owns the count of what failed and who has to wait; knows nothing about names or passwords,
which Gradio compares (in constant time), nor about what lies behind them.
"""

from __future__ import annotations

import ipaddress
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGIN = "/login"
MINUTE = 60.0
TRIES = 10  # from one place in a minute
TRIES_OF_ALL = 100
_WAIT = b"Too many names and passwords were wrong: wait a minute"


class Door:
    """ASGI middleware that refuses (429) more than `TRIES` failed logins a minute from one
    place, and more than `TRIES_OF_ALL` from all. Who is in already notices nothing.

    A login counts as failed until it has succeeded, so that many at once get no further.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._failed: deque[tuple[float, str]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != LOGIN:
            await self.app(scope, receive, send)
            return
        attempt = (time.monotonic(), find_place(scope))
        if self._is_shut(*attempt):
            await refuse(send, 429, _WAIT, (b"retry-after", b"60"))
            return
        self._failed.append(attempt)

        async def send_and_see(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                with suppress(ValueError):  # it took longer than a minute
                    self._failed.remove(attempt)
            await send(message)

        await self.app(scope, receive, send_and_see)

    def _is_shut(self, now: float, place: str) -> bool:
        while self._failed and now - self._failed[0][0] > MINUTE:
            self._failed.popleft()
        here = sum(one == place for _, one in self._failed)
        return here >= TRIES or len(self._failed) >= TRIES_OF_ALL


def find_place(scope: Scope) -> str:
    """Where a request comes from: an address, or of IPv6 the network, which one machine has
    for itself (RFC 6177)."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address) and not address.ipv4_mapped:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


async def refuse(send: Send, status: int, says: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Answer in plain words."""
    plain = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [plain, *headers]})
    await send({"type": "http.response.body", "body": says})
