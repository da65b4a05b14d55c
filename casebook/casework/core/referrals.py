"""Referrals to other services: each with the agency's reference, or why none was made, and tracked to the agency's answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select

from casebook.casework.core.acting import refuse_because
from casebook.casework.core.answers import Doing
from casebook.casework.core.work_items import open_items
from casebook.domain import chain
from casebook.domain.vocabulary import WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.documents import policy_of
from casebook.storage.tables import Referral, WorkItem

# who is to be referred -> the agency
REFERRED_FOR = {"children": "childrens_services", "adult_at_risk": "adult_services", "regulator": "regulator"}


class ReferralMade(BaseModel):
    """A referral to one agency: its reference, or why nobody was referred."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, hide_input_in_errors=True)

    agency: Literal["idva", "marac", "childrens_services", "adult_services", "other"]
    agency_reference: str | None = None
    not_referred_because: str | None = None


class _Made(Protocol):
    @property
    def agency_reference(self) -> str | None: ...
    @property
    def not_referred_because(self) -> str | None: ...


def refuse_unclear(referrals: Iterable[_Made]) -> None:
    """Refuse a referral that has neither a reference nor a reason, or both."""
    if any((made.agency_reference is None) == (made.not_referred_because is None) for made in referrals):
        refuse_because(
            "referral_or_reason",
            "give either the agency's reference or the reason why nobody was referred",
            InvalidAnswer,
        )


def refuse_other_agency(agency: str, asked: str | None) -> None:
    """Refuse an answer about another agency than the one that is asked about."""
    if asked is not None and agency != asked:
        refuse_because("agency_differs", f"the agency must be {asked}, as in the subject", InvalidAnswer)


def keep(doing: Doing, referrals: Iterable[ReferralMade]) -> None:
    """Store the referrals that were made. The answer keeps why others were not."""
    made = {referral.agency: referral for referral in referrals if referral.agency_reference is not None}
    for agency, referral in made.items():
        chase(doing, add(doing, kind=agency, agency_reference=referral.agency_reference))


def add(doing: Doing, *, kind: str, agency_reference: str | None, notes: str = "") -> Referral:
    """Store one referral, or a crime that was recorded."""
    row = Referral(
        id=chain.identity("referral", doing.item.id, kind),
        reference=doing.application.reference,
        kind=kind,
        agency_reference=agency_reference,
        notes=notes or None,
        occurred_at=doing.occurred_at,
        recorded_at=doing.act.now,
        recorded_by=doing.act.actor.id,
        answer=None,
        answered_at=None,
        answered_by=None,
    )
    doing.act.session.add(row)
    return row


def chase(doing: Doing, row: Referral) -> None:
    """Ask for the agency's answer after the days of the policy: a referral without an answer protects nobody."""
    act, application = doing.act, doing.application
    asked = act.session.scalar(
        select(func.count()).select_from(WorkItem).where(WorkItem.subject["referral"].astext == row.id)
    )
    need = Need(
        kind=WorkKind.REFER_SAFEGUARDING,
        key=f"answer:{row.id}:{asked}",
        subject={"referral": row.id, "agency": row.kind},
        due_at=policy_of(application).sources.chased_at(act.now),
    )
    open_items(act, application, [need], because="referral_made")
