"""Who may ask the page anything: only pages of its own, under a name of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from house import make_house

from ui.app import _mount, build
from ui.guard import is_loopback, is_own


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "127.0.0.1", "LOCALHOST"]
)
def test_this_machines_names_are_its_own(host: str) -> None:
    origin = f"http://{host}".encode()
    assert is_own([(b"host", host.encode())])
    assert is_own([(b"host", host.encode()), (b"origin", origin)])


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example:7860", None),
        ("127.0.0.1.evil.example", None),
        ("localhost.evil.example", None),
        ("", None),
        ("[::1", None),
        ("127.0.0.1:7860", "http://evil.example"),
        ("127.0.0.1:7860", "http://127.0.0.1:8000"),
        ("127.0.0.1:7860", "null"),
    ],
)
def test_another_name_or_another_page_is_not(host: str, origin: str | None) -> None:
    headers = [(b"host", host.encode())]
    assert not is_own([*headers, (b"origin", origin.encode())] if origin else headers)


def test_a_page_whose_name_points_here_is_refused_and_reads_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Title of a Secret\nIts abstract stands here. It is long enough.\n")
    client = TestClient(_mount(build(make_house(tmp_path / "library")), None))
    for path in ("/", "/config", "/gradio_api/info"):
        refused = client.get(path, headers={"host": "evil.example"})
        assert (refused.status_code, "127.0.0.1" in refused.text) == (403, True)
    assert client.get("/config", headers={"host": "127.0.0.1:7860"}).status_code == 200
    asked = client.post(
        "/gradio_api/run/predict",
        json={"data": ['{"do": "adding-path", "path": "' + str(secret) + '"}']},
        headers={"host": "127.0.0.1:7860", "origin": "http://evil.example"},
    )
    assert (asked.status_code, "Secret" in asked.text) == (403, False)


def test_only_loopback_is_loopback() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("example.org")
