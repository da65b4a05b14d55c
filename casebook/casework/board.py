"""What operations see: who waits, for whom, how late; the same figures for the terminal, the Prefect UI and programs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from casebook import policies
from casebook.casework.acting import Act
from casebook.domain import compliance
from casebook.domain.authority import Command
from casebook.storage import board as stored
from casebook.storage import notices

WORST = 20
Figures = dict[str, object]


def figures(act: Act) -> dict[str, object]:
    """The board as data."""
    act.allowed(Command.LIST_WORK)
    session, now, policy = act.session, act.now, policies.for_receipt(act.now)
    soon = {str(p): timedelta(minutes=m) for p, m in policy.escalation.due_soon_minutes.value.items()}
    limits = [(each.due_at, each.met_at) for each in stored.whole_process(session)]
    hidden = stored.hidden_from(session, act.actor.id) if act.actor.is_person else frozenset()
    oldest = stored.oldest_unclaimed(session, hidden)
    return {
        "at": now.isoformat(),
        "stages": stored.stages(session, now, soon),
        "worst": [_worst(row, now) for row in stored.worst(session, WORST, hidden)],
        "oldest_unclaimed": None
        if oldest is None
        else {**_plain(oldest), "waits_hours": _hours(oldest.opened_at, now)},
        "escalations": [_plain(row) for row in stored.unacknowledged(session) if row.reference not in hidden],
        "queues": [
            {"role": role, "open": count, "oldest_hours": _hours(since, now)}
            for role, count, since in stored.queues(session)
        ],
        "compliance": [
            {**asdict(week), "share": round(week.share, 4)}
            for week in compliance.by_week(limits, now, ZoneInfo(policy.calendar.timezone))
        ],
        "undelivered_notices": notices.undelivered(session),
    }


def _worst(row, now: datetime) -> dict[str, object]:  # type: ignore[no-untyped-def]  # noqa: ANN001 - a row of SQL
    overdue = row.due_at is not None and row.due_at <= now
    return {
        **_plain(row),
        "waiting_for": row.owner or row.role or "engine",
        "overdue": overdue,
        "overdue_hours": _hours(row.due_at, now) if overdue else 0,
        "waits_hours": _hours(row.since, now),
    }


def _plain(row) -> dict[str, object]:  # type: ignore[no-untyped-def]  # noqa: ANN001 - a row of SQL
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row._mapping.items()}  # noqa: SLF001 - a row's documented attribute


def _hours(since: datetime, now: datetime) -> float:
    return round((now - since).total_seconds() / 3600, 1)


def markdown(board: dict) -> str:  # type: ignore[type-arg]
    """The board as a page."""
    columns = ["on_time", "due_soon", "overdue", "held", "waiting_for_source"]
    lines = [f"# Board at {board['at']}", ""]
    if board["undelivered_notices"]:
        lines += [f"🔴 **{board['undelivered_notices']} notices were received by nobody.**", ""]
    lines += _table(["stage", *columns], [[stage, *(n[c] for c in columns)] for stage, n in board["stages"].items()])
    lines += ["", "## Waits longest, most pressing first", ""]
    lines += _table(
        ["application", "stage", "priority", "for", "what", "due", "hours overdue", "told"],
        [
            [w["reference"], w["stage"], w["priority"], w["waiting_for"], w["kind"], w["due_at"], w["overdue_hours"],
             w["escalation_level"]]
            for w in board["worst"]
        ],
    )  # fmt: skip
    lines += ["", "## Escalations nobody has acknowledged", ""]
    lines += _table(
        ["application", "what", "rung", "role", "why", "since"],
        [
            [e["reference"], e["kind"], e["rung"], e["role"], e["reason"], e["raised_at"]]
            for e in board["escalations"][:50]
        ],
    )
    lines += ["", "## The limit of the whole process, by the week it fell in", ""]
    lines += _table(
        ["week of", "due", "kept", "share"],
        [
            [w["monday"], w["due"], w["kept"], f"{w['share']:.0%} {'█' * round(w['share'] * 20)}"]
            for w in board["compliance"]
        ],
    )
    if oldest := board["oldest_unclaimed"]:
        lines += [
            "",
            f"Oldest item nobody took: {oldest['reference']} {oldest['kind']}, {oldest['waits_hours']} hours.",
        ]
    return "\n".join(lines)


def _table(head: list[str], rows: list[list[object]]) -> list[str]:
    if not rows:
        return ["none"]
    return [
        "| " + " | ".join(head) + " |",
        "|" + " --- |" * len(head),
        *("| " + " | ".join("" if cell is None else str(cell) for cell in row) + " |" for row in rows),
    ]
