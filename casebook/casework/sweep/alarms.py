"""Alarms of the engine's automations. Each becomes a notice to the operator, delivered and confirmed like any other."""

from __future__ import annotations

from datetime import timedelta

from casebook.casework.core import notices
from casebook.casework.core.acting import Act
from casebook.domain.vocabulary import Role
from casebook.storage.tables import Application

RUN_FAILED, RUN_CRASHED, POOL_UNHEALTHY, SWEEP_MISSED = "run_failed", "run_crashed", "pool_unhealthy", "sweep_missed"
ALARMS = frozenset({RUN_FAILED, RUN_CRASHED, POOL_UNHEALTHY, SWEEP_MISSED})
QUIET = timedelta(minutes=15)  # the same alarm is sent once in this time


def raise_alarm(act: Act, what: str, *, reference: str | None = None) -> None:
    """Notify the operator of an alarm. `what` is one of ALARMS."""
    application = act.session.get(Application, reference) if reference else None
    quarter = int(act.now.timestamp() // QUIET.total_seconds())
    notices.notify(act, application, role=Role.OPERATOR, reason=f"engine:{what}", key=f"{quarter}")
