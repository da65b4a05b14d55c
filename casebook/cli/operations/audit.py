"""`casebook audit`: verify the ledger, seal it, export one application, check an export."""

from __future__ import annotations

import json
import signal
import threading
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from casebook import settings
from casebook.casework.opening_home import SEALS
from casebook.casework.reporting import audit, bundle, bundle_check, seal_places, seals
from casebook.casework.reporting.seal_places import SealNotKept
from casebook.casework.reporting.verification import Verification
from casebook.cli import terminal
from casebook.cli.answer import Call, Output
from casebook.cli.opening import Opened, opened
from casebook.domain import words
from casebook.domain.seals import SignedSeal
from casebook.errors import CasebookError, WrongUsage
from casebook.storage import heartbeats, keys, seal_keys
from casebook.storage import seals as stored
from casebook.writing import refuse_unwritable, write_whole

ONE_ROLE = (
    "one role of the database owns the tables and does all the work: it could switch the guards of the ledger off"
)
ONE_USER = "the sealer and whatever writes run as one system user: each of them can read both keys"
LONGEST = 24 * 60  # minutes between two seals


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    verify = actions.add_parser(
        "verify", help="verify the ledger, every row it records and every seal; lists what is broken"
    )
    verify.add_argument(
        "--seals",
        type=Path,
        metavar="PLACE",
        help="also compare with the seals kept elsewhere: a directory of them, or one file",
    )
    verify.set_defaults(handler=_verify)
    export = actions.add_parser(
        "export", help="export one application as a signed file that can be checked without the database"
    )
    export.add_argument("reference", metavar="REF", help="the application")
    export.add_argument(
        "--out", type=Path, metavar="FILE", help="where to write it (default: REF.json in this directory)"
    )
    export.set_defaults(handler=_export)
    check = actions.add_parser("check", help="check an exported file, without the database")
    check.add_argument("file", type=Path, metavar="FILE", help="a file written by `audit export`")
    check.add_argument(
        "--key",
        metavar="FINGERPRINT",
        help="the fingerprint of the force's seal key, as `audit verify` shows it (default: that of this home)",
    )
    check.set_defaults(handler=_check)
    seal = actions.add_parser("seal", help="seal the ledger now; keep the file on another machine")
    seal.add_argument(
        "--every",
        type=_minutes,
        metavar="MINUTES",
        help="stay, and seal every so many minutes while entries come; `casebook up` runs this with 5",
    )
    seal.set_defaults(handler=_seal)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= LONGEST:
        raise ArgumentTypeError(f"give a number of minutes, up to {LONGEST}")
    return minutes


