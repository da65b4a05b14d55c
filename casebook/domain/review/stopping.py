"""When a review may stop: how many failures are likely left below what was examined, from a random sample drawn beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from casebook.domain.review.figures import wilson

T = TypeVar("T")
NEARLY_ALL = 0.9  # of those down to a rank: some wait because nobody may take them


def interleaved(waiting: Sequence[T], drawn: Callable[[T], bool], *, opened: int, every: int) -> Iterator[T]:
    """Those who wait in their order, but every so many places the next of the drawn ones. `opened`: places given before."""
    beside = iter([item for item in waiting if drawn(item)])
    given = set[int]()
    for place, item in enumerate(waiting, start=opened + 1):
        if (
            place % every == 0
            and (lot := next((other for other in beside if id(other) not in given), None)) is not None
        ):
            given.add(id(lot))
            yield lot
        if id(item) not in given:
            given.add(id(item))
            yield item


def depth_of(examined: Sequence[bool]) -> int:
    """The last rank down to which nearly all were examined. `examined`: by rank; others may be out of order."""
    count = depth = 0
    for rank, done in enumerate(examined, start=1):
        count += done
        if done and count >= NEARLY_ALL * rank:
            depth = rank
    return depth


@dataclass(frozen=True, kw_only=True)
class LikelyLeft:
    """Failures likely left below the depth to which the ranking was examined, as a range."""

    depth: int  # the last rank that was examined in the order of the ranking
    not_examined: int  # below it
    sampled: int  # of those below it, drawn at random and examined
    failures: int  # of these
    low: int
    high: int
    examinations_to_95: int | None  # from here on, in the order of the ranking; None: the ranking expects none at all
    hours_to_95: float | None
    assumption: str = "that the sample was drawn at random, and that whoever examined it missed nothing"


def likely_left(
    *, depth: int, sampled: int, failures: int, not_examined: Sequence[float], found: int, hours_each: float
) -> LikelyLeft | None:
    """`not_examined`: the chances of those below the depth, by rank. None if nobody examined a random one: nothing is known.

    The range is Wilson's at 95 %. For 95 % of all failures the ranking's chances are scaled to the rate of the sample.
    """
    if not sampled:
        return None
    low, high = wilson(failures, sampled)
    remaining = len(not_examined)
    needed = _needed(not_examined, found=found, left=failures / sampled * remaining)
    return LikelyLeft(
        depth=depth, not_examined=remaining, sampled=sampled, failures=failures, low=math.floor(low * remaining),
        high=math.ceil(high * remaining), examinations_to_95=needed,
        hours_to_95=None if needed is None else round(needed * hours_each, 1),
    )  # fmt: skip


def _needed(chances: Sequence[float], *, found: int, left: float) -> int | None:
    """How many more to examine until 95 % of the failures are found."""
    missing = 0.95 * (found + left) - found
    if missing <= 0:
        return 0
    if not (total := math.fsum(chances)):
        return None
    reached = 0.0
    for count, chance in enumerate(chances, start=1):
        reached += chance * left / total
        if reached >= missing - 1e-9:
            return count
    return len(chances)
