"""Acts on an application apart from its work items: danger, restriction, hold, disposal, priority.

If two people are needed, the first call proposes and the second, by somebody else, agrees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from casebook.casework.core import found_by, stated_reasons, work_items
from casebook.casework.core.acting import Act, Summary, refuse_all, refuse_because, why_closed
from casebook.casework.core.two_people import agreed, holds, why_not_two
from casebook.casework.record_checks import own_register
from casebook.casework.review import disposal
from casebook.casework.safeguarding import danger
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Priority, Role, Stage
from casebook.storage import tables
from casebook.storage.tables import Application, Base, Disposal, Restriction

# every table that holds personal detail of one application
PERSONAL: tuple[type[Base], ...] = tuple(
    mapper.class_ for mapper in Base.registry.mappers if mapper.class_.personal and "reference" in mapper.columns
)


def report_danger(act: Act, reference: str, *, reason: str) -> Summary:
    """Report that somebody is in danger now: open immediate safeguarding and notify the duty inspector."""
    application = danger.report(act, reference, reason)
    return {"reference": reference, "priority": application.priority}


def restrict(act: Act, reference: str, *, reason: str) -> Summary:
    """Restrict an application to named people. Whoever restricts it and the heads of unit are named at once."""
    act.allowed(Command.RESTRICT)
    application = act.application(reference)
    if application.restricted:
        refuse_because("already_restricted", "this application is restricted already")
    application.restricted = True
    heads = act.session.scalars(
        select(tables.StaffRole.staff_id).where(
            tables.StaffRole.role == Role.HEAD_OF_UNIT, tables.StaffRole.ended_at.is_(None)
        )
    )
    for staff_id in sorted({act.actor.id, *heads}):
        act.session.add(Restriction(reference=reference, staff_id=staff_id, named_by=act.actor.id, named_at=act.now))
    lifecycle_open = work_items.open_work(act.session, application)
    for item in lifecycle_open:
        item.owner, item.claimed_at = (item.owner, item.claimed_at) if item.reserved else (None, None)
    act.record(application, "restricted", reason=stated_reasons.code_of(act, application, "restricted", reason))
    found_by.bring_up_all(act.session, reference, act.now.year)
    own_register.look(act, application)
    return {"reference": reference, "restricted": True}


def name_person(act: Act, reference: str, *, staff: str) -> Summary:
    """Name one more person for a restricted application."""
    act.allowed(Command.RESTRICT)
    application = act.application(reference)
    if not application.restricted:
        refuse_because("not_restricted", "this application is not restricted: nobody needs to be named for it")
    if act.session.get(tables.Staff, staff) is None:
        refuse_because("not_found", "there is no such member of staff")
    act.session.merge(Restriction(reference=reference, staff_id=staff, named_by=act.actor.id, named_at=act.now))
    act.record(application, "person_named", staff=staff)
    return {"reference": reference, "named": staff}


def lift(act: Act, reference: str, *, reason: str) -> Summary:
    """Lift a restriction. Two people must agree, one of them the head of unit."""
    act.allowed(Command.LIFT_RESTRICTION)
    application = act.application(reference)
    not_restricted = Reason("not_restricted", "this application is not restricted")
    not_agreed = why_not_two(act, application, what="lift_restriction", reason=reason)
    refuse_all([None if application.restricted else not_restricted, *not_agreed])
    first = agreed(act, application, "lift_restriction", reason=reason)
    if first is None:
        return {"reference": reference, "proposed": "lift_restriction"}
    if Role.HEAD_OF_UNIT not in act.actor.roles and not holds(act, first, Role.HEAD_OF_UNIT):
        refuse_because("not_permitted", "one of the two must be the head of unit")
    application.restricted = False
    act.record(application, "restriction_lifted", first=first)
    found_by.bring_up_all(act.session, reference, act.now.year)
    own_register.look(act, application)
    return {"reference": reference, "restricted": False}


def hold(act: Act, reference: str, *, reason: str) -> Summary:
    """Set a legal hold: nothing of the application may be disposed of."""
    act.allowed(Command.HOLD)
    application = act.application(reference)
    application.legal_hold = True
    act.record(application, "legal_hold_set", reason=stated_reasons.code_of(act, application, "legal_hold_set", reason))
    return {"reference": reference, "legal_hold": True}


def release(act: Act, reference: str, *, reason: str) -> Summary:
    """End a legal hold. Two people must agree."""
    act.allowed(Command.HOLD)
    application = act.application(reference)
    refuse_all(why_not_two(act, application, what="release_hold", reason=reason))
    if (first := agreed(act, application, "release_hold", reason=reason)) is None:
        return {"reference": reference, "proposed": "release_hold"}
    application.legal_hold = False
    act.record(application, "legal_hold_ended", first=first)
    return {"reference": reference, "legal_hold": False}


def dispose(act: Act, reference: str, *, reason: str) -> Summary:
    """Erase the personal detail of a closed application. Two people must agree. The ledger can still be verified.

    Refused under a legal hold.
    """
    act.allowed(Command.DISPOSE)
    application = act.application(reference)
    not_agreed = why_not_two(act, application, what="dispose", reason=reason)
    refuse_all([*_why_not_dispose(act, application), *not_agreed])
    if (first := agreed(act, application, "dispose", reason=reason)) is None:
        return {"reference": reference, "proposed": "dispose"}
    act.session.add(
        Disposal(
            reference=reference, reason=reason, proposed_by=first, proposed_at=act.now,
            second_by=act.actor.id, second_at=act.now,
        )
    )  # fmt: skip
    erased = disposal.forget(act, reference)
    for row in (application, *_merged_into(act, application)):
        row.disposed_at = act.now
        erased += sum(_erase(act, table, row.reference) for table in PERSONAL)
    act.record(application, "disposed", erased=erased, first=first)
    return {"reference": reference, "disposed": True, "rows": erased}


def _why_not_dispose(act: Act, application: Application) -> Iterator[Reason]:
    """Every reason why an application is kept."""
    if application.stage != Stage.CLOSED:
        yield Reason("not_closed", "only a closed application can be disposed of")
    if application.merged_into is not None:
        yield Reason("merged", f"it is disposed of with {application.merged_into}, into which it was merged")
    if any(row.legal_hold for row in (application, *_merged_into(act, application))):
        yield Reason("legal_hold", "this application is under a legal hold: nothing of it may be disposed of")
    if application.disposed_at is not None:
        yield Reason("already_disposed", "this application was disposed of already")


def lower_priority(act: Act, reference: str, *, to: str, reason: str) -> Summary:
    """Lower a priority. Two people must agree. Deadlines that were shortened stay as they are."""
    act.allowed(Command.LOWER_PRIORITY, works_on=reference)
    application, what = act.application(reference), f"lower_priority:{to}"
    lower = to in set(Priority) and Priority(to).rank > Priority(application.priority).rank
    not_lower = Reason("not_lower", "the new priority must be lower than the present one")
    not_agreed = why_not_two(act, application, what=what, reason=reason)
    refuse_all([why_closed(application), None if lower else not_lower, *not_agreed])
    if (first := agreed(act, application, what, reason=reason)) is None:
        return {"reference": reference, "proposed": what}
    application.priority, application.priority_reason = to, "lowered_by_two_people"
    act.record(application, "priority_lowered", to=to, first=first)
    return {"reference": reference, "priority": to}


def _merged_into(act: Act, application: Application) -> Sequence[Application]:
    """The duplicates that were merged into an application."""
    query = select(Application).where(Application.merged_into == application.reference)
    return act.session.scalars(query.order_by(Application.reference)).all()


def _erase(act: Act, table: type[Base], reference: str) -> int:
    """Blank the personal columns of an application's rows in one table; returns how many rows."""
    rows = act.session.scalars(select(table).where(table.__table__.c.reference == reference)).all()
    for row in rows:
        for name in table.personal:
            column = table.__table__.c[name]
            setattr(row, name, None if column.nullable else _blank(column.type.python_type))
    return len(rows)


def _blank(kind: type) -> object:
    return {dict: {}, list: [], str: "", bool: False}.get(kind, [])
