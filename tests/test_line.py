"""The line that questions wait in, and what those who wait are told."""

from __future__ import annotations

import asyncio
from pathlib import Path

from e2e.fake_engine import FakeEngine
from house import make_house, make_page
from test_app import ask, drain, until

from ui.handlers import Handlers
from ui.line import Line
from ui.turns import Chat, Stage


async def collect(line: Line, told: list[int]) -> None:
    spot = line.enter()
    async for ahead in spot.wait():
        told.append(ahead)
    told.append(0)


async def test_who_comes_when_all_are_busy_is_told_how_many_are_ahead() -> None:
    line = Line(2)
    busy = [line.enter(), line.enter()]
    third: list[int] = []
    fourth: list[int] = []
    tasks = [asyncio.create_task(collect(line, told)) for told in (third, fourth)]
    await until(lambda: (third, fourth) == ([1], [2]))
    busy[1].leave()
    await until(lambda: (third, fourth) == ([1, 0], [2, 1]))
    busy[0].leave()
    await asyncio.gather(*tasks)
    assert fourth == [2, 1, 0]


async def test_who_leaves_the_line_lets_the_others_move_up_and_waits_no_longer() -> None:
    line = Line(1)
    line.enter()
    second, third = line.enter(), line.enter()
    assert (line.count_ahead(second), line.count_ahead(third)) == (1, 2)
    second.leave()
    second.leave()
    assert [ahead async for ahead in second.wait()] == []
    assert line.count_ahead(third) == 1


def make_handlers(folder: Path, engine: FakeEngine) -> Handlers:
    house = make_house(folder, engine)
    house.at_once = 1
    return Handlers(house, make_page())


async def test_the_second_reader_is_told_that_one_is_ahead_and_then_answered(
    tmp_path: Path,
) -> None:
    engine = FakeEngine(pace=0.002)
    handlers = make_handlers(tmp_path, engine)
    first, second = Chat(), Chat()
    await handlers.take("please stall", first)
    running = asyncio.create_task(drain(handlers.answer(first)))
    await until(lambda: first.turns and first.turns[0].text)
    await handlers.take("What is cheaper?", second)
    shown = [update async for update in take(handlers, second, 2)]
    assert "Others are being answered: 1 before you" in shown[1]["live"]
    assert shown[1]["announcer"] == "Others are being answered: 1 before you."
    await handlers.stop(first)
    await running
    assert engine.asked == ["please stall"]


async def take(handlers: Handlers, chat: Chat, count: int):  # type: ignore[no-untyped-def]
    updates = handlers.answer(chat)
    for _ in range(count):
        yield await anext(updates)
    await updates.aclose()


async def test_a_question_that_waits_can_be_stopped(tmp_path: Path) -> None:
    engine = FakeEngine(pace=0.002)
    handlers = make_handlers(tmp_path, engine)
    first, second = Chat(), Chat()
    await handlers.take("please stall", first)
    running = asyncio.create_task(drain(handlers.answer(first)))
    await until(lambda: first.turns and first.turns[0].text)
    await handlers.take("What is cheaper?", second)
    waiting = asyncio.create_task(drain(handlers.answer(second)))
    await until(lambda: second.spot is not None)
    await handlers.stop(second)
    await waiting
    assert second.turns[0].stage is Stage.STOPPED
    assert engine.asked == ["please stall"]
    await handlers.stop(first)
    await running
    await ask(handlers, second, "What is cheaper?")
    assert second.turns[1].stage is Stage.DONE
    assert engine.asked == ["please stall", "What is cheaper?"]


async def test_a_line_is_no_shorter_for_one_who_failed(tmp_path: Path) -> None:
    engine = FakeEngine(pace=0.002)
    handlers = make_handlers(tmp_path, engine)
    chat, other = Chat(), Chat()
    await ask(handlers, chat, "please bug")
    assert chat.turns[0].stage is Stage.FAILED
    await ask(handlers, other, "What is cheaper?")
    assert other.turns[0].stage is Stage.DONE
