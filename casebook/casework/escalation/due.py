"""The items that the sweep looks at: a wide selection over every policy. Each item is then checked by its own policy."""

from __future__ import annotations

from datetime import datetime, timedelta

from casebook.casework.core.acting import Act
from casebook.domain import escalation
from casebook.domain.policy import EscalationRules
from casebook.storage.documents import policy_of
from casebook.storage.sweep import escalations as stored
from casebook.storage.sweep.escalations import Stalled
from casebook.storage.tables import Application


def rules_for(act: Act, application: Application | None) -> EscalationRules:
    """The escalation rules of an application's policy. For work of the unit, those of today's policy."""
    return (policy_of(application) if application else act.documents.policy_on(act.now)).escalation


def overruns(act: Act) -> list[Stalled]:
    """Every clock that has run out."""
    return stored.overruns(act.session, act.now)


def settled(act: Act) -> list[Stalled]:
    """Every escalation whose work has been done meanwhile."""
    return stored.settled(act.session)


def waiting(act: Act) -> list[Stalled]:
    """Every item that any policy could escalate by now, each once."""
    all_rules, session, now = [policy.escalation for policy in act.documents.policies()], act.session, act.now
    unclaimed = _earliest([rules.unclaimed_minutes.value for rules in all_rules], now, timedelta(minutes=1))
    unchanged = _earliest([rules.unchanged_days.value for rules in all_rules], now, timedelta(days=1))
    quiet = _earliest(
        [level.wait_minutes for rules in all_rules for level in rules.rungs.value], now, timedelta(minutes=1)
    )
    candidates = [
        *stored.overdue(session, now),
        *stored.unclaimed(session, unclaimed),
        *stored.unchanged(session, unchanged),
        *stored.told_below(
            session,
            quiet,
            max(unchanged.values(), default=now),
            now=now,
            top=max(map(escalation.highest_level, all_rules)),
        ),
    ]
    return list(dict.fromkeys(candidates))


def _earliest(tables: list, now: datetime, unit: timedelta) -> dict[str, datetime]:  # type: ignore[type-arg]
    """For each key the latest start that the strictest policy counts as too long ago."""
    keys = {key for table in tables for key in table}
    return {str(key): now - min(table[key] for table in tables if key in table) * unit for key in sorted(keys)}
