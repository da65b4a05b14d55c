"""The end of follow-up: after a disclosure the risk is assessed again, and a supervisor closes a grave application."""

from __future__ import annotations

from pydantic import Field

from casebook.casework.core.acting import Act
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.risk_scoring import risk_scoring
from casebook.domain import chain
from casebook.domain.case.disclosure import GRAVE
from casebook.domain.vocabulary import WorkKind
from casebook.domain.work import Need
from casebook.storage.case import deliveries
from casebook.storage.tables import Application, ClosingSummary


class GraveClosed(Answer):
    """A supervisor's closing summary of an application whose risk is high or critical."""

    told: str = Field(min_length=1, description="What was told, and to whom.")
    safety_plan: str = Field(min_length=1, description="The safety plan as it is now, or why there is none.")
    open_referrals: str = Field(
        min_length=1, description="Each referral that is still open and who follows it up, or that none is open."
    )
    said: str = Field(
        min_length=1, description="What the person at risk said at the last contact, or why they could not be asked."
    )


def needs(act: Act, application: Application, *, contacts_ended: bool) -> list[Need]:
    """An item to assess the risk again after a disclosure. Then, if the risk is grave, one to close with a summary."""
    disclosed_at = deliveries.disclosed_at(act.session, application.reference)
    assessments = risk_scoring.needs_since(act, application, disclosed_at) if disclosed_at else []
    if assessments or not contacts_ended or application.band not in GRAVE:
        return assessments
    if deliveries.is_summed_up(act.session, application.reference):
        return []
    earlier = len(deliveries.summaries(act.session, application.reference))
    return [Need(kind=WorkKind.CLOSE_GRAVE_CASE, key=str(earlier), subject={"band": application.band})]


def _closed(doing: Doing) -> None:
    answer: GraveClosed = doing.answer
    doing.act.session.add(
        ClosingSummary(
            id=chain.identity("closing_summary", doing.item.id), reference=doing.application.reference,
            told=answer.told, safety_plan=answer.safety_plan, open_referrals=answer.open_referrals, said=answer.said,
            written_by=doing.act.actor.id, written_at=doing.act.now,
        )
    )  # fmt: skip


ANSWERS: Answers = {WorkKind.CLOSE_GRAVE_CASE: Answering(schema=GraveClosed, handler=_closed)}
