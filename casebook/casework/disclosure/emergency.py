"""Emergency disclosure: telling somebody at once, and the panel's ratification afterwards.

It does not replace the rest of the process: it sets no outcome, and meets no clock but its own.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from casebook.casework.core import given, lifecycle, notices
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
    """Record an emergency disclosure, authorised by a duty inspector who did no research. The panel must ratify it in time.

    `override` is the ground for contacting A outside their safe-contact plan, if that is necessary.
    """
    act.allowed(Command.DISCLOSE_IN_EMERGENCY)
    application = act.application(reference)
    researchers = researchers_of(act.session, reference)
    refuse(_why_not_authorise(act, researchers))
    occurred_at = given.moment(at, act.now)
    row = EmergencyDisclosure(
        id=chain.identity("emergency_disclosure", reference, act.actor.id, act.now.isoformat()),
        reference=reference,
        authorised_by=act.actor.id,
        researchers=sorted(researchers),
        recipient=given.one_of((Party.A, contact.PROTECTOR), recipient, "recipient"),
        channel=given.one_of(Channel, channel, "channel"),
        reason=_not_blank(reason, "reason"),
        told=_not_blank(told, "told"),
        occurred_at=occurred_at,
        recorded_at=act.now,
        ratified_by=None,
        ratified=None,
        ratification=None,
        ratified_at=None,
    )
    override_used = outreach.at_once(
        act, application, party=row.recipient, channel=row.channel, at=occurred_at, about=row.id, reason=row.reason,
        ground=Override(given.one_of(Override, override, "override")) if override else None,
        not_in_person_because=not_in_person_because,
    ).override_id  # fmt: skip
    act.session.add(row)
    act.record(application, "disclosed_in_emergency", emergency=row.id, recipient=recipient, channel=channel)
    subject = {"cause": CAUSE, "emergency": row.id, "authorised_by": act.actor.id}
    need = Need(kind=WorkKind.RATIFY_EMERGENCY, key=row.id, subject=subject, priority=Priority.IMMEDIATE)
    items = open_items(act, application, [need], because=CAUSE)
    notices.notify(act, application, role=Role.PANEL_CHAIR, reason=f"ratify:{CAUSE}", key=row.id)
    danger.open_safeguarding(act, application, cause=CAUSE, key=row.id)
    return {"reference": reference, "emergency": row.id, "override": override_used, "ratify_by": _due(items[0].due_at)}


def _why_not_authorise(act: Act, researchers: frozenset[str]) -> Reason | None:
    if act.actor.id in researchers:
        return Reason(
            "authoriser_researched",
            "you did research on this application: another duty inspector must authorise an emergency disclosure",
        )
    return None


class Ratified(Answer):
    """Whether the panel ratifies a decision that could not wait for it."""

    ratified: bool = Field(description="Whether the panel ratifies it.")
    reasons: str = Field(min_length=1, description="The reasons by the three-limb test, on what was known at the time.")


def _ratified(doing: Doing) -> None:
    """Ratified or not by somebody else than who authorised it. If not, it is an exception and the head of unit is notified."""
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
    """Ratify a decision made out of cycle. If it is not ratified and nothing was delivered, the panel decides again."""
    act, application, decision_id = doing.act, doing.application, doing.item.subject["decision"]
    approval.refuse_own_ratification(act, decision_id)
    standing = decisions.decision(act.session, application)
    if doing.answer.ratified or standing is None or standing.id != decision_id:
        return
    if application.stage in {Stage.PANEL_DECISION, Stage.DISCLOSURE} and application.outcome is None:
        next_round(act, application, because="not_ratified")
        if application.stage == Stage.DISCLOSURE:
            lifecycle.move(act, application, Stage.PANEL_DECISION, because="decision_superseded")


def _not_blank(text: str, name: str) -> str:
    if not text.strip():
        refuse_because("reason_missing", f"{name} must not be empty")
    return text


def _due(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


ANSWERS: Answers = {WorkKind.RATIFY_EMERGENCY: Answering(schema=Ratified, handler=_ratified)}
