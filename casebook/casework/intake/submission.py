"""Corrects the moment of submission: every clock that runs from it starts again from the right one."""

from __future__ import annotations

from datetime import datetime

from casebook.casework.core import clocks, lifecycle
from casebook.casework.core.acting import Act, refuse_all, still_open
from casebook.casework.core.two_people import agreed, unfrozen
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import stated_reason
from casebook.domain.case.intake import FROM_THE_FUTURE
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application


def correct(act: Act, reference: str, *, submitted_at: str, reason: str) -> dict[str, object]:
    """Correct when the application was submitted, in ISO 8601 with an offset. Two people must agree.

    Refused for a moment after the application was held here, or before the first policy was in force.
    """
    act.allowed(Command.CORRECT_SUBMISSION, works_on=reference)
    application = unfrozen(act, reference)
    still_open(application)
    because = stated_reason.read(reason)
    refuse_all([stated_reason.MISSING if because is None else None, _why_not_from(application, submitted_at)])
    moment = datetime.fromisoformat(submitted_at.upper())
    policy = act.documents.policy_on(moment)
    what = f"submitted_at:{moment.isoformat()}"
    if (first := agreed(act, application, what, reason=reason)) is None:
        return {"reference": reference, "proposed": what}
    was, application.submitted_at = application.submitted_at, moment
    application.policy = f"{policy.name}@{policy.version}"
    application.doubts = [doubt for doubt in application.doubts if doubt != FROM_THE_FUTURE]
    moved = clocks.restart(act, application)
    act.record(
        application, "submission_corrected", was=was.isoformat(), to=moment.isoformat(), first=first,
        reason=because.code if because else None,
        policy=application.policy, moved=moved,
    )  # fmt: skip
    lifecycle.carry_on(act, application, because="submission_corrected")
    return {"reference": reference, "submitted_at": moment.isoformat(), "policy": _name(application), "moved": moved}


def _why_not_from(application: Application, written: str) -> Reason | None:
    """A reason if this is no moment from which clocks may run."""
    try:
        moment = datetime.fromisoformat(written.upper())
    except ValueError:
        return Reason("impossible_date", "write the moment in ISO 8601 with an offset, as 2026-03-01T09:30:00+00:00")
    if moment.tzinfo is None:
        return Reason("no_offset", "the moment needs an offset from UTC, as in 2026-03-01T09:30:00+00:00")
    if moment > application.received_at:
        return Reason("after_received", "it was held here before that moment: no clock starts later")
    if moment == application.submitted_at:
        return Reason("unchanged", "that is the moment of submission already")
    return None


def _name(application: Application) -> str:
    return policy_of(application).name
