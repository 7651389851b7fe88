"""Many people at once: the real server in its own process, asked as browsers ask it.

PYTHONPATH=tests:. python -m load people --library FOLDER --people 20

Owns the people, their questions and what they waited; knows nothing about how an answer
comes to be. Each person opens the page and asks one question after another, through Gradio's
own HTTP interface: `take` is posted, then `answer` joins the queue, whose events are read.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from asking import free_port

STARTS_IN = 120.0
ANSWERS_IN = 60.0
TOPICS = (
    "attention over long documents",
    "grokking",
    "reward models",
    "data contamination",
    "reasoning in small models",
    "video generation",
    "agents that use tools",
    "speech recognition",
    "diffusion models for images",
    "quantising weights",
)
FORMS = (
    "What makes {} cheaper?",
    "What causes trouble with {}?",
    "How is {} evaluated?",
    "Which papers study {}?",
    "What helps {} most?",
    "Why does {} fail?",
    "What is known about {}?",
    "How is {} trained?",
    "What limits {}?",
    "Which data are used for {}?",
)


@dataclass(frozen=True, slots=True)
class Waited:
    """Milliseconds from sending a question to the first words of its answer, and to its end."""

    first_ms: float
    last_ms: float


@dataclass
class Outcome:
    """What all people waited, and what went wrong."""

    waited: list[Waited] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def to_record(self) -> dict[str, Any]:
        """The JSON object that the command prints."""
        first = [one.first_ms for one in self.waited]
        last = [one.last_ms for one in self.waited]
        return {
            "errors": len(self.errors),
            "answers": len(self.waited),
            "first_p50_ms": round(percentile(first, 50), 1),
            "first_p95_ms": round(percentile(first, 95), 1),
            "last_p50_ms": round(percentile(last, 50), 1),
            "last_p95_ms": round(percentile(last, 95), 1),
            "said": sorted(set(self.errors))[:5],
        }


@dataclass(frozen=True, slots=True)
class Wiring:
    """The numbers under which the page's events are called."""

    open: int
    take: int
    answer: int


class Person:
    """A browser tab: opens the page, then asks."""

    def __init__(self, client: httpx.AsyncClient, wiring: Wiring, name: str) -> None:
        self._client = client
        self._wiring = wiring
        self._session = {"session_hash": name, "event_data": None, "trigger_id": None}
        self._told: asyncio.Queue[str] = asyncio.Queue()
        self._listening: asyncio.Task[None] | None = None
        self._asked = 0

    async def open(self) -> None:
        hello = json.dumps({"do": "hello", "owner": self._session["session_hash"]})
        await self._post("run/predict", self._wiring.open, [hello, None])

    async def ask(self, question: str) -> Waited:
        """Ask and read the answer to its end. Raises ValueError where it has none."""
        began = time.perf_counter()
        self._asked += 1
        await self._post("run/predict", self._wiring.take, [question, None])
        await self._post("queue/join", self._wiring.answer, [None])
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        first = 0.0
        async with asyncio.timeout(ANSWERS_IN):
            while True:
                _, mine, shown = (await self._told.get()).partition(f'id=\\"t{self._asked}\\"')
                if not mine:
                    continue
                if not first and "fn-answer" in shown:
                    first = time.perf_counter() - began
                if "fn-error" in shown:
                    raise ValueError(f"no answer: {shown[:200]}")
                if "fn-foot" in shown:
                    return Waited(first * 1000, (time.perf_counter() - began) * 1000)

    async def leave(self) -> None:
        if self._listening:
            self._listening.cancel()

    async def _listen(self) -> None:
        """Read what the server tells this tab, until it has nothing more to tell."""
        asked = {"session_hash": self._session["session_hash"]}
        address = "gradio_api/queue/data"
        async with self._client.stream("GET", address, params=asked) as response:
            async for line in response.aiter_lines():
                if '"close_stream"' in line:
                    return
                self._told.put_nowait(line)

    async def _post(self, path: str, number: int, data: list[Any]) -> dict[str, Any]:
        body = self._session | {"fn_index": number, "data": data}
        response = await self._client.post(f"gradio_api/{path}", json=body)
        response.raise_for_status()
        told: dict[str, Any] = response.json()
        return told


async def ask_at_once(url: str, people: int, rounds: int) -> Outcome:
    """So many people, each asking `rounds` questions, one after the other."""
    outcome = Outcome()
    async with _visiting(url, people) as visitors:
        await asyncio.gather(
            *(
                _ask_all(person, _choose_questions(number, rounds), outcome)
                for number, person in enumerate(visitors)
            )
        )
    return outcome


