"""`casebook audit`: verify the ledger, seal it, export one application."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from casebook.casework import audit
from casebook.cli.answer import Answer, Call
from casebook.cli.opening import opened


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("verify", help="recompute everything; names the first broken link").set_defaults(handler=_verify)
    actions.add_parser("seal", help="write a root over all chains, to be kept elsewhere").set_defaults(handler=_seal)


def _verify(_options: Namespace, call: Call) -> Answer:
    with opened(call) as casebook, casebook.store.session() as session:
        verification = audit.verify(casebook.act_on(session))
    lines = [f"{verification.checked} entries and {verification.rows} rows checked"]
    lines += [f"BROKEN {broken.what}: {broken.code}" for broken in verification.broken[:20]] or ["everything holds"]
    return Answer(data=verification.as_json(), lines=lines, exit_code=1 if verification.broken else 0)


def _seal(_options: Namespace, call: Call) -> Answer:
    with opened(call) as casebook, casebook.acting() as act:
        sealed = audit.seal(act, call.home / "seals")
    return Answer(
        data=sealed,
        lines=[f"sealed {sealed['heads']} chains: {sealed['root']}", f"keep this elsewhere: {sealed['file']}"],
    )
