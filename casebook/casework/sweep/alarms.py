"""What the engine's own automations tell: each becomes a notice for the operator, delivered and receipted like any other."""

from __future__ import annotations

from datetime import timedelta

from casebook.casework.core import notices
from casebook.casework.core.acting import Act
from casebook.domain.vocabulary import Role
from casebook.storage.tables import Application

RUN_FAILED, RUN_CRASHED, POOL_UNHEALTHY, SWEEP_MISSED = "run_failed", "run_crashed", "pool_unhealthy", "sweep_missed"
ALARMS = frozenset({RUN_FAILED, RUN_CRASHED, POOL_UNHEALTHY, SWEEP_MISSED})
QUIET = timedelta(minutes=15)  # the same alarm is told once in so long


def raise_alarm(act: Act, what: str, *, reference: str | None = None) -> None:
    """Tell the operator; `what` is one of ALARMS."""
    application = act.session.get(Application, reference) if reference else None
    quarter = int(act.now.timestamp() // QUIET.total_seconds())
    notices.notify(act, application, role=Role.OPERATOR, reason=f"engine:{what}", key=f"{quarter}")
