"""An OpenAI-compatible server for tests, with a fault for everything that such servers do.

Owns the protocol (`/v1/models`, `/v1/chat/completions` streaming server-sent events) and
the faults; knows nothing about Footnote. Real sockets on 127.0.0.1, standard library only.

    with OpenAIServer(reply="Two papers do [1][2].", fault=None) as server:
        ... server.base_url, server.requests, server.reply = lambda messages: "..."

In tests: `pytest_plugins = ["openai_server"]` in tests/conftest.py gives everyone the
fixture `openai_server`; without it, `from openai_server import provide_openai_server`.
By hand: `python tests/openai_server.py --port 8000 --fault slow`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import openai_faults as faults
import pytest

Reply = str | Callable[[list[dict[str, str]]], str]


@dataclass
class Request:
    """One request as it came. `client_closed`: the client went away before the reply's end."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any = None
    client_closed: bool = False
    ended: threading.Event = field(default_factory=threading.Event)


class OpenAIServer:
    """The server; `reply`, `fault` and all the rest may be changed while it runs."""

    def __init__(
        self, reply: Reply = "Hello from the model.", fault: str | None = None, port: int = 0
    ) -> None:
        if fault is not None and fault not in faults.FAULTS:
            raise ValueError(f"no such fault: {fault!r}; there are {', '.join(faults.FAULTS)}")
        self.reply = reply
        self.fault = fault
        self.delay = 0.05
        self.retry_after = "0.05"
        self.reads: int | None = None  # characters of a prompt; a longer one is refused
        self.knows_usage = True  # else the option that asks for the count of tokens is refused
        self.models: list[dict[str, Any]] = [{"id": "test-model", "object": "model"}]
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self._http.daemon_threads = True
        self._http.owner = self  # type: ignore[attr-defined]
        self.port = self._http.server_port
        self.base_url = f"http://127.0.0.1:{self.port}/v1"

    def choose(self, _: Request) -> str | None:
        """The fault of one request; another server may have one for each."""
        return self.fault

    @property
    def chats(self) -> list[Request]:
        """The requests for a completion, without those for the listing."""
        return [request for request in self.requests if request.path.endswith("/completions")]

    def serve(self) -> None:
        self._http.serve_forever(poll_interval=0.02)

    def __enter__(self) -> OpenAIServer:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture(name="openai_server")
def provide_openai_server() -> Iterator[OpenAIServer]:
    """A server without fault, stopped when the test ends."""
    with OpenAIServer() as server:
        yield server


