"""Whose information it is: a finding is released only with its owner's recorded agreement, and silence is none."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from casebook.casework.core.acting import Act, policy_of, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.domain.case.panel import OURS
from casebook.domain.vocabulary import Priority, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.case import decisions
from casebook.storage.tables import Application, Finding, OwnerAgreement


class OwnerAnswered(Answer):
    """What the owner of a finding says about its release."""

    agreed: bool = Field(description="The owner agrees that it may be told, under the conditions given.")
    silent: bool = Field(default=False, description="Asked again and no answer: counts as not agreed.")
    conditions: str | None = Field(default=None, description="What the owner asks for.")
    proceedings_pending: bool = Field(default=False, description="It is part of proceedings that are not over.")
    said_by: str | None = Field(default=None, description="Who answered for the owner, by function.")


def needs(act: Act, application: Application) -> list[Need]:
    """Each finding that could be told and is somebody else's, or under conditions, is validated with its owner."""
    return [
        Need(
            kind=WorkKind.VALIDATE_WITH_OWNER,
            key=each.id,
            subject={"finding": each.id, "owner": each.owner or OURS, "standing": each.standing},
        )
        for each in decisions.held(act.session, application.reference)
        if each.asks_owner and each.agreed is None
    ]


def answered(doing: Doing) -> None:
    act, answer = doing.act, doing.answer
    finding = act.session.get(Finding, doing.item.subject["finding"])
    if finding is None or finding.withdrawn:
        refuse_because("finding_withdrawn", "this finding is about somebody else, as it turned out")
    if answer.silent and answer.agreed:
        refuse_because("silence_is_no_agreement", "an owner who has not answered has not agreed", InvalidAnswer)
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
        refuse_because("too_soon", f"an owner has {chase.days} days before silence counts as an answer")
