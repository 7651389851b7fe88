"""Adding papers from the page: what is shown before, the jobs behind it, what is told after."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from e2e.fake_papers import HOSTILE, PAPERS
from house import make_house, make_listing, make_page
from libraries import WordEmbedder, run_process, start_process

from rag.embedder import Vectors
from rag.errors import EmbedderError, LibraryLocked, PageError, VectorError
from rag.preview import Pasted, Removed, Upload, preview
from rag.records import AddReport, Failure
from ui.actions import Action
from ui.adding.bar import render_line, tell_end
from ui.adding.jobs import Job, Line, Stage, Work
from ui.adding.render import render_preview
from ui.adding.room import LARGEST, AddingRoom
from ui.adding.words import name_deed, sum_up, tell_report
from ui.house import House
from ui.page import render_broken, render_welcome
from ui.reading import Problem
from ui.turns import Chat


class HeldEmbedder(WordEmbedder):
    """Embeds once it is let go; fails as often as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.failures = 0

    def embed_texts(self, texts: Any) -> Vectors:
        assert self.go.wait(10)
        if self.failures:
            self.failures -= 1
            raise EmbedderError("the model is gone", remedy="make install")
        return super().embed_texts(texts)


def listing(*titles: str) -> str:
    """A page in JSON Lines."""
    papers = [{"title": one, "abstract": f"{one} is studied. It works."} for one in titles]
    return "\n".join(map(json.dumps, papers))


def hold(house: House) -> HeldEmbedder:
    """Put an embedder that waits in the place of the quick one."""
    embedder = HeldEmbedder()
    footnote: Any = house.footnote
    footnote.embedder = footnote.index._embedder = embedder
    return embedder


def make_room(house: House) -> AddingRoom:
    """A room whose `refresh` tells how many papers there are."""

    async def refresh(chat: Chat) -> dict[Any, Any]:
        del chat
        return {"header": house.footnote.library.count()}

    return AddingRoom(house, make_page(), refresh)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return make_house(tmp_path)


@pytest.fixture
def room(house: House) -> AddingRoom:
    return make_room(house)


async def act(room: AddingRoom, chat: Chat, name: str, **values: str) -> dict[Any, Any]:
    return await room.actions[name](chat, Action(name, values))


async def drain(updates: AsyncIterator[dict[Any, Any]]) -> dict[Any, Any]:
    """The last thing shown in each place; what is skipped is not shown."""
    shown: dict[Any, Any] = {}
    async for update in updates:
        shown |= {key: value for key, value in update.items() if not isinstance(value, dict)}
    return shown


