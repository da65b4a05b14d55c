"""What those who delivered an outcome report: the answers to the two delivery items, and what the rules see of them."""

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
    """What they chose when a later contact was offered."""

    chosen: Chosen
    at: AwareDatetime | None = Field(default=None, description="Only for another_time: when they want it.")


class NoDisclosureDelivered(UnderPlan):
    """The careful words that nothing is disclosed, as delivered; occurred_at is inside the safe window."""

    recipient: str = Field(min_length=1, description="As the item's subject names them: a, c or protector:N.")
    wording: str = Field(min_length=1, description="Version of the approved wording that was read, as in the subject.")
    channel: Channel = Field(default=Channel.IN_PERSON, description="To c: their safe channel. To others: in person.")
    verbal: bool = Field(default=True, description="By word of mouth, nothing handed over; plays no part for c.")
    exception_reason: str | None = Field(
        default=None, description="If not in person: why; two people have agreed to it, or there is an override."
    )
    arranged_at: AwareDatetime | None = Field(
        default=None,
        description="When the meeting was agreed over the plan's own channel, in its window; needed unless the plan "
        "says in_person or the agreement is in the log of contacts.",
    )
    second_officer: str | None = Field(default=None, description="Staff id of the other who delivered; not for c.")
    identity_checked: bool = Field(default=False, description="Who it is was checked first; not for c.")
    support_offered: bool = Field(description="Support was offered; always.")
    safety_plan: str | None = Field(default=None, description="What was agreed, or why there is none; not for c.")
    referrals: list[ReferralMade] = Field(default_factory=list, description="Each agency in the subject is answered.")
    follow_up: dict[Limit, Choice] = Field(
        default_factory=dict, description="Each limit in the subject: follow_up_24h, follow_up_7d, follow_up_28d."
    )
    immediate_danger: bool = Field(default=False, description="Somebody is in danger now: safeguarding opens.")


class DisclosureDelivered(NoDisclosureDelivered):
    """The disclosure as it was told; occurred_at is inside the safe window."""

    undertaking: Literal["signed", "refused_weighed"] = Field(description="Asked for before anything was told.")
    undertaking_weighed: str | None = Field(default=None, description="If refused: why they were told all the same.")
    items: list[str] = Field(min_length=1, description="Findings that were told; of those in the subject.")
    left_out_because: str | None = Field(default=None, description="If an item in the subject was not told.")


def told(doing: Doing) -> ReportedDelivery:
    """The report as the rules of a delivery see it."""
    answer = doing.answer
    refuse_unclear(answer.referrals)
    return ReportedDelivery(
        at=doing.occurred_at,
        channel=answer.channel,
        verbal=answer.verbal,
        by=doing.act.actor.id,
        second=answer.second_officer,
        identity_checked=answer.identity_checked,
        wording=answer.wording,
        support_offered=answer.support_offered,
        safety_plan=bool(answer.safety_plan),
        undertaking=getattr(answer, "undertaking", rules.NOT_NEEDED),
        undertaking_weighed=bool(getattr(answer, "undertaking_weighed", None)),
        items=frozenset(getattr(answer, "items", ())),
        left_out_explained=bool(getattr(answer, "left_out_because", None)),
        exception=bool(answer.exception_reason),
        referrals=frozenset(made.agency for made in answer.referrals),
        offers={limit: Offer(chosen=choice.chosen, at=choice.at) for limit, choice in answer.follow_up.items()},
    )
