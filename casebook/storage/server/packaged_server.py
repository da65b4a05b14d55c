"""Runs the packaged `initdb` and `postgres`: creates a cluster, starts it, checks its state, stops it."""

from __future__ import annotations

import contextlib
import enum
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypedDict

from casebook.errors import DatabaseUnavailable, HomeUnusable
from casebook.storage.server.server_place import SOCKET_NAME, SystemAccount, is_root, make_directory, programs

SUPERUSER = "postgres"
PATIENCE = 60.0  # seconds for a start (which may have to recover) or a stop
PAUSE = 0.004
LAST_BREATH = 5.0  # seconds in which the processes of a killed server close its socket
LOG_LIMIT = 10_000_000  # bytes; a longer log is set aside at the next start

# An operator's ALTER SYSTEM wins over these.
CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "cluster_name": "casebook",
    # an error or a statement may contain personal details: they go to the client, not to the log
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
ACCESS = "local all all scram-sha-256\n"

# Started by this process and not yet reaped; kept so that Python does not warn of a running server.
_started: list[subprocess.Popen[bytes]] = []


class State(enum.Enum):
    GONE = "gone"
    BUSY = "busy"  # starting, recovering or stopping
    READY = "ready"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One cluster on disk, and what is needed to run it."""

    data: Path
    socket: Path
    log: Path
    account: SystemAccount
    clusters: Path  # where root may keep a copy of the programs


def initialise(installation: Installation, password: str) -> None:
    """Create a new cluster at `data`: beside it first, then renamed, so that it is complete or absent."""
    data = installation.data
    half, secret = data.with_name("data.new"), data.with_name("data.password")
    for leftover in (half, data):
        shutil.rmtree(leftover, ignore_errors=True)
    secret.unlink(missing_ok=True)
    try:
        make_directory(half, 0o700, installation.account)
        write_file(secret, password, installation.account)
        _initdb(installation, half, secret)
        half.rename(data)
        _sync(data.parent)
    finally:
        secret.unlink(missing_ok=True)
        shutil.rmtree(half, ignore_errors=True)


def _initdb(installation: Installation, half: Path, secret: Path) -> None:
    words = ["--username", SUPERUSER, "--pwfile", str(secret), "--auth", "scram-sha-256", "--encoding", "UTF8"]
    words += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C.UTF-8", "--data-checksums"]
    words += ["--no-instructions", "--pgdata", str(half)]
    done = subprocess.run(  # noqa: S603 - the packaged program with our own words
        [programs(installation.account, installation.clusters) / "initdb", *words],
        check=False,
        capture_output=True,
        **_as_server(installation.account),
    )
    if done.returncode:
        raise DatabaseUnavailable(_reason("The database could not be created", done.stderr.decode(errors="replace")))


def start(installation: Installation) -> None:
    """Start the server and wait until it takes connections. Raises HomeUnusable for a path that cannot be addressed."""
    if "," in str(installation.socket):  # the client library takes it for two places, and has no way to quote it
        raise HomeUnusable(
            "the path of the home has a comma, so the database could not be reached: choose another path"
        )
    _forget_stale(installation)
    settings = CONFIGURATION | {"unix_socket_directories": _one_of_a_list(str(installation.socket))}
    text = "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())
    write_file(installation.data / "postgresql.conf", text, installation.account)
    write_file(installation.data / "pg_hba.conf", ACCESS, installation.account)
    until = time.monotonic() + PATIENCE
    while output := _attempt(installation, until):
        # the last processes of a killed server may need a moment to notice
        if "pre-existing shared memory block" not in output or time.monotonic() > until:
            raise DatabaseUnavailable(_reason("The database server did not start", output, installation.log))
        time.sleep(20 * PAUSE)


def _quoted(value: str) -> str:
    """A value as postgresql.conf has it: a home may be called `Clare's Law`."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _one_of_a_list(path: str) -> str:
    """A path as the only item of a list of paths, in which a comma would begin another."""
    escaped = path.replace('"', '""')
    return f'"{escaped}"'


def _attempt(installation: Installation, until: float) -> str:
    """Try to start the server. Returns an empty text when it is ready, otherwise its last output."""
    with _open_log(installation.log) as log:
        beginning = log.tell()
        process = subprocess.Popen(  # noqa: S603 - the packaged program with our own words
            [programs(installation.account, installation.clusters) / "postgres", "-D", installation.data],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # so that Ctrl-C at a command does not reach it
            **_as_server(installation.account),
        )
    _started.append(process)
    while observe(installation.data) is not State.READY:
        if process.poll() is not None:
            return _said_since(installation.log, beginning) or "it gave no output"
        if time.monotonic() > until:
            raise DatabaseUnavailable(f"The database server is still starting. See {installation.log}")
        time.sleep(PAUSE)
    return ""


