"""Wakes the engine for applications it should be working on: reconcile, idle applications, and urgency."""

from __future__ import annotations

from dataclasses import dataclass

from casebook.casework.core import stated_reasons
from casebook.casework.core.acting import Act, refuse, still_open
from casebook.casework.core.work_items import open_items
from casebook.casework.safeguarding import danger
from casebook.domain import freezing
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Priority, WorkKind
from casebook.domain.work import Need
from casebook.storage import leases, outbox
from casebook.storage.tables import Application


@dataclass(frozen=True, kw_only=True)
class Woken:
    """The applications that were woken, and the leases that were freed."""

    checked: int
    woken: list[str]
    freed: list[str]


def reconcile(act: Act) -> Woken:
    """Start a new run for each open application. Needed after the engine's database was lost."""
    act.allowed(Command.RECONCILE)
    freed = leases.free_dead(act.session)
    references = outbox.open_references(act.session)
    outbox.add(act.session, references, reason=outbox.RECONCILED, at=act.now)
    act.record(None, "reconciled", woken=len(references), freed=len(freed))
    return Woken(checked=len(references), woken=references, freed=freed)


def wake_neglected(act: Act) -> Woken:
    """Wake idle applications: open, waiting for nobody, without a run and without a waiting wake-up."""
    act.allowed(Command.SWEEP)
    freed = leases.free_dead(act.session)
    neglected = outbox.neglected(act.session)
    outbox.add(act.session, neglected, reason="neglected", at=act.now)
    if neglected or freed:
        act.record(None, "neglected_woken", woken=neglected, freed=freed)
    outbox.look_past_waiting(act.session)
    return Woken(checked=outbox.open_count(act.session), woken=neglected, freed=freed)


def make_urgent(act: Act, reference: str, reason: str) -> Application:
    """Raise an application to urgent. Any member of staff may; a supervisor confirms. Doing it again changes nothing."""
    act.allowed(Command.RAISE_PRIORITY)
    application = act.application(reference)
    still_open(application)
    refuse(freezing.why_not_edit(application.frozen_at))
    reason = stated_reasons.code_of(act, application, "made_urgent", reason)
    raised = danger.raise_priority(act, application, Priority.URGENT, reason=reason)
    if raised or not application.out_of_cycle:
        application.out_of_cycle = True  # the panel may decide before its next meeting
        need = Need(kind=WorkKind.CONFIRM_URGENT, key=reason, subject={"reason": reason, "by": act.actor.id})
        act.record(application, "made_urgent", reason=reason)
        open_items(act, application, [need], because="made_urgent")
        act.wake(application, "made_urgent")
    return application
