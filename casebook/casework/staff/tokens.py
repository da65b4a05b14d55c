"""Tokens: what a member of staff proves themselves with. Only a digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

from sqlalchemy import select, update

from casebook.casework.core.acting import Act
from casebook.storage.tables import DeskSession, Token


class IssuedToken(NamedTuple):
    """A new token."""

    id: str  # what the ledger calls it
    secret: str  # what is shown once


def issue(act: Act, staff_id: str) -> IssuedToken:
    """Issue a token. The caller records it in the ledger."""
    issued = IssuedToken(id=secrets.token_hex(8), secret=secrets.token_urlsafe(24))
    digest = digest_of(issued.secret)
    act.session.add(Token(id=issued.id, staff_id=staff_id, digest=digest, issued_at=act.now, revoked_at=None))
    return issued


def revoke(act: Act, staff_id: str) -> None:
    """Revoke every token of a member of staff, and end every session that was opened with one."""
    for token in act.session.scalars(select(Token).where(Token.staff_id == staff_id, Token.revoked_at.is_(None))):
        token.revoked_at = act.now
    theirs = update(DeskSession).where(DeskSession.staff_id == staff_id, DeskSession.ended_at.is_(None))
    act.session.execute(theirs.values(ended_at=act.now))


def digest_of(token: str) -> str:
    """What is kept of a token."""
    # a token is 192 random bits: a plain hash of it cannot be guessed back
    return hashlib.sha256(token.encode()).hexdigest()
