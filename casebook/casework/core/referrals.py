"""Referrals to other services, made while doing other work: each with the agency's reference, or why none was made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from casebook.casework.core.acting import refuse_because
from casebook.casework.core.answers import Doing
from casebook.domain import chain
from casebook.errors import InvalidAnswer
from casebook.storage.tables import Referral


class ReferralMade(BaseModel):
    """A referral to one agency: its reference, or why nobody was referred."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, hide_input_in_errors=True)

    agency: Literal["idva", "marac", "childrens_services", "adult_services", "other"]
    agency_reference: str | None = None
    not_referred_because: str | None = None


def refuse_unclear(referrals: Iterable[ReferralMade]) -> None:
    """Refuse a referral that has neither a reference nor a reason, or both."""
    if any((made.agency_reference is None) == (made.not_referred_because is None) for made in referrals):
        refuse_because(
            "referral_or_reason",
            "give either the agency's reference or the reason why nobody was referred",
            InvalidAnswer,
        )


def keep(doing: Doing, referrals: Iterable[ReferralMade]) -> None:
    """Store the referrals that were made. The answer keeps why others were not."""
    made = {referral.agency: referral for referral in referrals if referral.agency_reference is not None}
    doing.act.session.add_all(
        Referral(
            id=chain.identity("referral", doing.item.id, agency),
            reference=doing.application.reference,
            kind=agency,
            agency_reference=referral.agency_reference,
            notes=None,
            occurred_at=doing.occurred_at,
            recorded_at=doing.act.now,
            recorded_by=doing.act.actor.id,
        )
        for agency, referral in made.items()
    )
