"""Merges a duplicate into the application that was submitted first, and undoes it: two people, until the delivery.

The duplicate is not withdrawn: nobody withdrew anything. Its file stays whole and is shown with the other as one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from casebook.casework.core import clocks, lifecycle, two_people, work_items
from casebook.casework.core.acting import Act, Summary, refuse, refuse_all, refuse_because
from casebook.casework.record_checks import record_checks
from casebook.casework.safeguarding import danger
from casebook.domain import chain, freezing
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import merging as rules
from casebook.domain.case.merging import MergeSide
from casebook.domain.vocabulary import Party, Priority, Stage
from casebook.storage.case import decisions, deliveries
from casebook.storage.tables import Application, Merger, Person

ChangedCell = dict[str, Any]  # party or None, column, before, after


def merge(act: Act, reference: str, *, into: str, reason: str) -> Summary:
    """Merge a duplicate into the application of which it is one. Two people must agree."""
    act.allowed(Command.MERGE, works_on=reference)
    duplicate, kept = _both(act, reference, into)
    what = f"merge:{into}"
    refuse_all([
        *rules.why_not_merge(_side(act, duplicate), _side(act, kept)),
        work_items.why_danger_first(act.session, duplicate),
        *two_people.why_not_two(act, duplicate, kept, what=what, reason=reason),
    ])  # fmt: skip
    if two_people.agreed(act, duplicate, what, reason=reason) is None:
        return {"reference": reference, "proposed": what}
    _close(act, duplicate, kept)
    changed = _add(act, duplicate, kept)
    act.session.add(
        Merger(
            id=chain.identity("merger", into, reference, _earlier(act, into, reference)), reference=into, other=reference,
            changed=changed, merged_at=act.now, merged_by=act.actor.id, undone_at=None, undone_by=None,
        )
    )  # fmt: skip
    act.record(kept, "application_merged", other=reference, changed=len(changed))
    danger.raise_priority(act, kept, Priority(duplicate.priority), reason=duplicate.priority_reason)
    _look_again(act, kept, "merged")
    return {"reference": reference, "merged_into": into, "changed": len(changed)}


def unmerge(act: Act, reference: str, *, reason: str) -> Summary:
    """Undo a merging. Two people must agree; refused once the outcome was delivered."""
    act.allowed(Command.MERGE, works_on=reference)
    application = act.application(reference, lock=False)  # both are locked below, in their order
    refuse(freezing.why_not_edit(application.frozen_at))
    into = application.merged_into
    if into is None:
        refuse_because("not_merged", "this application was not merged into another")
    duplicate, kept = _both(act, reference, into)
    what = f"unmerge:{into}"
    over = kept.stage == Stage.CLOSED or kept.outcome is not None or deliveries.told(act.session, into)
    delivered = Reason("delivered", f"{into} was delivered or closed: what was merged cannot be separated any more")
    not_agreed = two_people.why_not_two(act, duplicate, kept, what=what, reason=reason)
    refuse_all([delivered if over else None, *not_agreed])
    if two_people.agreed(act, duplicate, what, reason=reason) is None:
        return {"reference": reference, "proposed": what}
    query = select(Merger).where(Merger.other == reference, Merger.reference == into, Merger.undone_at.is_(None))
    merger = act.session.scalars(query).one()
    stage = lifecycle.closed_from(act, duplicate)
    clocks.begin_again(act, duplicate, stage)
    with act.session.no_autoflush:  # the database refuses a closed row that is neither merged nor has an outcome
        duplicate.merged_into = duplicate.closed_at = None
        lifecycle.move(act, duplicate, stage, because="unmerged")
    act.record(duplicate, "application_unmerged", other=into, stage=stage)
    _take_out(act, kept, merger)
    merger.undone_at, merger.undone_by = act.now, act.actor.id
    act.record(kept, "application_unmerged", other=reference)
    _look_again(act, kept, "unmerged")
    lifecycle.carry_on(act, duplicate, because="unmerged")
    return {"reference": reference, "stage": duplicate.stage}


def _both(act: Act, reference: str, into: str) -> tuple[Application, Application]:
    """Both applications, locked in the order of their references, so that two acts never wait for each other."""
    locked = {name: act.application(name) for name in sorted({reference, into})}
    return locked[reference], locked[into]


def _side(act: Act, application: Application) -> MergeSide:
    plans = {party: deliveries.plan(act.session, application.reference, party) for party in (Party.A, Party.C)}
    return MergeSide(
        reference=application.reference,
        submitted_at=application.submitted_at,
        route=application.route,
        applicant=application.applicant,
        closed=application.stage == Stage.CLOSED,
        decided=application.outcome is not None or decisions.approved(act.session, application) is not None,
        restricted=application.restricted,
        plans={party: (plan.channel, plan.days, plan.windows, plan.voicemail) for party, plan in plans.items() if plan},
    )


def _close(act: Act, duplicate: Application, kept: Application) -> None:
    """End the duplicate without an outcome: the other application will have one."""
    clocks.end(act, duplicate)
    with act.session.no_autoflush:
        duplicate.merged_into, duplicate.closed_at = kept.reference, act.now
        lifecycle.move(act, duplicate, Stage.CLOSED, because="merged")
    for item in work_items.open_work(act.session, duplicate):  # what the other application has as well
        item.cancelled_at, item.cancelled_why = act.now, "merged"
    act.record(duplicate, "application_merged", into=kept.reference)


def _add(act: Act, duplicate: Application, kept: Application) -> list[ChangedCell]:
    """Add what the duplicate knows to the kept application. Returns what that changed."""
    changed = _change(
        kept, None, rules.merged(_values(kept, rules.OF_APPLICATION), _values(duplicate, rules.OF_APPLICATION))
    )
    for party in Party:
        mine = act.session.get(Person, f"{kept.reference}:{party}")
        theirs = act.session.get(Person, f"{duplicate.reference}:{party}")
        if mine is not None and theirs is not None:
            values = rules.merged(_values(mine, rules.OF_PERSON), _values(theirs, rules.OF_PERSON))
            changed += _change(mine, party, values)
    return changed


def _values(row: Application | Person, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _change(row: Application | Person, party: Party | None, values: dict[str, Any]) -> list[ChangedCell]:
    changes = [
        {"party": party, "column": name, "before": getattr(row, name), "after": value} for name, value in values.items()
    ]
    for name, value in values.items():
        setattr(row, name, value)
    return changes


def _take_out(act: Act, kept: Application, merger: Merger) -> None:
    for change in merger.changed:
        row = act.session.get(Person, f"{kept.reference}:{change['party']}") if change["party"] else kept
        if row is not None:
            present = getattr(row, change["column"])
            value = rules.restored(present, before=change["before"], after=change["after"])
            setattr(row, change["column"], value)


def _look_again(act: Act, kept: Application, because: str) -> None:
    """Search what the other names and dates leave uncovered."""
    if not record_checks.reopen(act, kept, because=because):
        lifecycle.carry_on(act, kept, because=because)


def _earlier(act: Act, into: str, reference: str) -> int:
    query = select(func.count()).where(Merger.reference == into, Merger.other == reference)
    return act.session.scalar(query) or 0
