"""Who is told after an approved decision, and the rules for a delivery. The first reason against it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from casebook.domain import words
from casebook.domain.actors import Reason
from casebook.domain.case.wording import APPLICANT_OTHER, Text, text_for
from casebook.domain.stages import DISCLOSING_OUTCOMES
from casebook.domain.vocabulary import Applicant, Band, Channel, Limit, Party

TRAINED = "domestic_abuse"  # the training that at least one of those who deliver must have
NOT_IN_PERSON = "not_told_in_person"  # an exception that two people may agree to
SIGNED, WEIGHED, NOT_NEEDED = "signed", "refused_weighed", "not_needed"
GRAVE = frozenset({Band.HIGH, Band.CRITICAL})


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """A person who is told. `code` is a, c, or protector:N for the N-th recipient of the decision; it is not a name."""

    code: str
    text: Text

    @property
    def is_told_something(self) -> bool:
        return self.text is Text.DISCLOSURE

    @property
    def is_other_applicant(self) -> bool:
        """Whether this is C. Whatever the outcome, C is told the same words, and gets no visit."""
        return self.code == APPLICANT_OTHER


def addressees(
    outcome: str,
    recipients: Sequence[Mapping[str, Any]],
    *,
    applicant: str,
    ground: str | None = None,
    told_apart: bool = True,
) -> tuple[Addressee, ...]:
    """The people to tell: those the panel chose or, without a disclosure, the person at risk who applied.

    Whoever applied about somebody else is told in either case, and last.
    """
    others = [APPLICANT_OTHER] if applicant != Applicant.A else []
    if outcome in DISCLOSING_OUTCOMES:
        codes = [
            Party.A.value if recipient.get("party") else f"protector:{place}"
            for place, recipient in enumerate(recipients)
        ]
    else:
        codes = [] if others else [Party.A.value]
    return tuple(
        Addressee(code=code, text=text_for(outcome, code, ground=ground, told_apart=told_apart))
        for code in dict.fromkeys((*codes, *others))
    )


def followed(told: Sequence[Addressee]) -> Addressee | None:
    """Who is offered the follow-up contacts: the person at risk, or else the first person who can protect them."""
    recipients = [addressee for addressee in told if not addressee.is_other_applicant]
    first = recipients[0] if recipients else None
    return next((addressee for addressee in recipients if addressee.code == Party.A), first)


def referrals_asked(*, band: str | None, children: bool) -> tuple[str, ...]:
    """The agencies for which a delivery must say either that it referred to them or why it did not."""
    return (*(("idva", "marac") if band in GRAVE else ()), *(("childrens_services",) if children else ()))


def others_told_from(submitted: datetime, approved: datetime, *, first: timedelta, then: timedelta) -> datetime:
    """When C may be told: the first of several moments, all fixed by the submission, that is after the approval.

    So C cannot infer the outcome, what is done for the person at risk, or how long that takes.
    """
    moment = submitted + first
    return moment if moment >= approved else moment + -((moment - approved) // then) * then


@dataclass(frozen=True, kw_only=True)
class Offer:
    chosen: str  # accepted | another_time | declined
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ReportedDelivery:
    """A delivery as reported by those who made it."""

    at: datetime
    channel: str
    verbal: bool
    by: str
    identity_checked: bool
    wording: str
    support_offered: bool
    safety_plan: bool = False  # there is one, or why there is none
    undertaking: str = NOT_NEEDED
    undertaking_weighed: bool = False
    items: frozenset[str] = frozenset()
    left_out_explained: bool = False
    word_for_word: bool = True  # the agreed words were read, and nothing else was told
    departures_told: bool = False  # it is recorded what was told otherwise
    exception: bool = False  # a reason is given why it was not in person
    referrals: frozenset[str] = frozenset()
    offers: Mapping[Limit, Offer] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Due:
    """What was approved, and the conditions that a delivery must meet."""

    to: Addressee
    approved_at: datetime
    not_before: datetime  # for whoever applied for somebody else it is later than the approval
    wording: str
    items: frozenset[str]
    untrained: bool  # whoever delivered it is not trained, and must be
    exception_approved: bool
    referrals: tuple[str, ...]
    offers: tuple[Limit, ...]  # to be made on this delivery


def why_not_deliver(told: ReportedDelivery, due: Due) -> Reason | None:
    """The first reason why this delivery cannot be recorded."""
    rules = RULES_FOR_OTHERS if due.to.is_other_applicant else RULES
    return next((reason for rule in rules if (reason := rule(told, due))), None)


def _after_approval(told: ReportedDelivery, due: Due) -> Reason | None:
    if told.at >= due.approved_at:
        return None
    return Reason("before_approval", "nobody may be told before the decision is approved, except in an emergency")


def _in_its_time(told: ReportedDelivery, due: Due) -> Reason | None:
    if told.at.astimezone(UTC) >= due.not_before.astimezone(UTC):
        return None
    return Reason(
        "too_early", f"they may not be told before {due.not_before.isoformat(timespec='minutes')}, whatever the outcome"
    )


def _trained(_: ReportedDelivery, due: Due) -> Reason | None:
    if due.untrained:
        return Reason("nobody_trained", "whoever delivers it must be trained in domestic abuse")
    return None


def _identity(told: ReportedDelivery, _: Due) -> Reason | None:
    return (
        None
        if told.identity_checked
        else Reason("identity_unchecked", "check the person's identity before you tell them anything")
    )


def _in_person(told: ReportedDelivery, due: Due) -> Reason | None:
    if not told.verbal:
        return Reason("in_writing", "tell them by word of mouth, and give them nothing in writing")
    if told.channel == Channel.IN_PERSON:
        return None
    if not told.exception:
        return Reason("not_in_person", "tell them in person, or give the reason of an approved exception")
    if not due.exception_approved:
        return Reason(
            "exception_unapproved", "two people, one of them a supervisor, must first agree to this exception"
        )
    return None


def _worded(told: ReportedDelivery, due: Due) -> Reason | None:
    return (
        None
        if told.wording == due.wording
        else Reason("wording_not_approved", f"use the approved wording: version {due.wording}")
    )


def _undertaking(told: ReportedDelivery, due: Due) -> Reason | None:
    if not due.to.is_told_something:
        return None
    if told.undertaking not in {SIGNED, WEIGHED}:
        return Reason(
            "undertaking_missing",
            "the recipient must first sign an undertaking, or you must weigh their refusal to sign",
        )
    if told.undertaking == WEIGHED and not told.undertaking_weighed:
        return Reason("refusal_unweighed", "say how you weighed the refusal to sign")
    return None


def _items(told: ReportedDelivery, due: Due) -> Reason | None:
    if not due.to.is_told_something:
        return (
            Reason(
                "items_without_disclosure",
                "there is nothing to disclose to this person, so no items can be recorded as told",
            )
            if told.items
            else None
        )
    if told.items - due.items:
        return Reason("item_not_decided", "tell only the items that the panel chose")
    if not told.items:
        return Reason("nothing_told", "tell at least one of the items that the panel chose")
    if due.items - told.items and not told.left_out_explained:
        return Reason("item_left_out", "say why you did not tell an item that the panel chose")
    return None


def _words_read(told: ReportedDelivery, due: Due) -> Reason | None:
    if told.word_for_word and due.to.is_told_something and due.items - told.items:
        return Reason("not_word_for_word", "an item was left out, so the agreed words were not read word for word")
    if told.word_for_word == told.departures_told:
        return Reason(
            "departures_unclear",
            "say what you told otherwise than the agreed words if you departed from them, and only then",
        )
    return None


def _supported(told: ReportedDelivery, due: Due) -> Reason | None:
    if not told.support_offered:
        return Reason("support_not_offered", "offer support, whatever the outcome")
    if not due.to.is_other_applicant and not told.safety_plan:
        return Reason("safety_plan_missing", "make a safety plan with them, or say why there is none")
    if missing := [agency for agency in due.referrals if agency not in told.referrals]:
        return Reason(
            "referral_unanswered",
            f"say for each agency that you referred them, or why not. Missing: {words.AGENCY.choices(missing)}",
        )
    return None


def _offered(told: ReportedDelivery, due: Due) -> Reason | None:
    if missing := [limit for limit in due.offers if limit not in told.offers]:
        return Reason(
            "follow_up_not_offered",
            f"offer each follow-up contact and record their choice. Missing: {words.LIMIT.choices(missing)}",
        )
    if extra := [limit for limit in told.offers if limit not in due.offers]:
        return Reason(
            "follow_up_not_theirs", f"this person is not offered these contacts: {words.LIMIT.choices(sorted(extra))}"
        )
    for limit, offer in told.offers.items():
        if (offer.chosen == "another_time") != (offer.at is not None):
            return Reason(
                "time_of_contact", f"{words.LIMIT.of(limit)}: give a time if they chose another time, and only then"
            )
        if offer.at is not None and offer.at <= told.at:
            return Reason("time_of_contact", f"{words.LIMIT.of(limit)}: the time they chose must be after the delivery")
    return None


DeliveryRule = Callable[[ReportedDelivery, Due], Reason | None]

RULES: tuple[DeliveryRule, ...] = (
    _after_approval, _trained, _identity, _in_person, _worded, _undertaking, _items, _words_read, _supported,
    _offered,
)  # fmt: skip
RULES_FOR_OTHERS: tuple[DeliveryRule, ...] = (_after_approval, _in_its_time, _worded, _items, _supported, _offered)


@dataclass(frozen=True, kw_only=True)
class SecondOfficer:
    """Whoever says that they were the second of the two who delivered it."""

    id: str
    present: bool
    trained: bool  # in domestic abuse, on the day of the delivery
    on_duty: bool  # at its time


def why_not_attest(second: SecondOfficer, *, delivered_by: str) -> Reason | None:
    """A reason if somebody cannot attest a delivery as its second officer. The source is the scheme's rule of two people."""
    if second.id == delivered_by:
        return Reason("same_person", "you delivered it: the second officer attests it themselves")
    if not second.present:
        return Reason("was_not_there", "whoever was not there can attest nothing: leave it to the second officer")
    if not second.trained:
        return Reason("second_untrained", "the second officer must have been trained in domestic abuse on that day")
    if not second.on_duty:
        return Reason("second_off_duty", "you were not on duty when it was delivered")
    return None
