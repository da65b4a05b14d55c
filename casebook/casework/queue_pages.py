"""Pages of the queue for screens: the database orders it and gives one page, however much work is open.

The order and the rules are those of `work_queue.waiting`, which a test holds them against; only what is on the page is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select

from casebook.casework import work_queue
from casebook.casework.core.acting import Act
from casebook.casework.work_queue import WaitingWork
from casebook.domain import authority
from casebook.domain.authority import Command
from casebook.domain.case import competence
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import SPECS
from casebook.storage import people
from casebook.storage.danger_said import danger_said, priority_rank
from casebook.storage.tables import OPEN_WORK, Application, Restriction, WorkItem

DAY, WEEK = timedelta(days=1), timedelta(days=7)
_SOURCE = WorkItem.subject["source"].astext
_ACCEPTS = func.coalesce(WorkItem.subject["accept"].astext, "false") != "false"
IN_DANGER: ColumnElement[bool] = or_(
    WorkItem.kind == WorkKind.IMMEDIATE_SAFEGUARDING,
    danger_said(Application.priority, Application.priority_reason),
)


@dataclass(frozen=True, kw_only=True)
class QueueNarrowed:
    """What a list of work is narrowed to."""

    kind: str = ""
    state: str = ""  # late or escalated
    claimed: str = ""  # by nobody or somebody
    mine: bool = False
    in_danger: bool = False


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """One page of the queue. `bands`: how many items are late, due within a day, within a week, and later, on all pages."""

    waiting: WaitingWork
    total: int
    in_danger: frozenset[str]  # items of this page
    bands: Mapping[str, int] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()


def page(act: Act, narrowed: QueueNarrowed, *, first: int = 0, most: int = 25) -> QueuePage:
    """`most` items from the `first` on, most pressing first, and how many there are."""
    act.allowed(Command.LIST_WORK)
    if authority.sees_only_own_panels(act.actor):
        return _of_few(act, narrowed, first, most)
    theirs = _theirs(act)
    stuck, hidden = _untrained(act, theirs)
    shown = [*theirs, *(not_(each) for each in hidden)]
    wanted = [*shown, *_narrowing(act, narrowed)]
    items = act.session.execute(_ordered(act, wanted).offset(first).limit(most)).all()
    if narrowed.in_danger:  # a strip above the list: nobody counts it
        return QueuePage(
            waiting=_hindered(act, [item for item, _ in items], stuck, 0),
            total=len(items),
            in_danger=frozenset(item.id for item, _ in items),
        )
    counted = act.session.execute(_counted(act, wanted)).one()
    of_colleagues = act.session.scalar(_from(select(func.count())).where(*theirs, or_(*hidden))) if hidden else 0
    return QueuePage(
        waiting=_hindered(act, [item for item, _ in items], stuck, of_colleagues or 0),
        total=counted.total,
        in_danger=frozenset(item.id for item, danger in items if danger),
        bands={"late": counted.late, "due within a day": counted.day, "due within a week": counted.week,
               "later": counted.total - counted.late - counted.day - counted.week},
        kinds=tuple(act.session.scalars(_from(select(WorkItem.kind).distinct()).where(*shown))),
    )  # fmt: skip


def _of_few(act: Act, narrowed: QueueNarrowed, first: int, most: int) -> QueuePage:
    """For a member of a panel, who sees their own cases alone: all of them are few."""
    waiting = work_queue.waiting(act, mine=narrowed.mine)
    kept = [item for item in waiting.items if not narrowed.in_danger and narrowed.kind in {"", item.kind}]
    shown = kept[first : first + most]
    ids = {item.id for item in shown}
    barred = {item: why for item, why in waiting.barred.items() if item in ids}
    return QueuePage(
        waiting=WaitingWork(items=shown, stuck={}, barred=barred, of_colleagues=0),
        total=len(kept),
        in_danger=frozenset(),
    )


def _from(query: Select[Any]) -> Select[Any]:
    return query.select_from(WorkItem).outerjoin(Application, Application.reference == WorkItem.reference)


def _theirs(act: Act) -> list[ColumnElement[bool]]:
    """What is open for the actor's roles, and not closed to them."""
    named = select(Restriction.reference).where(Restriction.staff_id == act.actor.id)
    kinds = [kind for kind, spec in SPECS.items() if act.actor.roles.intersection(spec.roles)]
    return [
        OPEN_WORK,
        or_(Application.reference.is_(None), not_(Application.restricted), Application.reference.in_(named)),
        or_(not_(WorkItem.reserved), WorkItem.owner == act.actor.id),
        or_(WorkItem.role.in_(act.actor.roles), WorkItem.kind.in_(kinds)),
    ]


