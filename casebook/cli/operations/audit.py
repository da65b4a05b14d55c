"""`casebook audit`: verify the ledger, seal it, export one application, check an export."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from casebook.casework.reporting import audit, bundle
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.domain import words
from casebook.errors import UnreadableFile


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("verify", help="verify the ledger and every row it records; lists what is broken").set_defaults(
        handler=_verify
    )
    export = actions.add_parser(
        "export", help="export one application as a file that can be checked without the database"
    )
    export.add_argument("reference", metavar="REF", help="the application")
    export.add_argument(
        "--out", type=Path, metavar="FILE", help="where to write it (default: REF.json in this directory)"
    )
    export.set_defaults(handler=_export)
    check = actions.add_parser("check", help="check an exported file, without the database")
    check.add_argument("file", type=Path, metavar="FILE", help="a file written by `audit export`")
    check.set_defaults(handler=_check)
    actions.add_parser("seal", help="write a seal over the whole ledger; keep it on another machine").set_defaults(
        handler=_seal
    )


def _verify(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.store.session() as session:
        verification = audit.verify(casebook.act_on(session))
    return _answer(verification, "the ledger and every row it records")


def _export(options: Namespace, call: Call) -> Output:
    path: Path = options.out or Path(f"{options.reference}.json")
    with opened(call) as casebook, casebook.acting() as act:
        exported = bundle.export(act, options.reference)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(exported, file, ensure_ascii=False, indent=1)
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be written: {error.strerror}", "cannot_write") from None
    return _answer(bundle.check(path), f"written to {path}; only you can read the file", {"file": str(path)})


def _check(options: Namespace, _call: Call) -> Output:
    return _answer(bundle.check(options.file), f"{options.file.name}")


def _answer(verification: audit.Verification, title: str, more: dict[str, object] | None = None) -> Output:
    lines = [title, f"{verification.checked} entries and {verification.rows} rows checked"]
    lines += [f"BROKEN {broken.what}: {words.FAULT.of(broken.code)}" for broken in verification.broken[:20]] or [
        "everything holds"
    ]
    return Output(data=verification.as_json() | (more or {}), lines=lines, exit_code=1 if verification.broken else 0)


def _seal(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        verification = audit.verify(act)
        sealed = audit.seal(act, call.home / "seals")
    answer = _answer(
        verification, f"sealed {sealed['heads']} chains: {sealed['root']}", sealed | {"ok": not verification.broken}
    )
    return replace(answer, lines=[*answer.lines, f"keep this file on another machine: {sealed['file']}"])
