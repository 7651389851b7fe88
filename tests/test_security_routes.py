"""No path of the machine and no address elsewhere is read through the page or its API: every
route that Gradio has is asked for files that were never uploaded, and for a server's secret."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from house import make_house

from ui.app import _mount, build
from ui.guard import CONTENT_SECURITY_POLICY, is_known

CANARY = "canary-7f3a91"
BASE = "http://127.0.0.1"
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")


@dataclass
class Bait:
    """Files that nobody uploaded and a server that nobody may ask; where they are."""

    file: Path
    link: Path
    address: str
    asked: list[str] = field(default_factory=list)

    def names(self) -> list[str]:
        """What one might write to be given them."""
        up = "../" * 14
        return [
            str(self.file),
            f"{up}{str(self.file)[1:]}",
            quote(f"{up}{str(self.file)[1:]}", safe=""),
            f"//{str(self.file)[1:]}",
            f"file://{self.file}",
            str(self.link),
            f"{self.link.parent}/../{self.link.parent.name}/{self.link.name}",
            f"{self.address}/secret.txt",
            "/proc/self/environ",
        ]


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bait]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CANARY.encode())

        do_HEAD = do_POST = do_GET  # noqa: N815 - as http.server has it

        def log_message(self, *_: Any) -> None:
            pass

    folder = tmp_path_factory.mktemp("bait")
    file = folder / "secret.txt"
    file.write_text(json.dumps({"title": f"The {CANARY}", "abstract": "It sings in a mine. " * 5}))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Bait(file, folder / "unset", f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def gradio_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gradio")


@pytest.fixture(scope="module")
def client(
    tmp_path_factory: pytest.TempPathFactory, bait: Bait, gradio_folder: Path
) -> Iterator[TestClient]:
    """A chat from elsewhere, whose upload folder has a link that leads out of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(gradio_folder))
        patch.setenv("SECRET_OF_THE_SERVER", CANARY)
        (gradio_folder / "hash").mkdir()
        bait.link = gradio_folder / "hash" / "link.txt"
        bait.link.symlink_to(bait.file)
        house = make_house(tmp_path_factory.mktemp("library"), own_machine=False)
        with TestClient(_mount(build(house), None), BASE, raise_server_exceptions=False) as opened:
            yield opened
        house.jobs.close()


def list_routes(routes: Any, prefix: str = "") -> Iterator[str]:
    """The paths of all routes, those of what is mounted and included too."""
    for route in routes:
        path = prefix + (getattr(route, "path", "") or "")
        inner = getattr(route, "routes", None) or getattr(
            getattr(route, "original_router", None), "routes", None
        )
        if inner:
            yield from list_routes(inner, path.rstrip("/"))
        elif path:
            yield path


def test_all_routes_of_gradio_are_seen(client: TestClient) -> None:
    paths = set(list_routes(client.app.routes))  # type: ignore[attr-defined]
    assert {"/login", "/gradio_api/file={path_or_url:path}", "/gradio_api/upload"} <= paths
    assert len(paths) > 60


def test_no_route_gives_a_file_or_asks_a_server(client: TestClient, bait: Bait) -> None:
    asked = 0
    for route in sorted(set(list_routes(client.app.routes))):  # type: ignore[attr-defined]
        names = bait.names() if "{" in route else ["none"]
        for name in names:
            path = re.sub(r"\{[^}]*\}", lambda _, name=name: name, route)
            if path.endswith(("/queue/data", "/upload_progress")) or "/heartbeat/" in path:
                continue  # streams without end, that know sessions only
            for method in ("GET", "POST"):
                answer = client.request(method, path, follow_redirects=False)
                asked += 1
                assert CANARY not in answer.text, (method, path)
                assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
                if not is_known(method, path):
                    assert answer.status_code == 404, (method, path)
    assert asked > 500
    assert bait.asked == []


