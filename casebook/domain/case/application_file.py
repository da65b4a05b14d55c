"""Reads the rows of applications.csv. Only a row on which nobody could act is not accepted.

Every other doubt is kept with the application, and what could not be read is kept as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from casebook.bounds import cell_faults
from casebook.domain.actors import Reason
from casebook.domain.case.intake import DAYS, Form, PersonForm, PlanForm, with_doubts
from casebook.domain.vocabulary import Answer3, Applicant, Certainty, Channel, Party, Relationship, Route, Sex
from casebook.values import dates, fillers
from casebook.values.ids import code_of
from casebook.values.short_forms import sex, yes_or_no
from casebook.values.text import items, plain_signs, repaired

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
CHANNELS = {"e-mail": "email", "telephone": "phone", "mobile": "phone", "sms": "text"}
# coded columns that are read separately
_ALSO_CODED = frozenset({"safe_voicemail", "a_safe_voicemail", "safe_days", "a_safe_days"})
DATES = (*(f"{party}_dob" for party in Party), "relationship_started", "relationship_ended", "children")
LISTS = frozenset(
    {"children", *(f"{party}_{name}" for party in Party for name in ("former_names", "aliases"))}
    | {f"{prefix}safe_{name}" for prefix in ("", "a_") for name in ("days", "from", "until")}
)
LONG = frozenset({"concern"})

_BORN = frozenset({*(f"{party}_dob" for party in Party), "children"})
_MOST_CHILDREN = 20
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
    cells = {column: repaired(value) for column, value in cells.items()}
    faults = _required_faults(cells, undecodable, why_not_received)
    faults += [
        RowFault(column=column, code="undecodable", message="contains bytes or characters that cannot be stored")
        for column in sorted(undecodable)
        if (column in CODED or column in _ALSO_CODED) and column not in REQUIRED
    ]
    faults += [
        RowFault(column=column, code=code, message=message)
        for column, code, message in cell_faults(cells, lists=LISTS, long=LONG)
    ]
    if faults:
        return faults
    return _form(_Reading(cells), [*doubts, *(f"undecodable:{column}" for column in sorted(undecodable))])


def row_doubts(*, miscounted: bool) -> list[str]:
    """The doubts about a row that were found when its file was read."""
    return ["wrong_number_of_cells"] if miscounted else []


def speaks_of_danger(cells: Mapping[str, str]) -> bool:
    """Whether a row says that somebody is in danger. What cannot be read counts as yes until somebody has read it."""
    said = repaired(cells.get("immediate_danger", ""))
    return bool(said) and yes_or_no(said) not in {Answer3.NO, Answer3.UNKNOWN}


def _code_in(kind: type[StrEnum], said: str) -> str:
    if kind is Answer3:
        return yes_or_no(said)
    if kind is Sex:
        return sex(said)
    return code_of(CHANNELS.get(said.casefold(), said) if kind is Channel else said, kind)


class _Reading:
    """The cells of a row, the doubts about them, and those that could not be used, as they were written."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self.cells = cells
        self.doubts: list[str] = []
        self.as_written: dict[str, str] = {}
        self.submitted_at = datetime.fromisoformat(cells["submitted_at"].upper())

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def items(self, column: str) -> tuple[str, ...]:
        return items(self.text(column))

    def doubt(self, code: str, column: str) -> None:
        self.doubts.append(f"{code}:{column}")
        self.as_written[column] = self.text(column)

    def name(self, column: str) -> str:
        """A name, or any other text that a filler may stand for."""
        if fillers.is_filler(self.text(column)):
            self.as_written[column] = self.text(column)
            return ""
        return self.text(column)

    def code(self, column: str) -> str:
        kind, said = CODED[column], self.text(column)
        if not said or fillers.is_filler(said):
            return ""
        if code := _code_in(kind, said):
            return code
        self.doubt("code_not_understood", column)
        return ""

    def date(self, column: str) -> dates.ReadDate:
        """A date, perhaps partial. Nobody is born after the day of submission; a relationship may be about to end."""
        read = self._date(self.text(column), column)
        if read.iso and read.iso != self.text(column):
            self.as_written[column] = self.text(column)
        self._doubt_date(read, column)
        return read

    def children(self) -> tuple[str, ...]:
        """The birth dates of the children, empty where not known. A number of children is so many of them."""
        column = "children"
        if code_of(self.text(column), ("no", "none", "nil", "0")):
            return ()
        if (count := plain_signs(self.text(column))).isdigit() and 0 < int(count) <= _MOST_CHILDREN:
            self.doubt("date_not_understood", column)
            return ("",) * int(count)
        reads = [self._date(item, column) for item in self.items(column)]
        for read in reads:
            self._doubt_date(read, column)
        return tuple(read.iso for read in reads)

    def _date(self, said: str, column: str) -> dates.ReadDate:
        submitted = self.submitted_at.date()
        return dates.read(said, latest=submitted if column in _BORN else date(submitted.year + 1, 12, 31))

    def _doubt_date(self, read: dates.ReadDate, column: str) -> None:
        if read.fault in {dates.DateFault.IMPOSSIBLE, dates.DateFault.OUT_OF_RANGE}:
            self.doubt("impossible_date", column)
        elif read.fault is dates.DateFault.UNREADABLE:
            self.doubt("date_not_understood", column)


