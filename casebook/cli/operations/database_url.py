"""`casebook database-url`: prints an address for psql and other tools that works for one minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casebook.cli.answer import Call, Output

if TYPE_CHECKING:
    import argparse

    from casebook.storage.server.cluster import DatabaseRole, Server

LINGER = 60  # seconds
ROLES: dict[str, DatabaseRole] = {"reader": "casebook_reader", "backup": "casebook_backup", "owner": "casebook"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("database", choices=("casebook", "prefect"), help="which database")
    parser.add_argument(
        "--role",
        choices=list(ROLES),
        default="reader",
        help="of the casebook: `reader` (the default) reads, `backup` reads everything for pg_dump, `owner` may change "
        "everything, which the ledger records",
    )
    parser.set_defaults(handler=address)


def address(options: argparse.Namespace, call: Call) -> Output:
    from casebook import settings  # noqa: PLC0415 - so that --help is quick
    from casebook.errors import NotPermitted  # noqa: PLC0415
    from casebook.storage import migrate  # noqa: PLC0415
    from casebook.storage.server import cluster  # noqa: PLC0415

    if call.staff_id is not None:
        raise NotPermitted("only the operator gets an address of the database; leave out --as")
    role: DatabaseRole = "prefect" if options.database == "prefect" else ROLES[options.role]
    with cluster.database(settings.load(call.home)) as server:
        if role != "prefect":
            migrate.upgrade(server.url("casebook_app"), owner=server.url("casebook"))
        if role == "casebook":
            _tell_of_owner(call, server)
        url = server.address(role)
        server.linger(LINGER)
    return Output(data={"url": url}, lines=[url])


def _tell_of_owner(call: Call, server: Server) -> None:
    """Write into the ledger that somebody got the owner's address. A database that is about to be restored has no ledger."""
    from casebook.cli.opening import opened  # noqa: PLC0415 - so that --help is quick
    from casebook.storage import keys  # noqa: PLC0415

    known = keys.known(server.url("casebook_app"))
    if known is not None and known.is_empty and known.entry_key is None:
        return
    with opened(call) as casebook, casebook.acting() as act:
        act.record(None, "owner_address_given")
