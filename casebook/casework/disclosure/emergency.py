"""What cannot wait: telling somebody at once, and its ratification by the panel afterwards.

None of it replaces the rest of the process: no outcome comes of it, and no clock but its own is met.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from casebook.casework.core import lifecycle, notices
from casebook.casework.core.acting import Act, Summary, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.core.rounds import next_round
from casebook.casework.core.work_items import open_items
from casebook.casework.panel_decision import approval
from casebook.casework.safeguarding import contact, danger, outreach
from casebook.domain import authority, chain
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case.safe_contact import Override
from casebook.domain.vocabulary import Channel, Party, Priority, Role, Stage, WorkKind
from casebook.domain.work import Need
from casebook.storage.case import decisions
from casebook.storage.people import researchers_of
from casebook.storage.tables import EmergencyDisclosure

CAUSE = "emergency_disclosure"


def disclose(
    act: Act,
    reference: str,
    *,
    recipient: str,
    channel: str,
    reason: str,
    told: str,
    at: str | None = None,
    override: str | None = None,
    not_in_person_because: str | None = None,
) -> Summary:
    """A duty inspector who did no research has somebody told at once; the panel ratifies it within its limit.

    `override` is the ground on which A is contacted outside their plan, if that has to be.
    """
    act.allowed(Command.DISCLOSE_IN_EMERGENCY)
    application = act.application(reference)
    researchers = researchers_of(act.session, reference)
    refuse(_why_not_authorise(act, researchers))
    occurred_at = contact.moment(at, act.now)
    row = EmergencyDisclosure(
        id=chain.identity("emergency_disclosure", reference, act.actor.id, act.now.isoformat()),
        reference=reference,
        authorised_by=act.actor.id,
        researchers=sorted(researchers),
        recipient=contact.one_of((Party.A, contact.PROTECTOR), recipient, "recipient"),
        channel=contact.one_of(Channel, channel, "channel"),
        reason=_said(reason, "reason"),
        told=_said(told, "told"),
        occurred_at=occurred_at,
        recorded_at=act.now,
        ratified_by=None,
        ratified=None,
        ratification=None,
        ratified_at=None,
    )
    used = outreach.at_once(
        act, application, party=row.recipient, channel=row.channel, at=occurred_at, about=row.id, reason=row.reason,
        ground=Override(contact.one_of(Override, override, "override")) if override else None,
        not_in_person_because=not_in_person_because,
    ).override_id  # fmt: skip
    act.session.add(row)
    act.record(application, "disclosed_in_emergency", emergency=row.id, recipient=recipient, channel=channel)
    subject = {"cause": CAUSE, "emergency": row.id, "authorised_by": act.actor.id}
    need = Need(kind=WorkKind.RATIFY_EMERGENCY, key=row.id, subject=subject, priority=Priority.IMMEDIATE)
    items = open_items(act, application, [need], because=CAUSE)
    notices.notify(act, application, role=Role.PANEL_CHAIR, reason=f"ratify:{CAUSE}", key=row.id)
    danger.open_safeguarding(act, application, cause=CAUSE, key=row.id)
    return {"reference": reference, "emergency": row.id, "override": used, "ratify_by": _due(items[0].due_at)}


def _why_not_authorise(act: Act, researchers: frozenset[str]) -> Reason | None:
    if act.actor.id in researchers:
        return Reason("authoriser_researched", "whoever did research on it does not authorise telling in an emergency")
    return None


class Ratified(Answer):
    """What the panel says afterwards of something that could not wait for it."""

    ratified: bool = Field(description="The panel stands by it.")
    reasons: str = Field(min_length=1, description="By the same three-limb test, as it stood at the time.")


def _ratified(doing: Doing) -> None:
    """By another than who authorised it; what is not ratified is an exception, and goes to the head of unit."""
    if doing.item.subject.get("cause") == CAUSE:
        _ratify_emergency(doing)
    else:
        _ratify_decision(doing)
    if not doing.answer.ratified:
        act, application = doing.act, doing.application
        notices.notify(act, application, role=Role.HEAD_OF_UNIT, reason="not_ratified", key=doing.item.id)
        act.record(application, "exception_recorded", what="not_ratified", cause=doing.item.subject.get("cause"))


def _ratify_emergency(doing: Doing) -> None:
    row = doing.act.session.get_one(EmergencyDisclosure, doing.item.subject["emergency"])
    refuse(authority.why_not_second(doing.act.actor, [row.authorised_by]))
    row.ratified_by, row.ratified_at = doing.act.actor.id, doing.act.now
    row.ratified, row.ratification = doing.answer.ratified, doing.answer.reasons


def _ratify_decision(doing: Doing) -> None:
    """What was decided out of cycle. Not ratified and nobody told yet: the panel decides anew."""
    act, application, decision_id = doing.act, doing.application, doing.item.subject["decision"]
    approval.refuse_own_ratification(act, decision_id)
    standing = decisions.decision(act.session, application)
    if doing.answer.ratified or standing is None or standing.id != decision_id:
        return
    if application.stage in {Stage.PANEL_DECISION, Stage.DISCLOSURE} and application.outcome is None:
        next_round(act, application, because="not_ratified")
        if application.stage == Stage.DISCLOSURE:
            lifecycle.move(act, application, Stage.PANEL_DECISION, because="decision_superseded")


def _said(text: str, name: str) -> str:
    if not text.strip():
        refuse_because("reason_missing", f"{name} must say something")
    return text


def _due(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


ANSWERS: Answers = {WorkKind.RATIFY_EMERGENCY: Answering(schema=Ratified, handler=_ratified)}
