"""Superseding an answer: nothing is edited. What followed from it is reopened, and who was told in between is listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casebook.casework.core import lifecycle
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.domain import authority, freezing, stages, words
from casebook.domain.vocabulary import Role, Stage, WorkKind
from casebook.domain.work import SPECS
from casebook.errors import AlreadyDone, InvalidAnswer, NotFound, NotPermitted
from casebook.storage.tables import Application, Disclosure, EmergencyDisclosure, Referral, WorkItem

Told = dict[str, str]  # what, to whom as a code, and when

# the event that moves an application back to a stage
_BACK_TO = {
    Stage.RECORD_CHECKS: "reopened", Stage.RISK_SCORING: "answer_superseded", Stage.PANEL_DECISION: "decision_superseded",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Superseded:
    """What superseding an answer did."""

    reference: str
    item: str
    reopened: Stage | None  # the stage that the application went back to
    told_since: list[Told]


def supersede(act: Act, item_id: str, *, reason: str) -> Superseded:
    """Set an answer aside, so that its work is asked for again. For whoever may do such work, or a supervisor.

    After a delivery the application stays where it is: the list of who was told says whom to speak to.
    """
    item, application = _load(act, item_id)
    kind = WorkKind(item.kind)
    if Role.SUPERVISOR not in act.actor.roles:
        refuse(authority.why_not_work(act.actor, kind, role=item.role, owner=None, reserved=False), NotPermitted)
    elif not act.actor.is_person:
        refuse_because("not_a_person", "only a member of staff can supersede an answer", NotPermitted)
    act.free_to_work(application.reference, kind)
    refuse(freezing.why_not_edit(application.frozen_at))
    if not reason.strip():
        refuse_because("reason_missing", "say why this answer does not hold", InvalidAnswer)
    return set_aside(act, application, item, reason=reason)


def set_aside(act: Act, application: Application, item: WorkItem, *, reason: str) -> Superseded:
    """Take an answer back, with all that follows. The caller knows that the actor may."""
    kind = WorkKind(item.kind)
    take_back = act.playbook.taking_back(kind)
    if take_back is None:
        message = f"this cannot be superseded: {words.WORK.of(kind)}. Add information, or record what is true now"
        refuse_because("cannot_supersede", message, InvalidAnswer)
    told = told_since(act, application.reference, item.done_at or act.now)
    take_back(act, application, item)
    item.superseded_at, item.superseded_by, item.superseded_why = act.now, act.actor.id, reason
    act.session.flush()
    act.record(application, "answer_superseded", item=item.id, kind=kind, told=len(told))
    reopened = _go_back(act, application, SPECS[kind].stage)
    lifecycle.carry_on(act, application, because="answer_superseded")
    return Superseded(reference=application.reference, item=item.id, reopened=reopened, told_since=told)


def _load(act: Act, item_id: str) -> tuple[WorkItem, Application]:
    reference = act.session.scalar(select(WorkItem.reference).where(WorkItem.id == item_id))
    if reference is None:
        raise NotFound(f"there is no work item {item_id} of an application")
    application = act.application(reference)
    item = act.session.get_one(WorkItem, item_id, populate_existing=True)
    if item.done_at is None:
        refuse_because("not_done", "nobody has answered this item: there is nothing to supersede", InvalidAnswer)
    if item.superseded_at is not None:
        raise AlreadyDone(f"{item.superseded_by} superseded this answer before")
    return item, application


def _go_back(act: Act, application: Application, stage: Stage | None) -> Stage | None:
    """Go back to the stage of the answer, unless the application is there, or an outcome was delivered."""
    order = tuple(Stage)
    if stage is None or order.index(Stage(application.stage)) <= order.index(stage):
        return None
    if application.outcome is not None or stages.why_not_move(Stage(application.stage), stage, _BACK_TO[stage]):
        act.record(application, "changed_after_delivery", because="answer_superseded")
        return None
    lifecycle.move(act, application, stage, because=_BACK_TO[stage])
    return stage


def told_since(act: Act, reference: str, since: datetime) -> list[Told]:
    """Who was told something of an application since that moment, the first one first. Nobody is named."""
    told = []
    for table, moment, whom in (
        (Disclosure, Disclosure.recorded_at, Disclosure.recipient),
        (EmergencyDisclosure, EmergencyDisclosure.recorded_at, EmergencyDisclosure.recipient),
        (Referral, Referral.recorded_at, Referral.kind),
    ):
        query = select(moment, whom).where(table.reference == reference, moment >= since)
        told += [(at, table.__tablename__, str(who).partition(":")[0]) for at, who in act.session.execute(query)]
    return [{"what": what, "to": who, "at": at.isoformat()} for at, what, who in sorted(told)]
