"""Release by originators: a finding is released only with the recorded agreement of its owner. No reply is not agreement."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.domain.case.panel import OURS
from casebook.domain.vocabulary import Priority, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.case import decisions
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, Finding, OwnerAgreement


class OwnerAnswered(Answer):
    """The answer of the originator (owner of the information) about the release of a finding."""

    agreed: bool = Field(description="The originator agrees that it may be disclosed, under any conditions given.")
    silent: bool = Field(
        default=False, description="The originator was chased and did not reply. This counts as not agreed."
    )
    conditions: str | None = Field(default=None, description="Conditions of the originator.")
    proceedings_pending: bool = Field(default=False, description="The finding is part of pending proceedings.")
    said_by: str | None = Field(
        default=None, description="Who answered for the originator: their function, not their name."
    )


def needs(act: Act, application: Application) -> list[Need]:
    """One item for each finding that could be disclosed and needs the agreement of its originator."""
    return [
        Need(
            kind=WorkKind.VALIDATE_WITH_OWNER,
            key=finding.id,
            subject={"finding": finding.id, "owner": finding.owner or OURS, "standing": finding.standing},
        )
        for finding in decisions.held(act.session, application.reference)
        if finding.asks_owner and finding.agreed is None
    ]


def answered(doing: Doing) -> None:
    act, answer = doing.act, doing.answer
    finding = act.session.get(Finding, doing.item.subject["finding"])
    if finding is None or finding.withdrawn:
        refuse_because("finding_withdrawn", "this finding has been withdrawn: it is about another person")
    if answer.silent and answer.agreed:
        refuse_because(
            "silence_is_no_agreement",
            "an originator who has not replied has not agreed: set agreed to false",
            InvalidAnswer,
        )
    if answer.silent:
        _refuse_early_silence(doing)
    act.session.add(
        OwnerAgreement(
            id=finding.id,
            reference=doing.application.reference,
            finding_id=finding.id,
            owner=finding.owner or OURS,
            agreed=answer.agreed,
            conditions=answer.conditions,
            proceedings_pending=answer.proceedings_pending,
            recorded_by=act.actor.id,
            recorded_at=act.now,
        )
    )


def _refuse_early_silence(doing: Doing) -> None:
    chase = timedelta(days=policy_of(doing.application).sources.chase_days.value)
    if not Priority(doing.application.priority).is_danger and doing.act.now < doing.item.opened_at + chase:
        refuse_because("too_soon", f"it is too soon to record no reply: an originator has {chase.days} days to answer")
