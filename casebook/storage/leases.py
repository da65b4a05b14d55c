"""Leases: at most one run works on an application. A run that finds it taken raises `wake`: the holder goes round again.

Leases are about processes, so they use real time, not the home's clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casebook import clock
from casebook.storage.tables import Lease, Outbox

TERM = timedelta(seconds=90)  # a run renews its lease at every step; the slowest step is a source that does not answer


def take(session: Session, reference: str, holder: str) -> int | None:
    """Take the lease and return its `wake` count. If another run has it, raise its `wake` and return None."""
    now = clock.now()
    coming = update(Outbox).where(Outbox.reference == reference, Outbox.begun_at.is_(None), Outbox.run_id == holder)
    session.execute(coming.values(begun_at=now))  # from here on, this run may miss what is committed
    session.execute(insert(Lease).values(reference=reference, wake=0).on_conflict_do_nothing())
    free = or_(Lease.holder.is_(None), Lease.holder == holder, Lease.expires_at < now)
    taken = update(Lease).where(Lease.reference == reference, free)
    wake = session.scalar(taken.values(holder=holder, acquired_at=now, expires_at=now + TERM).returning(Lease.wake))
    if wake is None:
        session.execute(update(Lease).where(Lease.reference == reference).values(wake=Lease.wake + 1))
    return wake


def turn_round(session: Session, references: Iterable[str]) -> dict[str, str]:
    """Ask the runs that work on these applications to go round again. Returns the holders by reference."""
    statement = update(Lease).where(
        Lease.reference.in_(list(references)), Lease.holder.is_not(None), Lease.expires_at > clock.now()
    )
    holders = session.execute(statement.values(wake=Lease.wake + 1).returning(Lease.reference, Lease.holder))
    return {reference: str(holder) for reference, holder in holders}


def renew(session: Session, reference: str, holder: str) -> bool:
    """Keep the lease for another term. False if another run has taken it meanwhile."""
    mine = update(Lease).where(Lease.reference == reference, Lease.holder == holder)
    return session.scalar(mine.values(expires_at=clock.now() + TERM).returning(Lease.reference)) is not None


def give_back(session: Session, reference: str, holder: str, wake: int) -> int | None:
    """Free the lease if no other run wanted it since `wake`. Otherwise keep it and return the new count: go round again."""
    lease = session.scalar(select(Lease).where(Lease.reference == reference).with_for_update())
    if lease is None or lease.holder != holder:
        return None
    if lease.wake != wake:
        return lease.wake
    lease.holder = lease.acquired_at = lease.expires_at = None
    return None


def drop(session: Session, reference: str, holder: str) -> None:
    """Free the holder's lease, whatever happened meanwhile."""
    mine = update(Lease).where(Lease.reference == reference, Lease.holder == holder)
    session.execute(mine.values(holder=None, acquired_at=None, expires_at=None))


def free_dead(session: Session) -> list[str]:
    """Free leases that were not renewed in time, and return their applications."""
    dead = update(Lease).where(Lease.holder.is_not(None), Lease.expires_at < clock.now())
    return sorted(
        session.scalars(dead.values(holder=None, acquired_at=None, expires_at=None).returning(Lease.reference))
    )
