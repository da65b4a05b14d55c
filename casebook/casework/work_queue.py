"""The queue of work items: their order, claiming an item, and answering it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casebook.casework import playbook
from casebook.casework.core import answers, begun, blind_review, conflict, lifecycle, signatures, two_people
from casebook.casework.core.acting import Act, refuse, refuse_because, why_not_see
from casebook.casework.core.answers import Answer, UnitDoing, UnitHandler
from casebook.casework.safeguarding import outreach
from casebook.casework.staff import competence
from casebook.domain import authority, freezing, words
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.triage import is_danger_said
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import SPECS, queue_order
from casebook.errors import AlreadyDecided, AlreadyDone, InvalidAnswer, NotFound, NotPermitted
from casebook.storage import people
from casebook.storage.tables import OPEN_WORK, Application, Person, WorkItem


@dataclass(frozen=True, kw_only=True)
class WaitingWork:
    """What a queue shows, and what it leaves out."""

    items: list[WorkItem]
    stuck: Mapping[str, str]  # item -> the training that nobody on duty with a role for it has today
    barred: Mapping[str, Reason]  # item -> why the actor will be refused it, whatever they answer
    of_colleagues: (
        int  # items of the actor's roles that need training which colleagues on duty have, and the actor has not
    )


def waiting(act: Act, *, role: Role | None = None, mine: bool = False) -> WaitingWork:
    """The queue, with the items of the actor's roles for which nobody on duty is trained: else nobody would see them."""
    items = _listed(act, role=role, mine=mine)
    present = people.on_duty(act.session, act.now.date())
    needs = {item.id: training for item in items if (training := competence.needed(act, item))}
    stuck = {
        item.id: needs[item.id]
        for item in items
        if item.id in needs
        and not any(person.roles & _doers(item) and needs[item.id] in person.competences for person in present)
    }
    shown = [item for item in items if item.id in stuck or _may_do(act, item) or role is not None]
    return WaitingWork(items=shown, stuck=stuck, barred=barred(act, shown), of_colleagues=len(items) - len(shown))


def barred(act: Act, items: Sequence[WorkItem]) -> dict[str, Reason]:
    """The items that the actor would be refused, by the rule that refuses them."""
    if not act.actor.is_person:
        return {}
    references = {item.reference for item in items if item.reference is not None}
    query = select(Application).where(Application.reference.in_(references))
    applications = {application.reference: application for application in act.session.scalars(query)}
    people_of = conflict.people_of(act.session, references)
    whys = {
        item.id: why_not_theirs(act, applications[item.reference], item, people=people_of.get(item.reference, []))
        if item.reference is not None
        else _why_not_second(act, item)
        for item in items
    }
    return {item: why for item, why in whys.items() if why is not None}


def why_not_theirs(
    act: Act, application: Application, item: WorkItem, *, people: Sequence[Person] | None = None
) -> Reason | None:
    """Why somebody will be refused an item that their role and training allow: what they are, or did, in this application.

    The list, claiming and answering ask the same, so that nobody is offered what they are then refused.
    """
    kind = WorkKind(item.kind)
    if (why := _why_not_second(act, item)) is not None:
        return why
    if (why := conflict.why_not_work(act, application, item, people=people)) is not None:
        return why
    if (why := act.why_not_free(application.reference, kind)) is not None:
        return why
    why_not_them = playbook.answer(kind).why_not_them
    return why_not_them(act, application, item) if why_not_them else None


def _why_not_second(act: Act, item: WorkItem) -> Reason | None:
    """A reason if the actor did what a second person is to look at in this item."""
    first = [item.subject.get("proposed_by"), item.subject.get("first"), two_people.first_to_dismiss(act, item)]
    return authority.why_not_second(act.actor, first)


def _listed(act: Act, *, role: Role | None, mine: bool) -> list[WorkItem]:
    """The open items of a role, or of the actor's roles whatever training they need."""
    act.allowed(Command.LIST_WORK)
    query = (
        select(WorkItem, Application)
        .outerjoin(Application, Application.reference == WorkItem.reference)
        .where(OPEN_WORK)
    )
    if mine:
        query = query.where(WorkItem.owner == act.actor.id)
    hidden = people.hidden_from(act.session, act.actor)
    rows: list[tuple[WorkItem, Application | None]] = [
        (item, application) for item, application in act.session.execute(query)
    ]
    visible = [
        (item, application)
        for item, application in rows
        if (application is None or application.reference not in hidden or _is_free_seat(act, item, application))
        and _is_for(act, item, role)
    ]
    return [item for item, _ in sorted(visible, key=lambda pair: _order(pair[0], pair[1], act.now))]


