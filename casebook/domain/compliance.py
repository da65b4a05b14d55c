"""How many applications kept the limit of the whole process, and how many came and went, week by week. Pure."""

from __future__ import annotations

from collections import Counter
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


@dataclass(frozen=True, kw_only=True)
class Throughput:
    """Applications that came in and that were closed in the week that starts on this Monday."""

    monday: str
    received: int
    closed: int


def throughput(lives: Iterable[tuple[datetime, datetime | None]], zone: ZoneInfo) -> list[Throughput]:
    """`lives` are pairs of received and closed."""
    came, went = Counter[str](), Counter[str]()
    for received_at, closed_at in lives:
        came[_monday(received_at, zone)] += 1
        if closed_at is not None:
            went[_monday(closed_at, zone)] += 1
    return [Throughput(monday=week, received=came[week], closed=went[week]) for week in sorted({*came, *went})]


def _monday(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone).date()
    return (local - timedelta(days=local.weekday())).isoformat()


def by_week(limits: Iterable[tuple[datetime | None, datetime | None]], now: datetime, zone: ZoneInfo) -> list[Week]:
    """`limits` are pairs of due and met. A limit still running is in no week yet; one met early counts when it was due.

    Met at the very moment is kept; an unmet one whose moment has passed is not.
    """
    counted: dict[str, list[bool]] = {}
    for due_at, met_at in limits:
        if due_at is None or (due_at >= now and met_at is None) or (met_at is not None and met_at > now):
            continue
        counted.setdefault(_monday(due_at, zone), []).append(met_at is not None and met_at <= due_at)
    return [Week(monday=monday, due=len(kept), kept=sum(kept)) for monday, kept in sorted(counted.items())]
