"""Changes of accounts that need two people: whoever could make an account alone could be every second person there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from casebook.domain import authority
from casebook.domain.actors import Actor, Reason
from casebook.domain.authority import Command

BOOTSTRAP = 2  # accounts of an empty casebook that take effect at once: with fewer nobody could confirm anything
STANDS = timedelta(days=7)  # how long a proposal waits: an old one is for a need that nobody remembers


class AccountChange(StrEnum):
    """What one person proposes and another confirms. Taking a role away and suspending take one person: they open nothing."""

    ACCOUNT = "account"
    ROLE = "role"
    TOKEN = "token"  # noqa: S105 - no secret
    REINSTATEMENT = "reinstatement"


def has_lapsed(proposed_at: datetime, now: datetime) -> bool:
    """Whether a proposal is too old to be confirmed."""
    return now >= proposed_at + STANDS


def why_not_confirm(actor: Actor, *, is_bootstrap: bool) -> Reason | None:
    """A reason if somebody may confirm no change. `is_bootstrap`: theirs is an account that one person made alone."""
    if actor.is_person and is_bootstrap:
        return None
    return authority.why_not_allowed(actor, Command.CONFIRM_STAFF)


def why_not_this(actor: Actor, *, proposed_by: str, about: str) -> Iterator[Reason]:
    """Why somebody may not confirm this change: they proposed it, or it is about them."""
    if (twice := authority.why_not_second(actor, [proposed_by])) is not None:
        yield twice
    if actor.id == about:
        yield Reason("about_yourself", "this change is about you: somebody else must confirm it")
