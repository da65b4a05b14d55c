"""What the sweep has to look at: coarse cuts over every policy, made exact for each item under its own policy."""

from __future__ import annotations

from datetime import datetime, timedelta

from casebook import policies
from casebook.casework.core.acting import Act, policy_of
from casebook.domain import escalation
from casebook.domain.policy import EscalationRules
from casebook.storage.sweep import escalations as stored
from casebook.storage.sweep.escalations import Stalled
from casebook.storage.tables import Application


def rules_for(application: Application | None, now: datetime) -> EscalationRules:
    """The ladder of the policy an application came under; of today's for work that belongs to none."""
    return (policy_of(application) if application else policies.for_receipt(now)).escalation


def overruns(act: Act) -> list[Stalled]:
    return stored.overruns(act.session, act.now)


def settled(act: Act) -> list[Stalled]:
    return stored.settled(act.session)


def waiting(act: Act) -> list[Stalled]:
    """Every item that some policy might have escalated by now, each once."""
    every, session, now = [policies.load(name).escalation for name in policies.names()], act.session, act.now
    unclaimed = _earliest([rules.unclaimed_minutes.value for rules in every], now, timedelta(minutes=1))
    unchanged = _earliest([rules.unchanged_days.value for rules in every], now, timedelta(days=1))
    quiet = _earliest([rung.wait_minutes for rules in every for rung in rules.rungs.value], now, timedelta(minutes=1))
    found = [
        *stored.overdue(session, now),
        *stored.unclaimed(session, unclaimed),
        *stored.unchanged(session, unchanged),
        *stored.told_below(
            session, quiet, max(unchanged.values(), default=now), now=now, top=max(map(escalation.highest_level, every))
        ),
    ]
    return list(dict.fromkeys(found))


def _earliest(tables: list, now: datetime, unit: timedelta) -> dict[str, datetime]:  # type: ignore[type-arg]
    """For each key the moment before which the most impatient policy calls it too long."""
    keys = {key for table in tables for key in table}
    return {str(key): now - min(table[key] for table in tables if key in table) * unit for key in sorted(keys)}
