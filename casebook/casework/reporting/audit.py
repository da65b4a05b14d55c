"""Verifies the ledger: recomputes every hash, code, digest and seal, and names everything that does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from casebook.casework.core.acting import Act
from casebook.casework.reporting import checked_entries, checked_keys, checked_rows, checked_seals
from casebook.casework.reporting.checked_entries import LedgerState
from casebook.casework.reporting.verification import Broken, Verification
from casebook.domain.authority import Command
from casebook.storage import roles
from casebook.storage.ledger import KEY

# what a value that no release wrote can do to whoever reads it
_UNREADABLE = (SQLAlchemyError, ValueError, OverflowError, RecursionError, TypeError, KeyError, AttributeError)


def verify(act: Act, places: Sequence[Path] = ()) -> Verification:
    """Recompute everything from the ledger, the live rows and the seals. `places`: where seals are kept elsewhere.

    Goes on after a fault. The caller's transaction sees one moment (REPEATABLE READ), or work that is done meanwhile
    looks like a fault.
    """
    act.allowed(Command.VERIFY_LEDGER)
    session, key = act.session, act.session.info[KEY]
    verification = Verification()
    sealed = checked_seals.of(session, places)
    state = LedgerState(key=key, before=sealed.before, sealed=dict(sealed.heads), reached=sealed.reached)
    parts: dict[str, Iterator[Broken]] = {
        "seal": checked_seals.faults(session, sealed, key),
        "ledger": checked_entries.entries(session, state, verification),
        "chain_head": checked_entries.ends(session, state),
        "sealed": checked_entries.sealed_but_gone(state),
        "policy_document": checked_rows.documents(session),
        "source_extract": checked_rows.loads(session),
        "notice": checked_rows.receipts(session),
        "trust_anchor": checked_rows.guards(session),
        "rows": checked_rows.live_rows(session, state, verification),
        "person_keys": checked_keys.keys(session, act.now.year),  # after the rows from which they follow
    }
    for name, part in parts.items():
        verification.broken += _guarded(act, name, part)
    verification.seals = len(sealed.seals)
    verification.owner_works = roles.is_owner(session.connection())
    verification.made_alone = state.accounts.alone()
    return verification


def _guarded(act: Act, name: str, part: Iterator[Broken]) -> list[Broken]:
    """The faults of one part. A part that cannot be read is a fault itself, and the others go on."""
    found = list[Broken]()
    try:
        with act.session.begin_nested():
            for broken in part:
                found.append(broken)
    except _UNREADABLE:
        found.append(Broken(code="part_unreadable", what=name))
    return found
