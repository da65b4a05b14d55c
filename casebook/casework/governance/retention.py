"""What has been kept for as long as the policy says is proposed for disposal. Two people dispose of it; a legal hold wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casebook import markdown, policies
from casebook.casework.core.acting import Act, policy_of
from casebook.casework.core.notices import notify
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Role
from casebook.storage.case import retention as stored


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A closed application whose time is over."""

    reference: str
    closed_at: datetime
    over_since: datetime
    legal_hold: bool  # then it stays, whatever its age


def over(act: Act) -> list[Kept]:
    """Closed, its watch ended, and both as long ago as its policy asks; oldest first. Those under hold are named too."""
    act.allowed(Command.LIST_APPLICATIONS)
    least = min(policies.load(name).retention.application_years.value for name in policies.names())
    found = [
        Kept(
            reference=application.reference,
            closed_at=ended,
            over_since=_years_after(ended, policy_of(application).retention.application_years.value),
            legal_hold=application.legal_hold,
        )
        for application, ended in stored.ended_before(act.session, _years_after(act.now, -least))
    ]
    return sorted(
        (each for each in found if each.over_since <= act.now), key=lambda each: (each.over_since, each.reference)
    )


def propose(act: Act) -> list[Kept]:
    """Name what is over, and tell the head of unit once a month while anything can be disposed of."""
    found = over(act)
    if any(not each.legal_hold for each in found):
        notify(act, None, role=Role.HEAD_OF_UNIT, reason="retention_over", key=f"{act.now:%Y-%m}")
    return found


def page(found: Sequence[Kept]) -> str:
    """The list for people who watch."""
    lines = [
        "# Kept for as long as the policy says",
        "",
        "Two people dispose: `casebook applications dispose REF --reason CODE`.",
        "",
    ]
    rows = (
        (
            each.reference,
            f"{each.closed_at:%d %b %Y}",
            f"{each.over_since:%d %b %Y}",
            "legal hold: it stays" * each.legal_hold,
        )
        for each in found
    )
    return "\n".join(
        [*lines, *(markdown.table(("application", "ended", "over since", ""), rows) if found else ["Nothing."])]
    )


def _years_after(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, month=3, day=1)
