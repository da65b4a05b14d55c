"""How a past application ranks: how likely it was mishandled times what that would mean; and beside it how soon to reach A.

Administrative failings never move an application past another with a likelier undisclosed risk: they only order equals.
What is uncertain has a floor of its own, above everything of which nothing speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain import failure_modes
from casebook.domain.past_application import DISCLOSED, REFUSED
from casebook.domain.review_evidence import PERHAPS, SURE, Evidence, Family, Found, Held
from casebook.domain.vocabulary import Answer3, Outcome, Relationship

SERIOUS = (
    40.0  # what a record weighs at least that could have been disclosed and is grave or about a partner or relative
)
APART = 20.0  # and what one about somebody else weighs
MOST_POINTS = 60.0  # of the live model, added to it
SUPPORTING = 25.0  # what only supports weighs at most
UNSAFE = 55.0  # a disclosure into an unsafe contact, or to somebody else
WRONG_PERSON_TOLD = 45.0
RECIPIENT_UNCLEAR, GROUNDLESS = 18.0, 8.0
ONE_PERSON, ONE_PERSON_TOLD = 12.0, 3.0  # decided by one person alone, for not telling or for telling
NO_OUTCOME = 5.0  # nobody wrote down how it ended
RESEARCH_WITH_HISTORY = 15.0  # inadequate, and there was something to be found
RESEARCH_STEP, RESEARCH_MOST = 2.0, 8.0  # each way in which research was inadequate
RESEARCH_ALONE = 3.0  # inadequate, and nothing found today
UNCERTAIN_STEP, UNCERTAIN_MOST = 1.5, 6.0
SINCE = 6.0  # a serious record only after the decision: a signal, below every likely failure
DANGER_THEN = 2.0  # somebody said so when applying
HIGH_POINTS = 30.0  # of the live model: serious danger
# how likely an outcome hides what should have been told
OUTCOME_WEIGHT = {
    **dict.fromkeys(REFUSED, 1.0),
    **dict.fromkeys(DISCLOSED, 0.0),
    # nobody decided: not a wrong answer, but perhaps somebody who should have been told of our own accord
    **dict.fromkeys((Outcome.OUT_OF_SCOPE, Outcome.NO_ENGAGEMENT, Outcome.WITHDRAWN), 0.3),
}
UNKNOWN_OUTCOME = 0.95
UNLISTED_OUTCOME = 0.6  # only a mailbox or portal knows of it: its outcome may stand in a list not yet here


class ContactPriority(StrEnum):
    NOW = "now"
    SOON = "soon"
    ROUTINE = "routine"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Assessment:
    score: float
    administrative: float  # orders those of equal score only
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


def assess(e: Evidence) -> Assessment:
    modes = failure_modes.found(e)
    doubts = _doubts(e)
    score = _risk(e, modes) + _research(e, modes) + min(UNCERTAIN_MOST, UNCERTAIN_STEP * len(doubts)) + _since(e)
    if any(each.name == "no_second_person" for each in modes):
        score += ONE_PERSON_TOLD if e.past.disclosed else ONE_PERSON
    score += NO_OUTCOME * (e.past.outcome is None)
    score += DANGER_THEN * (e.past.immediate_danger is Answer3.YES)
    contact, why = _contact(e, modes)
    return Assessment(
        score=round(score, 3),
        administrative=float(sum(each.family is Family.ADMINISTRATIVE for each in modes)),
        contact_priority=contact,
        modes=tuple(each.name for each in modes),
        reasons=tuple(each.reason for each in modes) + doubts + why,
        families=tuple(each.family.value for each in modes),
    )


def _risk(e: Evidence, modes: Iterable[Found]) -> float:
    """Undisclosed, or told where it must not be: chance times gravity."""
    names = {each.name for each in modes}
    likely = max((each.chance * _gravity(each) for each in e.held), default=0.0) * _outcome_weight(e)
    unsafe = UNSAFE + max((min(MOST_POINTS, each.points_then) / 2 for each in e.damning), default=0.0)
    return max(
        likely + 5.0 * ("repeat_ignored" in names),
        unsafe * ("wrong_recipient" in names),
        (unsafe if e.past.disclosed else UNSAFE / 3) * ("contact_unsafe" in names),
        WRONG_PERSON_TOLD * ("wrong_person_disclosed" in names),
        30.0 * ("repeat_ignored" in names),
        RECIPIENT_UNCLEAR * ("recipient_unclear" in names),
        GROUNDLESS * ("disclosed_without_ground" in names),
    )


def _gravity(held: Held) -> float:
    if held.qualifying_then:
        return (SERIOUS if held.close_then else APART) + min(MOST_POINTS, held.points_then)
    return min(SUPPORTING, 4.0 + held.points_then / 3) if held.supporting_then else 0.0


def _outcome_weight(e: Evidence) -> float:
    if e.past.outcome is None:
        return UNKNOWN_OUTCOME if e.past.handled else UNLISTED_OUTCOME
    return OUTCOME_WEIGHT[e.past.outcome]


def _research(e: Evidence, modes: Iterable[Found]) -> float:
    found = [each for each in modes if each.family is Family.RESEARCH]
    if not found or e.past.disclosed:
        return 0.5 * bool(found)
    if e.damning:
        return RESEARCH_WITH_HISTORY * _outcome_weight(e) * max(each.chance for each in e.damning)
    return RESEARCH_ALONE + min(RESEARCH_MOST, RESEARCH_STEP * len(found))


def _since(e: Evidence) -> float:
    return (
        SINCE if any(each.qualifying_since and each.chance >= SURE for each in e.held) and not e.past.disclosed else 0.0
    )


def _doubts(e: Evidence) -> tuple[str, ...]:
    past = e.past
    told = (
        (not past.b, "the subject is not known, so nothing could be looked up"),
        (bool(past.b) and not any(each.dob for each in past.b), "the subject's date of birth is not known"),
        (past.outcome is None, "how it ended is not known"),
        (past.outcomes_differ, "one list says it was disclosed, another that it was not"),
        (past.decided_on is None and not past.disclosed_on, "when it was decided is not known"),
        (bool(past.b) and not e.sources_loaded, "no source is loaded, so nothing could be looked up"),
        (bool(_between(e.held)), "a person with a history may or may not be the subject"),
    )
    return tuple(words for holds, words in told if holds)


def _between(held: Sequence[Held]) -> list[Held]:
    return [each for each in held if each.qualifying_then and PERHAPS <= each.chance < SURE]


def _contact(e: Evidence, modes: Iterable[Found]) -> tuple[ContactPriority, tuple[str, ...]]:
    """Whether somebody may be in danger now: what has happened since, how grave, and whether they are together."""
    names, past = {each.name for each in modes}, e.past
    sure = [each for each in e.held if each.chance >= SURE]
    together = past.living_together is Answer3.YES or past.relationship in {Relationship.PARTNER, None}
    grave = max((each.points_then for each in sure if each.qualifying_then), default=0.0) >= HIGH_POINTS
    untold = bool(
        names & {"undisclosed", "outcome_unknown_with_history", "right_to_know_missed", "repeat_ignored"}
    ) and bool(e.damning)
    if any(each.domestic_since for each in sure):
        return ContactPriority.NOW, ("contact: a record against a partner or relative since the decision",)
    if untold and grave and together:
        return ContactPriority.NOW, (
            "contact: grave history that was not told, and no sign that the relationship ended",
        )
    if "contact_unsafe" in names and past.disclosed:
        return ContactPriority.NOW, ("contact: told though contact was not safe",)
    if untold or "wrong_recipient" in names or any(each.qualifying_since for each in sure):
        return ContactPriority.SOON, ()
    research = any(each.family is Family.RESEARCH for each in modes) and not past.disclosed
    if (
        research
        or _between(e.held)
        or past.outcome is None
        or past.immediate_danger is Answer3.YES
        or "contact_unsafe" in names
    ):
        return ContactPriority.ROUTINE, ()
    return ContactPriority.NONE, ()
