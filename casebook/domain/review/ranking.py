"""Ranks past applications by the chance that they were mishandled times what that would mean. Both are shown.

Administrative failures only order applications that are otherwise equal: an undisclosed risk always comes first.
Uncertain applications rank above those without any sign of failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casebook.domain.review import failure_modes, suspicions
from casebook.domain.review.evidence import Evidence, FailureFamily
from casebook.domain.review.suspicions import NOTHING_LEARNT, Learnt
from casebook.domain.review.urgency import ContactPriority, contact_need
from casebook.domain.review.weights import ReviewPolicy


@dataclass(frozen=True, kw_only=True)
class Assessment:
    score: float  # chance times consequence of the suspicion that leads
    chance: float
    consequence: float  # points
    suspicion: str  # the one that leads; empty: none
    signs: tuple[str, ...]  # that moved its odds, the strongest first
    person: tuple[str, str] | None  # source and id of the person that it is about
    stated: float  # the score by the stated odds alone, without what reviewers have found
    administrative: float  # orders applications with equal scores only
    contact_priority: ContactPriority
    urgency: float  # orders those of one contact priority
    modes: tuple[str, ...]
    reasons: tuple[str, ...]
    families: tuple[str, ...]  # of the modes

    def to_dict(self) -> dict[str, object]:
        return {
            "score": self.score,
            "chance": self.chance,
            "consequence": self.consequence,
            "suspicion": self.suspicion,
            "signs": list(self.signs),
            "person": list(self.person) if self.person else None,
            "stated": self.stated,
            "administrative": self.administrative,
            "contact_priority": self.contact_priority.value,
            "contact_alone": self.contact_priority.value,
            "urgency": self.urgency,
            "modes": list(self.modes),
            "reasons": list(self.reasons),
            "families": list(self.families),
        }


def assess(e: Evidence, policy: ReviewPolicy, learnt: Learnt = NOTHING_LEARNT) -> Assessment:
    modes = failure_modes.found(e)
    suspected = suspicions.suspected(e, policy.weights, learnt)
    stated = suspicions.suspected(e, policy.weights) if learnt else suspected
    need = contact_need(e, suspected, policy.urgency)
    lead = suspected[0] if suspected else None
    return Assessment(
        score=round(lead.product, 3) if lead else 0.0,
        chance=round(lead.chance, 4) if lead else 0.0,
        consequence=round(lead.consequence, 1) if lead else 0.0,
        suspicion=lead.kind.value if lead else "",
        signs=tuple(lead.signs) if lead else (),
        person=lead.held.who.person if lead and lead.held else None,
        stated=round(stated[0].product, 3) if stated else 0.0,
        administrative=float(sum(mode.family is FailureFamily.ADMINISTRATIVE for mode in modes)),
        contact_priority=need.priority,
        urgency=need.urgency,
        modes=tuple(mode.name for mode in modes),
        reasons=tuple(mode.reason for mode in modes) + suspicions.doubts(e) + need.reasons,
        families=tuple(mode.family.value for mode in modes),
    )


def stated_ranks(scores: Mapping[str, tuple[float, float]]) -> dict[str, int]:
    """The rank of each application by the stated odds alone, as it was before reviewers' findings moved any.

    `scores`: by id, the score by the stated odds and the administrative failures. Ties are broken as in the ranking.
    """
    order = sorted(scores, key=lambda id_: (-scores[id_][0], -scores[id_][1], id_))
    return {id_: rank for rank, id_ in enumerate(order, start=1)}
