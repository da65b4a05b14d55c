"""A source of which rows did not land is not whole, until a later load brings them or somebody accepts the list."""

from __future__ import annotations

import hashlib
from typing import Any

from casebook.casework.core.acting import Act, reason_code, refuse_because
from casebook.casework.record_checks import reopening
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Source
from casebook.sources.loading import Counted
from casebook.storage import ledger, outbox
from casebook.storage.case import missing_rows as stored
from casebook.storage.tables import MissingRows

LISTED_FAULTS = 1_000  # of one file; all rows are counted


def note(act: Act, source: Source, file: str, counted: Counted, *, whole: bool) -> bool:
    """Keep which rows of a loaded file did not land. Returns whether that changed. The caller writes the ledger entry.

    It replaces an earlier list of that file if it is the complete source, or that file again with what was missing: other
    rows do not show that those have landed. After the very same file, a list and its acceptance stay as they are.
    """
    digest, rows = _digest(act, counted), counted.landed + len(counted.lost)
    in_force = stored.in_force(act.session, source, file)
    same = any((earlier.digest, earlier.rows_in_file) == (digest, rows) for earlier in in_force)
    if same and not counted.new + counted.changed + counted.gone:
        return False
    known = counted.unchanged + counted.changed
    replaced = [
        earlier
        for earlier in in_force
        if whole or (rows >= earlier.rows_in_file and known >= earlier.rows_in_file - earlier.rows)
    ]
    for earlier in replaced:
        earlier.replaced_at = act.now
    if counted.lost:
        act.session.add(_list(act, source, file, counted, digest))
    act.session.flush()
    return bool(replaced or counted.lost)


def _list(act: Act, source: Source, file: str, counted: Counted, digest: str) -> MissingRows:
    lost = [fault for fault in counted.rejected if not fault.landed][:LISTED_FAULTS]
    return MissingRows(
        id=chain.identity("missing_rows", source, file, act.now.isoformat(), digest), source=source, file=file,
        rows=len(counted.lost), rows_in_file=counted.landed + len(counted.lost), digest=digest, loaded_at=act.now,
        faults=[{"line": fault.line, "column": fault.column, "code": fault.code} for fault in lost],
        replaced_at=None, accepted_at=None, accepted_by=None, accepted_because=None,
    )  # fmt: skip


def _digest(act: Act, counted: Counted) -> str:
    """One keyed digest over the rows that did not land, so that the same rows are known again and nobody can guess them."""
    lost = "".join(counted.lost[line] for line in sorted(counted.lost)).encode()
    return hashlib.blake2b(lost, key=act.session.info[ledger.KEY][:64], digest_size=20).hexdigest()


def listing(act: Act, source: Source) -> list[dict[str, Any]]:
    """What did not land and was not accepted: line, column and code, never a value."""
    act.allowed(Command.LIST_WORK)
    names = ("file", "rows", "rows_in_file", "faults")
    return [
        {**{name: getattr(missing, name) for name in names}, "loaded_at": missing.loaded_at.isoformat()}
        for missing in stored.open_lists(act.session, source)
    ]


def accept(act: Act, source: Source, *, reason: str) -> tuple[int, list[str]]:
    """Accept that rows did not land: searches of the source count as whole until the next load.

    Returns how many rows, and the open applications to be looked at again.
    """
    act.allowed(Command.ACCEPT_MISSING_ROWS)
    because, lists = reason_code(reason), stored.open_lists(act.session, source)
    if not lists:
        refuse_because("whole", "every row of this source landed, or the list was accepted: there is nothing to accept")
    for missing in lists:
        missing.accepted_at, missing.accepted_by, missing.accepted_because = act.now, act.actor.id, because
    rows = sum(missing.rows for missing in lists)
    act.record(None, "missing_rows_accepted", source=source, missing=rows, reason=because)
    touched = stored.searched(act.session, source)
    outbox.add(act.session, touched, reason=reopening.NEWER, at=act.now)
    return rows, touched