def _untrained(
    act: Act, theirs: Sequence[ColumnElement[bool]]
) -> tuple[dict[tuple[str, str | None], str], list[ColumnElement[bool]]]:
    """Kinds of work for which nobody on duty is trained, with the training; and those that only colleagues are trained for."""
    rules = act.documents.monitor(act.now).competence
    present = people.on_duty(act.session, act.now.date())
    groups = act.session.execute(
        _from(select(WorkItem.kind, WorkItem.role, _SOURCE, _ACCEPTS).distinct()).where(*theirs)
    )
    stuck: dict[tuple[str, str | None], str] = {}
    hidden = []
    for kind, role, source, accepts in groups:
        needs = competence.needed(WorkKind(kind), {"source": source, "accept": accepts}, rules)
        if needs is None:
            continue
        doers = {*SPECS[WorkKind(kind)].roles, Role(role)}
        if not any(person.roles & doers and needs in person.competences for person in present):
            stuck[kind, source] = needs
        elif needs not in act.actor.competences:
            same_source = _SOURCE.is_(None) if source is None else source == _SOURCE
            hidden.append(and_(WorkItem.kind == kind, WorkItem.role == role, same_source, accepts == _ACCEPTS))
    return stuck, hidden


def _hindered(
    act: Act, items: list[WorkItem], stuck: Mapping[tuple[str, str | None], str], of_colleagues: int
) -> WaitingWork:
    """These items of a queue with what hinders each. `stuck`: kind and source -> the training that nobody on duty has."""
    lacking = {item.id: (item.kind, item.subject.get("source")) for item in items if not item.subject.get("accept")}
    return WaitingWork(
        items=items,
        stuck={item: stuck[group] for item, group in lacking.items() if group in stuck},
        barred=work_queue.barred(act, items),
        of_colleagues=of_colleagues,
    )


def _narrowing(act: Act, narrowed: QueueNarrowed) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if narrowed.kind:
        wanted.append(WorkItem.kind == narrowed.kind)
    if narrowed.state == "late":
        wanted.append(WorkItem.due_at < act.now)
    if narrowed.state == "escalated":
        wanted.append(WorkItem.escalation_level > 0)
    if narrowed.claimed:
        wanted.append(WorkItem.owner.is_(None) if narrowed.claimed == "nobody" else WorkItem.owner.is_not(None))
    if narrowed.mine:
        wanted.append(WorkItem.owner == act.actor.id)
    if narrowed.in_danger:
        wanted.append(IN_DANGER)
    return wanted


def _ordered(act: Act, wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """In the order of `domain.work.queue_order`."""
    said = danger_said(WorkItem.priority, Application.priority_reason)
    return (
        _from(select(WorkItem, func.coalesce(IN_DANGER, False)))
        .where(*wanted)
        .order_by(
            priority_rank(WorkItem.priority),
            func.coalesce(said, False).desc(),
            func.coalesce(WorkItem.due_at < act.now, False).desc(),
            WorkItem.due_at.nulls_last(),
            func.coalesce(Application.score, 0).desc(),
            func.coalesce(Application.received_at, WorkItem.opened_at),
            WorkItem.id,
        )
    )


def _counted(act: Act, wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    late, due = WorkItem.due_at < act.now, WorkItem.due_at
    return _from(
        select(
            func.count().label("total"),
            func.count().filter(late).label("late"),
            func.count().filter(due >= act.now, due < act.now + DAY).label("day"),
            func.count().filter(due >= act.now + DAY, due < act.now + WEEK).label("week"),
        )
    ).where(*wanted)
