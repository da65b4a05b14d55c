"""The clock of a trial home. Only a home that was born as one has a clock that can be moved, and the ledger says so."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.domain import chain
from casebook.domain.actors import RELEASE, system
from casebook.errors import Refused
from casebook.storage import ledger
from casebook.storage.session import now
from casebook.storage.tables import ClockOffset, Home, LedgerEntry

_MACHINE = system("trial")


class LiveHome(Refused):
    """The clock of a live home cannot be moved: only a home that was born as a trial has one that can."""

    code = "live_home"


def begin(session: Session) -> None:
    """Mark a new home as a trial home. Refused once anybody has done anything in it."""
    done = select(LedgerEntry.id).where(LedgerEntry.actor != RELEASE.id).limit(1)
    if session.scalar(done) is not None:
        raise LiveHome("This home is live: somebody has worked in it already.")
    session.add(Home(kind="trial"))
    session.flush()
    session.add(ClockOffset(kind="trial", seconds=0.0))
    ledger.record(session, chain_name=chain.UNIT, actor=_MACHINE, event_name="trial_home_begun", at=now(session))


def move_clock(session: Session, to: datetime) -> None:
    """Move the home's clock forward, never back."""
    refuse_live(session)
    ahead = max(timedelta(), to - now(session)).total_seconds()
    if ahead:
        session.get_one(ClockOffset, "trial").seconds += ahead
        ledger.record(session, chain_name=chain.UNIT, actor=_MACHINE, event_name="trial_clock_moved", at=now(session))


def refuse_live(session: Session) -> None:
    """Refuse what pretends another time in a home that is live."""
    if not is_trial(session):
        raise LiveHome


def is_trial(session: Session) -> bool:
    """Whether this home was born as a trial."""
    return session.get(Home, "trial") is not None
