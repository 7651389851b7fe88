"""Many rows judged: how many at once, in which order, and what a kill leaves."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import free_port
from ragas_judge import JudgeServer
from ragas_rows import NEEDS_RAGAS, ROW, make_judge, make_row

from eval.errors import JudgeMissing
from eval.judging import RAGAS_METRICS, judge_all
from eval.records import Kind, Row, Score
from rag import errors
from rag.replies import Mode

ROOT = Path(__file__).resolve().parents[1]
pytestmark = NEEDS_RAGAS
FAITHFULNESS, PRECISION, RECALL, RELEVANCY, CORRECTNESS = RAGAS_METRICS
ROWS = [
    make_row({"id": f"q{number}"}, text=f"The moon pulls the sea. Whale {number} sings.")
    for number in range(6)
]


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with JudgeServer() as one:
        one.judge.questions = ["Near?"]
        yield one


class Kept:
    """A sink in memory."""

    def __init__(self) -> None:
        self.scores: dict[tuple[str, str], Score] = {}
        self.progress: list[tuple[int, int]] = []

    def __call__(self, question_id: str, score: Score) -> None:
        assert (question_id, score.metric) not in self.scores
        self.scores[question_id, score.metric] = score

    def tell(self, judged: int, total: int) -> None:
        self.progress.append((judged, total))


async def test_every_row_gets_its_score_from_every_metric(
    server: JudgeServer, tmp_path: Path
) -> None:
    kept = Kept()
    async with make_judge(server, tmp_path) as judge:
        await judge_all(ROWS[:2], RAGAS_METRICS, judge, kept, progress=kept.tell)
    assert set(kept.scores) == {(row, name) for row in ("q0", "q1") for name in RAGAS_METRICS}
    assert kept.scores["q1", FAITHFULNESS] == Score(FAITHFULNESS, 0.5, "1 of 2 statements")
    assert kept.progress == [(number, 10) for number in range(1, 11)]


async def test_no_more_rows_than_allowed_are_judged_at_once(
    server: JudgeServer, tmp_path: Path
) -> None:
    server.judge.delay = 0.05
    for allowed in (1, 3):
        server.judge.most_at_once = 0
        async with make_judge(server, tmp_path / str(allowed)) as judge:
            await judge_all(ROWS, [FAITHFULNESS, RECALL], judge, Kept(), concurrency=allowed)
        assert server.judge.most_at_once == allowed


async def test_the_order_of_the_rows_changes_nothing(server: JudgeServer, tmp_path: Path) -> None:
    found = []
    for name, rows in (("one", ROWS), ("two", ROWS[::-1])):
        kept = Kept()
        async with make_judge(server, tmp_path / name) as judge:
            await judge_all(rows, RAGAS_METRICS, judge, kept, concurrency=3)
        found.append(kept.scores)
    assert found[0] == found[1]


async def test_what_does_not_apply_is_neither_kept_nor_counted(
    server: JudgeServer, tmp_path: Path
) -> None:
    rows = [
        make_row({"id": "m", "kind": Kind.METADATA}, mode=Mode.LIBRARY),
        make_row({"id": "u", "kind": Kind.UNANSWERABLE}, refused=True),
        Row(ROW.question, None, error="it fell over"),
    ]
    kept = Kept()
    async with make_judge(server, tmp_path) as judge:
        await judge_all(rows, [FAITHFULNESS, PRECISION], judge, kept, progress=kept.tell)
    assert set(kept.scores) == {("q1", FAITHFULNESS), ("q1", PRECISION)}
    assert kept.progress == [(1, 2), (2, 2)]
    assert server.requests == []


async def test_nothing_to_judge_is_no_error(server: JudgeServer, tmp_path: Path) -> None:
    async with make_judge(server, tmp_path) as judge:
        await judge_all([], RAGAS_METRICS, judge, Kept())
        with pytest.raises(ValueError, match="concurrency is 0"):
            await judge_all(ROWS, RAGAS_METRICS, judge, Kept(), concurrency=0)


async def test_a_run_that_was_stopped_goes_on_with_the_rest(
    server: JudgeServer, tmp_path: Path
) -> None:
    kept = Kept()
    async with make_judge(server, tmp_path) as judge:
        running: asyncio.Task[None]

        def stop_at_five(question_id: str, score: Score) -> None:
            kept(question_id, score)
            if len(kept.scores) == 5:
                running.cancel()

        running = asyncio.create_task(
            judge_all(ROWS, [FAITHFULNESS], judge, stop_at_five, concurrency=1)
        )
        with pytest.raises(asyncio.CancelledError):
            await running
    assert len(kept.scores) == 5
    before = len(server.chats)
    async with make_judge(server, tmp_path) as judge:
        await judge_all(ROWS, [FAITHFULNESS], judge, kept, done=set(kept.scores))
        assert judge.tally.calls == 2
    assert len(kept.scores) == 6
    assert len(server.chats) <= before + 2


async def test_cancelling_closes_what_was_being_asked(server: JudgeServer, tmp_path: Path) -> None:
    server.fault, server.delay = "slow", 0.05
    server.reply = "word " * 400
    async with make_judge(server, tmp_path) as judge:
        running = asyncio.create_task(judge_all(ROWS, [FAITHFULNESS], judge, Kept()))
        while len(server.chats) < 4:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await asyncio.sleep(0.05)  # the loop closes a generator that was cut off by itself
        assert asyncio.all_tasks() == {asyncio.current_task()}
    for request in server.chats:
        assert await asyncio.to_thread(request.ended.wait, 2.0)
        assert request.client_closed


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
sys.path[:0] = ["tests"]
from ragas_rows import make_judge
from test_ragas_run import ROWS
from eval.judging import judge_all

def write(question_id, score):
    with open(sys.argv[2] + "/scores", "a") as file:
        print(question_id, score.metric, score.value, file=file)
    if question_id == "q3":
        os.kill(os.getpid(), signal.SIGKILL)

judge = make_judge(sys.argv[1], Path(sys.argv[2]))
asyncio.run(judge_all(ROWS, ["ragas_faithfulness"], judge, write, concurrency=1))
"""


