"""Ranks past applications by how likely they were mishandled times how grave that would be; and says how soon to reach A.

Administrative failures only order applications that are otherwise equal: an undisclosed risk always comes first.
Uncertain applications rank above those without any sign of failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.review import failure_modes
from casebook.domain.review.evidence import PERHAPS, SURE, Evidence, FailureFamily, LinkedHistory, ModeFinding
from casebook.domain.review.weights import ReviewWeights
from casebook.domain.vocabulary import Answer3, Relationship


class ContactPriority(StrEnum):
    NOW = "now"
    SOON = "soon"
    ROUTINE = "routine"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Assessment:
    score: float
    administrative: float  # orders applications with equal scores only
    contact_priority: ContactPriority
    modes: tuple[str, ...]
    reasons: tuple[str, ...]
    families: tuple[str, ...]  # of the modes

    def to_dict(self) -> dict[str, object]:
        return {
            "score": self.score,
            "administrative": self.administrative,
            "contact_priority": self.contact_priority.value,
            "modes": list(self.modes),
            "reasons": list(self.reasons),
            "families": list(self.families),
        }


def assess(e: Evidence, w: ReviewWeights) -> Assessment:
    modes = failure_modes.found(e)
    doubts = _doubts(e)
    score = _risk(e, modes, w) + _research(e, modes, w) + _since(e, w)
    score += min(w.uncertain_most.value, w.uncertain_step.value * len(doubts))
    if any(mode.name == "no_second_person" for mode in modes):
        score += (w.one_person_told if e.past.disclosed else w.one_person).value
    score += w.no_outcome.value * (e.past.outcome is None)
    score += w.danger_then.value * (e.past.immediate_danger is Answer3.YES)
    contact, why = _contact(e, modes, w)
    return Assessment(
        score=round(score, 3),
        administrative=float(sum(mode.family is FailureFamily.ADMINISTRATIVE for mode in modes)),
        contact_priority=contact,
        modes=tuple(mode.name for mode in modes),
        reasons=tuple(mode.reason for mode in modes) + doubts + why,
        families=tuple(mode.family.value for mode in modes),
    )


def _risk(e: Evidence, modes: Iterable[ModeFinding], w: ReviewWeights) -> float:
    """The score for information not disclosed, or disclosed where it must not be: chance times gravity."""
    names = {mode.name for mode in modes}
    likely = max((linked.chance * _gravity(linked, w) for linked in e.held), default=0.0) * _outcome_weight(e, w)
    unsafe = w.unsafe.value + max(
        (min(w.most_points.value, linked.points_then) / 2 for linked in e.damning), default=0.0
    )
    return max(
        likely + w.repeat_more.value * ("repeat_ignored" in names),
        unsafe * ("wrong_recipient" in names),
        (unsafe if e.past.disclosed else w.unsafe_untold.value) * ("contact_unsafe" in names),
        w.wrong_person_told.value * ("wrong_person_disclosed" in names),
        w.repeat.value * ("repeat_ignored" in names),
        w.recipient_unclear.value * ("recipient_unclear" in names),
        w.groundless.value * ("disclosed_without_ground" in names),
    )


def _gravity(held: LinkedHistory, w: ReviewWeights) -> float:
    if held.qualifying_then:
        return (w.serious if held.close_then else w.apart).value + min(w.most_points.value, held.points_then)
    return min(w.supporting.value, 4.0 + held.points_then / 3) if held.supporting_then else 0.0


def _outcome_weight(e: Evidence, w: ReviewWeights) -> float:
    if e.past.outcome is None:
        return (w.outcome_unknown if e.past.handled else w.outcome_unlisted).value
    return w.outcome.value[e.past.outcome]


def _research(e: Evidence, modes: Iterable[ModeFinding], w: ReviewWeights) -> float:
    found = [mode for mode in modes if mode.family is FailureFamily.RESEARCH]
    if not found or e.past.disclosed:
        return w.research_told.value * bool(found)
    if e.damning:
        return w.research_with_history.value * _outcome_weight(e, w) * max(linked.chance for linked in e.damning)
    return w.research_alone.value + min(w.research_most.value, w.research_step.value * len(found))


def _since(e: Evidence, w: ReviewWeights) -> float:
    later = any(linked.qualifying_since and linked.chance >= SURE for linked in e.held)
    return w.since.value if later and not e.past.disclosed else 0.0


def _doubts(e: Evidence) -> tuple[str, ...]:
    past = e.past
    doubts = (
        (not past.b, "the subject is not known, so nothing could be looked up"),
        (bool(past.b) and not any(person.dob for person in past.b), "the subject's date of birth is not known"),
        (past.outcome is None, "how it ended is not known"),
        (past.outcomes_differ, "one list says it was disclosed, another that it was not"),
        (past.decided_on is None and not past.disclosed_on, "when it was decided is not known"),
        (bool(past.b) and not e.sources_loaded, "no source is loaded, so nothing could be looked up"),
        (bool(_between(e.held)), "a person with a history may or may not be the subject"),
    )
    return tuple(words for holds, words in doubts if holds)


def _between(held: Sequence[LinkedHistory]) -> list[LinkedHistory]:
    return [linked for linked in held if linked.qualifying_then and PERHAPS <= linked.chance < SURE]


def _contact(e: Evidence, modes: Iterable[ModeFinding], w: ReviewWeights) -> tuple[ContactPriority, tuple[str, ...]]:
    """How soon to reach A, and why: what has happened since, how grave it is, and whether they are together."""
    names, past = {mode.name for mode in modes}, e.past
    sure = [linked for linked in e.held if linked.chance >= SURE]
    together = past.living_together is Answer3.YES or past.relationship in {Relationship.PARTNER, None}
    grave = max((linked.points_then for linked in sure if linked.qualifying_then), default=0.0) >= w.high_points.value
    untold = bool(
        names & {"undisclosed", "outcome_unknown_with_history", "right_to_know_missed", "repeat_ignored"}
    ) and bool(e.damning)
    if any(linked.domestic_since for linked in sure):
        return ContactPriority.NOW, ("contact: a record against a partner or relative since the decision",)
    if untold and grave and together:
        return ContactPriority.NOW, (
            "contact: grave history that was not told, and no sign that the relationship ended",
        )
    if "contact_unsafe" in names and past.disclosed:
        return ContactPriority.NOW, ("contact: told though contact was not safe",)
    if untold or "wrong_recipient" in names or any(linked.qualifying_since for linked in sure):
        return ContactPriority.SOON, ()
    research = any(mode.family is FailureFamily.RESEARCH for mode in modes) and not past.disclosed
    if (
        research
        or _between(e.held)
        or past.outcome is None
        or past.immediate_danger is Answer3.YES
        or "contact_unsafe" in names
    ):
        return ContactPriority.ROUTINE, ()
    return ContactPriority.NONE, ()
