"""One page of the list of applications for screens: the database orders it, however many are open.

The order is that of `viewing.listing`, which a test holds it against; only what is on the page is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, get_args

from sqlalchemy import ColumnElement, Select, Subquery, case, exists, func, not_, select

from casebook.casework.core.acting import Act
from casebook.casework.core.blind_review import outcomes_hidden
from casebook.casework.reporting import viewing
from casebook.casework.reporting.force_figures import NOT_SAID
from casebook.domain import authority
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Stage
from casebook.storage import allocation, people
from casebook.storage.danger_said import danger_said, priority_rank
from casebook.storage.reporting import whole_process as whole_limit
from casebook.storage.reporting.whole_process import WholeStanding
from casebook.storage.tables import OPEN_WORK, Application, Clock, Restriction, WorkItem

QUARTER = timedelta(weeks=13)


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """One page: its rows as `viewing.listing` has them, and how many there are on all pages."""

    rows: list[dict[str, object]]
    total: int


@dataclass(frozen=True, kw_only=True)
class ListNarrowed:
    """What a list is narrowed to; empty: not at all. `whole` and `because`: see `whole_process`."""

    stage: Stage | None = None
    overdue: bool = False
    whole: str = ""
    because: str = ""


def page(act: Act, narrowed: ListNarrowed, *, first: int = 0, most: int = 25) -> ListPage:
    """`most` applications from the `first` on, most pressing first: only those that the actor may see."""
    act.allowed(Command.LIST_APPLICATIONS)
    due = _due()
    wanted = [_seen(act), *_narrowed(act, narrowed, due)]
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


def whole_process(act: Act) -> dict[str, dict[str, int]]:
    """How many applications met the limit of the whole process, are on course, at risk, or breached it, each by the reason given.

    Over the last quarter: by when it fell due. Only those that the actor may see, so that each number is that of its list.
    """
    act.allowed(Command.SEE_OTHER_CASES)
    rows = _standings(act)
    why = func.coalesce(rows.c.because, NOT_SAID).label("why")
    query = (
        select(rows.c.standing, why, func.count())
        .join(Application, Application.reference == rows.c.reference)
        .where(_seen(act))
        .group_by(rows.c.standing, why)
    )
    counted: dict[str, dict[str, int]] = {standing: {} for standing in get_args(WholeStanding)}
    for standing, because, count in act.session.execute(query):
        counted[standing][because] = count
    return counted


def _standings(act: Act) -> Subquery:
    soon = act.documents.policy_on(act.now).escalation.due_soon
    return whole_limit.standings(act.now, soon, since=act.now - QUARTER)


def _narrowed(act: Act, narrowed: ListNarrowed, due: ColumnElement[Any]) -> Iterator[ColumnElement[bool]]:
    if narrowed.stage is not None:
        yield Application.stage == narrowed.stage
    if narrowed.overdue:
        yield due < act.now
    if narrowed.whole:
        rows = _standings(act)
        chosen = select(rows.c.reference).where(rows.c.standing == narrowed.whole)
        if narrowed.because:
            chosen = chosen.where(func.coalesce(rows.c.because, NOT_SAID) == narrowed.because)
        yield Application.reference.in_(chosen)


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
