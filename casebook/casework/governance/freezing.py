"""Freezing an application after a death or serious injury, so that nothing known is changed. Two people can unfreeze it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from casebook.casework.core import given, lifecycle, notices, two_people
from casebook.casework.core.acting import Act, Summary, refuse_because
from casebook.casework.core.work_items import open_items
from casebook.casework.staff import suspension
from casebook.domain.authority import Command
from casebook.domain.case import follow_up
from casebook.domain.vocabulary import Priority, Role, WorkKind
from casebook.domain.work import Need
from casebook.storage.documents import policy_of

HARMS = ("death", "serious_injury")


def report_harm(act: Act, reference: str, *, what: str) -> Summary:
    """Report that somebody in the application died or was seriously injured: freeze it, set a legal hold, refer to the regulator.

    The referral is due by the end of the next local day, at any stage and also after closing.
    """
    act.allowed(Command.OPEN_SAFEGUARDING)
    application = act.application(reference)
    given.one_of(HARMS, what, "what")
    application.legal_hold = True
    application.frozen_at = application.frozen_at or act.now
    act.record(application, "harm_reported", what=what)
    due_at = follow_up.end_of_next_day(act.now, ZoneInfo(policy_of(application).calendar.timezone))
    need = Need(
        kind=WorkKind.REFER_SAFEGUARDING,
        key=f"{what}:{act.now.isoformat()}",
        role=Role.HEAD_OF_UNIT,
        subject={"who": "regulator", "what": what},
        priority=Priority.IMMEDIATE,
        due_at=due_at,
    )
    open_items(act, application, [need], because=what)
    for role in (Role.HEAD_OF_UNIT, Role.PROFESSIONAL_STANDARDS):
        notices.notify(act, application, role=role, reason=f"harm:{what}", key=act.now.isoformat())
    return {"reference": reference, "frozen": True, "legal_hold": True, "refer_by": due_at.isoformat()}


def unfreeze(act: Act, reference: str, *, reason: str) -> Summary:
    """Unfreeze an application. Two people who may set a legal hold must agree. The legal hold itself stays."""
    act.allowed(Command.HOLD)
    application = act.application(reference)
    if application.frozen_at is None:
        refuse_because("not_frozen", "this application is not frozen")
    if (first := two_people.agreed(act, application, "unfreeze", reason=reason)) is None:
        return {"reference": reference, "proposed": "unfreeze"}
    application.frozen_at = None
    act.record(application, "unfrozen", first=first)
    act.session.flush()
    suspension.catch_up(act, reference)
    lifecycle.carry_on(act, application, because="unfrozen")
    return {"reference": reference, "frozen": False}
