"""A dip-check of an open case: a supervisor looks at somebody's work on it, point by point. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from casebook.domain.actors import Reason


class CheckPoint(StrEnum):
    """What is looked at."""

    DANGER = "danger"  # whatever tells of danger was acted on
    CONTACT = "contact"  # every contact was by the plan, and the plan is not old
    PEOPLE = "people"  # the right people, under every name and birth date that is known
    SEARCHES = "searches"  # what should be searched by now was
    REASONS = "reasons"  # what was decided has its reasons written down
    LIMITS = "limits"  # it is in time, or somebody wrote why not


class PointResult(StrEnum):
    """What was found at a point."""

    GOOD = "good"
    FAULT = "fault"
    NOT_YET = "not_yet"  # the case is not so far


def read(written: str) -> dict[str, str]:
    """Point -> result, from `danger=good;contact=fault;...`. A point that is given twice has no result."""
    results = dict[str, str]()
    for part in filter(str.strip, written.split(";")):
        point, _, result = (side.strip() for side in part.partition("="))
        results[point] = "" if point in results else result
    return results


def why_unclear(results: Mapping[str, str]) -> Reason | None:
    """A reason if not every point has one of the results."""
    if set(results) == set(CheckPoint) and set(results.values()) <= set(PointResult):
        return None
    points, choices = ", ".join(CheckPoint), ", ".join(PointResult)
    return Reason("points_unclear", f"give each of these once, as point=result: {points}. Results: {choices}")


def faults(points: Mapping[str, str]) -> list[str]:
    """The points at which something was wrong."""
    return sorted(point for point, result in points.items() if result == PointResult.FAULT)


def why_not_checked(*, checker: str, staff: str, worked: bool) -> Reason | None:
    """A reason if this person's work on the case cannot be checked by this supervisor."""
    if checker == staff:
        return Reason("own_work", "nobody checks their own work")
    return None if worked else Reason("no_work_here", f"{staff} has done no work on this application")