@asynccontextmanager
async def _visiting(url: str, people: int) -> AsyncIterator[list[Person]]:
    """People who have opened the page, the first of whom has been answered once."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    timeout = httpx.Timeout(ANSWERS_IN)
    async with httpx.AsyncClient(
        base_url=url, timeout=timeout, limits=limits, trust_env=False
    ) as client:
        wiring = find_wiring((await client.get("config")).json())
        visitors = [Person(client, wiring, f"person{number:03d}") for number in range(people)]
        for person in visitors:
            await person.open()
        await visitors[0].ask("What is new here?")
        yield visitors
        for person in visitors:
            await person.leave()


async def _ask_all(person: Person, questions: Sequence[str], outcome: Outcome) -> None:
    for question in questions:
        try:
            outcome.waited.append(await person.ask(question))
        except (ValueError, TimeoutError, httpx.HTTPError) as error:
            outcome.errors.append(f"{type(error).__name__}: {error}")


def _choose_questions(person: int, rounds: int) -> list[str]:
    """No two people ask the same, so that nothing kept from one helps another."""
    places = range(person * rounds, (person + 1) * rounds)
    return [
        FORMS[place // len(TOPICS) % len(FORMS)].format(TOPICS[place % len(TOPICS)])
        for place in places
    ]


def find_wiring(config: dict[str, Any]) -> Wiring:
    """The events of a page, by what `/config` says of it."""
    names = {one["id"]: one["props"].get("elem_id") for one in config["components"]}
    events = {
        (names.get(target[0], target[0]), target[1]): one["id"]
        for one in config["dependencies"]
        for target in one["targets"]
    }
    take = events["fn-box", "submit"]
    opened = next(one["id"] for one in config["dependencies"] if one["targets"][0][1] == "load")
    answer = next(one["id"] for one in config["dependencies"] if one.get("trigger_after") == take)
    return Wiring(opened, take, answer)


@contextmanager
def serving(library: Path, *options: str) -> Iterator[tuple[str, int]]:
    """(address, process id) of the chat over a copy of a library; `options` are the command's.

    The settings are those of a fresh machine.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "library"
        shutil.copytree(library, copy)
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FOOTNOTE_", "OPENAI_"))
        } | {"XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder}
        port = free_port()
        command = [sys.executable, "-c", "from rag.cli import main; raise SystemExit(main())"]
        command += ["--library", str(copy), "chat", "--port", str(port), *options]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url)
            yield url, process.pid
        finally:
            process.terminate()
            process.wait(10)


def wait_until_ready(url: str) -> None:
    """Raises TimeoutError where no page is served within `STARTS_IN` seconds."""
    until = time.monotonic() + STARTS_IN
    while time.monotonic() < until:
        try:
            httpx.get(f"{url}/config", timeout=5.0, trust_env=False).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError(f"no server at {url} within {STARTS_IN:g} s")


def percentile(values: Sequence[float], share: int) -> float:
    """The value that `share` of 100 do not exceed; 0 without values."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def measure_people(library: Path, people: int, rounds: int) -> dict[str, Any]:
    """What so many people waited, and the server's memory (MB) and files before and after."""
    with serving(library) as (url, process):
        asyncio.run(ask_at_once(url, 1, 3))
        before = measure_process(process)
        told = asyncio.run(ask_at_once(url, people, rounds)).to_record()
        after = measure_process(process)
    names = ("cpu_s", "memory_mb", "files", "threads")
    used = {f"{name}_before": value for name, value in zip(names, before, strict=True)}
    return told | used | {f"{name}_after": one for name, one in zip(names, after, strict=True)}


def measure_process(process: int) -> tuple[float, int, int, int]:
    """(seconds of CPU, resident memory in MB, open files, threads) of a process, on Linux."""
    told = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    lines = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
    files = len(list(Path(f"/proc/{process}/fd").iterdir()))
    stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    cpu = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    return cpu, int(lines["VmRSS"].split()[0]) // 1024, files, int(lines["Threads"])


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    kinds = parser.add_subparsers(required=True, metavar="KIND")
    people = kinds.add_parser("people", help="people who ask at once")
    people.add_argument("--library", type=Path, required=True, metavar="FOLDER")
    people.add_argument("--people", type=int, default=20)
    people.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(json.dumps(measure_people(options.library, options.people, options.rounds), indent=1))


if __name__ == "__main__":
    main()
