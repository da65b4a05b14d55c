"""Work items: opening them for a need, and finding the open and the blocking ones."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import policies
from casebook.casework.core import clocks
from casebook.casework.core.acting import Act
from casebook.domain import deadlines, words
from casebook.domain.actors import Reason
from casebook.domain.policy import Allowance
from casebook.domain.vocabulary import Priority, Role, Stage, WorkKind
from casebook.domain.work import SPECS, Need, leaves_danger
from casebook.storage.documents import policy_of
from casebook.storage.read_once import read_once
from casebook.storage.tables import OPEN_WORK, Application, Clock, WorkItem

# the columns that are set each time an item is opened
OPENED = ("stage", "role", "subject", "blocking", "priority", "owner", "reserved", "opened_at", "due_at", "claimed_at",
          "cancelled_at", "cancelled_why")  # fmt: skip


def open_item(act: Act, application: Application, need: Need) -> WorkItem | None:
    """Open the work item of a need, unless it was opened before. The caller writes the ledger entry.

    An item that was cancelled is opened again. It keeps its escalation level.
    """
    item, earlier = item_of(act, application, need), act.session.get(WorkItem, need.id(application.reference))
    if earlier is None:
        act.session.add(item)
        return item
    if earlier.cancelled_at is None:
        return None
    for name in OPENED:
        setattr(earlier, name, getattr(item, name))
    return earlier


def asked_again(act: Act, application: Application, needs: Iterable[Need]) -> list[Need]:
    """The needs, with those whose answer was superseded as new ones."""
    superseded = _superseded(act, application)
    return [_again(need, application.reference, superseded) for need in needs]


def _superseded(act: Act, application: Application) -> set[str]:
    query = select(WorkItem.id).where(WorkItem.reference == application.reference, WorkItem.superseded_at.is_not(None))
    return set(act.session.scalars(query))


def _again(need: Need, reference: str, superseded: Container[str]) -> Need:
    while need.id(reference) in superseded:
        need = replace(need, again=need.again + 1)
    return need


def ask_anew(act: Act, application: Application, item: WorkItem) -> None:
    """Take back an answer that tells of the world: what it recorded stays as history, and the same is asked once more.

    It fits as `take_back` where the question comes from an event, so no state of the case would ask it again.
    """
    need = Need(
        kind=WorkKind(item.kind), key=item.key, role=Role(item.role), owner=item.owner if item.reserved else None,
        subject=item.subject, priority=Priority(item.priority), blocking=item.blocking,
    )  # fmt: skip
    again = _again(need, application.reference, {item.id, *_superseded(act, application)})
    open_items(act, application, [again], because="answer_superseded")


def item_of(act: Act, application: Application, need: Need) -> WorkItem:
    """The work item of a need, not yet added to the session."""
    spec = SPECS[need.kind]
    complete_need = replace(
        need,
        blocking=spec.blocking if need.blocking is None else need.blocking,
        priority=need.priority or Priority(application.priority),
        due_at=need.due_at or _due(act, application, need),
    )
    return item_row(act, complete_need, reference=application.reference, stage=spec.stage or application.stage)


def item_row(act: Act, need: Need, *, reference: str | None = None, stage: str | None = None) -> WorkItem:
    """The row of a need that is complete, also of one that belongs to no application."""
    return WorkItem(
        id=need.id(reference), reference=reference, kind=need.kind, stage=stage, role=need.role or SPECS[need.kind].roles[0],
        key=need.key, subject=dict(need.subject), blocking=bool(need.blocking), priority=need.priority or Priority.STANDARD,
        owner=need.owner, reserved=need.owner is not None, opened_at=act.now, due_at=need.due_at, escalation_level=0,
        claimed_at=None, done_at=None, done_by=None, answer=None, read_at=None,
        superseded_at=None, superseded_by=None, superseded_why=None,
        cancelled_at=None, cancelled_why=None,
    )  # fmt: skip


def open_items(act: Act, application: Application, needs: Iterable[Need], because: str) -> list[WorkItem]:
    """Open the items that are not open yet, and write one ledger entry for all of them."""
    opened = [item for need in needs if (item := open_item(act, application, need))]
    if opened:
        act.record(application, "work_opened", because=because, kinds=sorted(item.kind for item in opened))
    return opened


def _due(act: Act, application: Application, need: Need) -> datetime | None:
    if (allowance := policy_of(application).work_allowance(need.kind)) is not None:
        return clocks.due_from(
            act.now, allowance.allowance(need.priority or Priority(application.priority)).value, application
        )
    limit = SPECS[need.kind].limit
    clock = act.session.get(Clock, clocks.clock_id(application.reference, limit)) if limit else None
    return clock.due_at if clock else None


def due_by_policy(act: Act, kind: WorkKind, priority: Priority) -> datetime | None:
    """The same by the policy's own limit of a kind of work; None if it has none."""
    allowance = act.documents.policy_on(act.now).work_allowance(kind)
    return due_for_unit(act, allowance.allowance(priority).value) if allowance else None


