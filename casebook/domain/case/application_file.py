"""Reads the rows of applications.csv. A row with a fault is not accepted; a row with doubts is, and the doubts are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casebook.domain.actors import Reason
from casebook.domain.case.intake import DAYS, Form, PersonForm, PlanForm, is_possible_date, with_doubts
from casebook.domain.vocabulary import Answer3, Applicant, Certainty, Channel, Party, Relationship, Route, Sex

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
_CODES = {column: frozenset(codes) for column, codes in CODED.items()}
# coded columns that are read separately
_ALSO_CODED = frozenset({"safe_voicemail", "a_safe_voicemail", "safe_days", "a_safe_days"})
DATES = (*(f"{party}_dob" for party in Party), "relationship_started", "relationship_ended", "children")

_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_LONGEST_ID = 200
_YEARS = range(1900, 2200)  # a submission outside these years is a mistake, and no due date could be calculated for it


@dataclass(frozen=True, kw_only=True)
class RowFault:
    """Why a row cannot be accepted."""

    column: str
    code: str
    message: str


def read(
    cells: Mapping[str, str],
    undecodable: Collection[str] = (),
    *,
    doubts: Collection[str] = (),
    why_not_received: Callable[[datetime], Reason | None] = lambda _: None,
) -> Form | list[RowFault]:
    """Read one row of applications.csv. Returns the form with its doubts, or every fault in the row.

    `doubts`: those found when the file was read. `why_not_received`: says whether a policy was in force at that time.
    """
    faults = _required_faults(cells, undecodable, why_not_received)
    latest = "" if any(fault.column == "submitted_at" for fault in faults) else cells["submitted_at"][:10]
    faults += _date_faults(cells, latest)
    faults += [
        RowFault(column=column, code="undecodable", message="contains bytes or characters that cannot be stored")
        for column in sorted(undecodable)
        if (column in CODED or column in _ALSO_CODED) and column not in REQUIRED
    ]
    if faults:
        return faults
    return _form(cells, [*doubts, *(f"undecodable:{column}" for column in sorted(undecodable))])


def _form(cells: Mapping[str, str], doubts: list[str]) -> Form:
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
    return with_doubts(form, doubts)


def _required_faults(
    cells: Mapping[str, str], undecodable: Collection[str], why_not_received: Callable[[datetime], Reason | None]
) -> list[RowFault]:
    faults = []
    for column in REQUIRED:
        value = cells.get(column, "")
        if column in undecodable:
            faults.append(
                RowFault(
                    column=column, code="undecodable", message="contains bytes or characters that cannot be stored"
                )
            )
        elif not value:
            faults.append(RowFault(column=column, code="missing", message="must not be empty"))
        elif column == "external_id" and len(value) > _LONGEST_ID:
            faults.append(
                RowFault(column=column, code="too_long", message=f"must have at most {_LONGEST_ID} characters")
            )
        elif column in CODED and value.lower() not in _CODES[column]:
            allowed = ", ".join(CODED[column])
            faults.append(RowFault(column=column, code="unknown_code", message=f"must be one of: {allowed}"))
        elif column == "submitted_at" and (problem := _moment_fault(value, why_not_received)):
            faults.append(RowFault(column=column, code=problem.code, message=problem.message))
    return faults


def _moment_fault(text: str, why_not_received: Callable[[datetime], Reason | None]) -> Reason | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return Reason("impossible_date", "must be an ISO 8601 date and time with an offset")
    if moment.tzinfo is None:
        return Reason("no_offset", "must have an offset from UTC, as in 2026-03-01T09:30:00+00:00")
    if moment.year not in _YEARS:
        return Reason("impossible_date", f"must be in the years {_YEARS[0]} to {_YEARS[-1]}")
    return why_not_received(moment)


def _date_faults(cells: Mapping[str, str], latest: str) -> list[RowFault]:
    """Dates that are not possible. `latest`: the day of submission, if known; nobody can be born after it."""
    born = {f"{party}_dob" for party in Party} | {"children"}
    return [
        RowFault(column=column, code="impossible_date", message="must be a possible date: YYYY, YYYY-MM or YYYY-MM-DD")
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
    if value and value not in _CODES[column]:
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
    """The safe-contact plans: the applicant's own, and also A's if somebody else applies. Empty plans are left out."""
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
