"""The operations board: who waits, for whom, how late. The same figures for the terminal, Prefect's interface and programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row

from casebook.casework.core.acting import Act
from casebook.domain import words
from casebook.domain.authority import Command
from casebook.domain.case.uncovered import not_whole
from casebook.markdown import table as markdown_table
from casebook.outside_text import markdown_text
from casebook.storage import outbox, people
from casebook.storage.case import missing_rows, notices
from casebook.storage.reporting import board as stored

WORST = 20
WEEKS = 26  # shown in tables and plots
Figures = dict[str, object]


def figures(act: Act) -> dict[str, object]:
    """The board as data."""
    act.allowed(Command.LIST_WORK)
    act.allowed(Command.SEE_OTHER_CASES)
    session, now, policy = act.session, act.now, act.documents.policy_on(act.now)
    soon, zone = policy.escalation.due_soon, policy.calendar.timezone
    hidden = people.hidden_from(session, act.actor)
    oldest, longest = stored.oldest_unclaimed(session, hidden), stored.longest(session, hidden)
    return {
        "at": now.isoformat(),
        "stages": stored.stages(session, now, {str(priority): before for priority, before in soon.items()}),
        "danger": [_worst(row, now) for row in stored.in_danger(session, WORST, hidden)],
        "worst": [_worst(row, now) for row in stored.worst(session, WORST, hidden)],
        "longest": [_worst(longest, now)] if longest else [],
        "oldest_unclaimed": None
        if oldest is None
        else {**_plain(oldest), "waits_hours": _hours(oldest.opened_at, now)},
        "escalations": [_plain(row) for row in stored.unacknowledged(session) if row.reference not in hidden],
        "escalation_levels": _levels(act),
        "queues": _counted(stored.queues(session), now, "role", "open"),
        "sources": _counted(stored.silent_sources(session), now, "source", "unanswered"),
        "not_whole": [
            {"source": row.source, "rows": row.rows, "since": row.since.isoformat()}
            for row in missing_rows.not_whole(session)
        ],
        "compliance": [
            {**week._asdict(), "share": round(week.kept / week.due, 4)}
            for week in stored.compliance(session, now, zone)
        ],
        "throughput": stored.throughput(session, zone),
        "foreseen": [_foreseen(row) for row in stored.warnings(session) if row.reference not in hidden],
        "outbox": {"waiting": outbox.waiting(session), "oldest_hours": _age(stored.oldest_wake_up(session), now)},
        "undelivered_notices": notices.undelivered(session),
        "made_alone": people.made_alone(session),
    }


def _counted(rows: Iterable[Row[Any]], now: datetime, name: str, count: str) -> list[Figures]:
    """How much waits for each, and the age of the oldest."""
    return [{name: each, count: waiting, "oldest_hours": _hours(since, now)} for each, waiting, since in rows]


def _foreseen(row) -> dict[str, object]:  # type: ignore[no-untyped-def]  # noqa: ANN001 - a row of SQL
    details = {name: row.subject[name] for name in ("short_of", "panel_meets", "checked_until") if name in row.subject}
    return {"reference": row.reference, "why": row.reason, "since": row.opened_at.isoformat(), **details}


def _age(since: datetime | None, now: datetime) -> float:
    return _hours(since, now) if since else 0.0


def _levels(act: Act) -> list[int]:
    """Every escalation level that a policy in use has."""
    return sorted({level.level for policy in act.documents.policies() for level in policy.escalation.rungs.value})


class Gauge(NamedTuple):
    """One figure of the board for the metrics endpoint."""

    name: str
    words: str
    value: float
    labels: Mapping[str, str] = {}


def gauges(board: dict) -> Iterator[Gauge]:  # type: ignore[type-arg]
    """The figures of the board as gauges, each with its name and labels."""
    for stage, counts in board["stages"].items():
        for state, count in counts.items():
            yield Gauge("applications", "Open applications", count, {"stage": stage, "state": state})
    for queue in board["queues"]:
        labels = {"role": queue["role"]}
        yield Gauge("work_items", "Open work items", queue["open"], labels)
        yield Gauge("oldest_work_item_hours", "Age of the oldest open work item", queue["oldest_hours"], labels)
    for source in board["sources"]:
        yield Gauge(
            "searches_unanswered",
            "Searches that a source has not answered",
            source["unanswered"],
            {"source": source["source"]},
        )
    for source in board["not_whole"]:
        labels = {"source": source["source"]}
        yield Gauge("source_rows_missing", "Rows of a source that did not land", source["rows"], labels)
    levels = Counter(str(escalation["rung"]) for escalation in board["escalations"])
    for level in sorted({*map(str, board["escalation_levels"]), *levels}, key=int):
        yield Gauge("escalations_unacknowledged", "Escalations not acknowledged", levels[level], {"rung": level})
    oldest = board["oldest_unclaimed"]
    yield Gauge(
        "oldest_unclaimed_hours", "Age of the oldest unclaimed work item", oldest["waits_hours"] if oldest else 0
    )
    for why, count in sorted(Counter(warning["why"] for warning in board["foreseen"]).items()):
        yield Gauge("foreseen", "Early warnings not acknowledged", count, {"why": why})
    yield Gauge("notices_undelivered", "Notices that were not delivered", board["undelivered_notices"])
    yield Gauge("outbox_waiting", "Wake-ups waiting for the engine", board["outbox"]["waiting"])
    yield Gauge("outbox_oldest_hours", "Age of the oldest waiting wake-up", board["outbox"]["oldest_hours"])
    if board["compliance"]:
        last = board["compliance"][-1]
        yield Gauge("limit_due_last_week", "Applications due in the last week on the board", last["due"])
        yield Gauge("limit_kept_last_week", "Applications of that week that were in time", last["kept"])


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
    """The board as a Markdown page."""
    columns = stored.STATES
    lines = [f"# Board at {_short(board['at'])}", ""]
    lines += [f"**Danger: {_sentence(wait)}**\n" for wait in board["danger"]]
    lines += [f"**{_sentence(wait, 'waits longest')}**\n" for wait in board["longest"]]
    lines += [f"**{words.SOURCE.of(row['source'])} is {not_whole(row['rows'])}**\n" for row in board["not_whole"]]
    if board["undelivered_notices"]:
        lines += [f"**Notices not delivered: {board['undelivered_notices']}.**", ""]
    if board["made_alone"]:
        alone = markdown_text(", ".join(board["made_alone"]))
        lines += [f"**Accounts that one person made alone, still in use: {alone}.**", ""]
    lines += _table(
        ["stage", *map(words.STATE.of, columns)],
        [[words.STAGE.of(stage), *(n[c] for c in columns)] for stage, n in board["stages"].items()],
    )
    for title, head, rows in (*_waiting(board), *_by_week(board)):
        lines += ["", f"## {title}", "", *_table(head, rows)]
    if oldest := board["oldest_unclaimed"]:
        what = f"{oldest['reference'] or 'the unit'}, {words.WORK.of(oldest['kind'])}"
        lines += ["", f"Oldest unclaimed work item: {markdown_text(what)}, {oldest['waits_hours']} hours."]
    return "\n".join(lines)


def _sentence(wait: Mapping[str, Any], waits: str = "waits") -> str:
    """One line: which application waits, how long and for whom."""
    hours, what = wait["waits_hours"], f" ({words.WORK.of(wait['kind'])})" if wait["kind"] else ""
    long = f"{hours} hours" if hours < 48 else f"{hours / 24:.0f} days"  # noqa: PLR2004 - two days
    return markdown_text(f"{wait['reference'] or 'the unit'} {waits}: {long}, for {_waits_for(wait)}{what}.")


def _short(moment: str | None) -> str:
    return f"{datetime.fromisoformat(moment):%d %b %Y %H:%M}" if moment else ""


BoardTable = tuple[str, list[str], list[list[object]]]


def _waiting(board: dict) -> Iterator[BoardTable]:  # type: ignore[type-arg]
    worst = (
        "reference",
        "waiting_for",
        "kind",
        "waits_hours",
        "overdue_hours",
        "due_at",
        "priority",
        "escalation_level",
    )
    head = [
        "application",
        "waiting for",
        "what",
        "hours waited",
        "hours overdue",
        "due",
        "priority",
        "escalation level",
    ]
    rows = [[w[name] for name in worst] for w in map(_in_words, [*board["danger"], *board["worst"]])]
    yield "Most urgent first", head, rows
    yield (
        "Queues",
        ["role", "open work items", "age of the oldest, hours"],
        [[words.ROLE.of(role), *rest] for role, *rest in map(dict.values, board["queues"])],
    )
    sources = [[words.SOURCE.of(source), *rest] for source, *rest in map(dict.values, board["sources"])]
    yield "Sources that have not answered", ["source", "searches", "age of the oldest, hours"], sources
    head = ["application", "what", "escalation level", "role", "why", "since"]
    rows = list(map(_escalated, board["escalations"][:50]))
    yield "Escalations not acknowledged", head, rows
    rows = [
        [f["reference"] or "the unit", words.ESCALATION.of(f["why"]), _what(f), _short(f["since"])]
        for f in board["foreseen"]
    ]
    yield "Early warnings", ["application", "why", "what", "since"], rows


def _in_words(wait: Mapping[str, Any]) -> dict[str, Any]:
    in_words = {
        "reference": wait["reference"] or "the unit",
        "waiting_for": _waits_for(wait),
        "due_at": _short(wait["due_at"]),
        "priority": words.PRIORITY.of(wait["priority"]),
    }
    return {**wait, **in_words, "kind": words.WORK.of(wait["kind"])}


def _waits_for(wait: Mapping[str, Any]) -> str:
    """Who is waited for, in words: the owner, or else a role, or else the engine."""
    return str(wait["owner"] or (words.ROLE.of(wait["role"]) if wait["role"] else "the engine"))


def _escalated(row: Mapping[str, Any]) -> list[object]:
    what, role = words.WORK.of(row["kind"]), words.ROLE.of(row["role"])
    return [
        row["reference"] or "the unit",
        what,
        row["rung"],
        role,
        words.reason(row["reason"]),
        _short(row["raised_at"]),
    ]


def _what(foreseen: Mapping[str, Any]) -> object:
    return (
        foreseen.get("panel_meets")
        or foreseen.get("checked_until")
        or words.SHORT_OF.of_all(foreseen.get("short_of", []))
    )


def _by_week(board: dict) -> Iterator[BoardTable]:  # type: ignore[type-arg]
    kept = [
        [w["monday"], w["due"], w["kept"], f"{w['share']:.0%} {'█' * round(w['share'] * 20)}"]
        for w in board["compliance"]
    ]
    yield "Limit of the whole process, by the week it fell due", ["week of", "due", "in time", "share"], kept
    names = ["received", "closed", "ended_early"]
    moved = [[w["monday"], *(w[name] for name in names)] for w in board["throughput"][-WEEKS:]]
    yield "Received and closed, by week", ["week of", "received", "closed", "ended early"], moved


def _table(head: list[str], rows: list[list[object]]) -> list[str]:
    return list(markdown_table(head, rows)) if rows else ["none"]
