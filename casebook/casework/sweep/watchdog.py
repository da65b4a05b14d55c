"""The watchdog: checks that sweep, dispatcher, notifier and sealer still run. It does not depend on the engine."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from casebook import clock
from casebook.storage import heartbeats, outbox
from casebook.storage.case import notices as stored
from casebook.storage.reporting import board

# how long each may give no sign of life: two of its rounds, and a little
SILENCE = {"sweep": timedelta(minutes=35), "dispatcher": timedelta(minutes=2), "sealer": timedelta(minutes=12)}
WAITS = timedelta(minutes=35)  # a wake-up or a notice that waits longer is stuck


def watch(session: Session, key: bytes, now: datetime) -> dict[str, object]:
    """The names of the parts that stopped, and the figures behind that. Heartbeats use real time, the rest the home's time."""
    beats, real = heartbeats.last(session, key), clock.now()
    stopped = [name for name, patience in SILENCE.items() if name not in beats or real - beats[name] > patience]
    wake_up, notice = board.oldest_wake_up(session), board.oldest_notice(session)
    stopped += ["outbox"] if _stuck(wake_up, now) else []
    stopped += ["notifier"] if _stuck(notice, now) else []
    return {
        "ok": not stopped,
        "stopped": stopped,
        "heartbeats": {name: beats[name].isoformat() if name in beats else None for name in SILENCE},
        "outbox": {"waiting": outbox.waiting(session), "oldest": wake_up.isoformat() if wake_up else None},
        "notices": {"undelivered": stored.undelivered(session), "oldest": notice.isoformat() if notice else None},
    }


def _stuck(since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since > WAITS