async def test_a_run_that_was_killed_pays_for_nothing_twice(
    server: JudgeServer, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", KILLED, server.base_url, str(tmp_path)]
    killed = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=False)
    assert killed.returncode == -9
    lines = [line.split() for line in (tmp_path / "scores").read_text().splitlines()]
    assert [line[0] for line in lines] == ["q0", "q1", "q2", "q3"]
    assert len(server.chats) == 8
    kept = Kept()
    async with make_judge(server, tmp_path) as judge:  # with no list of what is done: all hits
        await judge_all(ROWS, [FAITHFULNESS], judge, kept)
        assert (judge.tally.calls, judge.tally.hits) == (12, 8)
    assert len(server.chats) == 12
    assert [kept.scores[one, FAITHFULNESS].value for one, _, _ in lines] == [0.5] * 4


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("unauthorized", errors.EndpointRefused),
        ("model_404", errors.ModelNotFound),
        ("html_200", errors.NotAnEndpoint),
    ],
)
async def test_a_judge_that_refuses_at_first_stops_the_run(
    server: JudgeServer, tmp_path: Path, fault: str, kind: type[errors.EndpointError]
) -> None:
    server.fault = fault
    kept = Kept()
    async with make_judge(server, tmp_path) as judge:
        with pytest.raises(kind):
            await judge_all(ROWS, RAGAS_METRICS, judge, kept, concurrency=2)
    assert kept.scores == {}
    assert len(server.chats) <= 4


async def test_a_judge_that_is_not_there_stops_the_run(tmp_path: Path) -> None:
    async with make_judge(f"http://127.0.0.1:{free_port()}/v1", tmp_path) as judge:
        with pytest.raises(errors.EndpointUnreachable):
            await judge_all(ROWS, RAGAS_METRICS, judge, Kept())


