"""One page of the list of applications for screens: the database orders it, however many are open.

The order is that of `viewing.listing`, which a test holds it against; only what is on the page is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, not_, select

from casebook.casework.core.acting import Act
from casebook.casework.core.blind_review import outcomes_hidden
from casebook.casework.reporting import viewing
from casebook.domain import authority
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Stage
from casebook.storage import allocation, people
from casebook.storage.danger_said import danger_said, priority_rank
from casebook.storage.tables import OPEN_WORK, Application, Clock, Restriction, WorkItem


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """One page: its rows as `viewing.listing` has them, and how many there are on all pages."""

    rows: list[dict[str, object]]
    total: int


def page(act: Act, *, stage: Stage | None = None, overdue: bool = False, first: int = 0, most: int = 25) -> ListPage:
    """`most` applications from the `first` on, most pressing first: only those that the actor may see."""
    act.allowed(Command.LIST_APPLICATIONS)
    due = _due()
    wanted = [_seen(act)]
    if stage is not None:
        wanted.append(Application.stage == stage)
    if overdue:
        wanted.append(due < act.now)
    total = act.session.scalar(select(func.count()).select_from(Application).where(*wanted)) or 0
    found = act.session.execute(_ordered(act, due).where(*wanted).offset(first).limit(most)).all()
    references = [application.reference for application, _ in found]
    waiting: dict[str, list[WorkItem]] = {}
    for item in act.session.scalars(select(WorkItem).where(OPEN_WORK, WorkItem.reference.in_(references))):
        waiting.setdefault(str(item.reference), []).append(item)
    blind, owners = outcomes_hidden(act), allocation.owners(act.session, references)
    rows = [
        viewing.line(application, waiting.get(application.reference, []), due_at, act.now)
        for application, due_at in found
    ]
    for row in rows:
        row["owner"] = owners.get(str(row["reference"]))
        row["outcome"] = None if row["reference"] in blind else row["outcome"]
    return ListPage(rows=rows, total=total)


def _seen(act: Act) -> ColumnElement[bool]:
    if authority.sees_only_own_panels(act.actor):
        return Application.reference.not_in(people.hidden_from(act.session, act.actor))
    named = exists().where(Restriction.reference == Application.reference, Restriction.staff_id == act.actor.id)
    return not_(Application.restricted) | named


def _due() -> ColumnElement[Any]:
    """The next unmet deadline of an open application."""
    clock = select(func.min(Clock.due_at)).where(Clock.reference == Application.reference, Clock.met_at.is_(None))
    return case((Application.stage != Stage.CLOSED, clock.correlate(Application).scalar_subquery()))


def _ordered(act: Act, due: ColumnElement[Any]) -> Select[Any]:
    said = danger_said(Application.priority, Application.priority_reason)
    return select(Application, due.label("due")).order_by(
        (Application.stage == Stage.CLOSED),
        priority_rank(Application.priority),
        said.desc(),
        func.coalesce(due < act.now, False).desc(),
        due.nulls_last(),
        func.coalesce(Application.score, 0).desc(),
        Application.received_at,
        Application.reference,
    )
