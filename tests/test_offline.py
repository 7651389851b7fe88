"""The suite reaches nothing but this machine, nor does anything that it starts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import loopback
import pytest

from rag import Footnote

ELSEWHERE = "192.0.2.1"  # of nobody (RFC 5737)
WAYS = {
    "connect": "socket.socket().connect((HOST, 80))",
    "connect_ex": "socket.socket().connect_ex((HOST, 80))",
    "create_connection": "socket.create_connection((HOST, 80), timeout=1)",
    "IPv6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
    "sendto": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', (HOST, 53))",
    "sendmsg": "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, (HOST, 53))",
    "getaddrinfo": "socket.getaddrinfo('papers.example', 80)",
    "gethostbyname": "socket.gethostbyname('papers.example')",
    "asyncio": "asyncio.run(asyncio.open_connection(HOST, 80))",
    "asyncio by name": "asyncio.run(asyncio.open_connection('papers.example', 80))",
    "httpx": "__import__('httpx').get(f'http://{HOST}/', trust_env=False)",
    "urllib": "__import__('urllib.request').request.urlopen(f'http://{HOST}/')",
}
# Past Python's own sockets, as a library in another language goes.
RAW = """
import ctypes, socket, struct
libc = ctypes.CDLL(None, use_errno=True)
one = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
to = struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", 80, socket.inet_aton("192.0.2.1"))
print(libc.connect(one, to, len(to)), ctypes.get_errno())
"""


def run(code: str, report: Path) -> subprocess.CompletedProcess[str]:
    """A Python of its own, that writes down elsewhere than the suite whom it wanted to reach."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, loopback.REPORT: str(report)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_child_that_reaches_out_fails_in_every_way_and_it_is_written_down(
    tmp_path: Path,
) -> None:
    tries = "\n".join(
        f"try:\n    {code}\nexcept AssertionError as error:\n    print({name!r}, error)"
        for name, code in WAYS.items()
    )
    done = run(f"import asyncio, socket\nHOST = {ELSEWHERE!r}\n{tries}", tmp_path / "report")
    assert done.stderr == ""
    refused = done.stdout.splitlines()
    assert len(refused) == len(WAYS)
    for name, line in zip(WAYS, refused, strict=True):
        assert line.startswith(f"{name} socket."), line
    assert len((tmp_path / "report").read_text().splitlines()) == len(WAYS)


def test_a_child_of_a_child_is_held_too(tmp_path: Path) -> None:
    reach = f"import socket; socket.create_connection(({ELSEWHERE!r}, 80))"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {reach!r}])"
    assert "loopback.Reached: socket.connect: '192.0.2.1'" in run(code, tmp_path / "no").stderr


def test_a_child_reaches_this_machine(tmp_path: Path) -> None:
    code = (
        "import socket\n"
        "for host in ('127.0.0.1', 'localhost'):\n"
        "    with socket.create_server((host, 0)) as server:\n"
        "        socket.create_connection(server.getsockname()).close()\n"
    )
    assert run(code, tmp_path / "report").returncode == 0
    assert not (tmp_path / "report").exists()


def test_a_name_that_nobody_has_is_not_found_and_nobody_is_asked(tmp_path: Path) -> None:
    done = run("import socket; socket.getaddrinfo('no-such.invalid', 80)", tmp_path / "report")
    assert done.stderr.splitlines()[-1].startswith("socket.gaierror: [Errno -2]")
    assert not (tmp_path / "report").exists()


def test_the_suite_itself_is_held(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import socket

    monkeypatch.setenv(loopback.REPORT, str(tmp_path / "report"))
    with socket.socket() as one, pytest.raises(AssertionError, match=re.escape(ELSEWHERE)):
        one.connect_ex((ELSEWHERE, 80))


def test_the_kernel_holds_what_goes_past_python(tmp_path: Path) -> None:
    if not loopback.is_alone():
        pytest.skip("the kernel grants no network of our own here")
    unreachable = "-1 101"
    assert run(RAW, tmp_path / "report").stdout.strip() == unreachable


STORY = """
import sys
from rag.cli import main
for said in (
    ["add", "--json", sys.argv[1]], ["rebuild"], ["search", "optimizer"], ["papers"],
    ["ask", "What is sharpness-aware minimization?"], ["doctor"],
):
    print(said[0], main(["--library", sys.argv[2], *said]), file=sys.stderr)
"""


@pytest.mark.timeout(400)
def test_a_whole_story_in_the_terminal_reaches_for_nothing(tmp_path: Path) -> None:
    pages = sorted((Path(__file__).parents[1] / "eval" / "corpus").glob("20*.txt"))
    report = tmp_path / "report"
    done = subprocess.run(
        [sys.executable, "-c", STORY, str(pages[0]), str(tmp_path / "library")],
        env={**os.environ, loopback.REPORT: str(report)},
        capture_output=True,
        text=True,
        timeout=380,
    )
    assert "ask 0" in done.stderr, done.stderr
    assert not report.exists()
    with Footnote.open(library=tmp_path / "library") as footnote:
        assert footnote.library.count() == 18