def _is_for(act: Act, item: WorkItem, role: Role | None) -> bool:
    """Whether an item belongs to the role asked for, or to a role of the actor."""
    if item.reserved and item.owner != act.actor.id and act.actor.is_person:
        return False
    doers = _doers(item)
    if SPECS[WorkKind(item.kind)].confidential and not act.actor.roles & doers:
        return False
    if role is not None:
        return role in doers
    return not act.actor.is_person or bool(act.actor.roles & doers)


def _is_free_seat(act: Act, item: WorkItem, application: Application) -> bool:
    """Whether an item is a panel member's answer that nobody is to give now: any member may take that seat."""
    free = item.owner is None and item.role == Role.PANEL_MEMBER and Role.PANEL_MEMBER in act.actor.roles
    return free and why_not_see(act.session, application, act.actor, joins=True) is None


def _doers(item: WorkItem) -> frozenset[Role]:
    return frozenset({*SPECS[WorkKind(item.kind)].roles, Role(item.role)})


def _may_do(act: Act, item: WorkItem) -> bool:
    return not act.actor.is_person or competence.why_not_trained(act, item) is None


def _order(item: WorkItem, application: Application | None, now: datetime) -> tuple[object, ...]:
    return (
        *queue_order(
            priority=item.priority,
            danger_said=application is not None and is_danger_said(item.priority, application.priority_reason),
            overdue=item.due_at is not None and item.due_at < now,
            due_at=item.due_at,
            score=application.score if application else None,
            received=application.received_at if application else item.opened_at,
        ),
        item.id,
    )


def claim(act: Act, item_id: str) -> WorkItem:
    """Claim an item. Refused if it is done, belongs to somebody else, or is not for the actor's role or training."""
    act.allowed(Command.CLAIM_WORK)
    item, application = _load(act, item_id, claims=True)
    _refuse_done(item)
    if item.owner == act.actor.id and item.claimed_at is not None:
        return item
    refuse(
        authority.why_not_work(
            act.actor, WorkKind(item.kind), role=item.role, owner=item.owner, reserved=item.reserved
        ),
        NotPermitted,
    )
    refuse(competence.why_not_trained(act, item), NotPermitted)
    refuse(blind_review.why_not_claim(act, item), NotPermitted)
    refuse(
        why_not_theirs(act, application, item) if application is not None else _why_not_second(act, item), NotPermitted
    )
    item.owner, item.claimed_at = act.actor.id, act.now
    act.record(application, "work_claimed", item=item.id, kind=item.kind)
    return item


def look(act: Act, item_id: str) -> WorkItem:
    """An item, for whoever may do or allocate such work: ids and codes, nothing personal. It locks and records nothing."""
    item = act.session.get(WorkItem, item_id)
    if item is None:
        raise NotFound(f"there is no work item {item_id}")
    if item.reference is not None:
        joins = item.role == Role.PANEL_MEMBER and item.owner is None
        act.application(item.reference, lock=False, joins=joins)
    if SPECS[WorkKind(item.kind)].confidential or authority.why_not_allowed(act.actor, Command.ALLOCATE) is not None:
        refuse(_why_not_theirs_to_read(act, item), NotPermitted)
    return item


def _why_not_theirs_to_read(act: Act, item: WorkItem) -> Reason | None:
    return authority.why_not_work(act.actor, WorkKind(item.kind), role=item.role, owner=None, reserved=False)


def show(act: Act, item_id: str) -> tuple[WorkItem, Mapping[str, object]]:
    """An item, and what is read before answering it, for whoever may do such work. The ledger records the view."""
    item = look(act, item_id)
    refuse(_why_not_theirs_to_read(act, item), NotPermitted)
    detail = playbook.answer(WorkKind(item.kind)).detail
    return item, detail(act, item) if detail else {}