async def until(condition: Any, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


def is_idle(house: House) -> bool:
    return house.jobs.line().running is None


# --- before anything is added -------------------------------------------------------


async def test_what_is_pasted_is_shown_and_not_added(room: AddingRoom, house: House) -> None:
    page = listing("Quiet Rivers", PAPERS[0].title) + "\nnonsense"
    shown = (await room.preview_pasted(page, Chat()))["adding"]
    assert "1 new paper, 1 updated, 1 not read" in shown
    assert '<span class="fn-shape">JSON Lines</span>' in shown
    assert '<span class="fn-title">Quiet Rivers</span>' in shown
    assert ">Add 1 paper</button>" in shown
    assert "pasted text, line 3</span>" in shown
    assert house.footnote.library.count() == 5


async def test_what_would_change_of_a_known_paper_is_named(house: House) -> None:
    told = {"title": PAPERS[4].title, "abstract": PAPERS[4].abstract, "date": "2025-02-01"}
    shown = render_preview(preview([Pasted(json.dumps(told))], house.footnote.library))
    assert "0 new papers, 1 updated" in shown
    assert '<span class="fn-by">updates date</span>' in shown
    assert ">Update 1 paper</button>" in shown


async def test_authors_and_date_of_the_first_papers_are_shown(tmp_path: Path) -> None:
    told = {"title": "T", "abstract": "A is so.", "authors": ["A", "B", "C", "D"], "date": "2025"}
    library = make_house(tmp_path, papers=()).footnote.library
    shown = render_preview(preview([Pasted(json.dumps(told))], library))
    assert '<span class="fn-by">A, B, C and 1 more · 2025</span>' in shown


async def test_a_page_that_is_here_already_cannot_be_added(room: AddingRoom) -> None:
    chat = Chat()
    await room.preview_pasted(listing("Quiet Rivers"), chat)
    await act(room, chat, "adding-add")
    await drain(room.watch(chat))
    shown = (await room.preview_pasted(listing("Quiet Rivers"), chat))["adding"]
    assert "0 new papers, 1 here already" in shown
    assert 'data-do="adding-add" disabled aria-describedby="fn-add-idle">Add 0 papers' in shown


async def test_a_text_without_papers_says_what_can_be_read(room: AddingRoom) -> None:
    shown = (await room.preview_pasted("hello there", Chat()))["adding"]
    assert "No papers were found." in shown
    assert "a BibTeX or RIS export with abstracts" in shown
    assert "adding-add" not in shown


async def test_every_failure_can_be_reached(room: AddingRoom) -> None:
    chat = Chat()
    page = listing("Quiet Rivers") + "\n" + "\n".join(['{"title": "No abstract"}'] * 250)
    shown = (await room.preview_pasted(page, chat))["adding"]
    assert "<span>1 to 100 of 250</span>" in shown
    assert 'data-first="100">Later' in shown
    assert "Earlier" not in shown
    shown = (await act(room, chat, "adding-failures", first="200"))["adding"]
    assert "<span>201 to 250 of 250</span>" in shown
    assert "line 251</span>" in shown
    assert "Later" not in shown


async def test_a_dropped_file_is_read_under_its_name_and_deleted(
    room: AddingRoom, tmp_path: Path
) -> None:
    dropped = tmp_path / "gradio" / "rivers.jsonl"
    dropped.parent.mkdir()
    dropped.write_text(listing("Quiet Rivers"))
    shown = await room.preview_files([str(dropped)], Chat())
    assert "rivers.jsonl" in shown["adding"]
    assert str(tmp_path) not in shown["adding"]
    assert shown["drop"] is None
    assert not dropped.exists()


async def test_a_file_too_large_for_the_page_is_refused_and_deleted(
    room: AddingRoom, tmp_path: Path
) -> None:
    dropped = tmp_path / "huge.txt"
    with dropped.open("wb") as file:
        file.truncate(LARGEST + 1)
    shown = (await room.preview_files([str(dropped)], Chat()))["adding"]
    assert "huge.txt has 64 MB, more than can be sent to the page" in shown
    assert "footnote add huge.txt, in a terminal" in shown
    assert not dropped.exists()


async def test_a_file_too_large_leaves_none_of_the_others_behind(
    room: AddingRoom, tmp_path: Path
) -> None:
    names = ("a.jsonl", "huge.txt", "z.jsonl")
    dropped = [tmp_path / "gradio" / name for name in names]
    dropped[0].parent.mkdir()
    for file in dropped:
        file.write_text(listing("Quiet Rivers"))
    with dropped[1].open("wb") as huge:
        huge.truncate(LARGEST + 1)
    await room.preview_files(list(map(str, dropped)), Chat())
    assert list(dropped[0].parent.iterdir()) == []


async def test_a_paste_too_long_for_the_page_is_refused(
    room: AddingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.adding.room.LARGEST", 1000)
    chat = Chat()
    await room.preview_pasted(listing("Quiet Rivers"), chat)
    shown = (await room.preview_pasted(" " * 1001, chat))["adding"]
    assert "the pasted text has 1,001 characters; 1,000 can be read here" in shown
    assert "save it as a file, then footnote add FILE, in a terminal" in shown
    assert chat.pending.preview is None


def test_the_server_takes_no_larger_file_than_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastapi.testclient import TestClient

    from ui.app import _mount, build

    monkeypatch.setattr("ui.app.LARGEST", 1000)
    with TestClient(_mount(build(make_house(tmp_path)), None), "http://127.0.0.1") as client:
        for size, status in ((1000, 200), (2000, 413)):
            files = {"files": ("page.txt", b"x" * size)}
            assert client.post("/gradio_api/upload", files=files).status_code == status


async def test_a_path_is_read_for_those_at_this_machine_only(tmp_path: Path) -> None:
    page = tmp_path / "page.jsonl"
    page.write_text(listing("Quiet Rivers"))
    own = make_room(make_house(tmp_path / "own"))
    shown = await act(own, Chat(), "adding-path", path=f" {page} ")
    assert "Quiet Rivers" in shown["adding"]
    far = make_room(make_house(tmp_path / "far", own_machine=False))
    with pytest.raises(PageError) as caught:
        await act(far, Chat(), "adding-path", path=str(page))
    assert str(caught.value) == "a path is read only for those who sit at this machine"


async def test_a_path_where_there_is_nothing_is_told(room: AddingRoom) -> None:
    shown = (await act(room, Chat(), "adding-path", path="/no/such <place>"))["adding"]
    assert "there is no file or folder &#x27;/no/such &lt;place&gt;&#x27;" in shown
    assert "give its whole path" in shown


async def test_a_pipe_and_the_home_of_nobody_are_no_places_to_read(
    room: AddingRoom, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (str(tmp_path / "pipe"), "~nobody-of-this-name/papers", "/dev/zero"):
        shown = (await act(room, Chat(), "adding-path", path=path))["adding"]
        assert "there is no file or folder" in shown


async def test_emptying_the_box_takes_away_what_was_pasted_and_not_what_was_dropped(
    room: AddingRoom, tmp_path: Path
) -> None:
    chat, dropped = Chat(), tmp_path / "rivers.jsonl"
    await room.preview_pasted(listing("Quiet Rivers"), chat)
    assert await room.preview_pasted("", chat) == {"adding": ""}
    assert chat.pending.preview is None
    dropped.write_text(listing("Quiet Rivers"))
    await room.preview_files([str(dropped)], chat)
    assert (await room.preview_pasted("", chat))["adding"] != ""
    assert chat.pending.preview is not None


async def test_the_starter_papers_can_be_looked_at(tmp_path: Path) -> None:
    room = make_room(make_house(tmp_path, papers=()))
    assert "72 new papers" in (await act(room, Chat(), "adding-starter"))["adding"]


async def test_discarding_lets_go_of_what_was_read(room: AddingRoom, house: House) -> None:
    chat = Chat()
    await room.preview_pasted(listing("Quiet Rivers"), chat)
    assert await act(room, chat, "adding-discard") == {"adding": "", "paste": ""}
    assert await act(room, chat, "adding-add") == {}
    assert is_idle(house)


async def test_a_double_click_adds_once(room: AddingRoom, house: House) -> None:
    chat, embedder = Chat(), hold(house)
    await room.preview_pasted(listing("Quiet Rivers"), chat)
    taken = await asyncio.gather(act(room, chat, "adding-add"), act(room, chat, "adding-add"))
    assert [bool(one) for one in taken] == [True, False]
    assert house.jobs.line().waiting == 0
    embedder.go.set()
    await until(lambda: is_idle(house))


async def test_what_cannot_be_read_once_more_can_still_be_added_later(
    room: AddingRoom, house: House, tmp_path: Path
) -> None:
    chat, page = Chat(), tmp_path / "page.jsonl"
    page.write_text(listing("Quiet Rivers"))
    await act(room, chat, "adding-path", path=str(page))
    house.footnote.library.add([make_listing([HOSTILE])])
    page.rename(tmp_path / "away.jsonl")
    with pytest.raises(PageError):
        await act(room, chat, "adding-add")
    (tmp_path / "away.jsonl").rename(page)
    assert 'data-taken="1"' in (await act(room, chat, "adding-add"))["adding"]
    await until(lambda: is_idle(house))


async def test_a_library_that_changed_meanwhile_is_looked_at_again(
    room: AddingRoom, house: House
) -> None:
    chat, page = Chat(), listing("Quiet Rivers", "Loud Brooks")
    await room.preview_pasted(page, chat)
    house.footnote.library.add([make_listing([HOSTILE])])
    taken = await act(room, chat, "adding-add")
    assert 'data-taken="1"' in taken["adding"]
    await until(lambda: is_idle(house))
    await room.preview_pasted(listing("Third Sea", "Fourth Lake"), chat)
    house.footnote.library.add(
        preview([Pasted(listing("Third Sea"))], house.footnote.library).content
    )
    shown = (await act(room, chat, "adding-add"))["adding"]
    assert "The library has changed since you looked." in shown
    assert "1 new paper, 1 here already" in shown
    assert is_idle(house)
    assert 'data-taken="2"' in (await act(room, chat, "adding-add"))["adding"]
    await until(lambda: is_idle(house))


# --- jobs ---------------------------------------------------------------------------


async def test_papers_are_added_at_once_and_embedded_behind_the_page(
    room: AddingRoom, house: House
) -> None:
    chat, embedder = Chat(), hold(house)
    assert await drain(room.watch(chat)) == {}
    await room.preview_pasted(listing("Quiet Rivers", "Loud Brooks") + "\nnonsense", chat)
    await act(room, chat, "adding-add")
    seen: dict[Any, Any] = {}

    async def follow() -> None:
        async for update in room.watch(chat):
            seen.update(update)

    watching = asyncio.create_task(follow())
    await until(lambda: "Embedding 0 of 2 papers" in str(seen.get("job")))
    assert seen["header"] == 7
    assert "told" not in seen
    embedder.go.set()
    await watching
    assert seen["job"] == ""
    assert "2 papers added; 1 could not be read." in seen["told"]
    assert 'href="#library"' in seen["told"]
    assert house.footnote.index.counts()["vectors"] == 7


async def test_a_watcher_with_nothing_to_tell_changes_nothing(room: AddingRoom) -> None:
    updates = [update async for update in room.watch(Chat())]
    assert [list(update) for update in updates] == [["job"]]
    assert updates[0]["job"]["__type__"] == "update"


async def test_a_tab_has_one_watcher_at_a_time(room: AddingRoom, house: House) -> None:
    chat, embedder = Chat(), hold(house)
    house.jobs.rebuild()
    first = asyncio.create_task(drain(room.watch(chat)))
    await until(lambda: chat.pending.watching)
    assert await asyncio.wait_for(drain(room.watch(chat)), 1) == {}
    embedder.go.set()
    assert "The index is rebuilt: 5 papers." in (await first)["told"]
    assert not chat.pending.watching


async def test_a_second_job_waits_in_line_and_both_are_done(room: AddingRoom, house: House) -> None:
    chat, embedder = Chat(), hold(house)
    for title in ("Quiet Rivers", "Loud Brooks"):
        await room.preview_pasted(listing(title), chat)
        await act(room, chat, "adding-add")
    assert house.jobs.line().waiting == 1
    assert " · 1 more to follow" in render_line(house.jobs.line())
    embedder.go.set()
    await until(lambda: is_idle(house))
    assert house.footnote.index.counts()["vectors"] == 7


async def test_a_job_goes_on_without_its_tab_and_another_tab_is_told(
    room: AddingRoom, house: House
) -> None:
    embedder, chat, other = hold(house), Chat(), Chat()
    await drain(room.watch(other))
    await room.preview_pasted(listing("Quiet Rivers"), chat)
    await act(room, chat, "adding-add")
    watching = room.watch(chat)
    await anext(watching)
    await anext(watching)
    await watching.aclose()  # type: ignore[attr-defined]
    assert not chat.pending.watching
    embedder.go.set()
    await until(lambda: is_idle(house))
    shown = await drain(room.watch(other))
    assert shown["header"] == 6
    assert "1 paper added." in shown["told"]
    assert await drain(room.watch(other)) == {}


async def test_a_tab_opened_later_is_not_told_of_what_ended_before(
    room: AddingRoom, house: House
) -> None:
    house.jobs.rebuild()
    await until(lambda: is_idle(house))
    assert await drain(room.watch(Chat())) == {}


async def test_what_fails_is_told_the_papers_are_safe_and_it_can_be_tried_again(
    room: AddingRoom, house: House
) -> None:
    chat, embedder = Chat(), hold(house)
    embedder.failures = 1
    embedder.go.set()
    await drain(room.watch(chat))
    await room.preview_pasted(listing("Quiet Rivers"), chat)
    await act(room, chat, "adding-add")
    shown = await drain(room.watch(chat))
    assert "1 paper added. They are safe, and not all embedded yet." in shown["job"]
    assert "The model is gone" in shown["job"]
    assert "make install" in shown["job"]
    assert shown["header"] == 6
    assert "fn-trouble" in (await drain(room.watch(Chat())))["job"]
    await act(room, chat, "job-again")
    shown = await drain(room.watch(chat))
    assert shown["job"] == ""
    assert "1 paper added." in shown["told"]
    assert house.footnote.index.counts()["vectors"] == 6


async def test_a_failure_can_be_put_aside(room: AddingRoom, house: House) -> None:
    chat, embedder = Chat(), hold(house)
    embedder.failures = 1
    embedder.go.set()
    house.jobs.rebuild()
    assert (
        "The index was not rebuilt; the papers are safe." in (await drain(room.watch(chat)))["job"]
    )
    assert await act(room, chat, "job-close") == {"job": ""}


def fail() -> AddReport:
    raise PageError("the disk is full")


async def test_what_failed_before_is_kept_and_all_of_it_is_tried_again(
    room: AddingRoom, house: House
) -> None:
    chat, sync = Chat(), house.footnote.sync
    tries = [0, 0]

    def add(number: int) -> AddReport:
        tries[number] += 1
        return fail() if tries[number] == 1 else AddReport(1, 1)

    for number in range(2):
        house.jobs.put(Work(sync, lambda number=number: add(number)))  # type: ignore[misc]
    await until(lambda: is_idle(house))
    assert [job.number for job in house.jobs.line().troubles] == [1, 2]
    shown = (await drain(room.watch(chat)))["job"]
    assert "<strong>The papers were not added.</strong> The disk is full" in shown
    assert " 1 earlier attempt failed, too." in shown
    await act(room, chat, "job-again")
    assert (await drain(room.watch(chat)))["job"] == ""
    assert tries == [2, 2]


async def test_all_that_failed_is_put_aside_at_once(room: AddingRoom, house: House) -> None:
    chat = Chat()
    for _ in range(2):
        house.jobs.put(Work(house.footnote.sync, fail))
    await until(lambda: is_idle(house))
    await drain(room.watch(chat))
    assert await act(room, chat, "job-close") == {"job": ""}
    assert house.jobs.line().troubles == ()


async def test_a_catch_up_that_did_nothing_does_not_hide_what_failed(
    room: AddingRoom, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, embedder = Chat(), hold(house)
    embedder.failures = 1
    embedder.go.set()
    await room.preview_pasted(listing("Quiet Rivers"), chat)
    await act(room, chat, "adding-add")
    await until(lambda: is_idle(house))
    sync = house.footnote.sync

    def refuse(*_: Any, **__: Any) -> int:
        raise LibraryLocked("another is at it", remedy="wait")

    monkeypatch.setattr(house.footnote, "sync", refuse)
    house.jobs.catch_up()
    await until(lambda: is_idle(house))
    assert [job.number for job in house.jobs.line().troubles] == [1]
    monkeypatch.setattr(house.footnote, "sync", sync)
    house.jobs.catch_up()
    await until(lambda: is_idle(house))
    assert house.jobs.line().troubles == ()


@pytest.mark.parametrize(
    ("rebuilds", "adds", "reported", "kept"),
    [
        (False, True, False, [1]),
        (False, True, True, []),
        (False, False, False, []),
        (True, False, False, [1]),
    ],
)
async def test_only_what_has_nothing_left_to_do_is_settled_by_another(
    house: House, rebuilds: bool, adds: bool, reported: bool, kept: list[int]
) -> None:
    def stumble(_: Any) -> int:
        raise EmbedderError("the model is gone")

    add = (lambda: AddReport(1, 1)) if reported else fail
    house.jobs.put(Work(stumble, add if adds else None, rebuilds=rebuilds))
    house.jobs.put(Work(house.footnote.sync))
    await until(lambda: is_idle(house))
    assert [job.number for job in house.jobs.line().troubles] == kept


async def test_catch_ups_that_fail_in_turn_are_one_trouble(house: House) -> None:
    def stumble(_: Any) -> int:
        raise EmbedderError("the model is gone")

    for _ in range(3):
        house.jobs.put(Work(stumble))
    await until(lambda: is_idle(house))
    assert [job.number for job in house.jobs.line().troubles] == [3]


async def test_a_job_that_comes_while_news_is_told_is_followed(house: House) -> None:
    chat, calls = Chat(), 0

    async def refresh(_: Chat) -> dict[Any, Any]:
        nonlocal calls
        calls += 1
        if calls == 1:
            house.jobs.rebuild()
        return {}

    room = AddingRoom(house, make_page(), refresh)
    await drain(room.watch(chat))
    house.jobs.put(Work(house.footnote.sync))
    await until(lambda: is_idle(house))
    shown = await drain(room.watch(chat))
    assert "The index is rebuilt: 5 papers." in shown["told"]
    assert chat.pending.bar == ""


def test_a_job_that_had_nothing_to_add_is_not_said_to_have_added_nothing() -> None:
    problem = Problem("the model is gone", "")
    caught = Job(1, Work(lambda _: 0), Stage.FAILED, problem=problem)
    assert "Not all papers are embedded; they are safe." in render_line(Line(troubles=(caught,)))
    added = Job(1, Work(lambda _: 0, fail), Stage.FAILED, total=3, problem=problem)
    assert "The papers were not added." in render_line(Line(troubles=(added,)))


async def test_the_end_of_a_job_leaves_the_offer_to_undo_on_the_page(
    room: AddingRoom,
) -> None:
    chat = Chat()
    await drain(room.watch(chat))
    chat.browsing.removed = Removed((PAPERS[0],), (0,))
    await room.preview_pasted(listing("Quiet Rivers"), chat)
    await act(room, chat, "adding-add")
    shown = await drain(room.watch(chat))
    assert "told" not in shown
    assert "<strong>1 paper added.</strong>" in shown["job"]
    assert await act(room, chat, "job-close") == {"job": ""}


@pytest.mark.parametrize(
    ("done", "first", "told"),
    [
        (0, True, ""),
        (1, False, ""),
        (19, False, ""),
        (20, False, "20 papers embedded."),
        (1, True, "1 paper embedded."),
    ],
)
def test_a_few_papers_embedded_behind_a_removal_are_no_news(
    done: int, first: bool, told: str
) -> None:
    assert tell_end(Job(1, Work(lambda _: 0), Stage.DONE, done, done, first)) == told


async def test_a_mistake_of_our_own_ends_the_job_and_not_the_line(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", printed.append)

    def stumble(_: Any) -> int:
        raise KeyError("chunk-17")

    house.jobs.put(Work(stumble))
    house.jobs.rebuild()
    await until(lambda: is_idle(house))
    assert [job.stage for job in house.jobs.ended_after(0)] == [Stage.FAILED, Stage.DONE]
    assert [one.exc_type for one in printed] == [KeyError]


async def test_another_process_that_writes_is_named(
    room: AddingRoom, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag import locks

    monkeypatch.setattr(locks.hold_lock.__wrapped__, "__defaults__", (0.1,))  # type: ignore[attr-defined]
    code = "from pathlib import Path\nfrom rag.locks import hold_lock\n"
    code += 'with hold_lock(Path(sys.argv[1]), "embedding papers"): print("held", flush=True)'
    process = start_process(code + ", input()", house.footnote.library.folder)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    chat = Chat()
    await room.preview_pasted(listing("Quiet Rivers"), chat)
    await act(room, chat, "adding-add")
    shown = (await drain(room.watch(chat)))["job"]
    process.communicate("\n", timeout=30)
    assert "The papers were not added." in shown
    assert f"Process {process.pid}, embedding papers has been writing" in shown
    await act(room, chat, "job-again")
    assert "1 paper added." in (await drain(room.watch(chat)))["told"]


def test_a_kill_while_embedding_loses_nothing(tmp_path: Path) -> None:
    code = """
import os
from pathlib import Path
from house import make_house
from rag.preview import Pasted, add_preview, preview
from ui.adding.jobs import Work
house = make_house(Path(sys.argv[1]))
library = house.footnote.library
house.footnote.index._embedder.embed_texts = lambda texts: os._exit(9)
seen = preview([Pasted('{"title": "Quiet Rivers", "abstract": "It is studied."}')], library)
house.jobs.put(Work(house.footnote.sync, lambda: add_preview(seen, library)))
house.jobs._thread.join()
"""
    process = start_process(code, tmp_path)
    process.communicate(timeout=60)
    assert process.returncode == 9
    count = "from house import open_footnote\nfrom pathlib import Path\n"
    count += "from ui.adding.jobs import Jobs\n"
    count += "footnote = open_footnote(Path(sys.argv[1]), ())\njobs = Jobs(footnote)\n"
    count += "print(footnote.library.count(), footnote.index.counts()['vectors'])\n"
    count += "jobs.catch_up()\njobs._thread.join()\nprint(footnote.index.counts()['vectors'])"
    assert run_process(count, tmp_path) == "6 5\n6"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_closing_ends_a_job_between_two_batches(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = hold(house)
    monkeypatch.setattr("rag.index.BATCH", 2)
    house.jobs.rebuild()
    closing = threading.Thread(target=house.jobs.close)
    closing.start()
    await until(lambda: house.jobs._closing.is_set())
    embedder.go.set()
    closing.join(5)
    assert any(PAPERS[0].title in text for text in embedder.embedded)
    assert not any(PAPERS[2].title in text for text in embedder.embedded)
    assert [job.done for job in house.jobs.ended_after(0)] == [0]
    assert house.footnote.index.counts()["vectors"] == 5


async def test_a_catch_up_with_nothing_to_do_is_no_job(house: House) -> None:
    house.jobs.catch_up()
    assert house.jobs.line() == Line()


async def test_a_question_waits_for_the_first_papers(tmp_path: Path) -> None:
    house = make_house(tmp_path, papers=())
    embedder = hold(house)
    house.footnote.library.add([make_listing(PAPERS)])
    house.jobs.catch_up()
    waiting = asyncio.create_task(house.jobs.wait_for_papers())
    await until(lambda: "questions wait for the first of them" in render_line(house.jobs.line()))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    embedder.go.set()
    await asyncio.wait_for(waiting, 5)
    assert house.footnote.index.counts()["vectors"] == 5


async def test_a_question_is_not_answered_from_an_index_that_could_not_be_made(
    tmp_path: Path,
) -> None:
    house = make_house(tmp_path, papers=())
    embedder = hold(house)
    embedder.failures = 1
    embedder.go.set()
    house.footnote.library.add([make_listing(PAPERS)])
    house.jobs.catch_up()
    with pytest.raises(VectorError) as caught:
        await house.jobs.wait_for_papers()
    assert str(caught.value) == "No paper is embedded yet: the model is gone"
    assert caught.value.remedy == "make install"


async def test_an_index_of_another_model_is_rebuilt_from_the_page(
    house: House, room: AddingRoom
) -> None:
    house.footnote.index._embedder = WordEmbedder("other@2")
    house._given = None
    with pytest.raises(VectorError) as caught:
        assert house.engine
    broken = render_broken(str(caught.value), caught.value.remedy)
    assert "The papers are here; their index has to be made anew" in broken
    assert 'data-do="rebuild">Rebuild the index now</button>' in broken
    chat = Chat()
    await act(room, chat, "rebuild")
    await act(room, chat, "rebuild")
    shown = await drain(room.watch(chat))
    assert "The index is rebuilt: 5 papers." in shown["told"]
    assert [job.number for job in house.jobs.ended_after(0)] == [1]
    assert house.engine.paper_count() == 5


# --- words and looks ----------------------------------------------------------------


def test_other_errors_offer_no_rebuilding() -> None:
    assert "rebuild" not in render_broken("it is gone", "footnote doctor")


def test_the_empty_library_offers_every_way_in() -> None:
    welcome = render_welcome(0)
    for way in ('data-way="paste"', 'data-way="files"', 'data-do="adding-starter"'):
        assert way in welcome


@pytest.mark.parametrize(
    ("report", "expected", "told"),
    [
        (AddReport(3, 2, 1), AddReport(3, 2, 1), "2 papers added, 1 updated."),
        (AddReport(1, 1), AddReport(1, 1), "1 paper added."),
        (
            AddReport(2, 1, 0, 1),
            AddReport(2, 2),
            "1 paper added. The library had changed since they were shown.",
        ),
        (
            AddReport(1, 1, failed=(Failure("a", 1, "b"), Failure("a", 2, "b"))),
            None,
            "1 paper added; 2 could not be read.",
        ),
    ],
)
def test_the_note_tells_what_was_done(report: AddReport, expected: Any, told: str) -> None:
    assert tell_report(report, expected) == told


def test_the_button_names_its_deed() -> None:
    assert name_deed(AddReport(2000, 1200, 3)) == "Add 1,200 papers"
    assert name_deed(AddReport(3, 0, 3)) == "Update 3 papers"
    assert sum_up(AddReport(4, 1, 1, 2)) == "1 new paper, 1 updated, 2 here already"


def test_what_comes_from_pages_and_errors_is_escaped(tmp_path: Path) -> None:
    library = make_house(tmp_path, papers=()).footnote.library
    evil = '<img src=x onerror="x()">'
    page = listing(evil, evil) + f'\n{{"title": {json.dumps(evil)}}}'
    looked = preview([Upload(evil, page.encode())], library)
    job = Job(1, Work(lambda _: 0), Stage.FAILED, problem=Problem(evil, evil))
    for html in (render_preview(looked), render_line(Line(troubles=(job,)))):
        assert "<img" not in html
        assert "&lt;img" in html
    assert tell_end(job) == ""
