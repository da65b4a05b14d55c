"""What `casebook up` runs beside the database: Prefect's server, the warm worker, the dispatcher and the sealer.

Prefect itself is not imported here: each part is a process of its own and gets its settings from its environment.
"""

from __future__ import annotations

import base64
import fcntl
import functools
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import certifi

from casebook import lock_files
from casebook.errors import AlreadyDone, Fault, Refused
from casebook.writing import write_once, write_whole
from deployments.supervisor import Child, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HOST = "127.0.0.1"
POOL = "casebook"
# what must hold for anything to go on by itself, whatever a file in some directory says; read back before `ready`
HELD = (
    "server.services.scheduler.enabled", "server.services.late_runs.enabled", "server.services.foreman.enabled",
    "server.services.triggers.enabled", "server.services.event_persister.enabled",
)  # fmt: skip
SERVER_PATIENCE = 120.0  # seconds for the server to answer; a first start creates its tables


class AlreadyUp(AlreadyDone):
    """The platform of this home is already running."""

    code = "already_up"


class PortInUse(Refused):
    """Something else listens on this port."""

    code = "port_in_use"


class PlatformFault(Fault):
    """A part of the platform did not start."""

    code = "platform_fault"


@dataclass(frozen=True, kw_only=True)
class PlatformPlan:
    home: Path
    prefect_database_url: str = field(repr=False)  # postgresql+asyncpg://...
    port: int | None = None  # None: any free one
    services: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # name -> command of what runs beside the worker
    catalogue: str = "deployments.catalogue"  # a module with a CATALOGUE
    worker_type: str = "warm-process"
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)  # for the worker and the services
    keep_runs_days: int = 90  # Prefect's own service removes finished runs that are older


@dataclass(frozen=True, kw_only=True)
class Platform:
    ui: str
    api: str
    environment: Mapping[str, str] = field(repr=False)  # makes a process a client of this server


@contextmanager
def running(plan: PlatformPlan, tell: Callable[[str], None]) -> Iterator[Platform]:
    """Start the platform and keep it running; stop everything within seconds on the way out."""
    folder = plan.home.absolute() / "prefect"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder) as note:
        port = _port(plan.port)
        platform = Platform(
            ui=f"http://{HOST}:{port}", api=f"http://{HOST}:{port}/api", environment=_client(folder, port)
        )
        supervisor = Supervisor(tell)
        try:
            server = (sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port))
            supervisor.start(
                _child("prefect-server", server, {**platform.environment, **_server(plan, folder)}, folder)
            )
            _wait_for(platform, folder)
            _refuse_other_settings(platform)
            _register(plan, platform, folder)
            work = {**platform.environment, **plan.environment, "CASEBOOK_CATALOGUE": plan.catalogue}
            supervisor.start(_child("worker", _worker(plan), work, folder, patience=25))
            for name, command in plan.services.items():
                supervisor.start(_child(name, command, work, folder))
            supervisor.watch()
            note(platform.ui)
            yield platform
        finally:
            supervisor.stop()


def secret(folder: Path) -> str:
    """The user and password of Prefect's API. Made once and kept in a file that only its owner can read."""
    path = folder / "auth"
    if not path.exists():
        write_once(path, f"casebook:{secrets.token_urlsafe(24)}\n".encode("ascii"))
    return path.read_text(encoding="ascii").strip()


