"""What stands between the server and whoever asks: the page loads from its own server only,
asks for what it needs and nothing else, and where it needs no password, only pages of its own
may ask it anything.

Owns the headers that say so to a browser, which paths there are, and who is refused; knows
nothing about answers.

Gradio serves far more than this page asks for: files by path, what it fetches from an address,
recordings, code. What is not on the list here is not there.

Without a password whoever reaches the page sits at this machine, and may name paths on it. A
page from elsewhere that has its own name point here (DNS rebinding; Jackson et al. 2007)
would sit there too: its requests bear that name, and are refused.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ui.door import Door, refuse

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
_STRANGE = b"Footnote does nothing for pages of others"
_NOTHING = b"There is nothing here"
_SEEN = frozenset({"GET", "HEAD"})
_SHOWN = frozenset(
    {"/", "/config", "/theme.css", "/manifest.json", "/favicon.ico", "/robots.txt", "/logout"}
    | {f"/gradio_api/{name}" for name in ("queue/data", "upload_progress", "startup-events")}
    | {f"/gradio_api/{name}" for name in ("app_id", "login_check")}
)
_SHOWN_UNDER = ("/assets/", "/static/", "/gradio_api/heartbeat/")
_DONE = frozenset(
    {"/login"}
    | {f"/gradio_api/{name}" for name in ("queue/join", "run/predict", "upload", "reset", "cancel")}
)

Headers = Iterable[tuple[bytes, bytes]]


class KeepToItself:
    """ASGI middleware that forbids the browser to load anything from another host, and refuses
    what the page has no use for (404) and what another page would have done (403).

    With `own_machine` it refuses (403) what was sent under another name or from another page;
    else whoever tries names and passwords has to be patient (`Door`).
    """

    def __init__(self, app: ASGIApp, own_machine: bool = False) -> None:
        self.app = app if own_machine else Door(app)
        self._own_machine = own_machine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http" and (refusal := self._find_refusal(scope)):
            await refuse(send_with_headers, *refusal)
        else:
            await self.app(scope, receive, send_with_headers)

    def _find_refusal(self, scope: Scope) -> tuple[int, bytes] | None:
        """(status, what is said) to one who is refused."""
        if self._own_machine and not is_own(scope["headers"]):
            return 403, _REFUSED
        if not is_known(scope["method"], scope["path"]):
            return 404, _NOTHING
        if scope["method"] not in _SEEN and is_strange(scope["headers"]):
            return 403, _STRANGE
        return None


def is_known(method: str, path: str) -> bool:
    """Whether the page has a use for it."""
    if method not in _SEEN:
        return method == "POST" and path in _DONE
    return path in _SHOWN or path.startswith(_SHOWN_UNDER)


def is_strange(headers: Headers) -> bool:
    """Whether a browser says that a page from elsewhere sends it.

    Said in secure contexts (https://www.w3.org/TR/fetch-metadata/), which are those in which
    Gradio's cookie goes along with the requests of any page; unlike `Origin` it holds behind
    a proxy, where the server does not know its own name.
    """
    return (b"sec-fetch-site", b"cross-site") in headers


def forbid_fetching() -> None:
    """Let Gradio fetch nothing: sent a file's address in place of a file, it would go there."""
    from gradio import processing_utils

    processing_utils.async_ssrf_protected_get = _fetch_nothing


async def _fetch_nothing(url: str) -> Any:
    raise PermissionError(f"nothing is fetched from {url[:200]!r}")


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
