"""The list of exceptions: what was done, with leave, otherwise than the rules have it; and what the whole ladder heard of in vain.

From the ledger and the last rung, so that nobody keeps a list and nobody can leave something off it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, select

from casebook.casework.core.acting import Act
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Role
from casebook.storage.reporting import board
from casebook.storage.tables import OPEN_WORK, Escalation, LedgerEntry, WorkItem

RECORDED = "exception_recorded"
NOT_DONE = "not_done"  # what the chief officer was told of and nobody has done yet
ExceptionLine = dict[str, object]


def listing(act: Act) -> list[ExceptionLine]:
    """Newest first; ids and codes only. What is restricted is listed for those named, and to the machine."""
    act.allowed(Command.LIST_APPLICATIONS)
    hidden = board.hidden_from(act.session, act.actor.id) if act.actor.is_person else frozenset()
    found = (line for line in (*_recorded(act), *_not_done(act)) if line["reference"] not in hidden)
    return sorted(found, key=lambda line: (str(line["at"]), str(line["reference"]), str(line["what"])), reverse=True)


def _recorded(act: Act) -> Iterator[ExceptionLine]:
    query = select(LedgerEntry).where(LedgerEntry.event == RECORDED)
    for entry in act.session.scalars(query):
        because = entry.body.get("reason") or entry.body.get("cause")
        yield _line(entry.at.isoformat(), entry.chain, str(entry.body["what"]), entry.actor, because)


def _not_done(act: Act) -> Iterator[ExceptionLine]:
    query = (
        select(Escalation, WorkItem.kind)
        .join(WorkItem, WorkItem.id == Escalation.item_id)
        .where(and_(OPEN_WORK, Escalation.role == Role.CHIEF_OFFICER))
    )
    for row, kind in act.session.execute(query):
        yield _line(row.raised_at.isoformat(), row.reference, f"{NOT_DONE}:{kind}", row.acknowledged_by, row.reason)


def _line(at: str, reference: str | None, what: str, by: str | None, because: str | None) -> ExceptionLine:
    return {"at": at, "reference": reference, "what": what, "by": by, "because": because}
