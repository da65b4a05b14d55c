"""What an application must say: how a row is read, what is a fault, what is only a doubt, and what is the minimum."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from casebook.domain.actors import Reason
from casebook.domain.vocabulary import (
    Answer3,
    Applicant,
    Certainty,
    Channel,
    Party,
    Priority,
    Relationship,
    Route,
    Sex,
)

REQUIRED = ("external_id", "submitted_at", "route", "applicant")
_PERSON = (
    "forename", "middle_names", "surname", "former_names", "aliases", "dob", "sex", "address", "postcode", "phone", "email",
)  # fmt: skip
_PLAN = ("safe_channel", "safe_days", "safe_from", "safe_until", "safe_voicemail", "code_word", "interpreter")
_RELATION = (
    "relationship", "relationship_started", "relationship_ended", "living_together", "pregnant", "children", "concern",
    "immediate_danger",
)  # fmt: skip
COLUMNS = (
    *REQUIRED, *_RELATION, *(f"{party}_{name}" for party in Party for name in _PERSON),
    "b_dob_certainty", "b_pnc_id", "b_cro", *_PLAN, *(f"a_{name}" for name in _PLAN),
)  # fmt: skip

# coded column -> its vocabulary; a value outside it is a doubt, except in route and applicant, where it is a fault
CODED: Mapping[str, type[StrEnum]] = {
    "route": Route, "applicant": Applicant, "immediate_danger": Answer3, "living_together": Answer3, "pregnant": Answer3,
    "relationship": Relationship, "b_dob_certainty": Certainty, "safe_channel": Channel, "a_safe_channel": Channel,
    **{f"{party}_sex": Sex for party in Party},
}  # fmt: skip
_YES_NO = ("safe_voicemail", "a_safe_voicemail")
DATES = (*(f"{party}_dob" for party in Party), "relationship_started", "relationship_ended", "children")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_FIRST_YEAR = 1850  # nobody alive was born before it

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
class Fault:
    """Why a row cannot land."""

    column: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class PersonForm:
    """What an application says of one party. Empty text means not known."""

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


@dataclass(frozen=True, kw_only=True)
class PlanForm:
    """When and how one party may safely be contacted; no channel means not at all."""

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

    @property
    def applying(self) -> Party:
        """Whose contact details the applicant's are."""
        return Party.A if self.applicant is Applicant.A else Party.C


def read(cells: Mapping[str, str], undecodable: Collection[str] = ()) -> Form | list[Fault]:
    """Read one row of applications.csv: the form, or every fault in it. Doubts are part of the form."""
    faults = [*_required_faults(cells, undecodable), *_date_faults(cells)]
    faults += [
        Fault(column=column, code="undecodable", message="holds bytes or characters that cannot be kept")
        for column in sorted(undecodable)
        if column in CODED and column not in REQUIRED
    ]
    if faults:
        return faults
    doubts = [f"undecodable:{column}" for column in sorted(undecodable)]
    codes = {column: _code(cells, column, doubts) for column in CODED}
    people = {party: _person(cells, party, codes) for party in Party}
    applicant = Applicant(codes["applicant"])
    plans = _plans(cells, codes, doubts, applicant)
    form = Form(
        external_id=cells["external_id"],
        submitted_at=datetime.fromisoformat(cells["submitted_at"]),
        route=Route(codes["route"]),
        applicant=applicant,
        concern=cells.get("concern", ""),
        immediate_danger=Answer3(codes["immediate_danger"] or Answer3.UNKNOWN),
        relationship=codes["relationship"],
        relationship_started=cells.get("relationship_started", ""),
        relationship_ended=cells.get("relationship_ended", ""),
        living_together=Answer3(codes["living_together"] or Answer3.UNKNOWN),
        pregnant=Answer3(codes["pregnant"] or Answer3.UNKNOWN),
        children=_items(cells.get("children", "")),
        people={party: person for party, person in people.items() if person.known},
        plans=plans,
    )
    return _with_doubts(form, doubts)


