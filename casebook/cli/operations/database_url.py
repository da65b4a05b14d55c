"""`casebook database-url`: prints an address for psql and other tools that works for one minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casebook.cli.answer import Call, Output

if TYPE_CHECKING:
    import argparse

LINGER = 60  # seconds


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("database", choices=("casebook", "prefect"), help="which database")
    parser.set_defaults(handler=address)


def address(options: argparse.Namespace, call: Call) -> Output:
    from casebook import settings  # noqa: PLC0415 - so that --help is quick
    from casebook.storage import migrate  # noqa: PLC0415
    from casebook.storage.server import cluster  # noqa: PLC0415

    with cluster.database(settings.load(call.home)) as server:
        url = server.address(options.database)
        if options.database == "casebook":
            migrate.upgrade(server.url("casebook"))
        server.linger(LINGER)
    return Output(data={"url": url}, lines=[url])
