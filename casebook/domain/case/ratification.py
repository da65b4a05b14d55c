"""Whether a panel ratifies what was done without it: by the answers of its members, one each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What is known of a ratification: how many were asked, how many must answer, and who answered what."""

    seats: int  # members who are asked, besides whoever did it alone
    quorum: int  # the fewest answers that count
    ratified: int = 0
    against: int = 0

    @property
    def is_ratified(self) -> bool | None:
        """Whether the panel ratifies it; None while the answers still to come could change that.

        It needs a quorum, and more members for it than against it. A tie ratifies nothing.
        """
        to_come = max(self.seats - self.ratified - self.against, 0)
        if self.ratified + self.against < self.quorum:
            return None
        if self.ratified > self.against + to_come:
            return True
        return False if self.ratified + to_come <= self.against else None


def seats_for(eligible: Collection[str], *, quorum: int) -> list[str | None]:
    """Who is asked, each for an answer of their own. None: a free seat, as fewer are eligible than the quorum needs."""
    named: list[str | None] = [*sorted(eligible)]
    return named + [None] * max(quorum - len(named), 0)
