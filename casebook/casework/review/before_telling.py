"""Warns a supervisor of a decision that the review would suspect, before anybody is told of it. Nothing waits for the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field
from sqlalchemy import select

from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.core.rounds import next_round
from casebook.casework.core.work_items import open_items
from casebook.domain.authority import Command
from casebook.domain.case.panel import why_not_explain
from casebook.domain.review.before_telling import why_warn
from casebook.domain.review.ranking import Assessment
from casebook.domain.vocabulary import Priority, Stage, WorkKind
from casebook.domain.work import Need
from casebook.storage.case import decisions, deliveries
from casebook.storage.people import researchers_of
from casebook.storage.tables import OPEN_WORK, Application, WorkItem

WARNED_BEFORE = "warned_before_telling"


def warn(act: Act, assessments: Mapping[str, Assessment]) -> int:
    """Warn of each of these untold decisions that is suspected, and end warnings that hold no more. Returns how many are new.

    `assessments`: of every untold decision, by reference. A decision is not asked about again for the same suspicion.
    """
    act.allowed(Command.TRIAGE)
    needs = {
        reference: need
        for reference, assessment in assessments.items()
        if (need := _need(act, act.application(reference), assessment)) is not None
    }
    _end_others(act, {need.id(reference) for reference, need in needs.items()})
    opened = [
        item for name, need in needs.items() for item in open_items(act, act.application(name), [need], WARNED_BEFORE)
    ]
    return len(opened)


def _need(act: Act, application: Application, assessment: Assessment) -> Need | None:
    rules, standing = act.documents.review(act.now).before_telling, decisions.decision(act.session, application)
    suspicion = why_warn(assessment, rules)
    if suspicion is None or standing is None:
        return None
    source, person = assessment.person or ("", "")
    return Need(
        kind=WorkKind.CHECK_BEFORE_TELLING, key=f"{standing.id}:{suspicion}:{source}:{person}", priority=Priority.HIGH,
        subject={
            "decision": standing.id, "version": standing.version, "suspicion": suspicion, "signs": list(assessment.signs),
            **({"source": source, "person": person} if person else {}),
        },
        due_at=rules.answer_by(act.now),
    )  # fmt: skip


def _end_others(act: Act, holding: set[str]) -> None:
    """End the open warnings about decisions that were told or superseded since, or that nothing speaks against any more."""
    query = select(WorkItem).where(WorkItem.kind == WorkKind.CHECK_BEFORE_TELLING, OPEN_WORK)
    for item in act.session.scalars(query.where(WorkItem.id.not_in(holding))).all():
        item.cancelled_at, item.cancelled_why = act.now, "settled"
        act.record(
            act.session.get_one(Application, item.reference), "work_cancelled", because="settled", kinds=[item.kind]
        )


class CheckedBeforeTelling(Answer):
    """What a supervisor makes of the warning. They did neither chair nor research it."""

    result: Literal["stands", "goes_back"] = Field(
        description="goes_back: the panel decides again. Refused once anybody has been told."
    )
    reason: str = Field(min_length=1)


def _checked(doing: Doing) -> None:
    act, application = doing.act, doing.application
    standing = decisions.decision(act.session, application)
    if standing is None or standing.id != doing.item.subject["decision"]:
        refuse_because("superseded", "this decision has been superseded: there is nothing to look at any more")
    refuse(
        why_not_explain(act.actor, chair=standing.chair, researchers=researchers_of(act.session, application.reference))
    )
    if doing.answer.result == "stands":
        return
    if application.stage != Stage.DISCLOSURE or deliveries.told(act.session, application.reference):
        refuse_because("told_already", "somebody has been told of this decision already, so it cannot go back")
    next_round(act, application, because=WARNED_BEFORE)


ANSWERS: Answers = {WorkKind.CHECK_BEFORE_TELLING: Answering(schema=CheckedBeforeTelling, handler=_checked)}
