"""Finds what may have to be escalated, by range scans on partial indexes, and what each escalation level needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, any_, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from casebook.domain.vocabulary import Stage, WorkKind
from casebook.domain.work import CALLS
from casebook.storage.tables import OPEN_WORK, Application, Base, Clock, Escalation, WorkItem

R = TypeVar("R", bound=Base)

# an item that calls its owner counts as claimed only when they have claimed it
UNHEARD = and_(
    WorkItem.kind == WorkKind.RATIFY_EMERGENCY, WorkItem.subject.has_key(CALLS), WorkItem.claimed_at.is_(None)
)
UNTOLD = and_(OPEN_WORK, WorkItem.escalation_level == 0, WorkItem.kind != WorkKind.ACKNOWLEDGE_ESCALATION)


class Stalled(NamedTuple):
    """An item to check more closely under lock."""

    id: str
    reference: str | None


def overdue(session: Session, now: datetime) -> list[Stalled]:
    return _found(session, select(WorkItem.id, WorkItem.reference).where(UNTOLD, WorkItem.due_at <= now))


def unclaimed(session: Session, opened_before: Mapping[str, datetime]) -> list[Stalled]:
    """Open items that nobody has claimed, by priority."""
    too_old = or_(*(and_(WorkItem.priority == p, WorkItem.opened_at <= cut) for p, cut in opened_before.items()))
    old = select(WorkItem.id, WorkItem.reference).where(UNTOLD, too_old)
    # two queries, so that each can use its index
    return [
        *_found(session, old.where(WorkItem.owner.is_(None))),
        *_found(session, old.where(UNHEARD, WorkItem.owner.is_not(None))),
    ]


def unchanged(session: Session, changed_before: Mapping[str, datetime]) -> list[Stalled]:
    """Old blocking items of applications where nothing has been done since, by stage."""
    other = aliased(WorkItem)
    old = or_(*(and_(WorkItem.stage == s, WorkItem.opened_at <= cut) for s, cut in changed_before.items()))
    cut = case(changed_before, value=WorkItem.stage, else_=None)
    since = select(other.id).where(other.reference == WorkItem.reference, other.done_at > cut).exists()
    return _found(session, select(WorkItem.id, WorkItem.reference).where(UNTOLD, WorkItem.blocking, old, ~since))


def told_below(
    session: Session, quiet_since: Mapping[str, datetime], opened_before: datetime, *, now: datetime, top: int
) -> list[Stalled]:
    """Items whose highest escalation level has waited long enough, by priority: not acknowledged, or without effect.

    Also items that were acknowledged before they were due, and are late now.
    """
    heard = Escalation.acknowledged_at
    quiet = func.coalesce(heard, Escalation.raised_at) <= case(quiet_since, value=WorkItem.priority, else_=None)
    wrong = or_(
        heard.is_(None),
        WorkItem.due_at <= now,
        WorkItem.owner.is_(None),
        UNHEARD,
        and_(WorkItem.blocking, WorkItem.opened_at <= opened_before),
    )
    query = (
        select(WorkItem.id, WorkItem.reference)
        .join(Escalation, and_(Escalation.item_id == WorkItem.id, Escalation.rung == WorkItem.escalation_level))
        .where(
            OPEN_WORK, WorkItem.escalation_level > 0, WorkItem.escalation_level < top,
            or_(and_(heard < WorkItem.due_at, WorkItem.due_at <= now), and_(quiet, wrong)),
        )
    )  # fmt: skip
    return _found(session, query)


def overruns(session: Session, now: datetime) -> list[Stalled]:
    """Unmet limits of open applications that have passed, where nobody has been asked yet to keep the person safe."""
    asked = select(WorkItem.id).where(
        WorkItem.reference == Clock.reference,
        WorkItem.kind == WorkKind.SAFEGUARD_DURING_DELAY,
        WorkItem.subject["clocks"].has_key(Clock.id),
    )
    query = (
        select(Clock.id, Clock.reference)
        .join(Application, Application.reference == Clock.reference)
        .where(Clock.met_at.is_(None), Clock.due_at <= now, Application.stage != Stage.CLOSED, ~asked.exists())
    )
    return _found(session, query)


def settled(session: Session) -> list[Stalled]:
    """Open acknowledgements of which every item is closed. One that still needs the reason of an overrun is left out."""
    item = aliased(WorkItem)
    gathered = func.coalesce(WorkItem.subject["items"], func.jsonb_build_array(WorkItem.subject["item"]))
    ids = select(func.jsonb_array_elements_text(gathered)).correlate(WorkItem).scalar_subquery()
    mine = item.id == any_(func.array(ids))
    over = or_(item.done_at.is_not(None), item.cancelled_at.is_not(None))
    overrun = and_(Clock.reference == WorkItem.reference, item.subject["clocks"].has_key(Clock.id))
    owing = select(Clock.id).where(overrun, Clock.overrun_reason.is_(None)).exists()
    theirs = select(item.id).where(mine)
    query = select(WorkItem.id, WorkItem.reference).where(
        OPEN_WORK,
        WorkItem.kind == WorkKind.ACKNOWLEDGE_ESCALATION,
        theirs.exists(),
        ~theirs.where(or_(~over, owing)).exists(),
    )
    return _found(session, query)


def acknowledgements(session: Session, references: Iterable[str]) -> Sequence[WorkItem]:
    """The open items in which somebody is asked to acknowledge levels of an application, locked."""
    query = select(WorkItem).where(
        among(WorkItem.reference, references),
        OPEN_WORK,
        WorkItem.kind == WorkKind.ACKNOWLEDGE_ESCALATION,
        WorkItem.subject.has_key("items"),
    )
    items = session.scalars(query.order_by(WorkItem.opened_at, WorkItem.id).with_for_update())
    return items.all()


def lock_applications(session: Session, references: Iterable[str]) -> dict[str, Application]:
    """Lock the applications that nobody acts on at this moment. The others are left out."""
    query = (
        select(Application)
        .where(among(Application.reference, references))
        .order_by(Application.reference)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    return {application.reference: application for application in session.scalars(query)}


def lock_items(session: Session, ids: Iterable[str]) -> Sequence[WorkItem]:
    """Lock and return the items that are still open."""
    query = (
        select(WorkItem)
        .where(among(WorkItem.id, ids), OPEN_WORK)
        .order_by(WorkItem.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def clocks(session: Session, ids: Iterable[str]) -> Sequence[Clock]:
    return session.scalars(select(Clock).where(among(Clock.id, ids), Clock.met_at.is_(None))).all()


def clocks_of(session: Session, references: Iterable[str]) -> Sequence[Clock]:
    return session.scalars(select(Clock).where(among(Clock.reference, references))).all()


def highest(session: Session, ids: Iterable[str]) -> dict[str, Escalation]:
    """The highest escalation level raised for each item."""
    query = select(Escalation).where(among(Escalation.item_id, ids)).order_by(Escalation.rung)
    return {
        escalation.item_id: escalation
        for escalation in session.scalars(query.execution_options(populate_existing=True))
    }


def safeguarding(session: Session, references: Iterable[str]) -> dict[str, WorkItem]:
    """The open item of each application that keeps the person safe while a limit is overrun."""
    query = select(WorkItem).where(
        among(WorkItem.reference, references), OPEN_WORK, WorkItem.kind == WorkKind.SAFEGUARD_DURING_DELAY
    )
    items = session.scalars(query.order_by(WorkItem.opened_at, WorkItem.id).with_for_update())
    return {str(item.reference): item for item in items}


def asked(session: Session, items: Iterable[str]) -> set[str]:
    """The items that somebody is still asked to acknowledge."""
    gathered = func.coalesce(WorkItem.subject["items"], func.jsonb_build_array(WorkItem.subject["item"]))
    about = func.jsonb_array_elements_text(gathered).label("about")
    asked_about = select(about).where(OPEN_WORK, WorkItem.kind == WorkKind.ACKNOWLEDGE_ESCALATION).subquery()
    return set(session.scalars(select(asked_about.c.about).where(asked_about.c.about.in_(list(items)))))


def last_changes(session: Session, references: Iterable[str]) -> dict[str, datetime]:
    """When anything was last done about each application."""
    query = (
        select(WorkItem.reference, func.max(WorkItem.done_at))
        .where(among(WorkItem.reference, references), WorkItem.done_at.is_not(None))
        .group_by(WorkItem.reference)
    )
    return {str(reference): at for reference, at in session.execute(query)}


def among(column: InstrumentedAttribute[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """Condition: the column is one of many values."""
    # one array, not one bind each: there may be more values than a statement may have binds
    return column == any_(literal(sorted(set(values)), ARRAY(TEXT)))


def _found(session: Session, query: Select[Any]) -> list[Stalled]:
    return [Stalled(*row) for row in session.execute(query)]
