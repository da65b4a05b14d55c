"""`casebook up`: runs the databases, Prefect's server, the worker, the dispatcher and the sealer until it is stopped."""

from __future__ import annotations

import signal
import sys
import threading
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from casebook import settings
from casebook.casework.core import channels
from casebook.casework.opening_home import open_casebook
from casebook.cli import terminal
from casebook.cli.answer import Call, Output
from casebook.cli.operations.audit import ONE_ROLE, ONE_USER
from casebook.desk.built import NOT_BUILT, is_built
from casebook.errors import NotPermitted
from casebook.settings import Settings
from casebook.storage import documents, roles, server_logs
from casebook.storage import session as storage
from casebook.storage.server import cluster
from casebook.storage.server.cluster import Server
from deployments import platform
from deployments.platform import Platform, PlatformPlan

_CASEBOOK = (sys.executable, "-m", "casebook")
SERVICES = {
    "dispatcher": (sys.executable, "-m", "deployments.dispatcher"),
    "sealer": (*_CASEBOOK, "audit", "seal", "--every", "5"),
}


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=_port, default=4200, help="the port of Prefect's interface (default: %(default)s)"
    )
    parser.add_argument(
        "--desk-port", type=_port, default=4300, help="the port of the desk, where staff work (default: %(default)s)"
    )
    parser.set_defaults(handler=_up)


def _port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 1 << 16):
        raise ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def _up(options: Namespace, call: Call) -> Output:
    if call.staff_id is not None:
        raise NotPermitted("only the operator can run the platform; leave out --as")
    configured = settings.load(call.home)
    channels.read(configured.notify_urls)  # a wrong address is reported now, not when the first notice is sent
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with running(configured, options.port, _tell, desk_port=options.desk_port) as here:
        up = here.platform
        _tell(f"Prefect's interface: {up.ui}")
        _tell(f"user and password for it: {call.home / 'prefect' / 'auth'}")
        if configured.notify_urls is None:
            _tell(
                "warning: no channel is configured (CASEBOOK_NOTIFY_URLS): nobody is notified of escalations outside the casebook"
            )
        if configured.seal_place is None:
            _tell(
                "warning: no place for seals is configured (CASEBOOK_SEAL_PLACE): "
                "whoever holds this machine could rewrite the ledger unseen"
            )
        _tell(f"note: {ONE_USER}")
        _tell("ready; Ctrl-C stops everything")
        stop.wait()
        _tell("stopping")
    return Output(data={"ui": up.ui, "stopped": True}, lines=["stopped"])


@dataclass(frozen=True, kw_only=True)
class RunningPlatform:
    """What runs. `desk`: the address of the pages for staff; None if they are not built."""

    server: Server
    platform: Platform
    desk: str | None


@contextmanager
def running(
    configured: Settings, port: int | None, tell: Callable[[str], None], *, desk_port: int | None = None
) -> Iterator[RunningPlatform]:
    """Run the whole platform of a home; it is stopped at the end."""
    with cluster.database(configured) as server:
        store = open_casebook(configured.home, server.url("casebook_app"), owner=server.url("casebook"))
        with store.session() as session:
            _warn_of_logs(server_logs.leaking(session), tell)
            if roles.is_owner(session.connection()):
                tell(f"warning: {ONE_ROLE}")
            keep_runs = documents.of(session).policy_on(storage.now(session)).retention.engine_run_days.value
        store.engine.dispose()
        metrics = platform.free_port(configured.metrics_port or (port + 1 if port else None))
        tell(f"metrics for Prometheus: http://{platform.HOST}:{metrics}/metrics")
        desk = platform.free_port(desk_port) if is_built() else None
        plan = PlatformPlan(
            home=configured.home,
            prefect_database_url=server.url("prefect"),
            port=port,
            services=SERVICES if desk is None else {**SERVICES, "desk": (*_CASEBOOK, "desk", "--port", str(desk))},
            environment=_environment(configured, metrics),
            keep_runs_days=keep_runs,
        )
        address = f"http://{platform.HOST}:{desk}/" if desk else None
        tell(f"the desk, where staff work: {address}" if address else f"warning: {NOT_BUILT}")
        with platform.running(plan, tell) as up:
            yield RunningPlatform(server=server, platform=up, desk=address)


def _warn_of_logs(leaking: list[str], tell: Callable[[str], None]) -> None:
    if leaking:
        tell(
            f"warning: the log of the database server gets personal details: change {', '.join(leaking)} of that server, "
            "or grant the casebook's role to set them"
        )


def _environment(configured: Settings, metrics: int) -> dict[str, str]:
    """Where the parts of the platform find this home. They start in another directory, so paths are absolute."""
    environment = {"CASEBOOK_HOME": str(configured.home.absolute()), "CASEBOOK_METRICS_PORT": str(metrics)}
    if configured.sources_file is not None:
        environment["CASEBOOK_SOURCES"] = str(configured.sources_file.absolute())
    return environment


def _tell(line: str) -> None:
    terminal.tell(line)
