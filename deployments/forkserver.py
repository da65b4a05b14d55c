"""Imports everything once and forks a child for each flow run, so that no run waits for imports.

The worker sends requests over a socket, one JSON object a line. The process stays single-threaded, because it forks.
When the worker is gone, the forkserver ends its children, and they report to Prefect that they crashed.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import runpy
import select
import signal
import socket
import sys
import threading
import time
import traceback
import warnings
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE = 10.0  # seconds that orphaned children have to report to Prefect and end
PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> None:
    """`python -m deployments.forkserver SOCKET_FD MODULE...`"""
    channel = socket.socket(fileno=int(arguments[0]))
    for name in arguments[1:]:
        try:
            importlib.import_module(name)
        except Exception:  # noqa: BLE001 - a release that cannot be imported: each run says so itself, in its own log
            traceback.print_exc()
    if threading.active_count() > 1:
        sys.stderr.write("forkserver: a preloaded module has started a thread, so it is not safe to fork\n")
    gc.collect()
    gc.freeze()  # the children share these pages as long as no garbage collector touches them
    if request := ForkServer(channel).serve():
        leave(run(request))


class ForkServer:
    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.children: dict[int, str] = {}
        self.libc = ctypes.CDLL(None)
        self.wake, self.waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def serve(self) -> dict[str, Any] | None:
        """Fork a child for each request. Returns None when the worker is gone and, in a child, the request to run."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.waker)
        unread = b""
        while True:
            ready = set(select.select([self.channel.fileno(), self.wake], [], [])[0])
            if self.wake in ready:
                self.reap()
            if self.channel.fileno() in ready:
                data = self.channel.recv(65536)
                if not data:
                    self.end()
                    return None
                *lines, unread = (unread + data).split(b"\n")
                for line in lines:
                    if request := self.answer(json.loads(line)):
                        return request

    def answer(self, request: dict[str, Any]) -> dict[str, Any] | None:
        sys.stdout.flush()
        sys.stderr.flush()
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != server:
                os._exit(1)
            self.channel.close()
            os.close(self.wake)
            os.close(self.waker)
            return request
        self.children[pid] = request["id"]
        self.tell({"id": request["id"], "pid": pid})
        return None

    def reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self.wake, 4096)
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                if (name := self.children.pop(pid, None)) is not None:
                    self.tell({"id": name, "status": os.waitstatus_to_exitcode(status)})

    def tell(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # the worker may be gone; the next read shows that
            self.channel.sendall(json.dumps(message).encode() + b"\n")

    def end(self) -> None:
        deadline = time.monotonic() + PATIENCE
        self.signal_all(signal.SIGTERM)
        while self.children and time.monotonic() < deadline:
            select.select([self.wake], [], [], 0.2)
            self.reap()
        self.signal_all(signal.SIGKILL)

    def signal_all(self, number: signal.Signals) -> None:
        for pid in self.children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def run(request: dict[str, Any]) -> int:
    """Run the flow in the child and return its exit code."""
    try:
        become(request)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - whatever it was, the process ends with it
        traceback.print_exc()
        return 1
    return 0


def leave(code: int) -> NoReturn:
    """Run exit handlers, flush output and end the process at once.

    Nothing else is freed: that would copy every memory page shared with the forkserver.
    """
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - as multiprocessing ends its own forks
    atexit._run_exitfuncs()  # noqa: SLF001
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def become(request: dict[str, Any]) -> None:
    """Take the run's environment and do what `python -m prefect.engine` would do."""
    os.setsid()
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    sys.argv = ["prefect.engine"]

    from prefect.context import SettingsContext, get_settings_context  # noqa: PLC0415 - by now the preloaded one
    from prefect.settings import Settings  # noqa: PLC0415

    with SettingsContext(profile=get_settings_context().profile, settings=Settings()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*found in sys.modules.*", category=RuntimeWarning)
        runpy.run_module("prefect.engine", run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main(sys.argv[1:])
