"""How many applications kept the limit of the whole process, week by week. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True)
class Week:
    """Applications whose limit fell in the week that starts on this Monday, and how many of them kept it."""

    monday: str
    due: int
    kept: int

    @property
    def share(self) -> float:
        return self.kept / self.due


def by_week(limits: Iterable[tuple[datetime | None, datetime | None]], now: datetime, zone: ZoneInfo) -> list[Week]:
    """`limits` are pairs of due and met. A limit still running is in no week yet; one met early counts when it was due.

    Met at the very moment is kept; an unmet one whose moment has passed is not.
    """
    counted: dict[str, list[bool]] = {}
    for due_at, met_at in limits:
        if due_at is None or (due_at >= now and met_at is None) or (met_at is not None and met_at > now):
            continue
        local = due_at.astimezone(zone).date()
        counted.setdefault((local - timedelta(days=local.weekday())).isoformat(), []).append(
            met_at is not None and met_at <= due_at
        )
    return [Week(monday=monday, due=len(kept), kept=sum(kept)) for monday, kept in sorted(counted.items())]