def minimum_missing(form: Form) -> list[str]:
    """Codes of the minimum information that is not there; see MINIMUM."""
    a, b = (form.people.get(party, PersonForm(party=party)) for party in (Party.A, Party.B))
    applying = form.people.get(form.applying, PersonForm(party=form.applying))
    plan = form.plans.get(form.applying)
    missing = {
        "no_subject_name": not ((b.forename and b.surname) or b.aliases),
        "no_subject_dob": not b.dob,
        "no_subject_address": not (b.address or b.postcode),
        "no_name_of_person_at_risk": not (a.forename and a.surname),
        "no_dob_of_person_at_risk": not a.dob,
        "no_applicant_name": not (applying.forename and applying.surname),
        "no_relationship": not form.relationship,
        "no_way_to_contact": not (applying.phone or applying.email or applying.address),
        "no_safe_contact": plan is None or not plan.channel,
    }
    return [code for code, absent in missing.items() if absent]


def priority(form: Form) -> tuple[Priority, str]:
    """The first priority, before anything is known of B, and why. Unknown never counts as safe."""
    if form.immediate_danger is Answer3.YES:
        return Priority.IMMEDIATE, "immediate_danger"
    if form.pregnant is Answer3.YES or (form.living_together is Answer3.YES and form.children):
        return Priority.HIGH, "pregnant" if form.pregnant is Answer3.YES else "children_in_household"
    if form.immediate_danger is Answer3.UNKNOWN:
        return Priority.HIGH, "danger_unknown"
    return Priority.STANDARD, "intake"


def why_not_explained(missing: Collection[str], explained: Collection[str]) -> Reason | None:
    """A reason if minimum information is missing and nobody explained why."""
    if open_ := sorted(set(missing) - set(explained)):
        return Reason("minimum_missing", f"still missing and not explained: {', '.join(open_)}")
    return None


def is_possible_date(text: str) -> bool:
    """Whether text is an ISO date, perhaps partial (`1987`, `1987-04`), that a living person's papers could show."""
    if not (found := _DATE.fullmatch(text)):
        return False
    year, month, day = (int(part) if part else None for part in found.groups())
    if year is None or not _FIRST_YEAR <= year <= date.max.year:
        return False
    if month is not None and not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        return False
    return day is None or 1 <= day <= monthrange(year, month or 1)[1]


def _required_faults(cells: Mapping[str, str], undecodable: Collection[str]) -> list[Fault]:
    faults = []
    for column in REQUIRED:
        value = cells.get(column, "")
        if column in undecodable:
            faults.append(
                Fault(column=column, code="undecodable", message="holds bytes or characters that cannot be kept")
            )
        elif not value:
            faults.append(Fault(column=column, code="missing", message="must not be empty"))
        elif column in CODED and value.lower() not in set(CODED[column]):
            allowed = ", ".join(CODED[column])
            faults.append(Fault(column=column, code="unknown_code", message=f"must be one of: {allowed}"))
        elif column == "submitted_at" and (problem := _moment_fault(value)):
            faults.append(Fault(column=column, code=problem.code, message=problem.message))
    return faults


def _moment_fault(text: str) -> Reason | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return Reason("impossible_date", "must be an ISO 8601 date and time with an offset")
    if moment.tzinfo is None:
        return Reason("no_offset", "must say its offset from UTC, as in 2026-03-01T09:30:00+00:00")
    return None


def _date_faults(cells: Mapping[str, str]) -> list[Fault]:
    born = {f"{party}_dob" for party in Party} | {"children"}
    latest = cells.get("submitted_at", "")[:10]
    return [
        Fault(column=column, code="impossible_date", message="is not a date that can be: YYYY, YYYY-MM or YYYY-MM-DD")
        for column in DATES
        if any(
            not is_possible_date(item) or (column in born and _DATE.fullmatch(latest) and item[:10] > latest)
            for item in (
                _items(cells.get(column, "")) if column == "children" else filter(None, [cells.get(column, "")])
            )
        )
    ]


