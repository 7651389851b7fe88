"""A key or a password is written nowhere: not in logs of any level, not in errors, not in the
library's folder, not on the page."""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from e2e.fake_papers import PAPERS
from e2e.steps import run_chat
from fastapi.testclient import TestClient
from house import make_house, open_footnote
from openai_faults import BODY_FAULTS, STATUS_FAULTS
from openai_server import OpenAIServer

from rag import Footnote
from rag.cli import main
from rag.settings import load_settings
from ui.app import _mount, build
from ui.door import TRIES, find_place
from ui.guard import CONTENT_SECURITY_POLICY

KEY, JUDGE_KEY, PASSWORD = "sk-canary-key-51c2", "sk-canary-judge-83d1", "canary-password-2f"
SECRETS = (KEY, JUDGE_KEY, PASSWORD)


def environment(server: OpenAIServer, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "FOOTNOTE_LLM__BASE_URL": server.base_url,
        "FOOTNOTE_LLM__MODEL": "test-model",
        "FOOTNOTE_LLM__API_KEY": KEY,
        "FOOTNOTE_LLM__TIMEOUT": "2",
        "FOOTNOTE_JUDGE__API_KEY": JUDGE_KEY,
        "FOOTNOTE_CHAT__AUTH": f"me:{PASSWORD}",
        "OPENAI_LOG": "debug",
        "HTTPX_LOG_LEVEL": "debug",
        "GRADIO_DEBUG": "1",
        **more,
    }


def find_secrets(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def read_folder(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What everything that logs says, at the level that says most."""
    said = io.StringIO()
    handler, root = logging.StreamHandler(said), logging.getLogger()
    names = ("openai", "httpx", "httpcore", "asyncio", "gradio", "chromadb", "rag", "ui")
    before = {name: logging.getLogger(name).level for name in (None, *names)}
    root.addHandler(handler)
    for name in before:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield said
    root.removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("fault", [None, *STATUS_FAULTS, *BODY_FAULTS])
def test_no_command_logs_a_key_whatever_the_endpoint_does(
    fault: str | None,
    tmp_path: Path,
    openai_server: OpenAIServer,
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    openai_server.fault, openai_server.reply = fault, "It is so [1]."
    for name, value in environment(openai_server, FOOTNOTE_LLM__TIMEOUT="0.3").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("rag.cli.open_footnote", lambda _: open_library(tmp_path))
    for said in (["doctor", "--json"], ["ask", "sparse attention"], ["papers", "--json"]):
        assert main(said) in (0, 1, 2)
    assert f"Bearer {KEY}" in {one.headers.get("authorization") for one in openai_server.requests}
    assert "HTTP" in logged.getvalue()
    assert find_secrets(logged.getvalue() + "".join(capfd.readouterr())) == []
    assert find_secrets(read_folder(tmp_path)) == []


def open_library(folder: Path) -> Footnote:
    footnote = open_footnote(folder, PAPERS)
    footnote.settings = load_settings()
    footnote.embedder.load = lambda: None  # type: ignore[method-assign]
    footnote.embedder.describe = lambda: "words"  # type: ignore[method-assign]
    return footnote


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOOTNOTE_CHAT__AUTH", PASSWORD),
        ("FOOTNOTE_CHAT__AUTH", f"me:{PASSWORD}\nme:{PASSWORD}"),
        ("FOOTNOTE_CHAT", json.dumps({"auth": [PASSWORD]})),
        ("FOOTNOTE_CHAT", json.dumps({"auth": PASSWORD, "prot": 1})),
        ("FOOTNOTE_LLM", json.dumps({"api_key": {"is": KEY}})),
        ("FOOTNOTE_LLM", f"api_key={KEY}"),
        ("FOOTNOTE_JUDGE", json.dumps({"api_key": {"is": JUDGE_KEY}})),
    ],
)
def test_a_setting_that_is_wrong_is_told_without_its_secret(
    name: str,
    value: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    assert main(["--library", str(tmp_path), "chat", "--port", "0"]) == 2
    told = "".join(capfd.readouterr())
    assert told.startswith("footnote: ")
    assert find_secrets(told) == []


def test_the_settings_are_shown_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LLM__API_KEY", "JUDGE__API_KEY", "CHAT__AUTH"):
        monkeypatch.setenv(f"FOOTNOTE_{name}", f"me:{PASSWORD}")
    settings = load_settings()
    told = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert find_secrets(told) == []


def test_a_served_chat_shows_and_keeps_no_secret(
    tmp_path: Path, openai_server: OpenAIServer, capfd: pytest.CaptureFixture[str]
) -> None:
    openai_server.fault = "unauthorized"
    told = environment(openai_server)
    with run_chat(tmp_path, **told) as url, httpx.Client(base_url=url, trust_env=False) as client:
        assert client.get("/config").status_code == 401
        wrong = client.post("/login", data={"username": "me", "password": f"{PASSWORD}x"})
        assert wrong.status_code == 400
        right = client.post("/login", data={"username": "me", "password": PASSWORD})
        assert right.json() == {"success": True}
        pages = client.get("/config").text + client.get("/").text + wrong.text + right.text
    assert find_secrets(pages) == []
    assert find_secrets("".join(capfd.readouterr())) == []
    assert find_secrets(read_folder(tmp_path)) == []


# --- the door -----------------------------------------------------------------------


def test_who_guesses_has_to_wait_and_who_is_in_notices_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("ui.door.time.monotonic", lambda: now[0])
    app = _mount(build(make_house(tmp_path, own_machine=False)), [("ann", "x"), ("bob", PASSWORD)])
    inside = TestClient(app, client=("192.0.2.1", 1))
    log_in = {"username": "bob", "password": PASSWORD}
    assert inside.post("/login", data={"username": "ann", "password": "x"}).status_code == 200
    guessing = TestClient(app, client=("192.0.2.2", 1))
    guess = {"username": "bob", "password": "guess"}
    for _ in range(TRIES):
        assert guessing.post("/login", data=guess).status_code == 400
    for tried in (guess, log_in):
        refused = guessing.post("/login", data=tried)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        assert refused.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert inside.get("/config").json()["username"] == "ann"
    assert TestClient(app, client=("192.0.2.3", 1)).post("/login", data=log_in).status_code == 200
    now[0] += 61
    assert guessing.post("/login", data=log_in).status_code == 200
    assert guessing.get("/config").json()["username"] == "bob"


def test_who_has_many_addresses_has_one_place() -> None:
    places = {
        host: find_place({"client": (host, 1)})  # type: ignore[typeddict-item]
        for host in ("192.0.2.1", "2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1")
    }
    assert places["192.0.2.1"] == "192.0.2.1"
    assert places["2001:db8::1"] == places["2001:db8::ffff:2"] == "2001:db8::/64"
    assert places["2001:db8:0:1::1"] == "2001:db8:0:1::/64"
    assert find_place({"client": None}) == ""  # type: ignore[typeddict-item]
