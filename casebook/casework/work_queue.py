"""The queue of work items: in what order, who claims what, and the one way in which any of them is done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from casebook.casework import playbook
from casebook.casework.core import answers, blind_review, lifecycle
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, UnitDoing, UnitHandler
from casebook.casework.staff import competence
from casebook.domain import authority, freezing
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import SPECS, queue_order
from casebook.errors import AlreadyDecided, AlreadyDone, InvalidAnswer, NotFound, NotPermitted
from casebook.storage.tables import OPEN_WORK, Application, Restriction, WorkItem


def queue(act: Act, *, role: Role | None = None, mine: bool = False) -> list[WorkItem]:
    """Open items in the order to work them: those of a role, or those the actor may do; restricted ones only if named."""
    act.allowed(Command.LIST_WORK)
    query = (
        select(WorkItem, Application)
        .outerjoin(Application, Application.reference == WorkItem.reference)
        .where(OPEN_WORK)
    )
    if mine:
        query = query.where(WorkItem.owner == act.actor.id)
    named = set(act.session.scalars(select(Restriction.reference).where(Restriction.staff_id == act.actor.id)))
    rows: list[tuple[WorkItem, Application | None]] = [(item, found) for item, found in act.session.execute(query)]
    visible = [
        (item, application)
        for item, application in rows
        if (
            application is None
            or not application.restricted
            or application.reference in named
            or not act.actor.is_person
        )
        and _is_for(act, item, role)
    ]
    return [item for item, _ in sorted(visible, key=lambda pair: _order(pair[0], pair[1], act.now))]


def _is_for(act: Act, item: WorkItem, role: Role | None) -> bool:
    kind = WorkKind(item.kind)
    if item.reserved and item.owner != act.actor.id and act.actor.is_person:
        return False
    doers = {*SPECS[kind].roles, Role(item.role)}
    if role is not None:
        return role == item.role or role in doers
    return not act.actor.is_person or bool(
        act.actor.roles & doers and competence.why_not_trained(act.actor, item) is None
    )


def _order(item: WorkItem, application: Application | None, now: datetime) -> tuple[object, ...]:
    return (
        *queue_order(
            priority=item.priority,
            overdue=item.due_at is not None and item.due_at < now,
            due_at=item.due_at,
            score=application.score if application else None,
            received=application.received_at if application else item.opened_at,
        ),
        item.id,
    )


def claim(act: Act, item_id: str) -> WorkItem:
    """Take an item for oneself; refused if it is done, somebody else's, or not for one's role."""
    act.allowed(Command.CLAIM_WORK)
    item, application = _load(act, item_id)
    _refuse_done(item)
    if item.owner == act.actor.id and item.claimed_at is not None:
        return item
    refuse(
        authority.why_not_work(
            act.actor, WorkKind(item.kind), role=item.role, owner=item.owner, reserved=item.reserved
        ),
        NotPermitted,
    )
    refuse(competence.why_not_trained(act.actor, item), NotPermitted)
    refuse(blind_review.why_not_claim(act, item), NotPermitted)
    item.owner, item.claimed_at = act.actor.id, act.now
    act.record(application, "work_claimed", item=item.id, kind=item.kind)
    return item


def do(act: Act, item_id: str, raw: object) -> WorkItem:
    """Answer an item: everything the answer means, its ledger entry and the engine's wake-up, in one transaction."""
    item, application = _load(act, item_id)
    kind = WorkKind(item.kind)
    # whoever may do such work is told who was first before being told whose it is
    refuse(authority.why_not_work(act.actor, kind, role=item.role, owner=None, reserved=False), NotPermitted)
    _refuse_done(item)
    refuse(
        authority.why_not_work(act.actor, kind, role=item.role, owner=item.owner, reserved=item.reserved), NotPermitted
    )
    refuse(competence.why_not_trained(act.actor, item), NotPermitted)
    answering = playbook.answer(kind)
    answer = answers.parse(answering.schema, raw)
    if application is None:
        return _do_for_the_unit(act, item, answering.unit_handler, answer)
    if answering.handler is None:
        raise InvalidAnswer(f"{kind} belongs to no application", "no_such_answer")
    refuse(freezing.why_not_edit(application.frozen_at, kind))
    lifecycle.refuse_stale(application, answer.version)
    _mark_done(act, item, answer)
    answering.handler(answers.Doing(act=act, application=application, item=item, answer=answer))
    occurred = answer.occurred_at or act.now
    act.record(application, "work_done", item=item.id, kind=kind, key=item.key, occurred_at=occurred.isoformat())
    lifecycle.carry_on(act, application, because=f"{kind}_done")
    return item


def _do_for_the_unit(act: Act, item: WorkItem, handler: UnitHandler | None, answer: Answer) -> WorkItem:
    """Work that is about no application: an escalation is acknowledged, a past application examined."""
    kind = WorkKind(item.kind)
    if handler is None:
        raise InvalidAnswer(f"{kind} belongs to no application and is answered by its own command", "no_such_answer")
    _mark_done(act, item, answer)
    handler(UnitDoing(act=act, item=item, answer=answer))
    occurred = answer.occurred_at or act.now
    act.record(None, "work_done", item=item.id, kind=kind, key=item.key, occurred_at=occurred.isoformat())
    return item


def _mark_done(act: Act, item: WorkItem, answer: Answer) -> None:
    if answer.occurred_at is not None and answer.occurred_at > act.now:
        refuse_because("in_the_future", "what is written down cannot have happened after now", InvalidAnswer)
    item.owner = item.owner or act.actor.id
    item.done_at, item.done_by = act.now, act.actor.id
    item.answer = answer.model_dump(mode="json", exclude_none=True)
    act.session.flush()


def _load(act: Act, item_id: str) -> tuple[WorkItem, Application | None]:
    """The item with its application locked: every act on an application waits for the one before it."""
    reference = act.session.execute(select(WorkItem.reference).where(WorkItem.id == item_id)).first()
    if reference is None:
        raise NotFound(f"there is no work item {item_id}")
    application = act.application(reference[0]) if reference[0] else None
    item = act.session.scalars(
        select(WorkItem).where(WorkItem.id == item_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    return item, application


def _refuse_done(item: WorkItem) -> None:
    if item.done_at is not None:
        first = AlreadyDecided if item.kind == WorkKind.DECIDE else AlreadyDone
        raise first(f"{item.done_by} did this at {item.done_at.isoformat(timespec='seconds')}")
    if item.cancelled_at is not None:
        raise AlreadyDone(f"this is no longer needed: {item.cancelled_why}", "cancelled")
