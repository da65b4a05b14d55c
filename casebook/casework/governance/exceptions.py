"""The list of exceptions: approved departures from the rules, and work not done after every escalation level.

It is made from the ledger and the last escalation level. Nobody keeps it by hand, so nobody can leave anything out.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.domain import authority, chain
from casebook.domain.authority import Command
from casebook.domain.escalation import highest_level
from casebook.storage import people
from casebook.storage.tables import OPEN_WORK, Application, Escalation, LedgerEntry, WorkItem

RECORDED = "exception_recorded"
NOT_DONE = "not_done"  # work that was escalated to the last level of its policy and is still open
ExceptionLine = dict[str, object]


def listing(act: Act) -> list[ExceptionLine]:
    """All exceptions, newest first, in ids and codes. Only those of applications that the actor may see."""
    act.allowed(Command.LIST_APPLICATIONS)
    hidden: set[str | None] = set(people.hidden_from(act.session, act.actor))
    if authority.sees_only_own_panels(act.actor):
        hidden.add(None)  # those of the unit's accounts
    lines = (line for line in (*_recorded(act), *_not_done(act)) if line["reference"] not in hidden)
    return sorted(lines, key=lambda line: (str(line["at"]), str(line["reference"]), str(line["what"])), reverse=True)


def _recorded(act: Act) -> Iterator[ExceptionLine]:
    query = select(LedgerEntry).where(LedgerEntry.event == RECORDED)
    for entry in act.session.scalars(query):
        because = entry.body.get("reason") or entry.body.get("cause")
        reference = None if entry.chain == chain.UNIT else entry.chain
        yield _line(entry.at.isoformat(), reference, str(entry.body["what"]), entry.actor, because)


def _not_done(act: Act) -> Iterator[ExceptionLine]:
    least = min(highest_level(policy.escalation) for policy in act.documents.policies())
    query = (
        select(Escalation, WorkItem.kind, Application.policy)
        .join(WorkItem, WorkItem.id == Escalation.item_id)
        .outerjoin(Application, Application.reference == Escalation.reference)
        .where(OPEN_WORK, Escalation.rung >= least)
    )
    for row, kind, title in act.session.execute(query):
        policy = act.documents.policy(title) if title else act.documents.policy_on(act.now)
        if row.rung < highest_level(policy.escalation):
            continue
        yield _line(row.raised_at.isoformat(), row.reference, f"{NOT_DONE}:{kind}", row.acknowledged_by, row.reason)


def _line(at: str, reference: str | None, what: str, by: str | None, because: str | None) -> ExceptionLine:
    return {"at": at, "reference": reference, "what": what, "by": by, "because": because}
