"""Who may examine a past application, when a second person must, what settles it, and how a person is reached. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from casebook.domain import words
from casebook.domain.actors import Reason
from casebook.domain.vocabulary import Role


class CampaignKind(StrEnum):
    """Why applications are looked at again."""

    REGISTER = "register"  # all of them
    HANDLER = "handler"  # those that one member of staff handled or approved
    RULE = "rule"  # those of which one rule speaks: it was broken, or was itself wrong
    MODEL = "model"  # those that another matching model links or ranks otherwise


class OwnDecision(StrEnum):
    """What the reviewer would have decided on what was known then."""

    DISCLOSE = "disclose"
    NOT_DISCLOSE = "not_disclose"
    CANNOT_TELL = "cannot_tell"


class ReviewOutcome(StrEnum):
    """What came of looking again, the gravest last."""

    NO_FAILURE = "no_failure"
    ADMINISTRATIVE = "administrative"
    SERVICE = "service"
    HARM = "harm"


FAILURES = frozenset({ReviewOutcome.SERVICE, ReviewOutcome.HARM})
FIRST, SECOND, THIRD = 1, 2, 3

CHECKLIST: Mapping[str, str] = words.CHECKLIST.words


def line_of(officer: str, managers: Mapping[str, str]) -> frozenset[str]:
    """Everybody above and below in one line of management. `managers`: staff id -> line manager."""
    above, below = {officer}, {officer}
    while more := {managers[each] for each in above if each in managers} - above:
        above |= more
    while more := {each for each, manager in managers.items() if manager in below} - below:
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
    """`handled`: staff ids as the registers spell them; `before`: who examined this case already.

    `seen`: who knows the first decision, for an examination that begins with a decision of one's own.
    """
    line = {each.casefold() for each in line_of(officer, managers)}
    if {each.strip().casefold() for each in handled} & line:
        return Reason("conflict", "you or your line handled this application: somebody else must examine it")
    if officer in before:
        return Reason("same_person", "this needs another person: you examined it before")
    return why_not_blind(officer, seen)


def why_not_blind(officer: str, seen: Collection[str]) -> Reason | None:
    if officer in seen:
        return Reason("not_blind", "you have seen how this was decided: somebody who has not decides it again")
    return None


def examines(roles: Collection[Role]) -> bool:
    """Whoever examines and does not lead is kept from the first decision in every list, not only of what they hold."""
    return Role.REVIEW_OFFICER in roles and Role.REVIEW_LEAD not in roles


def wants_second(outcome: ReviewOutcome, *, top: bool, sampled: bool) -> bool:
    return sampled or (top and outcome is ReviewOutcome.NO_FAILURE)


def settled(outcomes: Sequence[ReviewOutcome], *, top: bool, sampled: bool) -> ReviewOutcome | None:
    """The outcome, if nobody else need look. `outcomes`: of the reviewers so far, the first one first."""
    match list(outcomes):
        case [first] if not wants_second(first, top=top, sampled=sampled):
            return first
        case [first, second] if first is second:
            return first
        case [_, _, third]:
            return third
        case _:
            return None


def why_not_find(outcome: ReviewOutcome, modes: Collection[str], known: Collection[str]) -> Reason | None:
    """Whether a finding is one: a failure names its ways, no failure names none."""
    if strangers := set(modes) - set(known):
        return Reason("unknown_mode", f"no such way of failing: {len(strangers)} of them; they are {', '.join(known)}")
    if outcome is ReviewOutcome.NO_FAILURE and modes:
        return Reason("no_failure_with_modes", "no failure was found, and yet ways of failing are named")
    if outcome is not ReviewOutcome.NO_FAILURE and not modes:
        return Reason("failure_without_modes", "name at least one way in which it failed")
    return None


class ContactProgress(StrEnum):
    """How far the review is with a person who may be at risk."""

    IDENTIFIED = "identified"
    SAFE_PLAN = "safe_plan"  # when and how contact is safe, from somebody who knows
    ATTEMPTED = "attempted"
    REACHED = "reached"
    SAFEGUARDED = "safeguarded"
    NOT_CONTACTABLE = "not_contactable"  # not safely; two people say so, and it is looked at again


_FROM: Mapping[ContactProgress, frozenset[ContactProgress]] = {
    ContactProgress.SAFE_PLAN: frozenset(ContactProgress),
    # somebody who was reached is rung again, and met as was agreed: no contact goes unwritten
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
    """Nobody is contacted without a plan that says how it is safe; nobody is safeguarded who was not reached."""
    if to is ContactProgress.IDENTIFIED:
        return Reason("no_step", "a person is identified by the review itself")
    if at in _FROM[to]:
        return None
    if to in {ContactProgress.ATTEMPTED, ContactProgress.REACHED} and at in {
        ContactProgress.IDENTIFIED,
        ContactProgress.NOT_CONTACTABLE,
    }:
        return Reason("no_safe_plan", "find out first how contact is safe, and write that down as safe_plan")
    return Reason("wrong_step", f"from {words.PROGRESS.of(at)} there is no step to {words.PROGRESS.of(to)}")


_CONTACTS = frozenset({ContactProgress.ATTEMPTED, ContactProgress.REACHED})


def why_not_say(rung: ContactProgress, *, planned: bool, contacted: bool) -> Reason | None:
    """What goes with a step. Somebody may be made safe by a contact, or without one: by an arrest, by a referral."""
    if planned and rung is not ContactProgress.SAFE_PLAN:
        return Reason("not_a_plan", "how contact is safe is written down as safe_plan, before the contact")
    if contacted and rung not in _CONTACTS | {ContactProgress.SAFEGUARDED}:
        return Reason("not_a_contact", "a contact that was made is written down as attempted or reached")
    if rung in _CONTACTS and not contacted:
        return Reason("channel_missing", "say over which channel, and when if that was not now")
    return None
