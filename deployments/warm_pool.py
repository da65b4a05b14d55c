"""The worker's side of the forkserver: one generation for each release of the code, which ends with its last run."""

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

ENGINE = (  # what a run imports late; found by comparing sys.modules before and after a run
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
DRAIN = 5.0  # seconds that runs have to finish when the worker is asked to stop
LAST = 10.0  # seconds that they then have to report to Prefect that they were ended


class Forked:
    """The process of a run. It is a child of the forkserver, which reports how it ended."""

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
    """A forkserver that has loaded the code of one release."""

    def __init__(self, modules: Sequence[str], release: object) -> None:
        self.modules, self.release = tuple(modules), release
        self.runs: dict[str, Forked] = {}
        self._asked: dict[str, asyncio.Future[Forked]] = {}
        self._numbers = itertools.count()
        self._ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "deployments.forkserver", str(theirs.fileno()), *ENGINE, *modules]
            self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], start_new_session=True)  # noqa: S603
        self._listening: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._writer: asyncio.StreamWriter | None = None
        self.lost = False

    async def fork(self, environment: Mapping[str, str], directory: Path) -> Forked:
        name = str(next(self._numbers))
        answer: asyncio.Future[Forked] = asyncio.get_running_loop().create_future()
        self._asked[name] = answer  # before the first await: from here on the generation is not idle
        writer = await self._open()
        request = {"id": name, "env": dict(environment), "cwd": str(directory)}
        writer.write(json.dumps(request).encode() + b"\n")
        await writer.drain()
        return await answer  # the process has started; its end is reported later

    async def _open(self) -> asyncio.StreamWriter:
        async with self._opening:  # two writers on one socket: the one that is dropped would close it for the other
            if self._writer is None:
                reader, self._writer = await asyncio.open_unix_connection(sock=self._ours)
                self._listening = asyncio.create_task(self._listen(reader))
            return self._writer

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                self._receive(json.loads(line))
        self.lost = True
        for answer in self._asked.values():
            answer.set_exception(ConnectionError("The forkserver ended."))
        for run in list(self.runs.values()):
            await _gone(run)  # the forkserver's children are asked to end when it ends
            run.end(-signal.SIGKILL)
        self.runs.clear()

    def _receive(self, message: dict[str, Any]) -> None:
        name = message["id"]
        if "pid" in message:
            self.runs[name] = Forked(message["pid"])
            self._asked.pop(name).set_result(self.runs[name])
        elif run := self.runs.pop(name, None):
            run.end(message["status"])

    @property
    def idle(self) -> bool:
        return not self.runs and not self._asked

    def close(self) -> None:
        """Close the socket: the forkserver then ends the runs that are left, and itself."""
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
        """The generation that has loaded the present version of these modules; started if there is none."""
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
        self._retired = [
            generation for generation in self._retired if generation.process.poll() is None
        ]  # polling removes dead processes
        if current is None:
            current = Generation(modules, release)
            self.generations.append(current)
        return current

    async def fork(self, modules: Sequence[str], *, environment: Mapping[str, str], directory: Path) -> Forked:
        if self._closing:
            raise RuntimeError("The worker is stopping and starts no more runs.")
        return await self.prepare(modules).fork(environment, directory)

    async def close(self) -> None:
        """Let the runs finish, then end the runs that are left, then end the forkservers."""
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
        runs = [
            asyncio.ensure_future(run.wait()) for generation in self.generations for run in generation.runs.values()
        ]
        _, waiting = await asyncio.wait(runs, timeout=seconds) if runs else (set(), set())
        return not waiting


def release_of(modules: Iterable[str]) -> tuple[object, ...]:
    """A value that changes when the installed code changes: the files of our packages and the directory of libraries."""
    names = {*ROOMS, *(name.partition(".")[0] for name in modules)}
    specs = [spec for name in sorted(names) if (spec := importlib.util.find_spec(name))]
    installed = Path(sysconfig.get_path("purelib"))
    folders = [Path(folder) for spec in specs for folder in spec.submodule_search_locations or []]
    files = sorted(path for folder in folders if installed not in folder.parents for path in folder.rglob("*.py"))
    return (installed.stat().st_mtime_ns, *((str(path), path.stat().st_mtime_ns) for path in files))


async def _gone(run: Forked) -> None:
    while True:
        try:
            os.kill(run.pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.1)
