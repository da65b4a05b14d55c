"""Contacts reported in an answer. They are logged by `contact`, which refuses any that the safe-contact plan does not allow."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.casework.safeguarding import contact, referring
from casebook.casework.safeguarding.contact import Contact
from casebook.domain.authority import Command, why_not_allowed
from casebook.domain.case.safe_contact import Override, Purpose, Way
from casebook.domain.vocabulary import Applicant, Channel, Party
from casebook.errors import InvalidAnswer
from casebook.storage.case import deliveries
from casebook.storage.tables import Application, ContactAttempt


class Heard(Answer):
    """Fields of every answer at which somebody outside may have told something that others must act on."""

    crime_alleged: bool = Field(
        default=False,
        description="A crime was told that is not recorded yet: this opens its recording, due in 24 hours.",
    )
    people_to_refer: list[Literal["children", "adult_at_risk"]] = Field(
        default_factory=list,
        description="Who may have to be referred to another agency, such as a child in the household.",
    )


def act_on_what_was_heard(doing: Doing) -> None:
    """Open the recording of a crime and the questions of referrals that an answer tells of."""
    answer = doing.answer
    if isinstance(answer, Heard):
        recorded = getattr(answer, "crime_number", None) is not None
        referring.told(
            doing.act, doing.application, at=doing.item.kind, key=doing.item.id, people=answer.people_to_refer,
            crime=answer.crime_alleged and not recorded,
        )  # fmt: skip


class UnderPlan(Heard):
    """Fields of every answer that reports a contact under somebody's safe-contact plan."""

    asked_plan_again: bool = Field(
        default=False,
        description="The contact began by asking whether the plan is still right. An old plan allows no other contact.",
    )
    override: str | None = Field(
        default=None, description="Id of a duty inspector's override, if the contact was outside the plan."
    )


class Contacted(UnderPlan):
    """Fields of an answer that may report how somebody was contacted, or that a message was left."""

    channel: Channel | None = Field(
        default=None, description="How they were contacted, if they were. It must be the channel of their plan."
    )
    left_message: bool = Field(default=False, description="A message was left. Only if the plan allows messages.")
    not_in_person_because: str | None = Field(
        default=None, description="Under an override only: why the contact was not in person."
    )


class Speaks(Contacted):
    """Fields of an answer that may report a contact; occurred_at must then be inside the safe window."""

    arranged_at: AwareDatetime | None = Field(
        default=None,
        description="When a meeting was agreed over the plan's channel, unless that is in the contact log already.",
    )
    they_came: bool = Field(
        default=False, description="They came to us unasked: the safe-contact plan is then not checked."
    )


def applicant_of(application: Application) -> Party:
    """The party to contact about the application itself."""
    return Party.A if application.applicant == Applicant.A else Party.C


def channel_of(answer: Contacted) -> Channel:
    """The channel of a contact that an answer reports. Refused if nobody gave it: no contact is assumed."""
    if answer.channel is None:
        refuse_because(
            "channel_missing", "give the channel of the contact, or record that they came to us", InvalidAnswer
        )
    return answer.channel


def spoken(doing: Doing, *, party: str, purpose: Purpose, reached: bool = True) -> None:
    """Log the contact that a `Speaks` answer reports. There is none if they came to us, or nobody was contacted."""
    channel = doing.answer.channel
    if channel is None or doing.answer.they_came:
        return
    keep(
        doing, party=party, purpose=purpose, channel=channel, about=doing.item.id, reached=reached,
        because=doing.answer.not_in_person_because, leaves_message=doing.answer.left_message,
    )  # fmt: skip


def keep(
    doing: Doing,
    *,
    party: str,
    purpose: Purpose,
    channel: str,
    about: str,
    because: str | None,
    reached: bool = True,
    leaves_message: bool = False,
) -> ContactAttempt:
    """Log a contact, and the agreement to meet if the answer reports one. Each must be inside the plan or under an override."""
    act, application, answer = doing.act, doing.application, doing.answer
    if answer.arranged_at is not None:
        _agreement(doing, party=party, about=about, because=because)
    agreed = channel == Channel.IN_PERSON and contact.has_agreed(act, application, party, doing.occurred_at)
    way = Way(
        at=doing.occurred_at, channel=channel, agreed_meeting=agreed, asks_plan_again=answer.asked_plan_again,
        leaves_message=leaves_message,
    )  # fmt: skip
    attempt = Contact(
        party=party, purpose=purpose, way=way, reached=reached, about=about, override=answer.override,
        not_in_person_because=because,
    )  # fmt: skip
    return contact.log(act, application, attempt)


def _agreement(doing: Doing, *, party: str, about: str, because: str | None) -> None:
    """Log that a meeting was agreed, over the plan's channel. That must be before the meeting."""
    act, answer = doing.act, doing.answer
    if answer.arranged_at > doing.occurred_at:
        refuse_because("arranged_after", "arranged_at must be before the meeting", InvalidAnswer)
    plan = deliveries.plan(act.session, doing.application.reference, party)
    if plan is None or not plan.channel:
        refuse_because(
            "agreed_over_nothing",
            "there is no safe channel over which a meeting can have been agreed: leave arranged_at out",
            InvalidAnswer,
        )
    way = Way(at=answer.arranged_at, channel=plan.channel, asks_plan_again=answer.asked_plan_again)
    attempt = Contact(
        party=party, purpose=Purpose.ARRANGE, way=way, reached=True, about=about, override=answer.override,
        not_in_person_because=because,
    )  # fmt: skip
    contact.log(act, doing.application, attempt)


def at_once(
    act: Act,
    application: Application,
    *,
    party: str,
    channel: str,
    at: datetime,
    about: str,
    ground: Override | None,
    reason: str,
    reached: bool = True,
    not_in_person_because: str | None = None,
) -> ContactAttempt:
    """Log a contact made because a life may be at risk: inside the plan, or under an override.

    A duty inspector gives the override by the same call, with its `ground`.
    """
    agreed = channel == Channel.IN_PERSON and contact.has_agreed(act, application, party, at)
    way = Way(at=at, channel=channel, agreed_meeting=agreed)
    override_id = None
    outside = contact.why_not_contact(act, application, party, way) is not None
    if ground is not None and outside and why_not_allowed(act.actor, Command.OVERRIDE_CONTACT) is None:
        override_id = contact.override_row(
            act, application, party=party, code=ground, reason=reason, at=at, about=about
        ).id
        act.session.flush()
    attempt = Contact(
        party=party, purpose=Purpose.EMERGENCY, way=way, reached=reached, about=about, override=override_id,
        not_in_person_because=not_in_person_because,
    )  # fmt: skip
    return contact.log(act, application, attempt)
