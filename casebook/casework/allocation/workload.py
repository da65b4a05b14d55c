"""The workload of everybody: what they answer for, what they claimed, what is due and late, and what they did."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from casebook.casework.core.acting import Act, Summaries
from casebook.domain.authority import Command
from casebook.storage import allocation as stored
from casebook.storage import people
from casebook.storage.allocation import Workload
from casebook.storage.tables import Staff


def workload(act: Act) -> Summaries:
    """A line for each member of staff who is not suspended: `cases` they answer for, items claimed, due, late, done."""
    act.allowed(Command.LIST_WORK)
    act.allowed(Command.SEE_OTHER_CASES)
    loads, away = stored.workloads(act.session, act.now, end_of_today(act)), stored.away(act.session)
    covers = {cover: absent for absent, cover in away.items()}
    members = act.session.scalars(select(Staff.id).where(Staff.suspended_at.is_(None)).order_by(Staff.id))
    return [
        {
            "staff": who, "roles": sorted(people.roles_of(act.session, who)), "away": who in away,
            "covered_by": away.get(who), "covers": covers.get(who),
            **loads.get(who, Workload(0, 0, 0, 0, 0, 0))._asdict(),
        }
        for who in members
    ]  # fmt: skip


def end_of_today(act: Act) -> datetime:
    """The last moment of the day where the unit is."""
    zone = ZoneInfo(act.documents.policy_on(act.now).calendar.timezone)
    return datetime.combine(act.now.astimezone(zone).date(), time.max, zone)