def due_for_unit(act: Act, allowance: Allowance) -> datetime:
    """When work that starts now and belongs to no application is due, by the calendar of the policy in force."""
    policy = act.documents.policy_on(act.now)
    zone = ZoneInfo(policy.calendar.timezone)
    return deadlines.after(act.now, allowance, zone=zone, holidays=policies.BankHolidays(policy))


@read_once
def open_work(session: Session, application: Application) -> Sequence[WorkItem]:
    """Every open work item of an application."""
    return session.scalars(select(WorkItem).where(WorkItem.reference == application.reference, OPEN_WORK)).all()


def blocking(session: Session, application: Application) -> list[WorkItem]:
    """The open work items that the stage of an application waits for. The last stage also waits for danger."""
    session.flush()
    closes_next = application.stage == Stage.FOLLOW_UP
    return [
        item
        for item in open_work(session, application)
        if item.blocking or (closes_next and leaves_danger(WorkKind(item.kind), item.subject))
    ]


def why_danger_first(session: Session, application: Application) -> Reason | None:
    """A reason not to close: somebody may be in danger, and that has not been answered."""
    session.flush()
    work = open_work(session, application)
    kinds = sorted({item.kind for item in work if leaves_danger(WorkKind(item.kind), item.subject)})
    if not kinds:
        return None
    return Reason(
        "danger_open", f"somebody may be in danger: finish this first: {', '.join(map(words.WORK.of, kinds))}"
    )


def with_work_of(act: Act, staff_id: str) -> list[str]:
    """References of the applications with open work of this person."""
    query = select(WorkItem.reference).where(WorkItem.owner == staff_id, OPEN_WORK)
    return [reference for reference in act.session.scalars(query) if reference]


def lock(act: Act, references: Sequence[str]) -> None:
    """Lock applications before their items and in order of reference, so that no two acts wait for each other."""
    query = select(Application).where(Application.reference.in_(references)).order_by(Application.reference)
    act.session.scalars(query.with_for_update(key_share=True)).all()


def return_items(act: Act, staff_id: str, *, only: Application | None = None, reserved: bool = True) -> int:
    """Return the open work that somebody claimed, or that was reserved for them, to the queue of its role.

    `only`: that of one application, which the caller has locked. `reserved` False: what is reserved for them stays theirs.
    """
    query = select(WorkItem).where(WorkItem.owner == staff_id, OPEN_WORK)
    if not reserved:
        query = query.where(WorkItem.reserved.is_(False))
    if only is None:
        lock(act, with_work_of(act, staff_id))
    else:
        query = query.where(WorkItem.reference == only.reference)
    items = act.session.scalars(query.with_for_update()).all()
    for item in items:
        item.owner, item.claimed_at, item.reserved = None, None, False
        act.record(
            act.session.get(Application, item.reference) if item.reference else None, "work_returned", item=item.id
        )
    return len(items)
