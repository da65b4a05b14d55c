"""The bell between whoever makes a run and the worker: heard at once, and nobody is hurt where there is none."""

from __future__ import annotations

import asyncio

import pytest
from prefect.settings import PREFECT_HOME, temporary_settings

from deployments import run_signal


async def until(holds):
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - of a socket and of a list, which tell nobody
            await asyncio.sleep(0.01)


def test_a_ring_is_heard_at_once_and_those_that_come_meanwhile_are_one_more(tmp_path):
    async def scene():
        looks, busy = [], asyncio.Event()

        async def look():
            looks.append(len(looks))
            await busy.wait()
            raise RuntimeError("the server is away")

        listening = asyncio.create_task(run_signal.receive(look))
        await until((tmp_path / "worker.bell").exists)
        run_signal.send()
        await until(lambda: looks == [0])
        run_signal.send()
        run_signal.send()
        busy.set()
        await until(lambda: looks == [0, 1])
        await asyncio.sleep(0.05)
        listening.cancel()
        return looks

    with temporary_settings({PREFECT_HOME: tmp_path}):
        assert asyncio.run(scene()) == [0, 1]


@pytest.mark.parametrize("home", ["nobody", "h" * 120])
def test_where_nobody_listens_or_nobody_can_ringing_is_nothing(tmp_path, home):
    (tmp_path / home).mkdir()
    with temporary_settings({PREFECT_HOME: tmp_path / home}):
        run_signal.send()
        if len(home) > 100:
            asyncio.run(run_signal.receive(None))  # says so and returns: the worker has its own rounds
