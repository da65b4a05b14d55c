"""What the machine does with a home by itself, step by step: the ids of all rows that are added, changed and removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, select
from walking import HELD

from casebook.casework import playbook
from casebook.casework.core import lifecycle
from casebook.casework.core.acting import Act
from casebook.casework.follow_up import watch
from casebook.casework.governance import recomputing, retention
from casebook.casework.monitor import dip_sampling
from casebook.casework.record_checks import record_checks
from casebook.casework.review import allocation, registers
from casebook.casework.safeguarding import danger
from casebook.casework.staff import staff
from casebook.casework.sweep import drift, sweep, wakes
from casebook.domain.actors import OPERATOR, Actor, system
from casebook.domain.vocabulary import Stage
from casebook.storage import outbox
from casebook.storage.session import Store
from casebook.storage.tables import OPEN_WORK, Application, Base, LedgerEntry, Notice, WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterator

MACHINE = system("lifecycle")
Seen = dict[str, dict[str, str]]  # table -> id -> what is compared of the row
Acting = Callable[..., AbstractContextManager[Act]]


def next_steps(store: Store, now: datetime) -> dict[str, Any]:
    """From `now` on, as the engine, its timers and the operator's commands would have it."""
    steps: dict[str, Any] = {}
    seen = _seen(store)
    for name, (after, step) in STEPS.items():
        step(lambda actor=MACHINE, at=now + after: _act(store, actor, at))
        fresh = _seen(store)
        steps[name] = _compared(seen, fresh)
        seen = fresh
    return steps


def needs(store: Store, now: datetime) -> dict[str, list[str]]:
    """What people must do about each open application, derived from its facts: ids of work items."""
    found = {}
    with store.session() as session:
        act = Act(session=session, actor=MACHINE, now=now, playbook=playbook)
        for reference in outbox.open_references(session):
            application = act.application(reference)
            derived = lifecycle.needs(act, application)
            found[reference] = sorted(f"{need.id(reference)} {need.kind} {need.key}" for need in derived)
    return found


def counted(store: Store) -> dict[str, dict[str, int]]:
    """How many work items of each kind there are, and ledger entries of each event."""
    with store.session() as session:
        kinds, events = session.scalars(select(WorkItem.kind)).all(), session.scalars(select(LedgerEntry.event)).all()
    return {
        "kinds": {name: kinds.count(name) for name in sorted(set(kinds))},
        "events": {name: events.count(name) for name in sorted(set(events))},
    }


@contextmanager
def _act(store: Store, actor: Actor, now: datetime) -> Iterator[Act]:
    with store.session() as session:
        yield Act(session=session, actor=actor, now=now, playbook=playbook)
        session.commit()


def _seen(store: Store) -> Seen:
    """Every row that the ledger records, and every notice."""
    seen: Seen = {}
    with store.session() as session:
        for table in (
            mapper.class_ for mapper in Base.registry.mappers if mapper.class_.ledgered or mapper.class_ is Notice
        ):
            keys = list(table.__table__.primary_key.columns)
            rows = session.execute(select(*keys, *_told(table)).order_by(*keys)).all()
            seen[table.__tablename__] = {
                " ".join(map(str, row[: len(keys)])): " ".join(map(str, row[len(keys) :])) for row in rows
            }
    return seen


def _told(table: type[Base]) -> list[Any]:
    """Of an application where it is; of work what it is and whether somebody still has to do it."""
    if table is Application:
        return [Application.stage, Application.priority, Application.version, Application.outcome]
    if table is WorkItem:
        return [WorkItem.kind, WorkItem.reference, WorkItem.key, case((OPEN_WORK, "open"), else_="over")]
    return []


def _compared(before: Seen, after: Seen) -> dict[str, Any]:
    lines: dict[str, Any] = {}
    for table, rows in after.items():
        old = before[table]
        came = [f"{key} {rows[key]}".strip() for key in rows.keys() - old.keys()]
        went = [f"{key} {old[key]}".strip() for key in old.keys() - rows.keys()]
        changed = [f"{key} {rows[key]}".strip() for key in rows.keys() & old.keys() if rows[key] != old[key]]
        found = {"came": sorted(came), "went": sorted(went), "changed": sorted(changed)}
        if told := {name: each for name, each in found.items() if each}:
            lines[table] = told
    return lines


def _read_again(acting: Acting) -> None:
    """What a run of the engine does in each application that is open, short of moving it; some search anew as well."""
    with acting() as act:
        references = outbox.open_references(act.session)
    for number, reference in enumerate(references):
        with acting() as act:
            application = act.application(reference)
            if application.stage in {Stage.INTAKE, Stage.RECORD_CHECKS} and number % 4 == 0:
                record_checks.search_automatic(act, application)
            lifecycle.refresh(act, application, because="stage_run")


def _reconcile(acting: Acting) -> None:
    with acting(OPERATOR) as act:
        wakes.reconcile(act)


def _recompute(acting: Acting) -> None:
    recomputing.recompute(lambda: acting(OPERATOR))


def _sweep(acting: Acting) -> None:
    with acting() as act:
        now = act.now
    sweep.sweep(lambda: acting(system("sweep")), now=now)


def _sweep_without_approver(acting: Acting) -> None:
    """What is foreseen has an id too, made of why it is."""
    with acting(OPERATOR) as act:
        staff.set_duty(act, "approve", on_duty=False)
    _sweep(acting)


def _watch(acting: Acting) -> None:
    with acting(system("sweep")) as act:
        watch.look_again(act)


def _drift(acting: Acting) -> None:
    """As if each gate would hold what is past it."""
    for stage in Stage:
        with acting(system("gate-drift")) as act:
            drift.tell(act, stage, dict.fromkeys(drift.open_past(act, stage), HELD))


def _danger_again(acting: Acting) -> None:
    """Report the same danger again."""
    with acting() as act:
        items = act.session.scalars(select(WorkItem).where(WorkItem.kind == "immediate_safeguarding")).all()
        told = [(item.reference, *item.key.partition(":")[::2]) for item in items]
    for reference, cause, key in told:
        with acting() as act:
            danger.open_safeguarding(act, act.application(str(reference)), cause=cause, key=key)


def _sample(acting: Acting) -> None:
    with acting(OPERATOR) as act:
        dip_sampling.draw(act, seed=2)


def _allocate(acting: Acting) -> None:
    with acting(OPERATOR) as act:
        allocation.allocate(act)
    with acting(OPERATOR) as act:
        registers.take_in_closed(act)


def _retain(acting: Acting) -> None:
    with acting(OPERATOR) as act:
        retention.propose(act)


SOON, A_DAY, A_MONTH, YEARS = timedelta(minutes=1), timedelta(days=1), timedelta(days=30), timedelta(days=365 * 12)
STEPS: Mapping[str, tuple[timedelta, Callable[[Acting], None]]] = {
    "read again": (SOON, _read_again),
    "reconcile": (SOON, _reconcile),
    "recompute deadlines": (SOON, _recompute),
    "danger told again": (SOON, _danger_again),
    "sweep": (SOON, _sweep),
    "watch": (SOON, _watch),
    "draw samples": (SOON, _sample),
    "share out the review": (SOON, _allocate),
    "gates that would hold": (SOON, _drift),
    "sweep a day later": (A_DAY, _sweep),
    "sweep a month later": (A_MONTH, _sweep),
    "sweep without an approver": (A_MONTH, _sweep_without_approver),
    "retention": (YEARS, _retain),
}
