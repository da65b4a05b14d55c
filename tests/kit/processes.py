"""How tests start other processes and look at them: nothing is left running or open, also when a test fails."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from typing import Any, NoReturn

import psutil

# what nohup, a shell's `&` and some containers make a process ignore, and with it everything that it starts
OFTEN_IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGCHLD)


@contextmanager
def default_signals_for_children() -> Iterator[None]:
    """What this process ignores it goes on ignoring, but what it starts does not inherit that.

    "Ignored" is inherited by a new program, a handler is not: so each ignored signal gets a handler that does nothing.
    """
    ignored = [number for number in OFTEN_IGNORED if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, lambda *_: None)
    try:
        yield
    finally:
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def started(words: Sequence[str | os.PathLike[str]], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A process with `subprocess.Popen`'s options; at the end it is killed if it still runs, and its pipes are closed."""
    with subprocess.Popen(words, **options) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def forked(work: Callable[[], object]) -> Iterator[Callable[[float], Any]]:
    """A copy of this process that does `work` and ends; gives a function that waits some seconds for the result."""
    receiver, sender = Pipe(duplex=False)
    pid = os.fork()
    if pid == 0:
        _work_and_leave(work, sender.send_bytes)
    sender.close()

    def result(seconds: float) -> Any:
        assert receiver.poll(seconds), f"no result within {seconds} s"
        return pickle.loads(receiver.recv_bytes())  # noqa: S301 - our own copy wrote it

    try:
        yield result
    finally:
        receiver.close()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _work_and_leave(work: Callable[[], object], send: Callable[[bytes], object]) -> NoReturn:
    """Nothing of the test run may happen a second time in the copy, so it leaves whatever comes."""
    try:
        send(pickle.dumps(work()))
    except BaseException:  # noqa: BLE001 - whatever it was, the test sees that there is no result, and people see why
        traceback.print_exc()
    finally:
        os._exit(0)


def children(of: int | None = None, *, recursive: bool = False) -> list[psutil.Process]:
    """The running children of a process, this one unless another is named; none if that one has ended."""
    with suppress(psutil.NoSuchProcess):
        return [child for child in psutil.Process(of).children(recursive=recursive) if not has_ended(child)]
    return []


def has_ended(process: psutil.Process) -> bool:
    """Also of a zombie: it runs no more, and only waits for its parent to ask how it ended."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def command_line(process: psutil.Process) -> list[str]:
    """Its words; none if it has ended meanwhile."""
    with suppress(psutil.NoSuchProcess):  # a zombie's words are gone, too
        return process.cmdline()
    return []


def kill(*processes: psutil.Process) -> None:
    """All at once: none of them can say what became of the others."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
