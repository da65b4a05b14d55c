"""Signing in and out at the desk. A session is opened with a token, and ends with it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from casebook.casework.core.acting import Act
from casebook.casework.staff import staff
from casebook.domain.actors import Actor, ActOrigin
from casebook.errors import NotPermitted
from casebook.storage.tables import DeskSession, Staff

IDLE = timedelta(minutes=30)  # without a page, the session is over
LONGEST = timedelta(hours=12)  # a shift
_SEEN = timedelta(minutes=1)  # how exactly the last page is remembered, so that reading a list writes nothing


def begin(act: Act) -> str:
    """Open a session for the actor, who was identified by a token just now. Returns the secret for their browser."""
    if not act.actor.is_person or act.actor.token is None:
        raise NotPermitted("only a member of staff can sign in, with a token", "token_needed")
    secret = secrets.token_urlsafe(32)
    act.session.add(
        DeskSession(
            id=_digest(secret),
            staff_id=act.actor.id,
            token=act.actor.token,
            begun_at=act.now,
            seen_at=act.now,
            ends_at=act.now + LONGEST,
            ended_at=None,
        )
    )
    act.record(None, "signed_in")
    return secret


def resume(session: Session, secret: str, now: datetime) -> Actor:
    """Whoever holds this session, with the roles and training that are valid now. Refused once it has ended."""
    row = session.get(DeskSession, _digest(secret))
    member = session.get(Staff, row.staff_id) if row else None
    if row is None or member is None or row.ended_at is not None or member.suspended_at is not None:
        raise NotPermitted("sign in", "signed_out")
    if now >= row.ends_at or now - row.seen_at >= IDLE:
        raise NotPermitted("you were signed out because nothing was done for a while: sign in again", "signed_out")
    if now - row.seen_at >= _SEEN:
        row.seen_at = now
    return staff.actor_of(session, member, now, token=row.token, origin=ActOrigin.DESK)


def end(act: Act, secret: str) -> None:
    """Sign out."""
    row = act.session.get(DeskSession, _digest(secret))
    if row is not None and row.ended_at is None:
        row.ended_at = act.now
        act.record(None, "signed_out")


def _digest(secret: str) -> str:
    # 256 random bits: a plain hash of them cannot be guessed back
    return hashlib.sha256(secret.encode()).hexdigest()