def _code(cells: Mapping[str, str], column: str, doubts: list[str]) -> str:
    value = cells.get(column, "").lower()
    if value and value not in set(CODED[column]):
        doubts.append(f"code_not_understood:{column}")
        return ""
    return value


def _items(cell: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in cell.split(";") if item.strip())


def _person(cells: Mapping[str, str], party: Party, codes: Mapping[str, str]) -> PersonForm:
    texts = {
        name: cells.get(f"{party}_{name}", "") for name in _PERSON if name not in {"former_names", "aliases", "sex"}
    }
    subject = party is Party.B
    return PersonForm(
        party=party,
        **texts,
        former_names=_items(cells.get(f"{party}_former_names", "")),
        aliases=_items(cells.get(f"{party}_aliases", "")),
        sex=codes[f"{party}_sex"] or Sex.UNKNOWN,
        dob_certainty=(codes["b_dob_certainty"] if subject else "") or Certainty.UNKNOWN,
        pnc_id=cells.get("b_pnc_id", "") if subject else "",
        cro=cells.get("b_cro", "") if subject else "",
    )


def _plans(
    cells: Mapping[str, str], codes: Mapping[str, str], doubts: list[str], applicant: Applicant
) -> dict[Party, PlanForm]:
    """The applicant's own plan, and A's beside it when somebody else applies; none for a party nothing is said of."""
    wanted = {Party.A: ""} if applicant is Applicant.A else {Party.C: "", Party.A: "a_"}
    plans = {party: _plan(cells, codes, doubts, party=party, prefix=prefix) for party, prefix in wanted.items()}
    return {party: plan for party, plan in plans.items() if plan.channel or plan.code_word or plan.windows or plan.days}


def _plan(
    cells: Mapping[str, str], codes: Mapping[str, str], doubts: list[str], *, party: Party, prefix: str
) -> PlanForm:
    days = tuple(day.lower()[:3] for day in _items(cells.get(f"{prefix}safe_days", "")))
    starts, ends = (_items(cells.get(f"{prefix}safe_{edge}", "")) for edge in ("from", "until"))
    good_days = tuple(day for day in days if day in DAYS)
    if good_days != days:
        doubts.append(f"code_not_understood:{prefix}safe_days")
    paired = len(starts) == len(ends) and all(_TIME.fullmatch(time) for time in (*starts, *ends))
    windows = tuple(zip(starts, ends, strict=False)) if paired else ()
    if not paired or any(start >= end for start, end in windows):
        doubts.append(f"unusable_windows:{prefix}safe_from")
        windows = tuple(window for window in windows if window[0] < window[1])
    voicemail = cells.get(f"{prefix}safe_voicemail", "").lower()
    if voicemail not in {"", "yes", "no"}:
        doubts.append(f"code_not_understood:{prefix}safe_voicemail")
    return PlanForm(
        party=party,
        channel=codes[f"{prefix}safe_channel"],
        days=good_days,
        windows=windows,
        voicemail=voicemail == "yes",
        code_word=cells.get(f"{prefix}code_word", ""),
        interpreter=cells.get(f"{prefix}interpreter", ""),
    )


def _with_doubts(form: Form, doubts: list[str]) -> Form:
    b, c = form.people.get(Party.B), form.people.get(Party.C)
    found = [*doubts, *minimum_missing(form)]
    if b is not None and b.dob_certainty == Certainty.EXACT and len(b.dob) != len("YYYY-MM-DD"):
        found.append("certainty_contradicts_dob")
    if form.applicant is Applicant.A and c is not None:
        found.append("third_party_named_but_a_applies")
    if form.relationship == Relationship.PARTNER and form.relationship_ended:
        found.append("relationship_contradicts_end")
    return replace(form, doubts=tuple(dict.fromkeys(found)))