async def test_a_judge_that_goes_away_later_fails_the_rows_that_are_left(
    server: JudgeServer, tmp_path: Path
) -> None:
    kept = Kept()

    def break_after_two(question_id: str, score: Score) -> None:
        kept(question_id, score)
        server.fault = "unauthorized" if len(kept.scores) >= 2 else None

    async with make_judge(server, tmp_path) as judge:
        await judge_all(ROWS, [RECALL, FAITHFULNESS], judge, break_after_two, concurrency=1)
    values = [score.value for score in kept.scores.values()]
    # Recall asks the same of every row: its reply is known.
    assert len(values) == 12
    failed = [score for score in kept.scores.values() if score.value is None]
    assert {score.metric for score in failed} == {FAITHFULNESS}
    assert len(failed) == 5
    assert failed[0].failure == f"{server.base_url} wants a key (401): Incorrect API key: none."


async def test_a_sink_that_fails_stops_what_is_still_being_judged(
    server: JudgeServer, tmp_path: Path
) -> None:
    told: list[str] = []

    def full(question_id: str, score: Score) -> None:
        told.append(f"{question_id} {score.metric}")
        raise OSError(28, "No space left on device")

    def dawdle(messages: list[dict[str, str]]) -> str:
        time.sleep(0.0 if "Whale 0 sings" in messages[0]["content"] else 0.4)
        return server.judge(messages)

    server.reply = dawdle
    async with make_judge(server, tmp_path) as judge:
        with pytest.raises(OSError, match="No space left on device"):
            await judge_all(ROWS, [FAITHFULNESS], judge, full)
        asked = len(server.chats)
        await asyncio.sleep(0.6)
        assert asyncio.all_tasks() == {asyncio.current_task()}
    assert told == [f"q0 {FAITHFULNESS}"]
    assert asked == len(server.chats) == 5


WATCHED = """
import asyncio, os, socket, sys
from pathlib import Path
os.environ.pop("RAGAS_DO_NOT_TRACK", None)
sys.path[:0] = ["tests"]
reached = []
for name in ("connect", "connect_ex", "sendto"):
    def watch(self, *args, _old=getattr(socket.socket, name)):
        if self.family != socket.AF_UNIX and args[-1][0] not in ("127.0.0.1", "::1"):
            reached.append(args[-1])
        return _old(self, *args)
    setattr(socket.socket, name, watch)
old_lookup = socket.getaddrinfo
def look_up(host, *args, **kwargs):
    if host not in ("127.0.0.1", b"127.0.0.1", "localhost"):
        reached.append(host)
    return old_lookup(host, *args, **kwargs)
socket.getaddrinfo = look_up

import eval.judging, eval.judging.run, eval.judging.vendor
assert "ragas" not in sys.modules and "openai" not in sys.modules
from ragas_rows import make_judge
from test_ragas_run import ROWS, Kept, RAGAS_METRICS
kept = Kept()
judge = make_judge(sys.argv[1], Path(sys.argv[2]))
asyncio.run(eval.judging.judge_all(ROWS[:2], RAGAS_METRICS, judge, kept))
assert all(score.value is not None for score in kept.scores.values()), kept.scores
from ragas._analytics import do_not_track
assert do_not_track()
import atexit
atexit._run_exitfuncs()
print("reached", reached)
"""


async def test_judging_reaches_no_host_but_the_judges(server: JudgeServer, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WATCHED, server.base_url, str(tmp_path)]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == ["reached []"], done.stderr


@pytest.mark.parametrize(
    ("hidden", "message"),
    [
        ("ragas", "RAGAS is not installed"),
        ("langchain_community", "RAGAS cannot be imported: "),
    ],
)
def test_a_missing_package_is_told_with_its_remedy(hidden: str, message: str) -> None:
    code = f"""
import sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hide())
from eval.judging.vendor import load_ragas
from eval.errors import JudgeMissing
try:
    load_ragas()
except JudgeMissing as error:
    print(error, "|", error.remedy)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    told, _, remedy = done.stdout.strip().partition(" | ")
    assert told.startswith(message)
    assert remedy == "pip install 'footnote[eval]'"
    assert issubclass(JudgeMissing, errors.FootnoteError)
