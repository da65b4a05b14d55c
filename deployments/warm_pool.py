"""The worker's side of the forkserver: one generation per release of the code, each ending when its last run has."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ENGINE = (  # what a run imports late, found by comparing sys.modules before and after one
    "prefect.flow_engine",
    "prefect.task_engine",
    "prefect.client.orchestration",
    "prefect.events.clients",
    "prefect.concurrency.services",
    "prefect.concurrency._asyncio",
    "prefect.utilities.visualization",
    "prefect._internal.observers",
    "prefect._internal.states",
    "anyio._backends._asyncio",
    "rich._emoji_codes",
)
ROOMS = ("casebook", "expectations", "tasks", "flows", "deployments")
DRAIN = 5.0  # seconds that runs have to finish by themselves when the worker is told to stop
LAST = 10.0  # and then to tell Prefect that they were ended


class Forked:
    """A run's process. It is the forkserver's child, so the forkserver says how it ended."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = asyncio.Event()

    def end(self, status: int) -> None:
        self.returncode = status
        self._ended.set()

    async def wait(self) -> int | None:
        await self._ended.wait()
        return self.returncode

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(self.pid, number)


class Generation:
    """A forkserver with the code of one release."""

    def __init__(self, modules: Sequence[str], release: object) -> None:
        self.modules, self.release = tuple(modules), release
        self.runs: dict[str, Forked] = {}
        self._asked: dict[str, asyncio.Future[Forked]] = {}
        self._numbers = itertools.count()
        self._ours, theirs = socket.socketpair()
        with theirs:
            words = [sys.executable, "-m", "deployments.forkserver", str(theirs.fileno()), *ENGINE, *modules]
            self.process = subprocess.Popen(words, pass_fds=[theirs.fileno()], start_new_session=True)  # noqa: S603
        self._listening: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._writer: asyncio.StreamWriter | None = None
        self.lost = False

    async def fork(self, environment: Mapping[str, str], directory: Path) -> Forked:
        name = str(next(self._numbers))
        answer: asyncio.Future[Forked] = asyncio.get_running_loop().create_future()
        self._asked[name] = answer  # before anything is waited for: from here on the generation is not idle
        writer = await self._open()
        request = {"id": name, "env": dict(environment), "cwd": str(directory)}
        writer.write(json.dumps(request).encode() + b"\n")
        await writer.drain()
        return await answer  # the process has started; how it ends is heard later

    async def _open(self) -> asyncio.StreamWriter:
        async with self._opening:  # two on one socket: the one that is dropped would close it under the other
            if self._writer is None:
                reader, self._writer = await asyncio.open_unix_connection(sock=self._ours)
                self._listening = asyncio.create_task(self._listen(reader))
            return self._writer

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                self._hear(json.loads(line))
        self.lost = True
        for answer in self._asked.values():
            answer.set_exception(ConnectionError("the forkserver ended"))
        for run in list(self.runs.values()):
            await _gone(run)  # its children are told to end when it ends
            run.end(-signal.SIGKILL)
        self.runs.clear()

    def _hear(self, told: dict[str, Any]) -> None:
        name = told["id"]
        if "pid" in told:
            self.runs[name] = Forked(told["pid"])
            self._asked.pop(name).set_result(self.runs[name])
        elif run := self.runs.pop(name, None):
            run.end(told["status"])

    @property
    def idle(self) -> bool:
        return not self.runs and not self._asked

    def close(self) -> None:
        """The forkserver sees the end of its socket, ends what still runs, and goes."""
        if self._writer is not None:
            self._writer.close()
        self._ours.close()

    def signal_all(self, number: signal.Signals) -> None:
        for run in self.runs.values():
            run.signal(number)


class WarmPool:
    def __init__(self) -> None:
        self.generations: list[Generation] = []
        self._retired: list[Generation] = []
        self._closing = False

    def prepare(self, modules: Sequence[str]) -> Generation:
        """The generation that has these modules as they now are, started if there is none."""
        release = release_of(modules)
        current = None
        for generation in list(self.generations):
            usable = generation.process.poll() is None and not generation.lost
            if usable and generation.release == release and generation.modules == tuple(modules):
                current = generation
            elif (not usable or generation.release != release) and generation.idle:
                generation.close()
                self.generations.remove(generation)
                self._retired.append(generation)
        self._retired = [one for one in self._retired if one.process.poll() is None]  # polling takes the dead away
        if current is None:
            current = Generation(modules, release)
            self.generations.append(current)
        return current

    async def fork(self, modules: Sequence[str], *, environment: Mapping[str, str], directory: Path) -> Forked:
        if self._closing:
            raise RuntimeError("the worker is stopping")
        return await self.prepare(modules).fork(environment, directory)

    async def close(self) -> None:
        """Let the runs finish, then end them, then end the forkservers."""
        self._closing = True
        for patience, number in ((DRAIN, signal.SIGTERM), (LAST, signal.SIGKILL), (1.0, None)):
            if await self._ended_within(patience) or number is None:
                break
            for generation in self.generations:
                generation.signal_all(number)
        for generation in self.generations:
            generation.close()
        for generation in (*self.generations, *self._retired):
            await asyncio.to_thread(generation.process.wait)

    async def _ended_within(self, seconds: float) -> bool:
        runs = [asyncio.ensure_future(run.wait()) for one in self.generations for run in one.runs.values()]
        _, waiting = await asyncio.wait(runs, timeout=seconds) if runs else (set(), set())
        return not waiting


def release_of(modules: Iterable[str]) -> tuple[object, ...]:
    """What changes when the installed code does: the files of our rooms, and the directory where packages stand."""
    names = {*ROOMS, *(name.partition(".")[0] for name in modules)}
    found = [spec for name in sorted(names) if (spec := importlib.util.find_spec(name))]
    installed = Path(sysconfig.get_path("purelib"))
    places = [Path(place) for spec in found for place in spec.submodule_search_locations or []]
    files = sorted(path for place in places if installed not in place.parents for path in place.rglob("*.py"))
    return (installed.stat().st_mtime_ns, *((str(path), path.stat().st_mtime_ns) for path in files))


async def _gone(run: Forked) -> None:
    while True:
        try:
            os.kill(run.pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.1)