def observe(data: Path) -> State:
    """The state of the server on `data`, by its pid file and by whether that process is really the server."""
    pid, notes = _pid_file(data)
    if pid is None or not _is_server(pid, data):
        return State.GONE
    return State.READY if notes[-1].strip() == "ready" else State.BUSY


def settle(data: Path) -> State:
    """Wait until the server is ready or gone."""
    until = time.monotonic() + PATIENCE
    while (state := observe(data)) is State.BUSY:
        if time.monotonic() > until:
            raise DatabaseUnavailable(
                "The database server has been starting or stopping for a minute. Try again later."
            )
        time.sleep(PAUSE)
    return state


def is_dying(data: Path) -> bool:
    """Whether a server that does not answer is gone, or will be in a moment: a killed process stays visible for a while."""
    time.sleep(25 * PAUSE)
    return settle(data) is State.GONE


def stop(data: Path) -> None:
    """Stop the server at once: open transactions are rolled back; what was committed is on disk already."""
    pid, notes = _pid_file(data)
    if pid is None or not _is_server(pid, data):
        return
    os.kill(pid, signal.SIGINT)
    until = time.monotonic() + PATIENCE
    while _is_server(pid, data) and time.monotonic() < until:
        time.sleep(PAUSE)
    _started[:] = [process for process in _started if process.poll() is None]
    with contextlib.suppress(OSError):
        for place in notes[4:5]:
            Path(place).rmdir()  # above all one in /tmp; the next start makes it again


def write_file(path: Path, text: str, account: SystemAccount | None = None) -> None:
    """Replace the file `path`, mode 0600. Never writes through a link that another user may have put there."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123 - a descriptor
        if account is not None and is_root():
            os.fchown(file.fileno(), account.uid, account.gid)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


class _AsServer(TypedDict, total=False):
    cwd: str
    env: dict[str, str]
    user: int
    group: int
    extra_groups: list[int]


def _as_server(account: SystemAccount) -> _AsServer:
    """Options for running a program of the server: as its user, and without our environment."""
    common = _AsServer(cwd="/", env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"})
    return {**common, "user": account.uid, "group": account.gid, "extra_groups": []} if is_root() else common


def _open_log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_name(f"{path.name}.1"))
    opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    file = os.fdopen(opened, "ab")
    file.seek(0, os.SEEK_END)
    return file


def _pid_file(data: Path) -> tuple[int | None, list[str]]:
    """The server's pid file: its pid is the first line, its socket's directory the fifth, its state the last."""
    try:
        notes = (data / "postmaster.pid").read_text().splitlines()
        return int(notes[0]), notes
    except (OSError, ValueError, IndexError):
        return None, []


def _is_server(pid: int, data: Path) -> bool:
    """Whether this process is our server, so works in `data`. A pid may be used again after a crash or a reboot."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data
    except OSError:
        return False


def _forget_stale(installation: Installation) -> None:
    """Remove a stale pid file: PostgreSQL would trust it if its pid now belongs to another or a dying process.

    A server that answers although its process is not visible (it runs in another container) is left alone. The last
    processes of a killed server may hold its socket open for a moment longer: they are given `LAST_BREATH`.
    """
    until = time.monotonic() + LAST_BREATH
    while _takes_connections(installation.socket / SOCKET_NAME):
        if time.monotonic() > until:
            raise DatabaseUnavailable(
                f"Another server, which casebook did not start here, uses the socket in {installation.socket}"
            )
        time.sleep(20 * PAUSE)
    for stale in (installation.data / "postmaster.pid", installation.socket / f"{SOCKET_NAME}.lock"):
        stale.unlink(missing_ok=True)


def _takes_connections(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(place))
        except OSError:
            return False
        return True


def _said_since(log: Path, beginning: int) -> str:
    with log.open("rb") as file:
        file.seek(beginning)
        return file.read().decode(errors="replace")


def _reason(what: str, said: str, log: Path | None = None) -> str:
    """One sentence from the output of a program."""
    if "No space left on device" in said:
        return f"{what}: the disk is full. Nothing is lost: free some space and try again."
    lines = [line for line in said.splitlines() if "FATAL" in line or "PANIC" in line or "error:" in line]
    last = (
        lines[0].split("FATAL:")[-1].split("PANIC:")[-1].split("error:")[-1].strip() if lines else "it gave no reason"
    )
    return f"{what}: {last}" + (f" (see {log})" if log else "")


def _sync(directory: Path) -> None:
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
