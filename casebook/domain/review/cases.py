"""Rules for examining a past application: who may, when a second person must, what settles it, how a person is reached."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from casebook.domain import words
from casebook.domain.actors import Reason
from casebook.domain.vocabulary import Role
from casebook.values.ids import staff_key


class CampaignKind(StrEnum):
    """Which past applications a campaign reviews."""

    REGISTER = "register"  # all of them
    HANDLER = "handler"  # those that one member of staff handled or approved
    RULE = "rule"  # those that one rule finds, because it was broken or was wrong itself
    MODEL = "model"  # those that another matching model links or ranks differently


class OwnDecision(StrEnum):
    """What the reviewer would have decided on the facts known then."""

    DISCLOSE = "disclose"
    NOT_DISCLOSE = "not_disclose"
    CANNOT_TELL = "cannot_tell"


class ReviewOutcome(StrEnum):
    """The outcomes of a review, the gravest last."""

    NO_FAILURE = "no_failure"
    ADMINISTRATIVE = "administrative"
    SERVICE = "service"
    HARM = "harm"


FAILURES = frozenset({ReviewOutcome.SERVICE, ReviewOutcome.HARM})
FIRST, SECOND, THIRD = 1, 2, 3

CHECKLIST: Mapping[str, str] = words.CHECKLIST.words


def line_of(officer: str, managers: Mapping[str, str]) -> frozenset[str]:
    """Everybody above and below somebody in the line of management. `managers`: staff id -> line manager."""
    above, below = {officer}, {officer}
    while more := {managers[staff_id] for staff_id in above if staff_id in managers} - above:
        above |= more
    while more := {staff_id for staff_id, manager in managers.items() if manager in below} - below:
        below |= more
    return frozenset(above | below)


def why_not_examine(
    officer: str,
    *,
    handled: Collection[str],
    managers: Mapping[str, str],
    before: Collection[str],
    seen: Collection[str] = (),
) -> Reason | None:
    """Why somebody may not examine an application. `handled`: the staff ids in the registers.

    `before`: who has already examined this case. `seen`: who knows the first decision, if this is a blind review.
    """
    line = {staff_key(staff_id) for staff_id in line_of(officer, managers)}
    if {staff_key(staff_id) for staff_id in handled} & line:
        return Reason(
            "conflict", "you or your line of management handled this application, so somebody else must examine it"
        )
    if officer in before:
        return Reason("same_person", "you have already examined it, so another person must")
    return why_not_blind(officer, seen)


def why_not_blind(officer: str, seen: Collection[str]) -> Reason | None:
    if officer in seen:
        return Reason(
            "not_blind", "this is a blind review, and you have seen the decision: somebody who has not must decide"
        )
    return None


def examines(roles: Collection[Role]) -> bool:
    """Whether somebody reviews without leading. Every list hides the first decision from them (blind review)."""
    return Role.REVIEW_OFFICER in roles and Role.REVIEW_LEAD not in roles


def wants_second(outcome: ReviewOutcome, *, top: bool, sampled: bool) -> bool:
    return sampled or (top and outcome is ReviewOutcome.NO_FAILURE)


def settled(outcomes: Sequence[ReviewOutcome], *, top: bool, sampled: bool) -> ReviewOutcome | None:
    """The outcome, if nobody else needs to look. `outcomes`: those of the reviewers so far, in order."""
    match list(outcomes):
        case [first] if not wants_second(first, top=top, sampled=sampled):
            return first
        case [first, second] if first is second:
            return first
        case [_, _, third]:
            return third
        case _:
            return None


def settled_among_named(outcomes: Sequence[ReviewOutcome]) -> ReviewOutcome | None:
    """The outcome of a restricted application, if nobody else needs to look. `outcomes`: those of the reviewers so far.

    A finding of no failure needs two people. Few are named for it, so nobody settles between two: the graver outcome counts.
    """
    if list(outcomes) in ([], [ReviewOutcome.NO_FAILURE]):
        return None
    return max(outcomes, key=list(ReviewOutcome).index)


def why_not_find(outcome: ReviewOutcome, modes: Collection[str], known: Collection[str]) -> Reason | None:
    """A reason if a finding contradicts itself: a failure needs failure modes, and no failure must have none."""
    if unknown := set(modes) - set(known):
        return Reason(
            "unknown_mode",
            f"{len(unknown)} of the failure modes are not known. Use these: {words.FAILURE_MODE.choices(known)}",
        )
    if outcome is ReviewOutcome.NO_FAILURE and modes:
        return Reason("no_failure_with_modes", "the outcome is no failure, so do not give failure modes")
    if outcome is not ReviewOutcome.NO_FAILURE and not modes:
        return Reason("failure_without_modes", "give at least one failure mode")
    return None


class ContactProgress(StrEnum):
    """Contact progress: the last step towards reaching a person who may be at risk."""

    IDENTIFIED = "identified"
    SAFE_PLAN = "safe_plan"  # somebody who knows has said when and how contact is safe
    ATTEMPTED = "attempted"
    REACHED = "reached"
    SAFEGUARDED = "safeguarded"
    NOT_CONTACTABLE = "not_contactable"  # not safely: two people agreed, and it will be looked at again


_FROM: Mapping[ContactProgress, frozenset[ContactProgress]] = {
    ContactProgress.SAFE_PLAN: frozenset(ContactProgress),
    # a person who was reached may be phoned again or met as agreed: every contact is recorded
    ContactProgress.ATTEMPTED: frozenset(
        {ContactProgress.SAFE_PLAN, ContactProgress.ATTEMPTED, ContactProgress.REACHED}
    ),
    ContactProgress.REACHED: frozenset({ContactProgress.SAFE_PLAN, ContactProgress.ATTEMPTED, ContactProgress.REACHED}),
    ContactProgress.SAFEGUARDED: frozenset({ContactProgress.REACHED}),
    ContactProgress.NOT_CONTACTABLE: frozenset(
        {
            ContactProgress.IDENTIFIED,
            ContactProgress.SAFE_PLAN,
            ContactProgress.ATTEMPTED,
            ContactProgress.NOT_CONTACTABLE,
        }
    ),
}


def why_not_step(at: ContactProgress, to: ContactProgress) -> Reason | None:
    """Why this step is not possible. Nobody is contacted without a safe-contact plan."""
    if to is ContactProgress.IDENTIFIED:
        return Reason("no_step", "the review itself identifies the people to reach, so this step cannot be recorded")
    if at in _FROM[to]:
        return None
    if to in {ContactProgress.ATTEMPTED, ContactProgress.REACHED} and at in {
        ContactProgress.IDENTIFIED,
        ContactProgress.NOT_CONTACTABLE,
    }:
        return Reason(
            "no_safe_plan", "first find out how contact is safe, and record it as safe_plan (safe-contact plan agreed)"
        )
    return Reason("wrong_step", f"'{words.PROGRESS.of(to)}' cannot follow '{words.PROGRESS.of(at)}'")


_CONTACTS = frozenset({ContactProgress.ATTEMPTED, ContactProgress.REACHED})


def why_not_say(step: ContactProgress, *, planned: bool, contacted: bool) -> Reason | None:
    """A reason if the details do not belong to the step. A person may also be made safe without a contact, by an arrest."""
    if planned and step is not ContactProgress.SAFE_PLAN:
        return Reason("not_a_plan", "record the safe-contact plan as safe_plan, before the contact")
    if contacted and step not in _CONTACTS | {ContactProgress.SAFEGUARDED}:
        return Reason("not_a_contact", "record a contact that was made as attempted (contact attempted) or reached")
    if step in _CONTACTS and not contacted:
        return Reason("channel_missing", "say which channel you used, and when if it was not now")
    return None
