"""The clock of a trial home. Only a trial home's clock can be moved; the database refuses this for a live home."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from casebook.storage.session import now
from casebook.storage.tables import ClockOffset, Home


def begin(session: Session) -> None:
    """Mark a new home as a trial home."""
    session.add(Home(kind="trial"))
    session.flush()
    session.add(ClockOffset(kind="trial", seconds=0.0))


def move_clock(session: Session, to: datetime) -> None:
    """Move the home's clock forward, never back."""
    session.get_one(ClockOffset, "trial").seconds += max(timedelta(), to - now(session)).total_seconds()