def _form(reading: _Reading, doubts: list[str]) -> Form:
    codes = {column: reading.code(column) for column in CODED}
    people = {party: _person(reading, party, codes) for party in Party}
    applicant = Applicant(codes["applicant"])
    plans = _plans(reading, codes, applicant)
    in_danger = Answer3.YES if speaks_of_danger(reading.cells) else codes["immediate_danger"] or Answer3.UNKNOWN
    form = Form(
        external_id=reading.text("external_id"),
        submitted_at=reading.submitted_at,
        route=Route(codes["route"]),
        applicant=applicant,
        concern=reading.text("concern"),
        immediate_danger=Answer3(in_danger),
        relationship=codes["relationship"],
        relationship_started=reading.date("relationship_started").iso,
        relationship_ended=reading.date("relationship_ended").iso,
        living_together=Answer3(codes["living_together"] or Answer3.UNKNOWN),
        pregnant=Answer3(codes["pregnant"] or Answer3.UNKNOWN),
        children=reading.children(),
        people={party: person for party, person in people.items() if person.known},
        plans=plans,
        as_written=reading.as_written,
    )
    return with_doubts(form, [*doubts, *dict.fromkeys(reading.doubts)])


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
        elif column in CODED and not code_of(value, CODED[column]):
            allowed = ", ".join(CODED[column])
            faults.append(RowFault(column=column, code="unknown_code", message=f"must be one of: {allowed}"))
        elif column == "submitted_at" and (problem := _moment_fault(value, why_not_received)):
            faults.append(RowFault(column=column, code=problem.code, message=problem.message))
    return faults


def _moment_fault(text: str, why_not_received: Callable[[datetime], Reason | None]) -> Reason | None:
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return Reason("impossible_date", "must be an ISO 8601 date and time with an offset")
    if moment.tzinfo is None:
        return Reason("no_offset", "must have an offset from UTC, as in 2026-03-01T09:30:00+00:00")
    if moment.year not in _YEARS:
        return Reason("impossible_date", f"must be in the years {_YEARS[0]} to {_YEARS[-1]}")
    return why_not_received(moment)


def _person(reading: _Reading, party: Party, codes: Mapping[str, str]) -> PersonForm:
    dated = {"former_names", "aliases", "sex", "dob"}
    texts = {name: reading.name(f"{party}_{name}") for name in _PERSON if name not in dated}
    if fillers.is_no_name(reading.text(f"{party}_forename"), reading.text(f"{party}_surname")):
        texts |= {"forename": "", "surname": ""}
    dob = reading.date(f"{party}_dob")
    subject = party is Party.B
    certainty = (codes["b_dob_certainty"] if subject else "") or (
        Certainty.APPROXIMATE if dob.approximate else Certainty.UNKNOWN
    )
    return PersonForm(
        party=party,
        **texts,
        former_names=fillers.without(reading.items(f"{party}_former_names")),
        aliases=fillers.without(reading.items(f"{party}_aliases")),
        dob=dob.iso,
        sex=codes[f"{party}_sex"] or Sex.UNKNOWN,
        dob_certainty=certainty,
        pnc_id=reading.name("b_pnc_id") if subject else "",
        cro=reading.name("b_cro") if subject else "",
    )


def _plans(reading: _Reading, codes: Mapping[str, str], applicant: Applicant) -> dict[Party, PlanForm]:
    """The safe-contact plans: the applicant's own, and also A's if somebody else applies. Empty plans are left out."""
    wanted = {Party.A: ""} if applicant is Applicant.A else {Party.C: "", Party.A: "a_"}
    plans = {party: _plan(reading, codes, party=party, prefix=prefix) for party, prefix in wanted.items()}
    return {party: plan for party, plan in plans.items() if plan.channel or plan.code_word or plan.windows or plan.days}


def _plan(reading: _Reading, codes: Mapping[str, str], *, party: Party, prefix: str) -> PlanForm:
    days = tuple(day.lower()[:3] for day in reading.items(f"{prefix}safe_days"))
    starts, ends = (reading.items(f"{prefix}safe_{edge}") for edge in ("from", "until"))
    good_days = tuple(day for day in days if day in DAYS)
    if good_days != days:
        reading.doubt("code_not_understood", f"{prefix}safe_days")
    paired = len(starts) == len(ends) and all(_TIME.fullmatch(time) for time in (*starts, *ends))
    windows = tuple(zip(starts, ends, strict=False)) if paired else ()
    if not paired or any(start >= end for start, end in windows):
        reading.doubt("unusable_windows", f"{prefix}safe_from")
        windows = tuple(window for window in windows if window[0] < window[1])
    said = reading.text(f"{prefix}safe_voicemail")
    voicemail = yes_or_no(said)
    if said and not voicemail:
        reading.doubt("code_not_understood", f"{prefix}safe_voicemail")
    return PlanForm(
        party=party,
        channel=codes[f"{prefix}safe_channel"],
        days=good_days,
        windows=windows,
        voicemail=voicemail == Answer3.YES,
        code_word=reading.text(f"{prefix}code_word"),
        interpreter=reading.text(f"{prefix}interpreter"),
    )
