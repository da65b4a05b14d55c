"""The shape of every use case: authorise, load, rule, save, ledger, outbox, in the caller's one transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import policies
from casebook.domain import authority, chain
from casebook.domain.actors import Actor, Reason
from casebook.domain.authority import Command
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Priority, Stage
from casebook.domain.work import SPECS, Need
from casebook.errors import NotFound, NotPermitted, Refused
from casebook.storage import ledger
from casebook.storage.tables import Application, Clock, Outbox, Restriction, WorkItem

# what an item is given each time it is opened
OPENED = ("stage", "role", "subject", "blocking", "priority", "owner", "reserved", "opened_at", "due_at", "claimed_at",
          "cancelled_at", "cancelled_why")  # fmt: skip
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
_NUMBER = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9/_.-]{1,64}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody doing something now. The caller commits; anything raised leaves no trace."""

    session: Session
    actor: Actor
    now: datetime

    def speak(self, application: Application | None, event: str, /, **body: object) -> None:
        """Write the ledger entry of what was just changed; ids, codes and counts only."""
        ledger.record(
            self.session,
            chain_name=application.reference if application else chain.HOUSE,
            actor=self.actor.id,
            event_name=event,
            at=self.now,
            **body,
        )

    def allowed(self, command: Command) -> None:
        """Refuse if the actor's roles do not allow the command."""
        refuse(authority.why_not(self.actor, command), NotPermitted)

    def application(self, reference: str, *, lock: bool = True) -> Application:
        """The application, locked against other acts on it; refused if the actor may not know it."""
        query = select(Application).where(Application.reference == reference)
        # as an UPDATE locks it: another act waits, a row elsewhere that only points here does not
        found = self.session.scalar(query.with_for_update(key_share=True) if lock else query)
        if found is None:
            raise NotFound(f"there is no application {reference}")
        refuse(
            authority.why_not_see(self.actor, restricted=found.restricted, named=named(self.session, found)),
            NotPermitted,
        )
        return found

    def wake(self, application: Application, reason: str) -> None:
        """Leave a wake-up for the engine, delivered if and only if this transaction is committed."""
        self.session.add(
            Outbox(
                reference=application.reference,
                reason=reason,
                priority=application.priority,
                written_at=self.now,
                dispatched_at=None,
                run_id=None,
            )
        )


def refuse(reason: Reason | None, error: type[Refused] = Refused) -> None:
    """Raise if there is a reason."""
    if reason is not None:
        raise error(reason.message, reason.code)


def refuse_because(code: str, message: str, error: type[Refused] = Refused) -> NoReturn:
    raise error(message, code)


def policy_of(application: Application) -> Policy:
    """The policy the application was received under."""
    return policies.load(application.policy.partition("@")[0])


def named(session: Session, application: Application) -> frozenset[str]:
    """The people named for a restricted application; nobody needs naming for any other."""
    if not application.restricted:
        return frozenset()
    query = select(Restriction.staff_id).where(Restriction.reference == application.reference)
    return frozenset(session.scalars(query))


def reason_code(given: str) -> str:
    """A reason that the ledger or the engine repeats is a code; whatever could hold a name is refused."""
    if not _CODE.fullmatch(given):
        refuse_because("not_a_code", "the reason must be a code such as new_threat: letters, digits and underscores")
    return given


def number_of_theirs(given: str) -> str:
    """The number another service knows it by: no spaces and a digit in it, so that no name is one."""
    if not _NUMBER.fullmatch(given):
        refuse_because("not_a_number", "their reference is a number such as 42/123/26: letters, digits, / _ . -")
    return given


def open_item(act: Act, application: Application, need: Need) -> WorkItem | None:
    """Open the work item of a need, unless it was opened before; the caller speaks of it.

    One that was cancelled because nobody needed it any more is open again: it stands on the rung where it stood.
    """
    item, known = item_of(act, application, need), act.session.get(WorkItem, need.id(application.reference))
    if known is None:
        act.session.add(item)
        return item
    if known.cancelled_at is None:
        return None
    for name in OPENED:
        setattr(known, name, getattr(item, name))
    return known


def item_of(act: Act, application: Application, need: Need) -> WorkItem:
    """The work item of a need, not yet part of anything."""
    spec = SPECS[need.kind]
    whole = replace(
        need,
        blocking=spec.blocking if need.blocking is None else need.blocking,
        priority=need.priority or Priority(application.priority),
        due_at=need.due_at or _due(act, application, need),
    )
    return item_row(act, whole, reference=application.reference, stage=spec.stage or application.stage)


def item_row(act: Act, need: Need, *, reference: str | None = None, stage: str | None = None) -> WorkItem:
    """The row of a need that says all itself, also of one that belongs to no application."""
    return WorkItem(
        id=need.id(reference), reference=reference, kind=need.kind, stage=stage, role=need.role or SPECS[need.kind].roles[0],
        key=need.key, subject=dict(need.subject), blocking=bool(need.blocking), priority=need.priority or Priority.STANDARD,
        owner=need.owner, reserved=need.owner is not None, opened_at=act.now, due_at=need.due_at, escalation_level=0,
        claimed_at=None, done_at=None, done_by=None, answer=None, cancelled_at=None, cancelled_why=None,
    )  # fmt: skip


def open_items(act: Act, application: Application, needs: Iterable[Need], because: str) -> list[WorkItem]:
    """Open what is not open yet, and say so in one ledger entry."""
    opened = [item for need in needs if (item := open_item(act, application, need))]
    if opened:
        act.speak(application, "work_opened", because=because, kinds=sorted(item.kind for item in opened))
    return opened


def _due(act: Act, application: Application, need: Need) -> datetime | None:
    from casebook.casework import clocks  # noqa: PLC0415 - clocks speak through acts, so they are read late

    if (allowance := policy_of(application).work_allowance(need.kind)) is not None:
        return clocks.due_from(
            act.now, allowance.allowance(need.priority or Priority(application.priority)).value, application
        )
    limit = SPECS[need.kind].limit
    clock = act.session.get(Clock, clocks.clock_id(application.reference, limit)) if limit else None
    return clock.due_at if clock else None


def still_open(application: Application) -> None:
    """Refuse an act on a closed application."""
    if application.stage == Stage.CLOSED:
        refuse_because("closed", f"{application.reference} is closed; a correction is a new application or a review")
