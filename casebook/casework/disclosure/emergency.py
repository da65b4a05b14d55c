"""Emergency disclosure: telling somebody at once. Each member of the panel is asked to ratify it afterwards.

It does not replace the rest of the process: it sets no outcome, and meets no clock but its own.
"""

from __future__ import annotations

from datetime import datetime

from casebook.casework.core import given
from casebook.casework.core.acting import Act, Summary, refuse, refuse_all
from casebook.casework.panel_decision import ratification
from casebook.casework.safeguarding import contact, danger, outreach
from casebook.domain import chain
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case.safe_contact import Override
from casebook.domain.vocabulary import Channel, Party, Priority
from casebook.errors import InvalidAnswer
from casebook.storage.people import researchers_of
from casebook.storage.tables import EmergencyDisclosure

RECIPIENTS = (Party.A, contact.PROTECTOR)


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
    refuse_all(
        [
            given.why_not_one_of(RECIPIENTS, recipient, "recipient"),
            given.why_not_one_of(Channel, channel, "channel"),
            given.why_not_one_of(Override, override, "override") if override else None,
            given.why_not_words(reason, "reason"),
            given.why_not_words(told, "told"),
            given.why_not_moment(at, act.now),
        ],
        InvalidAnswer,
    )
    occurred_at = given.moment(at, act.now)
    row = EmergencyDisclosure(
        id=chain.identity("emergency_disclosure", reference, act.actor.id, act.now.isoformat()),
        reference=reference,
        authorised_by=act.actor.id,
        researchers=sorted(researchers),
        recipient=recipient,
        channel=channel,
        reason=reason,
        told=told,
        occurred_at=occurred_at,
        recorded_at=act.now,
        ratified_by=None,
        ratified=None,
        ratification=None,
        ratified_at=None,
    )
    override_used = outreach.at_once(
        act, application, party=row.recipient, channel=row.channel, at=occurred_at, about=row.id, reason=row.reason,
        ground=Override(override) if override else None,
        not_in_person_because=not_in_person_because,
    ).override_id  # fmt: skip
    act.session.add(row)
    act.record(application, "disclosed_in_emergency", emergency=row.id, recipient=recipient, channel=channel)
    act.session.flush()
    subject = {"cause": ratification.EMERGENCY, "emergency": row.id, "authorised_by": act.actor.id}
    did_it = frozenset({act.actor.id})
    items = ratification.ask_panel(act, application, subject=subject, did_it=did_it, priority=Priority.IMMEDIATE)
    danger.open_safeguarding(act, application, cause=ratification.EMERGENCY, key=row.id)
    return {"reference": reference, "emergency": row.id, "override": override_used, "ratify_by": _due(items[0].due_at)}


def _why_not_authorise(act: Act, researchers: frozenset[str]) -> Reason | None:
    if act.actor.id in researchers:
        return Reason(
            "authoriser_researched",
            "you did research on this application: another duty inspector must authorise an emergency disclosure",
        )
    return None


def _due(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
