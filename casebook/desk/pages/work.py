"""My work, and the work of the team: what is most pressing first, danger before all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from starlette.responses import Response

from casebook.casework import work_queue
from casebook.casework.allocation import reminders, telling
from casebook.casework.core.acting import Act
from casebook.casework.work_queue import WaitingWork
from casebook.desk.visit import Visit
from casebook.domain import words
from casebook.domain.triage import is_danger_said
from casebook.domain.vocabulary import WorkKind
from casebook.storage.tables import Application, WorkItem

ON_A_PAGE = 25
_FILTERS = "work:filters"


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One line of a queue."""

    id: str
    reference: str
    what: str
    priority: str
    in_danger: bool
    due_at: datetime | None
    overdue: bool
    owner: str
    role: str
    level: int
    hindered: str  # why nobody, or not this reader, can do it now; empty if they can


def mine(visit: Visit) -> Response:
    """What I claimed or is kept for me, what is due, and what I was told."""
    with visit.acting() as act:
        waiting = work_queue.waiting(act, mine=True)
        rows = _rows(act, waiting)
        digest = reminders.digest(act)
        unread = telling.unread(act)
        now = act.now
        team = _alarms(act, visit) if act.actor.roles else []
    return visit.page(
        "my_work.html",
        nav="/",
        rows=rows,
        digest=digest,
        unread=unread,
        now=now,
        danger=[r for r in team if not r.owner],
    )


def _alarms(act: Act, visit: Visit) -> list[QueueRow]:
    """What is urgent because somebody is in danger, one line for each case: everybody sees it before all else."""
    del visit
    rows = [row for row in _rows(act, work_queue.waiting(act)) if row.in_danger]
    return list({row.reference: row for row in reversed(rows)}.values())[::-1]


def team(visit: Visit) -> Response:
    """All work of my roles."""
    filters = _filters(visit)
    with visit.acting() as act:
        waiting = work_queue.waiting(act)
        rows, now = _rows(act, waiting), act.now
    shown = [row for row in rows if _passes(row, filters)]
    page = min(max(1, _number(visit.query("page"))), max(1, -(-len(shown) // ON_A_PAGE)))
    first = (page - 1) * ON_A_PAGE
    return visit.page(
        "team_work.html",
        nav="/work",
        rows=shown[first : first + ON_A_PAGE],
        danger=list({row.reference: row for row in rows if row.in_danger and not row.owner}.values()),
        bands=_bands(shown, now),
        total=len(shown),
        first=first,
        page=page,
        pages=-(-len(shown) // ON_A_PAGE),
        of_colleagues=waiting.of_colleagues,
        filters=filters,
        kinds=sorted({(row.what, row.what) for row in rows}),
        chips=[(name, value) for name, value in filters.items() if value],
        now=now,
    )


def narrow(visit: Visit) -> Response:
    """Keep what the list is narrowed to, for this session."""
    wanted = {name: visit.form.get(name) for name in ("what", "state", "claimed")}
    if drop := visit.form.get("_drop"):
        wanted = {**_filters(visit), drop: ""}
    with visit.acting() as act:
        visit.desk.grants.give(visit.holder, _FILTERS, act.now, wanted)
    return visit.go("/work")


def notices(visit: Visit) -> Response:
    """What I was told about my own work. It is read by that."""
    with visit.acting() as act:
        rows = telling.read(act, everything=True)
    return visit.page("notices.html", nav="/", rows=rows)


def _filters(visit: Visit) -> Mapping[str, str]:
    kept = visit.kept(_FILTERS)
    return kept if isinstance(kept, dict) else {"what": "", "state": "", "claimed": ""}


def _passes(row: QueueRow, filters: Mapping[str, str]) -> bool:
    state = {"late": row.overdue, "escalated": row.level > 0, "hindered": bool(row.hindered)}.get(
        filters["state"], True
    )
    claimed = {"nobody": not row.owner, "somebody": bool(row.owner)}.get(filters["claimed"], True)
    return state and claimed and filters["what"] in {"", row.what}


def _bands(rows: Sequence[QueueRow], now: datetime) -> dict[str, int]:
    """How many are late, due within a day, within a week, and later."""
    bands = {"late": 0, "due within a day": 0, "due within a week": 0, "later": 0}
    for row in rows:
        days = (row.due_at - now).total_seconds() / 86400 if row.due_at else 1e9
        bands[
            "late" if days < 0 else "due within a day" if days < 1 else "due within a week" if days < 7 else "later"
        ] += 1
    return bands


def _rows(act: Act, waiting: WaitingWork) -> list[QueueRow]:
    references = {item.reference for item in waiting.items if item.reference}
    query = select(Application.reference, Application.priority, Application.priority_reason)
    danger = {
        reference
        for reference, priority, why in act.session.execute(query.where(Application.reference.in_(references)))
        if is_danger_said(priority, why)
    }
    return [_row(item, waiting, in_danger=item.reference in danger, now=act.now) for item in waiting.items]


def _row(item: WorkItem, waiting: WaitingWork, *, in_danger: bool, now: datetime) -> QueueRow:
    barred = waiting.barred.get(item.id)
    untrained = waiting.stuck.get(item.id)
    hindered = barred.message if barred else ""
    if untrained:
        hindered = f"nobody on duty has training for {words.SOURCE.of(untrained)}"
    return QueueRow(
        id=item.id,
        reference=item.reference or "",
        what=words.WORK.of(item.kind),
        priority=item.priority,
        in_danger=in_danger or item.kind == WorkKind.IMMEDIATE_SAFEGUARDING,
        due_at=item.due_at,
        overdue=item.due_at is not None and item.due_at < now,
        owner=item.owner or "",
        role=words.ROLE.of(item.role),
        level=item.escalation_level,
        hindered=hindered,
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004 - no list has a million pages


PAGES = (
    ("GET", "/", mine),
    ("GET", "/work", team),
    ("POST", "/work/filter", narrow),
    ("GET", "/notices", notices),
)
