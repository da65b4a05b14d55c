"""The second officer at a delivery attests it themselves: the first cannot name somebody who was not there."""

from __future__ import annotations

from pydantic import Field

from casebook.casework.core import notices
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.domain import authority
from casebook.domain.actors import Reason
from casebook.domain.case import disclosure as rules
from casebook.domain.case.disclosure import SecondOfficer
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage import people
from casebook.storage.case import deliveries
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, Disclosure, WorkItem


class DeliveryAttested(Answer):
    """What the second officer says of a delivery at which they were."""

    present: bool = Field(description="You were there from beginning to end.")
    told_as_recorded: bool = Field(description="It was told to whom, when and how the first officer recorded it.")
    remarks: str | None = Field(default=None, description="What was otherwise. Needed if it was not as recorded.")
    nobody_can_because: str | None = Field(
        default=None,
        description="Only from a supervisor: why nobody who was there can attest it. The delivery then counts as made by one.",
    )


def needs(act: Act, application: Application, *, later: bool = False) -> list[Need]:
    """One item for each delivery that two people must make and nobody has attested. Only closing waits for it (`later`)."""
    if policy_of(application).contact.delivering_people.value < len({"one", "other"}):
        return []
    return [
        Need(
            kind=WorkKind.ATTEST_DELIVERY,
            key=f"{row.id}{':later' if later else ''}",
            blocking=later,
            subject={"delivery": row.id, "delivered_by": row.delivered_by, "occurred_at": row.occurred_at.isoformat()},
        )
        for row in deliveries.told(act.session, application.reference)
        if deliveries.awaits_second(row)
    ]


def why_not_them(act: Act, _application: Application, item: WorkItem) -> Reason | None:
    """A reason for whoever delivered it: the second officer attests it themselves."""
    return authority.why_not_second(act.actor, [item.subject["delivered_by"]])


def attested(doing: Doing) -> None:
    """Record the second officer, who was there, was trained and was on duty; or that nobody can attest it."""
    act, answer = doing.act, doing.answer
    row = act.session.get_one(Disclosure, doing.item.subject["delivery"])
    if answer.nobody_can_because is not None:
        _accept_one(doing, row)
        return
    second = SecondOfficer(
        id=act.actor.id,
        present=answer.present,
        trained=deliveries.is_trained(act.session, act.actor.id, row.occurred_at.date()),
        on_duty=people.was_on_duty(act.session, act.actor.id, row.occurred_at),
    )
    refuse(rules.why_not_attest(second, delivered_by=row.delivered_by))
    if not answer.told_as_recorded and not answer.remarks:
        refuse_because("remarks_missing", "say what was otherwise than the first officer recorded", InvalidAnswer)
    row.second_officer, row.attested_at = act.actor.id, act.now
    act.record(doing.application, "delivery_attested", delivery=row.id, as_recorded=answer.told_as_recorded)
    if not answer.told_as_recorded:
        _tell_head(doing, "delivery_told_otherwise")


def _accept_one(doing: Doing, row: Disclosure) -> None:
    """A supervisor who did not deliver it says that nobody can attest it. The gate still asks for the second officer."""
    if Role.SUPERVISOR not in doing.act.actor.roles or doing.act.actor.id == row.delivered_by:
        refuse_because(
            "supervisor_needed", "only a supervisor who did not deliver it can say that nobody can attest it"
        )
    row.attested_at = doing.act.now
    _tell_head(doing, "delivery_not_attested")


def _tell_head(doing: Doing, what: str) -> None:
    notices.notify(doing.act, doing.application, role=Role.HEAD_OF_UNIT, reason=what, key=doing.item.id)
    doing.act.record(doing.application, "exception_recorded", what=what, delivery=doing.item.subject["delivery"])
