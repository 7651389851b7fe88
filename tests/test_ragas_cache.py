"""What the judge has said is not paid for twice, and never taken for another judge's words."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai_server import OpenAIServer
from pydantic import BaseModel, ConfigDict
from ragas_judge import JudgeServer
from ragas_rows import NEEDS_RAGAS, ROW, judge, make_judge

from eval.judging import RAGAS_METRICS, CallCache, JudgeModel, Tally, UnusableCache
from eval.judging.model import Caller
from eval.records import Score

pytestmark = NEEDS_RAGAS
FAITHFULNESS, PRECISION, RECALL, RELEVANCY, CORRECTNESS = RAGAS_METRICS


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with JudgeServer() as one:
        one.judge.questions = ["Near?", "Half?", "Nearly away?"]
        yield one


async def judge_all_metrics(
    server: JudgeServer, folder: Path, **model: Any
) -> tuple[list[Score | None], Tally]:
    async with make_judge(server, folder, **model) as one:
        scores = [await one.judge_row(ROW, metric) for metric in RAGAS_METRICS]
        return scores, one.tally


async def test_a_second_run_asks_nothing_and_scores_the_same(
    server: JudgeServer, tmp_path: Path
) -> None:
    first, tally = await judge_all_metrics(server, tmp_path)
    # 2 for faithfulness, 3 papers, 1 for recall, 3 questions, 4 for correctness.
    assert len(server.chats) == 13
    assert tally == Tally(13, 0, 13, tokens_read=13 * 7, tokens_written=13 * 3)
    again, tally = await judge_all_metrics(server, tmp_path)
    assert len(server.chats) == 13
    assert tally == Tally(13, 13, 0)
    assert again == first


@pytest.mark.parametrize(
    "change", [{"model": "other-model"}, {"temperature": 0.5}, {"max_tokens": 4095}]
)
async def test_another_model_or_temperature_does_not_get_the_first_ones_verdicts(
    server: JudgeServer, tmp_path: Path, change: dict[str, Any]
) -> None:
    assert (await judge(server, tmp_path, PRECISION)).note == "2 of 3 papers"
    server.judge.replies["ContextPrecisionOutput"] = {"reason": "r", "verdict": 0}
    score = await judge(server, tmp_path, PRECISION, **change)
    assert score == Score(PRECISION, 0.0, "0 of 3 papers")
    assert len(server.chats) == 6


async def test_a_judge_at_another_address_is_another_judge(
    server: JudgeServer, tmp_path: Path
) -> None:
    await judge(server, tmp_path, FAITHFULNESS)
    with JudgeServer() as other:
        await judge(other, tmp_path, FAITHFULNESS)
        assert len(other.chats) == 2


async def test_the_time_allowed_and_the_key_do_not_make_another_judge(
    server: JudgeServer, tmp_path: Path
) -> None:
    await judge(server, tmp_path, FAITHFULNESS)
    await judge(server, tmp_path, FAITHFULNESS, timeout=9.0, api_key="sk-secret-0123")
    assert len(server.chats) == 2


async def test_the_first_model_listed_is_known_by_its_name(
    server: JudgeServer, tmp_path: Path
) -> None:
    await judge(server, tmp_path, FAITHFULNESS)
    await judge(server, tmp_path, FAITHFULNESS, model="")
    assert len(server.chats) == 2
    server.models = [{"id": "newer-model"}]
    await judge(server, tmp_path, FAITHFULNESS, model="")
    assert len(server.chats) == 4


def make_shape(**fields: Any) -> type[BaseModel]:
    return type("Shape", (BaseModel,), {"__annotations__": fields})


async def test_the_shapes_name_its_fields_and_the_turn_are_in_the_key(tmp_path: Path) -> None:
    def say_same(name: str) -> type[BaseModel]:
        """Shapes with one schema and different names."""
        config = {"__annotations__": {"a": int}, "model_config": ConfigDict(title="Same")}
        return type(name, (BaseModel,), config)

    with OpenAIServer('{"a": 1}') as server, CallCache(tmp_path / "c") as cache:
        caller = Caller(JudgeModel(server.base_url, "test-model"), cache)
        shape = make_shape(a=int)
        for asked in [
            ("prompt", shape),
            ("prompt", shape),
            ("other", shape),
            ("prompt", make_shape(a=float)),
            ("prompt", say_same("One")),
            ("prompt", say_same("Other")),
            ("prompt", shape, 1),
        ]:
            await caller.ask(*asked)
        assert caller.tally.hits == 1
        assert len(server.chats) == 6
        assert (cache.hits, cache.misses, len(cache)) == (1, 6, 6)
        await caller.aclose()


async def test_a_failure_is_never_kept(server: JudgeServer, tmp_path: Path) -> None:
    for fault in ("length", "cut_off", "server_error", "empty"):
        server.fault = fault
        assert (await judge(server, tmp_path, FAITHFULNESS)).value is None
    server.fault = None
    assert (await judge(server, tmp_path, FAITHFULNESS)).value == 0.5


async def test_replies_that_did_not_fit_each_other_are_asked_for_again(
    server: JudgeServer, tmp_path: Path
) -> None:
    server.judge.replies["NLIStatementOutput"] = {"statements": []}
    assert (await judge(server, tmp_path, FAITHFULNESS)).value is None
    del server.judge.replies["NLIStatementOutput"]
    assert (await judge(server, tmp_path, FAITHFULNESS)).value == 0.5
    assert len(server.chats) == 4


async def test_what_was_kept_and_can_no_longer_be_read_is_asked_for_again(
    server: JudgeServer, tmp_path: Path
) -> None:
    await judge(server, tmp_path, FAITHFULNESS)
    with CallCache(tmp_path / "judge.sqlite3") as cache:
        cache._file.execute("UPDATE replies SET reply = '{}'")
    assert (await judge(server, tmp_path, FAITHFULNESS)).value == 0.5
    assert len(server.chats) == 4


async def test_the_key_of_the_endpoint_is_nowhere_in_the_file(
    server: JudgeServer, tmp_path: Path
) -> None:
    await judge(server, tmp_path, FAITHFULNESS, api_key="sk-secret-0123")
    assert server.chats[0].headers["authorization"] == "Bearer sk-secret-0123"
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"moon" in kept
    assert b"sk-secret-0123" not in kept
    assert "sk-secret-0123" not in repr(JudgeModel(server.base_url, api_key="sk-secret-0123"))


WRITER = """
import sys
from pathlib import Path
from eval.judging.cache import CallCache

