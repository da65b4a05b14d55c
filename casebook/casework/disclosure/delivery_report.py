"""Reports of a delivery: the answers to the two kinds of delivery item, and how the rules read them."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from casebook.casework.core.answers import Doing
from casebook.casework.core.referrals import ReferralMade, refuse_unclear
from casebook.casework.safeguarding.outreach import UnderPlan
from casebook.domain.case import disclosure as rules
from casebook.domain.case.disclosure import Offer, ReportedDelivery
from casebook.domain.case.follow_up import Chosen
from casebook.domain.vocabulary import Channel, Limit


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, hide_input_in_errors=True)


class Choice(_Part):
    """What the person chose when a follow-up contact was offered."""

    chosen: Chosen
    at: AwareDatetime | None = Field(default=None, description="Only for another_time: when they want it.")


class NoDisclosureDelivered(UnderPlan):
    """Delivery of the approved words that nothing is disclosed; occurred_at must be inside the safe window."""

    recipient: str = Field(min_length=1, description="The recipient in the item's subject: a, c or protector:N.")
    wording: str = Field(min_length=1, description="Version of the approved wording that was used, as in the subject.")
    channel: Channel = Field(description="To c: their safe channel. To others: in person.")
    verbal: bool = Field(description="Told by word of mouth, nothing handed over; not checked for c.")
    exception_reason: str | None = Field(
        default=None,
        description="Why it was not in person: two people must have agreed to that, or there is an override.",
    )
    arranged_at: AwareDatetime | None = Field(
        default=None,
        description="When the meeting was agreed over the plan's channel, inside its window. Needed unless the plan "
        "says in_person or the agreement is in the contact log already.",
    )
    identity_checked: bool = Field(
        default=False, description="The identity of the person was checked first; not for c."
    )
    support_offered: bool = Field(description="Support was offered. It must always be.")
    safety_plan: str | None = Field(
        default=None, description="The safety plan agreed, or why there is none; not for c."
    )
    referrals: list[ReferralMade] = Field(default_factory=list, description="One for each agency in the subject.")
    follow_up: dict[Limit, Choice] = Field(
        default_factory=dict,
        description="One for each limit in the subject: follow_up_24h, follow_up_7d, follow_up_28d.",
    )
    immediate_danger: bool = Field(default=False, description="Somebody is in danger now: this opens safeguarding.")


class DisclosureDelivered(NoDisclosureDelivered):
    """Delivery of a disclosure in its agreed words (`casebook applications words REF`); occurred_at inside the safe window."""

    undertaking: Literal["signed", "refused_weighed"] = Field(description="Asked for before anything was disclosed.")
    undertaking_weighed: str | None = Field(
        default=None, description="If refused: why the disclosure was made all the same."
    )
    items: list[str] = Field(min_length=1, description="The findings that were disclosed, out of those in the subject.")
    word_for_word: bool = Field(description="The agreed words were read as they are, and nothing else was told.")
    departures: str | None = Field(
        default=None, description="If not word for word: what was told otherwise or besides, and why."
    )
    left_out_because: str | None = Field(default=None, description="Why an item in the subject was not disclosed.")


def reported(doing: Doing) -> ReportedDelivery:
    """The report in the form that the rules of a delivery check."""
    answer = doing.answer
    refuse_unclear(answer.referrals)
    return ReportedDelivery(
        at=doing.occurred_at,
        channel=answer.channel,
        verbal=answer.verbal,
        by=doing.act.actor.id,
        identity_checked=answer.identity_checked,
        wording=answer.wording,
        support_offered=answer.support_offered,
        safety_plan=bool(answer.safety_plan),
        undertaking=getattr(answer, "undertaking", rules.NOT_NEEDED),
        undertaking_weighed=bool(getattr(answer, "undertaking_weighed", None)),
        items=frozenset(getattr(answer, "items", ())),
        left_out_explained=bool(getattr(answer, "left_out_because", None)),
        word_for_word=getattr(answer, "word_for_word", True),
        departures_told=bool(getattr(answer, "departures", None)),
        exception=bool(answer.exception_reason),
        referrals=frozenset(referral.agency for referral in answer.referrals),
        offers={limit: Offer(chosen=choice.chosen, at=choice.at) for limit, choice in answer.follow_up.items()},
    )