def test_what_is_uploaded_is_shown_as_the_bait_would_be(client: TestClient, bait: Bait) -> None:
    [path] = client.post("/gradio_api/upload", files={"files": bait.file.read_bytes()}).json()
    assert CANARY in drop(client, {"path": path}).text


@pytest.mark.parametrize("kind", ["path", "url", "both", "stream"])
def test_no_file_is_read_in_place_of_an_upload(
    client: TestClient, bait: Bait, gradio_folder: Path, kind: str
) -> None:
    before = sorted(gradio_folder.rglob("*.*"))
    for name in bait.names():
        file: dict[str, Any] = {"path": "page.txt" if kind == "url" else name}
        if kind != "path":
            file |= {"url": name, "is_stream": kind == "stream"}
        assert CANARY not in drop(client, file).text, name
    assert bait.asked == []
    assert bait.file.exists()
    assert sorted(gradio_folder.rglob("*.*")) == before


def test_no_event_reads_a_file_in_place_of_words(client: TestClient, bait: Bait) -> None:
    told = client.get("/config").json()["dependencies"]
    for event in told:
        file = {"path": str(bait.file), "meta": {"_type": "gradio.FileData"}}
        data = [file] * len(event["inputs"])
        message = {"data": data, "fn_index": event["id"], "session_hash": "elsewhere"}
        answer = client.post("/gradio_api/run/predict", json=message)
        assert CANARY not in answer.text, event["id"]
    assert len(told) > 10


def drop(client: TestClient, file: dict[str, Any]) -> Any:
    """The answer to who drops a file on the page, as the browser tells it to the server."""
    told = client.get("/config").json()["dependencies"]
    event = next(one["id"] for one in told if "upload" in [what for _, what in one["targets"]])
    data = [[file | {"meta": {"_type": "gradio.FileData"}}], None]
    message = {"data": data, "fn_index": event, "session_hash": "elsewhere"}
    return client.post("/gradio_api/run/predict", json=message)


def test_a_files_address_is_not_gone_to_even_where_gradio_would(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradio refuses loopback by itself; addresses of others it would fetch."""
    looked_up: list[Any] = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *what, **_: looked_up.append(what))
    refused = drop(client, {"path": "https://papers.example/list.txt"})
    assert refused.status_code == 500
    assert looked_up == []


def test_an_upload_keeps_to_its_folder_whatever_its_name(
    client: TestClient, gradio_folder: Path
) -> None:
    for name in ("../../out.txt", "/tmp/out.txt", "..\\..\\out.txt", "a/../../../out.txt"):
        answer = client.post("/gradio_api/upload", files={"files": (name, b"page")})
        [path] = answer.json()
        assert Path(path).resolve().is_relative_to(gradio_folder.resolve()), name


@pytest.mark.parametrize("method", METHODS)
def test_what_the_page_has_no_use_for_is_not_there(client: TestClient, method: str) -> None:
    for path in (
        *("/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/call/predict"),
        *("/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://127.0.0.1:1/", "/monitoring"),
        *("/gradio_api/vibe-code", "/gradio_api/component_server", "/gradio_api/deep_link"),
        *("/gradio_api/token", "/gradio_api/runs", "/docs", "/openapi.json", "/svelte/x.js"),
    ):
        assert client.request(method, path).status_code == 404, path


def test_another_websites_page_cannot_have_anything_done(client: TestClient) -> None:
    strange = {"sec-fetch-site": "cross-site"}
    for path in ("/login", "/gradio_api/run/predict", "/gradio_api/upload"):
        answer = client.post(path, headers=strange, json={"data": []})
        assert (answer.status_code, answer.text) == (
            403,
            "Footnote does nothing for pages of others",
        )
    assert client.get("/", headers=strange).status_code == 200


def test_the_config_of_the_page_tells_no_path_of_the_machine(
    client: TestClient, bait: Bait
) -> None:
    told = json.dumps(client.get("/config").json()) + client.get("/").text
    assert str(bait.file.parent.parent) not in told
    assert str(Path(__file__).parents[1]) not in told
