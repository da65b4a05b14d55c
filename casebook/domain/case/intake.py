"""The content of an application, the minimum information it needs, and its first priority."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from casebook.domain.actors import Reason
from casebook.domain.vocabulary import Answer3, Applicant, Certainty, Party, Priority, Relationship, Route, Sex
from casebook.domain.words import DOUBT
from casebook.values import contact, fillers, identifiers
from casebook.values.addresses import address

A_CLOCK = timedelta(hours=1)  # how far another system's clock may be ahead
FROM_THE_FUTURE = "submitted_in_the_future"  # the doubt about a moment after the application was held here
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# what must be known, or its absence explained, before record checks can be trusted (Bedfordshire Police, step one;
# the wrong or missing birth date is the documented killer: IOPC, Wiltshire, April 2019)
MINIMUM: Mapping[str, str] = {
    "no_subject_name": "a forename and surname, or an alias, of B",
    "no_subject_dob": "a date of birth of B, even approximate",
    "no_subject_address": "an address or postcode of B",
    "no_name_of_person_at_risk": "a forename and surname of A",
    "no_dob_of_person_at_risk": "a date of birth of A",
    "no_applicant_name": "a forename and surname of the applicant",
    "no_relationship": "how A and B are related",
    "no_way_to_contact": "a phone number, e-mail or address of the applicant",
    "no_safe_contact": "when and how the applicant may safely be contacted",
}


@dataclass(frozen=True, kw_only=True)
class PersonForm:
    """What an application says about one party. Empty text means not known."""

    party: Party
    forename: str = ""
    middle_names: str = ""
    surname: str = ""
    former_names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    dob: str = ""
    dob_certainty: str = Certainty.UNKNOWN
    sex: str = Sex.UNKNOWN
    address: str = ""
    postcode: str = ""
    phone: str = ""
    email: str = ""
    pnc_id: str = ""
    cro: str = ""

    @property
    def known(self) -> bool:
        return any(
            (self.forename, self.surname, self.aliases, self.dob, self.address, self.postcode, self.phone, self.email)
        )

    @property
    def full_name_known(self) -> bool:
        """Whether there is a forename and a surname, and neither is a filler."""
        parts = (self.forename, self.surname)
        return not fillers.is_no_name(*parts) and all(part and not fillers.is_filler(part) for part in parts)


@dataclass(frozen=True, kw_only=True)
class PlanForm:
    """When and how one party may safely be contacted. No channel means that they may not be contacted."""

    party: Party
    channel: str = ""
    days: tuple[str, ...] = ()
    windows: tuple[tuple[str, str], ...] = ()
    voicemail: bool = False
    code_word: str = ""
    interpreter: str = ""


@dataclass(frozen=True, kw_only=True)
class Form:
    """One application as it was sent."""

    external_id: str
    submitted_at: datetime
    route: Route
    applicant: Applicant
    concern: str = ""
    immediate_danger: Answer3 = Answer3.UNKNOWN
    relationship: str = ""
    relationship_started: str = ""
    relationship_ended: str = ""
    living_together: Answer3 = Answer3.UNKNOWN
    pregnant: Answer3 = Answer3.UNKNOWN
    children: tuple[str, ...] = ()
    people: Mapping[Party, PersonForm] = field(default_factory=dict)
    plans: Mapping[Party, PlanForm] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    as_written: Mapping[str, str] = field(
        default_factory=dict
    )  # column -> a cell that was read otherwise, or not at all

    @property
    def applying(self) -> Party:
        """The party that applies, whose contact details are used."""
        return Party.A if self.applicant == Applicant.A else Party.C


def minimum_missing(form: Form) -> list[str]:
    """Codes of the minimum information that is missing; see MINIMUM."""
    a, b = (form.people.get(party, PersonForm(party=party)) for party in (Party.A, Party.B))
    applying = form.people.get(form.applying, PersonForm(party=form.applying))
    plan = form.plans.get(form.applying)
    missing = {
        "no_subject_name": not (b.full_name_known or any(not fillers.is_filler(alias) for alias in b.aliases)),
        "no_subject_dob": not b.dob,
        "no_subject_address": not (address(b.address) or identifiers.postcode(b.postcode)[0]),
        "no_name_of_person_at_risk": not a.full_name_known,
        "no_dob_of_person_at_risk": not a.dob,
        "no_applicant_name": not applying.full_name_known,
        "no_relationship": not form.relationship,
        "no_way_to_contact": not (contact.phone(applying.phone) or applying.email or address(applying.address)),
        "no_safe_contact": plan is None or not plan.channel,
    }
    return [code for code, absent in missing.items() if absent]


def priority(form: Form) -> tuple[Priority, str]:
    """The first priority, before anything is known about B, and the reason for it. Unknown never counts as safe."""
    if form.immediate_danger is Answer3.YES:
        return Priority.IMMEDIATE, "immediate_danger"
    if form.pregnant is Answer3.YES or (form.living_together is Answer3.YES and form.children):
        return Priority.HIGH, "pregnant" if form.pregnant is Answer3.YES else "children_in_household"
    if form.immediate_danger is Answer3.UNKNOWN:
        return Priority.HIGH, "danger_unknown"
    return Priority.STANDARD, "intake"


def why_not_explained(missing: Collection[str], explained: Collection[str]) -> Reason | None:
    """A reason if minimum information is missing and nobody explained why it is."""
    if open_ := sorted(set(missing) - set(explained)):
        return Reason("minimum_missing", f"add this information, or explain why it is missing: {DOUBT.choices(open_)}")
    return None


def with_doubts(form: Form, doubts: Collection[str]) -> Form:
    """The form with its doubts: those found in reading it, and those that its content raises."""
    b, c = form.people.get(Party.B), form.people.get(Party.C)
    all_doubts = [*doubts, *minimum_missing(form)]
    if b is not None and b.dob_certainty == Certainty.EXACT and len(b.dob) != len("YYYY-MM-DD"):
        all_doubts.append("certainty_contradicts_dob")
    if form.applicant is Applicant.A and c is not None:
        all_doubts.append("third_party_named_but_a_applies")
    if form.relationship == Relationship.PARTNER and form.relationship_ended:
        all_doubts.append("relationship_contradicts_end")
    return replace(form, doubts=tuple(dict.fromkeys(all_doubts)))


def not_from_the_future(form: Form, now: datetime) -> Form:
    """The form. If it is from the future its clocks start now, and the moment stays as it was written."""
    if form.submitted_at <= now:
        return form
    doubts = (FROM_THE_FUTURE,) if form.submitted_at > now + A_CLOCK else ()
    return replace(
        form,
        submitted_at=now,
        doubts=(*form.doubts, *doubts),
        as_written={"submitted_at": form.submitted_at.isoformat(), **form.as_written},
    )
