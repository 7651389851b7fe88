"""Several processes on one library: two chats, two `add`s and questions, all at the same time."""

from __future__ import annotations

import asyncio
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from asking import free_port
from libraries import numbered_page, start_process
from load import Person, find_wiring, wait_until_ready
from word_model import WordModel, titles_of, write_page

import rag.footnote
from rag import Footnote
from rag.doctor import examine_conversations, examine_index, examine_library
from rag.history import History

COMMAND = """
from word_model import put_in_place
put_in_place()
from rag.cli import main
sys.exit(main(sys.argv[1:]))
"""


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    """The command in a process of its own, with a quick stand-in for the model."""
    return start_process(COMMAND, *arguments)


def end(process: subprocess.Popen[str]) -> str:
    out, errors = process.communicate(timeout=100)
    assert (process.returncode, errors) == (0, "")
    return out


async def ask(url: str, name: str, *questions: str) -> None:
    """A browser of this name asks one question after another."""
    async with httpx.AsyncClient(base_url=url, timeout=60.0, trust_env=False) as client:
        person = Person(client, find_wiring((await client.get("config")).json()), name)
        await person.open()
        for question in questions:
            await person.ask(question)
        await person.leave()


def cited_by(folder: Path, owner: str) -> list[set[str]]:
    """The titles that the kept answers to this browser cite."""
    with closing(History(folder)) as history:
        (kept,) = history.list(owner)
        answers = [turn.answer for turn in history.open(owner, kept.id).turns]
    return [{one.paper.title for one in answer.papers if one.cited} for answer in answers]


@pytest.mark.timeout(300)
def test_two_chats_and_two_adds_share_one_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.footnote, "SentenceEmbedder", WordModel)
    folder = tmp_path / "library"
    with Footnote.open(library=folder) as footnote:
        footnote.library.add([numbered_page(number) for number in range(3)])
        footnote.sync()
    pages = [write_page(tmp_path, 3, size=60), write_page(tmp_path, 4, size=60)]
    ports = [free_port(), free_port()]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    chats = [start("--library", folder, "chat", "--port", str(port)) for port in ports]
    try:
        for url in urls:
            wait_until_ready(url)
        asyncio.run(ask(urls[0], "early", "What is subject1?"))
        adds = [start("--library", folder, "add", page) for page in pages]
        asyncio.run(ask_while(adds, urls[0]))
        told = sorted(end(add).partition(";")[0] for add in adds)
        assert told == ["60 entries read: 60 papers added, 0 merged, 0 unchanged"] * 2
        for name, url in zip(("first", "second"), urls, strict=True):
            asyncio.run(ask(url, name, "What is subject3?", "What is subject4?"))
    finally:
        for chat in chats:
            chat.kill()
            chat.communicate()
    assert cited_by(folder, "early")[0] <= titles_of([1])
    for name in ("first", "second"):
        three, four = cited_by(folder, name)
        assert three
        assert four
        assert three <= {one.title for one in numbered_page(3, 60).entries}
        assert four <= {one.title for one in numbered_page(4, 60).entries}
    with Footnote.open(library=folder) as footnote:
        assert footnote.library.count() == 135
        for look in (examine_library, examine_index, examine_conversations):
            assert look(footnote).well


async def ask_while(adds: list[Any], url: str) -> None:
    """One asks again and again until all have ended; each question has its answer."""
    number = 0
    while number == 0 or any(add.poll() is None for add in adds):
        number += 1
        await ask(url, f"meanwhile-{number}", "What is subject2?")
