"""What stands between the server and whoever asks: the page loads from its own server only,
and where it needs no password, only pages of its own may ask it anything.

Owns the headers that say so to a browser, and who is refused; knows nothing about answers.

Without a password whoever reaches the page sits at this machine, and may name paths on it. A
page from elsewhere that has its own name point here (DNS rebinding; Jackson et al. 2007)
would sit there too: its requests bear that name, and are refused.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio's own scripts need inline scripts, and `eval` for the templates of gr.HTML.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_REFUSED = b"Footnote answers to the names of this machine only: http://127.0.0.1, http://localhost"

Headers = Iterable[tuple[bytes, bytes]]


class KeepToItself:
    """ASGI middleware that forbids the browser to load anything from another host; with
    `own_machine` it refuses (403) what was sent under another name or from another page."""

    def __init__(self, app: ASGIApp, own_machine: bool = False) -> None:
        self.app = app
        self._own_machine = own_machine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        asks = scope["type"] in ("http", "websocket")
        if asks and self._own_machine and not is_own(scope["headers"]):
            await _refuse(scope, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)


def is_own(headers: Headers) -> bool:
    """Whether a request bears a name of this machine, and comes from a page of that name if it
    says where it comes from."""
    known = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    host, origin = known.get("host", ""), known.get("origin")
    return is_loopback(_name(f"//{host}")) and (origin is None or _place(origin) == host.lower())


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": _REFUSED})
