"""Case officers: assigning an application or an item, taking it back, and telling whoever loses it."""

from __future__ import annotations

from sqlalchemy import select

from casebook.casework.allocation.telling import tell
from casebook.casework.chronology import notes
from casebook.casework.core import given, stated_reasons
from casebook.casework.core.acting import Act, Summary, named, refuse_all, refuse_because, why_closed
from casebook.casework.core.numbered import next_id
from casebook.domain import authority
from casebook.domain.actors import Actor, Reason
from casebook.domain.authority import Command
from casebook.domain.case import allocation as rules
from casebook.domain.case.chronology import NoteCategory
from casebook.domain.vocabulary import Role, WorkKind
from casebook.errors import NotFound
from casebook.storage import allocation as stored
from casebook.storage import people
from casebook.storage.tables import Application, CaseOwner, WorkItem


def assign(act: Act, reference: str, *, to: str, reason: str, handover: str | None = None) -> Summary:
    """Make somebody the case officer of an application. Whoever was it is told, and so is whoever becomes it."""
    act.allowed(Command.ALLOCATE)
    application = act.application(reference)
    before = stored.owner_row(act.session, reference)
    refuse_all([
        why_closed(application),
        given.why_not_words(reason, "reason"),
        Reason("already_theirs", f"{to} is the case officer already") if before and before.staff_id == to else None,
        *_why_not_officer(act, application, to),
    ])  # fmt: skip
    code = stated_reasons.code_of(act, application, "case_assigned", reason)
    _end(act, application, before)
    act.session.add(
        CaseOwner(
            id=next_id(act, CaseOwner, reference), reference=reference, staff_id=to,
            since=act.now, assigned_by=act.actor.id, ended_at=None, ended_by=None,
        )
    )  # fmt: skip
    was = before.staff_id if before else None
    act.record(application, "case_assigned", staff=to, was=was, reason=code)
    tell(act, to, reference=reference, reason="case_given")
    if handover is not None:
        notes.write(act, reference, category=NoteCategory.HANDOVER, words=handover)
    return {"reference": reference, "owner": to, "was": was}


def take_back(act: Act, reference: str, *, reason: str) -> Summary:
    """End somebody's time as case officer. They are told."""
    act.allowed(Command.ALLOCATE)
    application = act.application(reference)
    before = stored.owner_row(act.session, reference)
    if before is None:
        refuse_because("no_owner", "this application has no case officer")
    code = stated_reasons.code_of(act, application, "case_taken_back", reason)
    _end(act, application, before)
    act.record(application, "case_taken_back", was=before.staff_id, reason=code)
    return {"reference": reference, "owner": None, "was": before.staff_id}


def take_item(act: Act, item_id: str, *, reason: str) -> Summary:
    """Return a claimed item to its queue. Whoever had it is told."""
    act.allowed(Command.ALLOCATE)
    item, application = _item(act, item_id)
    was = item.owner
    if was is None or item.reserved:
        refuse_because("not_claimed", "nobody has claimed this item, or it is reserved for one person")
    code = stated_reasons.code_of(act, application, "work_returned", reason)
    item.owner, item.claimed_at = None, None
    act.record(application, "work_returned", item=item.id, was=was, reason=code)
    tell(act, was, reference=item.reference, reason="work_taken_back")
    return {"item": item.id, "owner": None, "was": was}


def give_item(act: Act, item_id: str, *, to: str, reason: str) -> Summary:
    """Give an open item to somebody whose role allows it. Whoever had it is told, and so are they."""
    act.allowed(Command.ALLOCATE)
    item, application = _item(act, item_id)
    roles = people.roles_of(act.session, to)
    refuse_all([
        Reason("unknown_staff", "there is no such member of staff, or they are suspended") if not roles else None,
        Reason("absent", f"{to} is away") if to in stored.away(act.session) else None,
        Reason("reserved", "this item is reserved for one person") if item.reserved else None,
        _why_not_role(item, to, roles) if roles else None,
    ])  # fmt: skip
    code, was = stated_reasons.code_of(act, application, "work_given", reason), item.owner
    item.owner, item.claimed_at = to, act.now
    act.record(application, "work_given", item=item.id, staff=to, was=was, reason=code)
    tell(act, to, reference=item.reference, reason="work_given")
    if was is not None and was != to:
        tell(act, was, reference=item.reference, reason="work_taken_back")
    return {"item": item.id, "owner": to, "was": was}


def _why_not_role(item: WorkItem, to: str, roles: frozenset[Role]) -> Reason | None:
    actor = Actor(id=to, roles=roles)
    return authority.why_not_work(actor, WorkKind(item.kind), role=item.role, owner=None, reserved=False)


def _item(act: Act, item_id: str) -> tuple[WorkItem, Application]:
    """An open item of an application, both locked in their order."""
    reference = act.session.scalar(select(WorkItem.reference).where(WorkItem.id == item_id))
    if reference is None:
        raise NotFound(f"there is no work item {item_id} of an application")
    application = act.application(reference)
    query = select(WorkItem).where(WorkItem.id == item_id).with_for_update().execution_options(populate_existing=True)
    item = act.session.scalars(query).one()
    if item.done_at is not None or item.cancelled_at is not None:
        refuse_because("already_done", "this item is done, or not needed any more")
    return item, application


def _why_not_officer(act: Act, application: Application, staff_id: str) -> list[Reason]:
    reference = application.reference
    return list(
        rules.why_not_officer(
            stored.candidate(act.session, staff_id, on=act.now.date()),
            named=named(act.session, application) if application.restricted else None,
            conflicted=stored.is_conflicted(act.session, reference, staff_id),
            approved=people.approved_standing(act.session, reference, staff_id),
        )
    )


def _end(act: Act, application: Application, row: CaseOwner | None) -> None:
    """End a time as case officer, and tell whoever it was."""
    if row is None:
        return
    row.ended_at, row.ended_by = act.now, act.actor.id
    act.session.flush()
    tell(act, row.staff_id, reference=application.reference, reason="case_taken_back")
