"""How soon to reach the person at risk, and why: what has happened since, how grave it is, and whether they are together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.review import failure_modes, signs
from casebook.domain.review.evidence import SURE, Evidence, FailureFamily, FailureMode
from casebook.domain.review.suspicions import Suspected
from casebook.domain.review.weights import ContactUrgency
from casebook.domain.vocabulary import Answer3


class ContactPriority(StrEnum):
    NOW = "now"
    SOON = "soon"
    ROUTINE = "routine"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class ContactNeed:
    priority: ContactPriority
    urgency: float  # orders those of one priority
    reasons: tuple[str, ...]


def contact_need(e: Evidence, suspected: Sequence[Suspected], u: ContactUrgency) -> ContactNeed:
    found = sorted(_urgent(e, suspected, u), reverse=True)
    urgency = round(max((points for points, _ in found), default=0.0), 3)
    if urgency >= u.now_from.value:
        reasons = tuple(dict.fromkeys(f"contact: {reason}" for points, reason in found if points >= u.now_from.value))
        return ContactNeed(priority=ContactPriority.NOW, urgency=urgency, reasons=reasons)
    return ContactNeed(priority=_later(e), urgency=urgency, reasons=())


def _urgent(e: Evidence, suspected: Sequence[Suspected], u: ContactUrgency) -> Iterator[tuple[float, str]]:
    for linked in e.held:
        if linked.chance >= SURE and linked.against_a_since:
            yield (
                u.against_a.value + linked.points_since,
                "a record against the person at risk since the decision",
            )
        elif linked.chance >= SURE and linked.domestic_since:
            yield linked.points_since, "a record against a partner or relative since the decision"
    if e.past.disclosed and e.past.contact_safe is Answer3.NO:
        yield u.told_unsafe.value, "told though contact was not safe"
    if signs.together(e):
        for suspicion in suspected:
            untold = suspicion.held is not None and suspicion.held.qualifying_then > 0
            if untold and suspicion.chance >= u.untold_chance.value:
                yield suspicion.product, "a history that was not told, and no sign that the relationship ended"


def stay_now(urgencies: Mapping[str, float], *, of: int, u: ContactUrgency) -> frozenset[str]:
    """Which of those who need contact now stay it, of a register of so many: the most urgent. The others are soon."""
    most = max(u.now_fewest.value, math.floor(of * u.now_percent.value / 100))
    return frozenset(sorted(urgencies, key=lambda id_: (-urgencies[id_], id_))[:most])


_UNTOLD = {
    FailureMode.UNDISCLOSED, FailureMode.OUTCOME_UNKNOWN_WITH_HISTORY, FailureMode.RIGHT_TO_KNOW_MISSED,
    FailureMode.REPEAT_IGNORED,
}  # fmt: skip


def _later(e: Evidence) -> ContactPriority:
    found = failure_modes.found(e)
    names, past = {mode.name for mode in found}, e.past
    sure = [linked for linked in e.held if linked.chance >= SURE]
    if (
        (names & _UNTOLD and e.damning)
        or FailureMode.WRONG_RECIPIENT in names
        or any(linked.qualifying_since for linked in sure)
    ):
        return ContactPriority.SOON
    research = any(mode.family is FailureFamily.RESEARCH for mode in found) and not past.disclosed
    unsure = research or e.between or past.outcome is None or past.immediate_danger is Answer3.YES
    return ContactPriority.ROUTINE if unsure or FailureMode.CONTACT_UNSAFE in names else ContactPriority.NONE
