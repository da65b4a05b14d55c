"""What early warnings need: limits that pass before the panel meets, and the staff who could sit on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from casebook.domain.case.disclosure import TRAINED
from casebook.domain.case.minimum_staffing import OnDuty
from casebook.domain.escalation import WhyStalled
from casebook.domain.vocabulary import Limit, Role, Stage, WorkKind
from casebook.storage.people import present
from casebook.storage.sweep.escalations import Stalled, among
from casebook.storage.tables import OPEN_WORK, Application, Clock, Competence, Decision, Panel, Person, WorkItem

UNDECIDED = (Stage.INTAKE, Stage.RECORD_CHECKS, Stage.RISK_SCORING, Stage.PANEL_DECISION)


class RunningApplication(NamedTuple):
    """An undecided application and when its whole process is due."""

    reference: str
    policy: str
    due_at: datetime


def due_before(session: Session, policy: str, now: datetime, until: datetime) -> list[RunningApplication]:
    """Undecided applications of a policy whose limit passes by then and for which no earlier panel is called."""
    decided = exists().where(Decision.reference == Application.reference, Decision.superseded.is_(False))
    called = exists().where(
        Panel.reference == Application.reference,
        Panel.version == Application.version,
        Panel.meets_at <= Clock.due_at,
    )
    query = (
        select(Application.reference, Application.policy, Clock.due_at)
        .join(Clock, Clock.reference == Application.reference)
        .where(
            Clock.limit_name == Limit.WHOLE_PROCESS, Clock.met_at.is_(None), Clock.due_at > now, Clock.due_at <= until,
            Application.stage.in_(UNDECIDED), Application.out_of_cycle.is_(False), Application.policy.startswith(f"{policy}@"),
            ~decided, ~called,
        )
    )  # fmt: skip
    return [RunningApplication(*row) for row in session.execute(query)]


def to_be_convened(session: Session) -> list[Application]:
    """Applications whose panel must be called, and those that only named people may see."""
    waits = exists().where(
        WorkItem.reference == Application.reference, OPEN_WORK, WorkItem.kind == WorkKind.CONVENE_PANEL
    )
    by_name = and_(Application.restricted, Application.stage.in_(UNDECIDED))
    queue = select(WorkItem.reference).where(
        OPEN_WORK, WorkItem.role == Role.PANEL_CHAIR, WorkItem.kind == WorkKind.CONVENE_PANEL
    )
    applications = [*_applications(session, Application.reference.in_(queue)), *_applications(session, by_name, ~waits)]
    return sorted(applications, key=lambda application: application.reference)


def _applications(session: Session, *conditions: ColumnElement[bool]) -> Iterable[Application]:
    return session.scalars(select(Application).where(*conditions))


def crew(session: Session, today: date) -> list[OnDuty]:
    """The active staff and what they may do."""
    subjects = select(Competence.staff_id).where(Competence.subject == TRAINED, Competence.expires_on >= today)
    trained = frozenset(session.scalars(subjects))
    return [
        OnDuty(id=staff_id, roles=frozenset(map(Role, roles)), trained=staff_id in trained)
        for staff_id, roles in sorted(present(session).items())
    ]


def surnames(session: Session, references: Collection[str]) -> list[tuple[str, str]]:
    """Reference and lower-case surname of everyone in these applications."""
    query = select(Person.reference, func.lower(Person.surname)).where(
        Person.reference.in_(references), Person.surname.is_not(None)
    )
    return [(reference, name) for reference, name in session.execute(query)]


def opened(session: Session, ids: Collection[str]) -> frozenset[str]:
    """The ids that were opened before, whether they are still open or not."""
    return frozenset(session.scalars(select(WorkItem.id).where(among(WorkItem.id, ids))))


class StaffingWarning(NamedTuple):
    id: str
    reference: str | None  # None: an item of the unit
    short_of: tuple[str, ...]


def staffing_warnings(session: Session) -> list[StaffingWarning]:
    """The open warnings that staff are below the minimum."""
    query = select(WorkItem.id, WorkItem.reference, WorkItem.subject).where(*_warns(WhyStalled.CREW_SHORT))
    return [
        StaffingWarning(item, reference, tuple(subject["short_of"]))
        for item, reference, subject in session.execute(query)
    ]


def decided_meanwhile(session: Session) -> list[Stalled]:
    """Open warnings of a late panel for applications that are decided, or will be decided out of cycle."""
    decided = exists().where(Decision.reference == Application.reference, Decision.superseded.is_(False))
    query = (
        select(WorkItem.id, WorkItem.reference)
        .join(Application, Application.reference == WorkItem.reference)
        .where(
            *_warns(WhyStalled.PANEL_TOO_LATE),
            or_(Application.out_of_cycle, Application.stage.not_in(UNDECIDED), decided),
        )
    )
    return [Stalled(*row) for row in session.execute(query)]


def _warns(why: WhyStalled) -> tuple[ColumnElement[bool], ...]:
    return OPEN_WORK, WorkItem.kind == WorkKind.ACKNOWLEDGE_ESCALATION, WorkItem.subject["reason"].astext == why
