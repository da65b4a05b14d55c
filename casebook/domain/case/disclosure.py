"""Whom an approved decision has told, and what a delivery must be like; the first reason against it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from casebook.domain.actors import Reason
from casebook.domain.case.wording import APPLICANT_OTHER, Text, text_for
from casebook.domain.stages import DISCLOSING_OUTCOMES
from casebook.domain.vocabulary import Applicant, Band, Channel, Limit, Party

TRAINED = "domestic_abuse"  # the competence that at least one of those who deliver has
NOT_IN_PERSON = "not_told_in_person"  # what two people may agree to
SIGNED, WEIGHED, NOT_NEEDED = "signed", "refused_weighed", "not_needed"
GRAVE = frozenset({Band.HIGH, Band.CRITICAL})


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """One who is told. `code` is a, c, or protector:N for the N-th recipient of the decision; no name."""

    code: str
    text: Text

    @property
    def is_told_something(self) -> bool:
        return self.text is Text.DISCLOSURE

    @property
    def is_other_applicant(self) -> bool:
        """Whoever applied about somebody else gets the same words whatever the outcome, and no visit."""
        return self.code == APPLICANT_OTHER


def addressees(
    outcome: str, recipients: Sequence[Mapping[str, Any]], *, applicant: str, ground: str | None = None
) -> tuple[Addressee, ...]:
    """Those the panel chose; without a disclosure the applicant. Another applicant comes last, and in either case."""
    others = [APPLICANT_OTHER] if applicant != Applicant.A else []
    if outcome in DISCLOSING_OUTCOMES:
        codes = [Party.A.value if each.get("party") else f"protector:{place}" for place, each in enumerate(recipients)]
    else:
        codes = [] if others else [Party.A.value]
    return tuple(
        Addressee(code=code, text=text_for(outcome, code, ground=ground)) for code in dict.fromkeys((*codes, *others))
    )


def followed(told: Sequence[Addressee]) -> Addressee | None:
    """Who is offered the contacts afterwards: the person at risk, else the first who can protect them."""
    own = [each for each in told if not each.is_other_applicant]
    return next((each for each in own if each.code == Party.A), own[0] if own else None)


def referrals_asked(*, band: str | None, children: bool) -> tuple[str, ...]:
    """The agencies about which a delivery must say: referred, or why not."""
    return (*(("idva", "marac") if band in GRAVE else ()), *(("childrens_services",) if children else ()))


def others_told_from(submitted: datetime, approved: datetime, *, first: timedelta, then: timedelta) -> datetime:
    """From when another applicant is told: a row of moments fixed by the submission, the first of them after the approval.

    So neither the outcome, nor what is done for the person at risk, nor how long that takes, can be read off it.
    """
    moment = submitted + first
    return moment if moment >= approved else moment + -((moment - approved) // then) * then


@dataclass(frozen=True, kw_only=True)
class Offer:
    chosen: str  # accepted | another_time | declined
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ReportedDelivery:
    """A delivery as those who made it report it."""

    at: datetime
    channel: str
    verbal: bool
    by: str
    second: str | None
    identity_checked: bool
    wording: str
    support_offered: bool
    safety_plan: bool = False  # there is one, or why there is none
    undertaking: str = NOT_NEEDED
    undertaking_weighed: bool = False
    items: frozenset[str] = frozenset()
    left_out_explained: bool = False
    exception: bool = False  # a reason why it was not in person
    referrals: frozenset[str] = frozenset()
    offers: Mapping[Limit, Offer] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Due:
    """What was approved, and what must be kept to."""

    to: Addressee
    approved_at: datetime
    not_before: datetime  # later than the approval for whoever applied for somebody else
    wording: str
    items: frozenset[str]
    people: int
    trained_needed: int
    trained: frozenset[str]  # of those who delivered
    exception_approved: bool
    referrals: tuple[str, ...]
    offers: tuple[Limit, ...]  # to be made on this delivery


def why_not_deliver(told: ReportedDelivery, due: Due) -> Reason | None:
    """The first reason for which this delivery is not one."""
    rules = RULES_FOR_OTHERS if due.to.is_other_applicant else RULES
    return next((reason for rule in rules if (reason := rule(told, due))), None)


def _after_approval(told: ReportedDelivery, due: Due) -> Reason | None:
    if told.at >= due.approved_at:
        return None
    return Reason("before_approval", "nothing is told before the decision was approved, except in an emergency")


def _in_its_time(told: ReportedDelivery, due: Due) -> Reason | None:
    if told.at.astimezone(UTC) >= due.not_before.astimezone(UTC):
        return None
    return Reason(
        "too_early", f"they are told no sooner than {due.not_before.isoformat(timespec='minutes')}, in any case"
    )


def _two_people(told: ReportedDelivery, due: Due) -> Reason | None:
    if told.second == told.by:
        return Reason("same_person", "the second officer is somebody else")
    if due.people > 1 and not told.second:
        return Reason("second_officer_missing", "two people deliver: name the second officer")
    if len(due.trained) < due.trained_needed:
        return Reason("nobody_trained", "at least one of those who deliver must hold the competence domestic_abuse")
    return None


def _identity(told: ReportedDelivery, _: Due) -> Reason | None:
    return None if told.identity_checked else Reason("identity_unchecked", "check who it is before anything is said")


def _in_person(told: ReportedDelivery, due: Due) -> Reason | None:
    if not told.verbal:
        return Reason("in_writing", "it is told by word of mouth and nothing is handed over in writing")
    if told.channel == Channel.IN_PERSON:
        return None
    if not told.exception:
        return Reason("not_in_person", "tell them in person, or give the reason of an approved exception")
    if not due.exception_approved:
        return Reason("exception_unapproved", "two people, a supervisor among them, first agree to that")
    return None


def _worded(told: ReportedDelivery, due: Due) -> Reason | None:
    return (
        None
        if told.wording == due.wording
        else Reason("wording_not_approved", f"the approved wording is {due.wording}")
    )


def _undertaking(told: ReportedDelivery, due: Due) -> Reason | None:
    if not due.to.is_told_something:
        return None
    if told.undertaking not in {SIGNED, WEIGHED}:
        return Reason("undertaking_missing", "the recipient signs an undertaking first, or a refusal is weighed")
    if told.undertaking == WEIGHED and not told.undertaking_weighed:
        return Reason("refusal_unweighed", "say how the refusal to sign was weighed")
    return None


def _items(told: ReportedDelivery, due: Due) -> Reason | None:
    if not due.to.is_told_something:
        return Reason("items_without_disclosure", "nothing was to be told") if told.items else None
    if told.items - due.items:
        return Reason("item_not_decided", "only what the panel chose is told, item by item")
    if not told.items:
        return Reason("nothing_told", "a disclosure tells at least one of the items the panel chose")
    if due.items - told.items and not told.left_out_explained:
        return Reason("item_left_out", "say why an item that the panel chose was not told")
    return None


def _supported(told: ReportedDelivery, due: Due) -> Reason | None:
    if not told.support_offered:
        return Reason("support_not_offered", "support is offered on every outcome")
    if not due.to.is_other_applicant and not told.safety_plan:
        return Reason("safety_plan_missing", "make a safety plan with them, or say why there is none")
    if missing := [agency for agency in due.referrals if agency not in told.referrals]:
        return Reason("referral_unanswered", f"referred, or why not: {', '.join(missing)}")
    return None


def _offered(told: ReportedDelivery, due: Due) -> Reason | None:
    if missing := [limit for limit in due.offers if limit not in told.offers]:
        return Reason("follow_up_not_offered", f"offer each contact and say what was chosen: {', '.join(missing)}")
    if extra := [limit for limit in told.offers if limit not in due.offers]:
        return Reason("follow_up_not_theirs", f"not offered on this delivery: {', '.join(sorted(extra))}")
    for limit, offer in told.offers.items():
        if (offer.chosen == "another_time") != (offer.at is not None):
            return Reason("time_of_contact", f"{limit}: a time is given for another_time, and only for that")
        if offer.at is not None and offer.at <= told.at:
            return Reason("time_of_contact", f"{limit}: the time chosen is after the delivery")
    return None


DeliveryRule = Callable[[ReportedDelivery, Due], Reason | None]

RULES: tuple[DeliveryRule, ...] = (
    _after_approval, _two_people, _identity, _in_person, _worded, _undertaking, _items, _supported, _offered,
)  # fmt: skip
RULES_FOR_OTHERS: tuple[DeliveryRule, ...] = (_after_approval, _in_its_time, _worded, _items, _supported, _offered)