def _verify(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook:
        verification = _verified(casebook, _places(call, options.seals))
    return _answer(verification, "the ledger, every row it records and every seal", {"seal_key": _own_key(call)})


def _verified(casebook: Opened, places: Sequence[Path]) -> Verification:
    with casebook.store.session() as session:
        # one moment: what is written meanwhile would look like a fault
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return audit.verify(casebook.act_on(session), places)


def _places(call: Call, elsewhere: Path | None) -> list[Path]:
    own = call.home / SEALS
    return [place for place in (own if own.exists() else None, elsewhere) if place is not None]


def _own_key(call: Call) -> str | None:
    """The fingerprint of the key that this home seals with, by the seals it keeps."""
    kept = stored.latest_kept(call.home / SEALS)
    return keys.public_fingerprint(kept.public_key) if kept else None


def _export(options: Namespace, call: Call) -> Output:
    path: Path = options.out or Path(f"{options.reference}.json")
    refuse_unwritable(path)
    with opened(call) as casebook, casebook.acting() as act:
        exported, seal = bundle.export(act, options.reference, seal_keys.of_home(call.home))
    stored.write(seal, call.home / SEALS)
    write_whole(path, json.dumps(exported, ensure_ascii=False, indent=1).encode())
    own = _own_key(call)
    return _answer(
        bundle_check.check(path, own),
        f"written to {path}; only you can read the file",
        {"file": str(path), "seal_key": own},
    )


def _check(options: Namespace, call: Call) -> Output:
    return _answer(bundle_check.check(options.file, options.key or _own_key(call)), f"{options.file.name}")


def _answer(verification: Verification, title: str, more: dict[str, object] | None = None) -> Output:
    data = verification.as_json() | (more or {})
    lines = [title, f"{verification.checked} entries, {verification.rows} rows and {verification.seals} seals checked"]
    if verification.unsealed:
        lines.append(f"{verification.unsealed} entries since {verification.unsealed_since} are not sealed yet")
    if verification.owner_works:
        lines.append(ONE_ROLE)
    if verification.made_alone:
        lines.append(f"accounts that one person made alone, still in use: {', '.join(verification.made_alone)}")
    if data.get("seal_key"):
        lines.append(f"fingerprint of the seal key: {data['seal_key']}")
    lines += [f"BROKEN {broken.what}: {words.FAULT.of(broken.code)}" for broken in verification.broken[:20]] or [
        "everything holds"
    ]
    return Output(data=data, lines=lines, exit_code=1 if verification.broken else 0)


def _seal(options: Namespace, call: Call) -> Output:
    sealer = Sealer.of(call)
    if options.every is not None:
        return sealer.keep_sealing(options.every)
    with opened(call) as casebook:
        sealed, is_new = sealer.seal(casebook)
        verification = _verified(casebook, _places(call, None))
    file = sealer.folder / stored.name_of(sealed)
    what = {
        "seal": sealed.number, "root": sealed.root, "heads": sealed.chains, "file": str(file), "new": is_new,
        "brought": sealer.place is not None, "ok": not verification.broken,
    }  # fmt: skip
    title = f"sealed {sealed.entries} entries of {sealed.chains} chains: {sealed.root}"
    output = _answer(verification, title if is_new else f"nothing new since seal {sealed.number}", what)
    kept = "a copy is in the place for seals" if sealer.place else f"keep this file on another machine: {file}"
    return Output(data=output.data, lines=[*output.lines, kept, ONE_USER], exit_code=output.exit_code)


@dataclass(frozen=True, kw_only=True)
class Sealer:
    """Makes seals and takes them where they are kept."""

    call: Call
    place: str | None

    @classmethod
    def of(cls, call: Call) -> Sealer:
        configured = settings.load(call.home)
        place = configured.seal_place.get_secret_value() if configured.seal_place else None
        if place is not None and (fault := seal_places.why_not_place(place)):
            raise WrongUsage(f"CASEBOOK_SEAL_PLACE cannot be used: {fault}", "bad_seal_place")
        return cls(call=call, place=place)

    @property
    def folder(self) -> Path:
        return self.call.home / SEALS

    def seal(self, casebook: Opened) -> tuple[SignedSeal, bool]:
        """One seal if there is anything new, then every copy that is not where it belongs. Returns the newest, and if it is new."""
        with casebook.acting() as act:
            made = seals.seal(act, seal_keys.of_home(self.call.home))
            newest = made or stored.last(act.session)
        if newest is None:  # the first command in a home makes one
            raise SealNotKept("There is no seal, and nothing to be sealed.")
        stored.write(newest, self.folder)
        if self.place is not None:
            seal_places.bring(self.folder, self.place)
        return newest, made is not None

    def keep_sealing(self, minutes: float) -> Output:
        """Seal every so many minutes until it is stopped. A round that fails is told, and tried again."""
        stop, count = threading.Event(), 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        with opened(self.call) as casebook:
            while not stop.is_set():
                try:
                    count += self.seal(casebook)[1]
                    with casebook.store.session() as session:
                        heartbeats.beat(session, "sealer", casebook.store.key)
                        session.commit()
                except CasebookError as fault:
                    terminal.tell(f"not sealed ({fault.code}): {fault}")
                stop.wait(minutes * 60)
        return Output(data={"seals": count, "stopped": True}, lines=[f"{count} seals made; stopped"])
