"""Signing in and out at the desk. A session is opened with a token, and ends with it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from casebook.casework.core.acting import Act
from casebook.casework.staff import staff
from casebook.domain.actors import Actor, ActOrigin
from casebook.errors import NotPermitted
from casebook.storage import ledger
from casebook.storage.tables import DeskSession, Staff, Token

IDLE = timedelta(minutes=30)  # without a page, the session is over
LONGEST = timedelta(hours=12)  # a shift
_SEEN = timedelta(minutes=1)  # how exactly the last page is remembered, so that reading a list writes nothing


def begin(act: Act) -> str:
    """Open a session for the actor, who was identified by a token just now. Returns the secret for their browser."""
    if not act.actor.is_person or act.actor.token is None:
        raise NotPermitted("only a member of staff can sign in, with a token", "token_needed")
    row = DeskSession(
        id=secrets.token_urlsafe(12), staff_id=act.actor.id, token=act.actor.token, begun_at=act.now, seen_at=act.now,
        ends_at=act.now + LONGEST, ended_at=None,
    )  # fmt: skip
    secret = secrets.token_urlsafe(32)
    row.proof = _proof(act.session, row, secret)
    act.session.add(row)
    act.record(None, "signed_in")
    return f"{row.id}.{secret}"


def resume(session: Session, secret: str, now: datetime) -> Actor:
    """Whoever is signed in by this, with the roles and training that are valid now. Refused once it has ended."""
    row = _held(session, secret)
    member = session.get(Staff, row.staff_id) if row else None
    token = session.get(Token, row.token) if row else None
    if row is None or row.ended_at is not None or member is None or token is None:
        raise NotPermitted("sign in", "signed_out")
    if member.suspended_at is not None or token.revoked_at is not None:
        raise NotPermitted("sign in", "signed_out")
    if now >= row.ends_at or now - row.seen_at >= IDLE:
        raise NotPermitted("you were signed out because nothing was done for a while: sign in again", "signed_out")
    if now - row.seen_at >= _SEEN:
        row.seen_at = now
    return staff.actor_of(session, member, now, token=row.token, origin=ActOrigin.DESK)


def end(act: Act, secret: str) -> None:
    """Sign out."""
    row = _held(act.session, secret)
    if row is not None and row.ended_at is None:
        row.ended_at = act.now
        act.record(None, "signed_out")


def _held(session: Session, held: str) -> DeskSession | None:
    """The session of what a browser holds; None if it is not one that we opened."""
    session_id, _, secret = held.partition(".")
    row = session.get(DeskSession, session_id)
    if row is None or not hmac.compare_digest(row.proof.encode(), _proof(session, row, secret).encode()):
        return None
    return row


def _proof(session: Session, row: DeskSession, secret: str) -> str:
    """Whose session it is and until when, with its secret, by the entry key: a row that was written or changed has none."""
    said = "\n".join([row.id, row.staff_id, row.token, row.ends_at.astimezone(UTC).isoformat(), secret])
    return hmac.new(session.info[ledger.KEY], f"desk session\n{said}".encode(), hashlib.sha256).hexdigest()