def _client(folder: Path, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return inherited | {
        "PYTHONSAFEPATH": "1",  # `python -m` would import a tasks.py or casebook of the directory it is started in
        "PREFECT_HOME": str(folder),
        "PREFECT_PROFILES_PATH": str(folder / "profiles.toml"),  # a person's own profile must not redirect us
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_API_AUTH_STRING": secret(folder),
        "PREFECT_API_SSL_CERT_FILE": str(_one_certificate(folder)),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",  # it is the same installation; each client would ask
        "PREFECT_WORKER_QUERY_SECONDS": "1",  # for runs without a signal: schedules, runs made in the interface
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_COLORS": "false",
    }


def _one_certificate(folder: Path) -> Path:
    """Write a file of certificate authorities that has only one.

    The address is plain http on this machine, so no certificate is ever checked. But each client of Prefect reads the
    complete usual file, which takes 40-80 ms several times in every run.
    """
    path = folder / "authority.pem"
    end = "-----END CERTIFICATE-----"
    text = Path(certifi.where()).read_text(encoding="utf-8")
    write_whole(path, [text.partition(end)[0] + end])
    return path


def _server(plan: PlatformPlan, folder: Path) -> dict[str, str]:
    return {
        **{f"PREFECT_{name.replace('.', '_').upper()}": "true" for name in HELD},
        "PREFECT_API_DATABASE_CONNECTION_URL": plan.prefect_database_url,
        "PREFECT_SERVER_API_AUTH_STRING": secret(folder),
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(plan.keep_runs_days * 86_400),
        # more than the default of 100 statements: any other statement would be parsed and planned again
        "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_STATEMENT_CACHE_SIZE": "2000",
        "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_PREPARED_STATEMENT_CACHE_SIZE": "2000",
    }


def _worker(plan: PlatformPlan) -> tuple[str, ...]:
    return (sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", plan.worker_type)


def _child(
    name: str, command: tuple[str, ...], environment: Mapping[str, str], folder: Path, *, patience: float = 10
) -> Child:
    """A part of the platform. It starts in our own directory: Prefect reads settings from files where it is started."""
    log = folder / f"{name}.log"
    return Child(name=name, command=command, environment=environment, log=log, directory=folder, patience=patience)


def _port(wanted: int | None) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OSError as error:
            raise PortInUse(f"Port {wanted} cannot be used: {error.strerror}") from None
        return int(probe.getsockname()[1])


def free_port(wanted: int | None) -> int:
    """Return the wanted port if it is free, otherwise any free port."""
    try:
        return _port(wanted)
    except PortInUse:
        return _port(None)


def _asked(platform: Platform, path: str) -> urllib.request.Request:
    token = base64.b64encode(platform.environment["PREFECT_API_AUTH_STRING"].encode()).decode()
    return urllib.request.Request(f"{platform.api}/{path}", headers={"Authorization": f"Basic {token}"})  # noqa: S310


def _refuse_other_settings(platform: Platform) -> None:
    """Refuse to be ready with a server that would never start a sweep."""
    with urllib.request.urlopen(_asked(platform, "admin/settings"), timeout=30) as answer:  # noqa: S310 - our own address
        settings = json.load(answer)
    off = [
        name for name in HELD if functools.reduce(lambda part, key: part[key], name.split("."), settings) is not True
    ]
    if off:
        raise PlatformFault(f"Prefect's server runs without: {', '.join(off)}. Nothing would go on by itself.")


def _wait_for(platform: Platform, folder: Path) -> None:
    request = _asked(platform, "health")
    deadline = time.monotonic() + SERVER_PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=5):  # noqa: S310 - our own loopback address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise PlatformFault(f"Prefect's server did not answer. See its log: {folder / 'prefect-server.log'}")


def _register(plan: PlatformPlan, platform: Platform, folder: Path) -> None:
    log = folder / "register.log"
    with log.open("wb") as file:
        command = [sys.executable, "-m", "deployments.catalogue", plan.catalogue, plan.worker_type]
        registration = subprocess.run(  # noqa: S603 - our own command
            command,
            env={**platform.environment, **plan.environment},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            check=False,
        )
    if registration.returncode:
        raise PlatformFault(f"The deployments could not be registered. See the log: {log}")


@contextmanager
def _alone(folder: Path) -> Iterator[Callable[[str], None]]:
    """Allow only one platform for a home. Gives a function that notes its address for a second caller."""
    with os.fdopen(lock_files.opened(folder / "up.lock"), "r+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            text = lock.read()
            ui = json.loads(text).get("ui", "") if text else ""
            where = f" at {ui}" if ui else ""
            raise AlreadyUp(f"The platform of this home is already running{where}.") from None
        lock.truncate(0)

        def note(ui: str) -> None:
            lock.seek(0)
            lock.write(json.dumps({"pid": os.getpid(), "ui": ui}))
            lock.flush()

        try:
            yield note
        finally:
            lock.truncate(0)
