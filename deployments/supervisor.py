"""Starts child processes, starts them again after growing pauses if they end, and leaves none behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
STEADY = 60.0  # seconds after which the next death of a child counts as its first
PR_SET_PDEATHSIG = 1
# "ignored" is inherited, but Prefect stops itself by an interrupt; no terminal hangs a child up, for it has its own session
HEARD = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, kw_only=True)
class Child:
    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)  # holds secrets
    log: Path
    directory: Path | None = None  # None: where this process is
    patience: float = 10.0  # seconds between the request to stop and the kill


class RunningChild:
    """A child process, how often it has died, and when it is started again."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.deaths = 0
        self.due = 0.0  # when it is started again; meaningful only while it is dead
        self.begin()

    def begin(self) -> None:
        self.since = time.monotonic()
        with open(self.child.log, "ab", opener=_for_owner) as log:
            self.process: subprocess.Popen[bytes] | None = subprocess.Popen(  # noqa: S603 - our own commands
                self.child.command,
                env=dict(self.child.environment),
                cwd=self.child.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_begin,  # noqa: PLW1509 - a few system calls, made before any thread matters
            )

    def died(self, now: float) -> str:
        status = self.process.returncode if self.process else None
        self.end_group(signal.SIGKILL)  # a process it left behind would keep its port or its lock
        self.process = None
        self.deaths = 1 if now - self.since > STEADY else self.deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        self.due = now + pause
        return f"{self.child.name} ended (status {status}). It will be started again in {pause:.0f} s."

    def end_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Watches the children. Calls `tell` with one line for each event that people should know of."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._running: list[RunningChild] = []
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._keep_watch, name="supervisor", daemon=True)

    def start(self, child: Child) -> RunningChild:
        running = RunningChild(child)
        self._running.append(running)
        return running

    def watch(self) -> None:
        self._watch.start()

    def _keep_watch(self) -> None:
        # this thread must outlive the children it starts: a child dies with the thread that started it
        while not self._stop.wait(0.5):
            for running in self._running:
                self._look_after(running, time.monotonic())

    def _look_after(self, running: RunningChild, now: float) -> None:
        if running.process is not None and running.process.poll() is not None:
            self._tell(running.died(now))
        elif running.process is None and now >= running.due:
            running.begin()
            self._tell(f"{running.child.name} was started again.")

    def stop(self) -> None:
        """Stop the children in reverse order: ask each to stop, wait, then kill it and everything it started."""
        self._stop.set()
        if self._watch.is_alive() and threading.current_thread() is not self._watch:
            self._watch.join()
        for running in reversed(self._running):
            if running.process is None:
                continue
            running.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.process.wait(running.child.patience)
            running.end_group(signal.SIGKILL)
            running.process.wait()
        self._running.clear()


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _begin() -> None:
    """Make the child end with its parent and hear every signal, also when nohup or a shell's `&` has us ignore some."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    for number in HEARD:
        signal.signal(number, signal.SIG_DFL)
