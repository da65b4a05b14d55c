"""My work, and the work of the team: what is most pressing first, danger before all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from casebook.casework import queue_pages
from casebook.casework.allocation import reminders, telling
from casebook.casework.core.acting import Act
from casebook.casework.queue_pages import QueueNarrowed, QueuePage
from casebook.desk import paging
from casebook.desk.visit import Visit
from casebook.domain import words
from casebook.domain.vocabulary import WorkKind
from casebook.storage.tables import WorkItem

MOST_ALARMS = 50
_FILTERS = "work:filters"
_KNOWN: Mapping[str, frozenset[str]] = {
    "kind": frozenset(WorkKind), "state": frozenset({"late", "escalated"}), "claimed": frozenset({"nobody", "somebody"}),
}  # fmt: skip


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
        asked = queue_pages.page(act, QueueNarrowed(mine=True), first=paging.first(visit), most=paging.ON_A_PAGE)
        return visit.page(
            "my_work.html", nav="/", rows=_rows(act, asked), digest=reminders.digest(act), unread=telling.unread(act),
            now=act.now, danger=_alarms(act), **paging.numbers(visit, asked.total),
        )  # fmt: skip


def _alarms(act: Act) -> list[QueueRow]:
    """What somebody in danger waits for, one line for each case: everybody whose work it is sees it before all else."""
    asked = queue_pages.page(act, QueueNarrowed(in_danger=True, claimed="nobody"), most=MOST_ALARMS)
    return list({row.reference: row for row in reversed(_rows(act, asked))}.values())[::-1]


def team(visit: Visit) -> Response:
    """All work of my roles."""
    filters = _filters(visit)
    with visit.acting() as act:
        narrowed = QueueNarrowed(kind=filters["kind"], state=filters["state"], claimed=filters["claimed"])
        asked = queue_pages.page(act, narrowed, first=paging.first(visit), most=paging.ON_A_PAGE)
        chips = [(name, words.WORK.of(value) if name == "kind" else value) for name, value in filters.items() if value]
        return visit.page(
            "team_work.html", nav="/work", rows=_rows(act, asked), danger=_alarms(act), bands=asked.bands,
            of_colleagues=asked.waiting.of_colleagues, filters=filters, chips=chips, now=act.now,
            kinds=sorted(((kind, words.WORK.of(kind)) for kind in asked.kinds), key=lambda pair: pair[1]),
            **paging.numbers(visit, asked.total),
        )  # fmt: skip


def narrow(visit: Visit) -> Response:
    """Keep what the list is narrowed to, until they sign out."""
    wanted = {name: value if (value := visit.form.get(name)) in _KNOWN[name] else "" for name in _KNOWN}
    if drop := visit.form.get("_drop"):
        wanted = {**_filters(visit), drop: ""}
    visit.give(_FILTERS, wanted)
    return visit.go("/work")


def notices(visit: Visit) -> Response:
    """What I was told about my own work. It is read by that."""
    with visit.acting() as act:
        rows = telling.read(act, everything=True)
    return visit.page("notices.html", nav="/", rows=rows)


def _filters(visit: Visit) -> Mapping[str, str]:
    kept = visit.kept(_FILTERS)
    return kept if isinstance(kept, dict) else dict.fromkeys(_KNOWN, "")


def _rows(act: Act, asked: QueuePage) -> list[QueueRow]:
    return [_row(item, asked, act.now) for item in asked.waiting.items]


def _row(item: WorkItem, asked: QueuePage, now: datetime) -> QueueRow:
    barred = asked.waiting.barred.get(item.id)
    untrained = asked.waiting.stuck.get(item.id)
    hindered = barred.message if barred else ""
    if untrained:
        hindered = f"nobody on duty has training for {words.SOURCE.of(untrained)}"
    return QueueRow(
        id=item.id,
        reference=item.reference or "",
        what=words.WORK.of(item.kind),
        priority=item.priority,
        in_danger=item.id in asked.in_danger,
        due_at=item.due_at,
        overdue=item.due_at is not None and item.due_at < now,
        owner=item.owner or "",
        role=words.ROLE.of(item.role),
        level=item.escalation_level,
        hindered=hindered,
    )


PAGES = (
    ("GET", "/", mine),
    ("GET", "/work", team),
    ("POST", "/work", narrow),
    ("GET", "/notices", notices),
)
