"""Which accounts and tokens of staff stood at a moment, by the ledger alone. What their roles allowed is not asked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# a command that began before its token was revoked may end after: a long import, or a review of many applications
STILL_RUNNING = timedelta(minutes=15)
# entries that open a door to somebody: without `proposed_by`, one person did it alone
ACCOUNT_EVENTS = ("staff_added", "role_given", "token_issued", "staff_reinstated")


@dataclass(kw_only=True)
class StaffAccounts:
    """A fold of the unit's entries, in their order."""

    staff: set[str] = field(default_factory=set)
    made_alone: set[str] = field(default_factory=set)  # by one person: at the bootstrap, or by an earlier release
    tokens: dict[str, str] = field(default_factory=dict)  # id of the token -> whose it is
    revoked: dict[str, datetime] = field(default_factory=dict)  # id of the token -> since when
    suspended: dict[str, datetime] = field(default_factory=dict)  # id of the member of staff -> since when

    def take_in(self, event: str, at: datetime, body: Mapping[str, object]) -> None:
        """Take in one entry about staff or tokens."""
        if event in ACCOUNT_EVENTS and "proposed_by" not in body:
            self.made_alone.add(str(body.get("staff")))
        match event, body:
            case "ledger_keys_adopted", {"tokens": dict(standing)}:
                # accounts of an earlier release, whose entries named no token
                self.tokens |= standing
                self.staff |= set(standing.values())
            case "staff_added", {"staff": str(who)}:
                self.staff.add(who)
                self._issue(who, body)
            case "token_issued", {"staff": str(who)}:
                self._revoke(who, at)
                self._issue(who, body)
            case "staff_reinstated", {"staff": str(who)}:
                self.suspended.pop(who, None)
                self._revoke(who, at)
                self._issue(who, body)
            case "staff_suspended", {"staff": str(who)}:
                self._revoke(who, at)
                self.suspended[who] = at

    def alone(self) -> list[str]:
        """Accounts in use that one person made, gave a role or a token alone."""
        return sorted(self.made_alone - self.suspended.keys())

    def issued(self, token: str, actor: str) -> bool:
        """Whether an entry issued this token to this member of staff."""
        return self.tokens.get(token) == actor

    def had_ended(self, token: str, at: datetime) -> bool:
        """Whether a token had been revoked before this moment."""
        ended = self.revoked.get(token)
        return ended is not None and at > ended + STILL_RUNNING

    def _issue(self, who: str, body: Mapping[str, object]) -> None:
        if isinstance(token := body.get("token"), str):
            self.tokens[token] = who

    def _revoke(self, who: str, at: datetime) -> None:
        for token, owner in self.tokens.items():
            if owner == who:
                self.revoked.setdefault(token, at)


def is_staff(actor: str) -> bool:
    """Whether an entry's actor is a member of staff: neither the operator nor a part of the system."""
    return actor != "operator" and not actor.startswith("system:")