with CallCache(Path(sys.argv[1])) as cache:
    for number in range(300):
        cache.keep(f"{sys.argv[2]} {number}", "{}")
        assert cache.find(f"{sys.argv[2]} {number}") == "{}"
"""


def test_two_processes_may_write_at_once(tmp_path: Path) -> None:
    file = tmp_path / "new" / "judge.sqlite3"
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-c", WRITER, str(file)]
    running = [subprocess.Popen([*command, name], cwd=root) for name in ("one", "two")]
    assert [process.wait(60) for process in running] == [0, 0]
    with CallCache(file) as cache:
        assert len(cache) == 600
        assert cache._file.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_was_kept_is_there_after_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "judge.sqlite3"
    root = Path(__file__).resolve().parents[1]
    code = WRITER + "    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    killed = subprocess.run([sys.executable, "-c", code, str(file), "one"], cwd=root, check=False)
    assert killed.returncode == -9
    with CallCache(file) as cache:
        assert len(cache) == 300


def test_a_file_that_is_no_cache_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Nothing that SQLite would read. " * 40)
    with pytest.raises(UnusableCache) as caught:
        CallCache(file)
    message = f"{file} cannot be used as the judge's cache: file is not a database"
    assert str(caught.value) == message
    assert caught.value.remedy == "delete it, or make room or leave to write there"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableCache, match=r"cannot be used as the judge's cache: "):
        CallCache(tmp_path / "file" / "judge.sqlite3")


async def test_a_cache_that_breaks_stops_the_run_and_fails_no_row(
    server: JudgeServer, tmp_path: Path
) -> None:
    one = make_judge(server, tmp_path)
    one._caller._cache._file.execute("DROP TABLE replies")
    with pytest.raises(UnusableCache, match="no such table: replies"):
        await one.judge_row(ROW, FAITHFULNESS)
