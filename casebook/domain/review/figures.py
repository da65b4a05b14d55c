"""Figures of the review: shares with intervals, agreement of reviewers, what one reviewer misses, when it will end."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

Z95 = 1.96
FOREVER = date.max


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share, with Wilson's 95 % interval. None: too few to publish."""

    what: str
    of: int | None
    count: int | None
    low: float | None
    high: float | None


def share(what: str, count: int, of: int) -> Share:
    low, high = wilson(count, of)
    return Share(what=what, of=of, count=count, low=low, high=high)


def wilson(count: float, of: float) -> tuple[float, float]:
    if not of:
        return 0.0, 1.0
    p, z2 = count / of, Z95**2
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    spread = Z95 * math.sqrt(p * (1 - p) / of + z2 / (4 * of**2)) / (1 + z2 / of)
    return round(max(0.0, middle - spread), 4), round(min(1.0, middle + spread), 4)


def publishable(shares: Sequence[Share], *, fewer_than: int) -> tuple[Share, ...]:
    """The cells that may be published: no small cell, and none that can be calculated from the total and the others.

    A cell is small if it counts few, or all but a few. If only one would be withheld, the next smallest is too.
    """
    hidden = {each.what for each in shares if _small(each, fewer_than)}
    if len(hidden) == 1 and len(shares) > 1:
        others = [each for each in shares if each.what not in hidden]
        hidden.add(min(others, key=lambda each: (each.count or math.inf, each.of or 0, each.what)).what)
    return tuple(
        Share(what=each.what, of=_at_least(each.of, fewer_than), count=None, low=None, high=None)
        if each.what in hidden
        else each
        for each in shares
    )


def _small(each: Share, fewer_than: int) -> bool:
    count, of = each.count or 0, each.of or 0
    return 0 < of < fewer_than or 0 < count < fewer_than or 0 < of - count < fewer_than


def _at_least(of: int | None, fewer_than: int) -> int | None:
    return of if of is not None and (of == 0 or of >= fewer_than) else None


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two findings about one application, each made blind to the other, and the chance of the second look."""

    first: str
    second: str
    chance: float


@dataclass(frozen=True, kw_only=True)
class ReviewerAgreement:
    pairs: int
    agreed: int
    low: float  # Wilson's 95 % interval of the agreed share
    high: float
    kappa: float | None  # Cohen's; a pair weighs as many applications as it represents; None: all findings are the same


def agreement(pairs: Sequence[Pair]) -> ReviewerAgreement:
    agreed = sum(pair.first == pair.second for pair in pairs)
    low, high = wilson(agreed, len(pairs))
    return ReviewerAgreement(pairs=len(pairs), agreed=agreed, low=low, high=high, kappa=_kappa(pairs))


def _kappa(pairs: Sequence[Pair]) -> float | None:
    weight = sum(1 / pair.chance for pair in pairs)
    if not weight:
        return None
    first, second = Counter[str](), Counter[str]()
    for pair in pairs:
        first[pair.first] += 1 / pair.chance  # type: ignore[assignment]
        second[pair.second] += 1 / pair.chance  # type: ignore[assignment]
    expected = sum(first[name] * second[name] for name in first) / weight**2
    if expected >= 1:
        return None
    observed = sum(1 / pair.chance for pair in pairs if pair.first == pair.second) / weight
    return round((observed - expected) / (1 - expected), 4)


@dataclass(frozen=True, kw_only=True)
class Undetected:
    """The estimated failures among applications where only one person looked and found none, as a range."""

    low: int
    high: int
    looked_at_once: int
    sampled: int  # findings of no failure outside the top band that a second person looked at
    overturned: int | None  # of these; None: too few to publish
    assumption: str = (
        "that those drawn for a second look are like those that were not, and that two people miss nothing"
    )


def undetected(*, sampled: int, overturned: int, looked_at_once: int) -> Undetected | None:
    """The failures missed; None if nobody looked a second time, because then nothing is known about them."""
    if not sampled:
        return None
    low, high = wilson(overturned, sampled)
    return Undetected(
        low=math.floor(low * looked_at_once),
        high=math.ceil(high * looked_at_once),
        looked_at_once=looked_at_once,
        sampled=sampled,
        overturned=overturned,
    )


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """When the last one will be examined at the present pace. The range is the random variation of a count."""

    end: date
    earliest: date
    latest: date | None  # None: no end can be forecast
    a_day: float


def forecast(*, concluded: int, days: float, remaining: int, today: date, needs: int) -> Forecast | None:
    """The forecast; None if there are too few. `concluded` are those of the last `days`."""
    if concluded < needs or days <= 0:
        return None
    spread = Z95 * math.sqrt(concluded)
    slow, fast = max(0.0, concluded - spread) / days, (concluded + spread) / days
    return Forecast(
        end=_after(today, remaining, concluded / days) or FOREVER,
        earliest=_after(today, remaining, fast) or FOREVER,
        latest=_after(today, remaining, slow),
        a_day=round(concluded / days, 2),
    )


def _after(today: date, remaining: int, a_day: float) -> date | None:
    if not a_day:
        return None
    days = math.ceil(remaining / a_day)
    return today + timedelta(days=days) if days < (date.max - today).days else None


def pooled(groups: Mapping[str, tuple[int, int]], *, fewer_than: int) -> dict[str, tuple[int, int]]:
    """Join the groups that are too small to publish. If the joined group is small too, the next smallest joins it."""
    kept, pool = dict(groups), list[tuple[int, int]]()
    while kept and (any(of < fewer_than for _, of in kept.values()) or 0 < sum(of for _, of in pool) < fewer_than):
        smallest = min(kept, key=lambda name: (kept[name][1], name))
        pool.append(kept.pop(smallest))
    if pool:
        kept["others"] = (sum(count for count, _ in pool), sum(of for _, of in pool))
    return kept


def rates(groups: Mapping[str, tuple[int, int]]) -> tuple[Share, ...]:
    """`groups`: name -> how many, of how many."""
    return tuple(share(name, count, of) for name, (count, of) in sorted(groups.items()))
