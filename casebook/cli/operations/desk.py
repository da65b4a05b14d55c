"""`casebook desk`: serves the pages on which staff work, on this machine's own address."""

from __future__ import annotations

import signal
import socket
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import uvicorn
from starlette.types import ASGIApp

from casebook import settings
from casebook.casework.opening_home import open_casebook
from casebook.cli import terminal
from casebook.cli.answer import Call, Output
from casebook.cli.opening import Opened
from casebook.cli.operations.service import ServedCommands
from casebook.cli.reading import whole
from casebook.desk import app
from casebook.desk.built import NOT_BUILT, is_built
from casebook.desk.look import Appearance
from casebook.domain.actors import Actor
from casebook.errors import Fault, NotPermitted
from casebook.settings import Settings
from casebook.sources import catalogue
from casebook.storage import session as storage
from casebook.storage import trial
from casebook.storage.server import cluster

HOST = "127.0.0.1"  # a proxy with TLS stands before it, if it is reached from elsewhere
POOL = 10  # connections; as many pages at once read the database, and the others wait for a moment
PATIENCE = timedelta(seconds=5)  # for a lock that another act holds; then the page says so, and keeps what was typed
_NOBODY = Actor(id="", roles=frozenset())


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=whole(0, (1 << 16) - 1), default=4300, metavar="N",
        help="the port on 127.0.0.1; 0 for any that is free (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--tls", action="store_true", help="it is reached over TLS, through a proxy: cookies are only sent over that"
    )
    parser.set_defaults(handler=_desk)


def _desk(options: Namespace, call: Call) -> Output:
    if call.staff_id is not None:
        raise NotPermitted("only the operator can serve the desk; leave out --as")
    configured = settings.load(call.home)
    with serving(configured, call, port=options.port, tls=options.tls) as served:
        terminal.tell(f"desk: {served.address}")
        terminal.tell("ready; Ctrl-C stops it")
        served.run_until_stopped()
    return Output(data={"desk": served.address, "stopped": True}, lines=["stopped"])


class ServedDesk:
    """The desk on a socket that is open already, so that its address is known and nobody else has it."""

    def __init__(self, server: uvicorn.Server, listening: socket.socket) -> None:
        self._server, self._socket = server, listening
        self.address = f"http://{HOST}:{listening.getsockname()[1]}/"

    def run_until_stopped(self) -> None:
        """Answer requests until Ctrl-C or SIGTERM, and end after those that are being answered."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self._server.run(sockets=[self._socket])

    def _stop(self, *_: object) -> None:
        self._server.should_exit = True


@contextmanager
def serving(configured: Settings, call: Call, *, port: int, tls: bool = False) -> Iterator[ServedDesk]:
    """Open the home of a call for the desk, and its socket."""
    if not is_built():
        raise Fault(NOT_BUILT, "not_built")
    catalogue.configure(configured.sources)
    with _socket(port) as listening, cluster.database(configured) as server:
        store = open_casebook(
            configured.home, server.url("casebook_app"), owner=server.url("casebook"), pool_size=POOL, patience=PATIENCE
        )
        with storage.in_use(store):
            with store.session() as session:
                marked = "Trial: no real people" if trial.is_trial(session) else ""
            appearance = Appearance(
                name=configured.desk_name, colour=configured.desk_colour, contact=configured.desk_contact, marked=marked
            )
            commands = ServedCommands(opened=Opened(store=store, actor=_NOBODY, server=server), call=call)
            pages = app.build(store, commands, appearance, secure=tls, threads=POOL)
            yield ServedDesk(uvicorn.Server(quiet(pages, tls=tls)), listening)


def quiet(pages: ASGIApp, *, tls: bool = False) -> uvicorn.Config:
    """How it is served: no log of addresses, and no header that says what runs here."""
    return uvicorn.Config(
        pages, log_level="warning", access_log=False, server_header=False, date_header=True, lifespan="off", proxy_headers=tls,
        forwarded_allow_ips=HOST, timeout_graceful_shutdown=10, limit_concurrency=500,
    )  # fmt: skip


@contextmanager
def _socket(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError as error:
            raise Fault(f"port {port} of {HOST} cannot be used: {error.strerror}", "port_taken") from None
        yield listening