class _ClientGoneError(Exception):
    """The client closed the connection before the reply's end."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.owner: OpenAIServer = self.server.owner  # type: ignore[attr-defined]

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a client may go between two requests
            super().handle()

    def log_message(self, *args: object) -> None:
        """Keep the tests' output quiet."""

    def do_GET(self) -> None:
        self._record(None)
        self._guard(self._list_models)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            return  # the client went away before it had asked
        self._record(json.loads(body))
        self._guard(self._complete)

    def _record(self, body: Any) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.request_seen = Request(self.command, self.path, headers, body)
        self.owner.requests.append(self.request_seen)
        self.fault = self.owner.choose(self.request_seen)

    def _guard(self, answer: Callable[[], None]) -> None:
        try:
            answer()
        except (_ClientGoneError, BrokenPipeError, ConnectionResetError):
            self.request_seen.client_closed = True
            self.close_connection = True
        finally:
            self.request_seen.ended.set()

    def _list_models(self) -> None:
        fault = self.fault
        if self.path != "/v1/models" or fault in faults.LISTING_FAULTS:
            self._answer_with_fault(fault if self.path == "/v1/models" else "html_404")
        else:
            self._send(200, json.dumps({"object": "list", "data": self.owner.models}))

    def _complete(self) -> None:
        fault = self.fault
        if self.path != "/v1/chat/completions":
            self._answer_with_fault("html_404")
        elif fault in faults.UNSTREAMED:
            self._answer_with_fault(fault)
        elif not self.owner.knows_usage and "stream_options" in self.request_seen.body:
            self._refuse("unknown_option")
        elif self._is_too_long():
            self._refuse("overflow_openai")
        else:
            self._stream()

    def _is_too_long(self) -> bool:
        messages = self.request_seen.body["messages"]
        length = sum(len(message["content"]) for message in messages)
        return self.owner.reads is not None and length > self.owner.reads

    def _answer_with_fault(self, fault: str | None) -> None:
        if fault in faults.STATUS_FAULTS:
            self._refuse(str(fault))
        elif fault == "silent":
            self._pause(30.0)
        elif fault == "hang_up":
            self._drop_connection()
        elif fault in faults.BODIES:
            self._send(*faults.BODIES[fault])
        else:
            self._send(200, json.dumps(faults.whole("".join(self._tokens()))))

    def _refuse(self, fault: str) -> None:
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        model = (self.request_seen.body or {}).get("model", "")
        date = formatdate(time.time() + 60, usegmt=True)
        wait = date if fault == "rate_limited_date" else self.owner.retry_after
        if fault in ("rate_limited_once", "starting_once"):
            self.owner.fault = None
        status, body = faults.refusal(fault, key, model)
        self._send(status, json.dumps(body), wait=wait if status in (429, 503) else None)

    def _send(
        self, status: int, body: str, kind: str = "application/json", wait: str | None = None
    ) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if wait is not None:
            self.send_header("Retry-After", wait)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _tokens(self) -> Sequence[str]:
        reply = self.owner.reply
        text = reply if isinstance(reply, str) else reply(self.request_seen.body["messages"])
        return re.findall(r"\s*\S{1,4}|\s+$", text)

    def _stream(self) -> None:
        fault, tokens = self.fault, self._tokens()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if fault == "cut_off_at_once":
            self._cut_chunk()
            return
        if fault == "no_events":
            self._chunk(b"")
            return
        while fault == "comments" and not self.owner.stopping.is_set():
            self._chunk(b": still here\n\n")
            self._pause(self.owner.delay)
        if fault in ("no_choices", "empty"):
            tokens = []
        if fault != "no_choices":
            self._event(faults.delta({"role": "assistant", "content": ""}))
        if fault == "reasoning":
            self._event(faults.delta({"reasoning_content": "Let me think.", "content": None}))
        for position, token in enumerate(tokens):
            if position * 2 >= len(tokens) and self._break_stream(fault):
                return
            self._event(faults.delta({"content": token}))
            self._pause(self.owner.delay if fault == "slow" else 0.0)
        self._finish(fault)

    def _break_stream(self, fault: str | None) -> bool:
        """Do in the middle of the reply what the fault does there; True where that ends it."""
        if fault == "cut_off":
            self._cut_chunk()
        elif fault == "cut_in_letter":
            self._chunk(b'data: {"choices": [{"delta": {"content": "caf\xc3')
            self._chunk(b"")
        elif fault == "stalled":
            self._pause(30.0)
        elif fault in ("error_event", "overflow_event"):
            text = "the GPU fell off" if fault == "error_event" else "context size exceeded"
            self._event({"error": {"message": text, "code": 500}})
            self._chunk(b"")
        elif fault in ("bad_json", "bad_utf8"):
            self._chunk(b"data: " + (b"{no json" if fault == "bad_json" else b'"\xff"') + b"\n\n")
            self._chunk(b"")
        else:
            self._send_odd_events(fault)
            return False
        return True

    def _send_odd_events(self, fault: str | None) -> None:
        if fault == "odd_events":
            self._chunk(b": a comment\n\nevent: ping\ndata: {}\n\n")
            for odd in faults.ODD_EVENTS:
                self._event(odd)

    def _finish(self, fault: str | None) -> None:
        reason = fault if fault in ("length", "content_filter") else "stop"
        if fault not in ("no_finish", "no_choices"):
            self._event(faults.delta({}, reason))
        if fault == "stalled_after_finish":
            self._pause(30.0)
            return
        self._event({"id": "c1", "choices": [], "usage": faults.USAGE})
        self._chunk(b"data: [DONE]\n\n")
        # A client that has read the end may go before the last, empty chunk: not too early.
        with contextlib.suppress(_ClientGoneError, BrokenPipeError, ConnectionResetError):
            self._chunk(b"")

    def _event(self, data: Any) -> None:
        self._chunk(b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self._look_for_client(0.0)
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _cut_chunk(self) -> None:
        self.wfile.write(b'ff\r\ndata: {"choices": [{"delta": {"cont')
        self._drop_connection()

    def _drop_connection(self) -> None:
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _pause(self, seconds: float) -> None:
        """Wait, but no longer than the client stays and the server runs."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.owner.stopping.is_set():
            self._look_for_client(min(0.02, seconds))
        if self.owner.stopping.is_set():
            self.close_connection = True

    def _look_for_client(self, seconds: float) -> None:
        readable, _, _ = select.select([self.connection], [], [], seconds)
        if readable and not self.connection.recv(1, socket.MSG_PEEK):
            raise _ClientGoneError


def main() -> None:
    """Run the server until it is interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fault", choices=faults.FAULTS)
    parser.add_argument("--reply", default="Hello from the model.")
    options = parser.parse_args()
    server = OpenAIServer(options.reply, options.fault, options.port)
    print(server.base_url, flush=True)
    try:
        server.serve()
    except KeyboardInterrupt:
        server.stopping.set()


if __name__ == "__main__":
    main()