def do(act: Act, item_id: str, raw: object) -> WorkItem:
    """Answer an item: all effects of the answer, its ledger entry and the engine's wake-up, in one transaction."""
    item, application = _load(act, item_id)
    kind = WorkKind(item.kind)
    # first the role, then whether it is done, then the owner: whoever may do such work learns who did it
    refuse(authority.why_not_work(act.actor, kind, role=item.role, owner=None, reserved=False), NotPermitted)
    _refuse_done(item)
    refuse(
        authority.why_not_work(act.actor, kind, role=item.role, owner=item.owner, reserved=item.reserved), NotPermitted
    )
    refuse(competence.why_not_trained(act, item), NotPermitted)
    answering = playbook.answer(kind)
    answer = answers.parse(kind, answering.schema, raw)
    if application is None:
        return _do_for_the_unit(act, item, answering.unit_handler, answer)
    if answering.handler is None:
        raise InvalidAnswer(
            f"this work belongs to the unit, not to an application: {words.WORK.of(kind)}", "no_such_answer"
        )
    refuse(freezing.why_not_edit(application.frozen_at, kind))
    refuse(why_not_theirs(act, application, item), NotPermitted)
    lifecycle.refuse_stale(application, answer.version)
    if answer.signs:
        item.read_at = signatures.refuse_unopened(act, application, item)
    _refuse_before(application, answer)
    _mark_done(act, item, answer)
    doing = answers.Doing(act=act, application=application, item=item, answer=answer)
    answering.handler(doing)
    outreach.act_on_what_was_heard(doing)
    occurred = answer.occurred_at or act.now
    act.record(application, "work_done", item=item.id, kind=kind, key=item.key, occurred_at=occurred.isoformat())
    lifecycle.carry_on(act, application, because=f"{kind}_done")
    return item


def _do_for_the_unit(act: Act, item: WorkItem, handler: UnitHandler | None, answer: Answer) -> WorkItem:
    """Answer an item of the unit, such as an escalation or the review of a past application."""
    kind = WorkKind(item.kind)
    if handler is None:
        raise InvalidAnswer(
            f"this item belongs to no application, answer it with its own command: {words.WORK.of(kind)}",
            "no_such_answer",
        )
    _mark_done(act, item, answer)
    handler(UnitDoing(act=act, item=item, answer=answer))
    occurred = answer.occurred_at or act.now
    act.record(None, "work_done", item=item.id, kind=kind, key=item.key, occurred_at=occurred.isoformat())
    return item


def _mark_done(act: Act, item: WorkItem, answer: Answer) -> None:
    if answer.occurred_at is not None and answer.occurred_at > act.now:
        refuse_because("in_the_future", "occurred_at must not be in the future", InvalidAnswer)
    item.owner = item.owner or act.actor.id
    item.done_at, item.done_by = act.now, act.actor.id
    item.answer = answer.model_dump(mode="json", exclude_none=True)
    begun.drop_all(act, item)
    act.session.flush()


def _refuse_before(application: Application, answer: Answer) -> None:
    """Refuse a time before the application was submitted, unless a person gives a reason: it is mostly a slip."""
    if answer.occurred_at is None or answer.before_submission_because is not None:
        return
    if answer.occurred_at < application.submitted_at:
        refuse_because(
            "before_submission",
            "occurred_at must not be before the application was submitted, unless before_submission_because gives the reason",
            InvalidAnswer,
        )


def _load(act: Act, item_id: str, *, claims: bool = False) -> tuple[WorkItem, Application | None]:
    """Load an item and lock its application, so that acts on one application wait for each other."""
    found = act.session.execute(
        select(WorkItem.reference, WorkItem.role, WorkItem.owner).where(WorkItem.id == item_id)
    ).first()
    if found is None:
        raise NotFound(f"there is no work item {item_id}")
    joins = claims and found.role == Role.PANEL_MEMBER and found.owner is None
    application = act.application(found.reference, joins=joins) if found.reference else None
    item = act.session.scalars(
        select(WorkItem).where(WorkItem.id == item_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    return item, application


def _refuse_done(item: WorkItem) -> None:
    if item.done_at is not None:
        error = AlreadyDecided if item.kind == WorkKind.DECIDE else AlreadyDone
        raise error(f"{item.done_by} did this at {item.done_at.isoformat(timespec='seconds')}")
    if item.cancelled_at is not None:
        raise AlreadyDone(f"this is no longer needed: {words.reason(item.cancelled_why)}", "cancelled")
