"""What all tests share: a library of the starter papers, and where the shared data lie.

Every socket but loopback's is closed to the suite and to all that it starts, so that no test
can reach the network: see `offline/loopback.py`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from rag import Footnote

OFFLINE = str(Path(__file__).parent / "offline")
sys.path.insert(0, OFFLINE)
import loopback  # noqa: E402 - beside what each child runs first

# Before anything is started: the tests' other processes are born into the same network, and
# a Python among them closes its own sockets when it finds `offline/sitecustomize.py`.
loopback.leave_network()
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (OFFLINE, os.environ.get("PYTHONPATH"))))

pytest_plugins = ["openai_server"]

# What guards a change must end the same way twice; at a desk, new examples are welcome.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "eval" / "corpus"
SHARED = ROOT.parent / "shared"


def pytest_report_header() -> str:
    """How far it holds that nothing is reached."""
    if loopback.is_alone():
        return "network: loopback alone, for every process"
    return "network: closed to Python and Chromium; the kernel grants no network of our own"


@pytest.fixture(autouse=True, scope="session")
def _only_loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whoever passes over the error is told of at the end."""
    report = tmp_path_factory.mktemp("offline") / "reached.txt"
    os.environ[loopback.REPORT] = str(report)
    loopback.close_sockets()
    yield
    assert not report.exists(), f"the tests tried to reach {report.read_text()}"


@pytest.fixture(autouse=True)
def _close_houses() -> Iterator[None]:
    """Houses of a fixture that outlives the test were opened before, and stay open."""
    from house import close_houses, count_houses

    before = count_houses()
    yield
    close_houses(before)


@pytest.fixture(autouse=True, scope="session")
def _no_settings_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's own config and variables must not decide how a test ends."""
    patch = pytest.MonkeyPatch()
    for name in list(os.environ):
        if name.startswith(("FOOTNOTE_", "OPENAI_")):
            patch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    patch.setenv("XDG_DATA_HOME", str(home / "data"))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data; a test that needs them is skipped elsewhere than in CI."""
    if not SHARED.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"CI must have the shared data at {SHARED}")
        pytest.skip("the shared data are not beside the project")
    return SHARED


def embed_once(factory: pytest.TempPathFactory, name: str, pages: Path) -> Path:
    """A library's folder with these pages, embedded once for all processes of the run."""
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = root / name, root / f"{name}.done"
    with FileLock(root / f"{name}.lock"):
        if not done.exists():
            with Footnote.open(library=folder) as footnote:
                footnote.add([str(pages)])
            done.touch()
    return folder


@pytest.fixture(scope="session")
def starter_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library's folder with the starter papers, embedded. Not to be written to."""
    return embed_once(tmp_path_factory, "starter", CORPUS)


@pytest.fixture
def starter(starter_folder: Path) -> Iterator[Footnote]:
    """The starter papers, opened to read."""
    with Footnote.open(library=starter_folder) as footnote:
        yield footnote


@pytest.fixture(scope="session")
def shared_library(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Footnote]:
    """The 346 papers of the shared pages, embedded. Not to be written to."""
    with Footnote.open(library=embed_once(tmp_path_factory, "shared", shared / "pages")) as opened:
        yield opened


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test that needs the 346 papers waits for them to be embedded."""
    for item in items:
        named = "shared_library" in getattr(item, "fixturenames", ())
        if named or "shared papers" in item.name:  # the second asks for it by its name
            item.add_marker(pytest.mark.timeout(400))
