"""Reads one row of a register of past applications. No row is refused: everything doubtful is recorded as a finding.

A finding is a code and a column. It never repeats a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TypeVar

from casebook.bounds import NAMES, SEARCHES
from casebook.domain.review.register_cells import RegisterDoubt, birth_date, day_of, plain
from casebook.domain.review.register_codes import NONE_GIVEN, GivenCodes, code_in
from casebook.domain.vocabulary import Answer3, Applicant, Outcome, Relationship, Route
from casebook.values import dates, fillers, identifiers
from casebook.values.ids import staff_key
from casebook.values.text import KEPT, items, repaired

PERSON = (
    "forename",
    "middle_names",
    "surname",
    "former_names",
    "aliases",
    "dob",
    "sex",
    "address",
    "postcode",
    "phone",
    "email",
)
COLUMNS = (
    "register", "reference", "received_on", "route", "applicant",
    *(f"{party}_{name}" for party in "ab" for name in PERSON),
    "b_dob_certainty", "b_pnc_id", "b_cro",
    "relationship", "relationship_ended", "living_together", "children", "immediate_danger",
    "handler", "approver", "sources_searched", "searched_as",
    "outcome", "decided_on", "disclosed_on", "rationale", "contact_safe",
)  # fmt: skip
# columns that only a list kept by those who handled the application can have
HANDLING = ("handler", "approver", "sources_searched", "searched_as", "outcome", "decided_on", "rationale")

EARLIEST = date(2012, 1, 1)  # the pilot began that year: an application cannot be older

T = TypeVar("T", bound=StrEnum)
Note = tuple[RegisterDoubt, str]  # the finding and the column


@dataclass(frozen=True, kw_only=True)
class RegisterPerson:
    """A or B as one row describes them; empty: not known."""

    forename: str = ""
    middle_names: str = ""
    surname: str = ""
    former_names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    dob: str = ""  # ISO, may be partial
    sex: str = ""
    address: str = ""
    postcode: str = ""
    phone: str = ""
    email: str = ""
    pnc_id: str = ""
    cro: str = ""

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of forename and surname, in no order, so that swapped columns do not make another person."""
        return frozenset(plain(f"{self.forename} {self.surname}").split())

    @property
    def named(self) -> bool:
        return bool(self.words)

    @cached_property
    def other_names(self) -> tuple[str, ...]:
        """Every other name that the application gives for the person."""
        former = (name if " " in name.strip() else f"{self.forename} {name}".strip() for name in self.former_names)
        mine = plain(f"{self.forename} {self.surname}")
        return tuple(dict.fromkeys(name for name in (*self.aliases, *former) if plain(name) not in {"", mine}))


@dataclass(frozen=True, kw_only=True)
class Searched:
    """One identity that was searched."""

    name: str
    dob: str


@dataclass(frozen=True, kw_only=True)
class RegisterEntry:
    """One row after reading. None or empty: not known."""

    register: str
    reference: str
    received_on: date | None
    decided_on: date | None
    disclosed_on: date | None
    route: Route | None
    applicant: Applicant | None
    a: RegisterPerson
    b: RegisterPerson
    relationship: Relationship | None
    living_together: Answer3
    immediate_danger: Answer3
    children: bool  # some are named
    contact_safe: Answer3
    handlers: frozenset[str]
    approvers: frozenset[str]
    sources_searched: frozenset[str]
    searched_as: tuple[Searched, ...]
    outcome: Outcome | None  # None: the row has none, or one that is not a known code
    rationale: str
    handled: bool  # its list records the handling
    notes: tuple[Note, ...] = field(default=())


def read(
    cells: Mapping[str, str],
    *,
    register: str,
    today: date,
    notes: tuple[Note, ...] = (),
    codes: GivenCodes = NONE_GIVEN,
) -> RegisterEntry:
    """Read a row. `register`: its list, if it names none. `notes`: of the file. `codes`: what its codes were said to mean."""
    doubts = list(notes)
    tidy = {name: _repaired(cells.get(name, ""), name, doubts) for name in COLUMNS}
    coded = _Coded(tidy, codes, doubts)
    received, decided, disclosed = _days(tidy, today, doubts)
    a, b = (_person(tidy, party, today, coded) for party in "ab")
    doubts += [(RegisterDoubt.MISSING, name) for name in ("reference", "received_on", "outcome") if not tidy[name]]
    return RegisterEntry(
        register=tidy["register"] or register,
        reference="" if fillers.is_filler(tidy["reference"]) else tidy["reference"],
        received_on=received,
        decided_on=decided,
        disclosed_on=disclosed,
        route=coded.of(Route, "route"),
        applicant=coded.of(Applicant, "applicant"),
        a=a,
        b=b,
        relationship=coded.of(Relationship, "relationship"),
        living_together=coded.of(Answer3, "living_together") or Answer3.UNKNOWN,
        immediate_danger=coded.of(Answer3, "immediate_danger") or Answer3.UNKNOWN,
        children=_some(tidy["children"]),
        contact_safe=coded.of(Answer3, "contact_safe") or Answer3.UNKNOWN,
        handlers=_staff(tidy["handler"]),
        approvers=_staff(tidy["approver"]),
        sources_searched=_sources(tidy["sources_searched"], codes, doubts),
        searched_as=_searches(tidy["searched_as"], today, doubts),
        outcome=coded.outcome(),
        rationale=tidy["rationale"],
        handled=any(tidy[name] for name in HANDLING),
        notes=tuple(dict.fromkeys(doubts)),
    )


class _Coded:
    """Reads the coded cells of one row. A code that nobody knows is a doubt."""

    def __init__(self, cells: Mapping[str, str], codes: GivenCodes, doubts: list[Note]) -> None:
        self.cells, self.codes, self.doubts = cells, codes, doubts

    def __call__(self, column: str) -> str:
        if not (written := self.cells[column]):
            return ""
        code = code_in(column, written, self.codes)
        if not code:
            self.doubts.append((RegisterDoubt.UNKNOWN_CODE, column))
        return code

    def of(self, codes: type[T], column: str) -> T | None:
        return codes(code) if (code := self(column)) else None

    def outcome(self) -> Outcome | None:
        outcome = self.of(Outcome, "outcome")
        return None if outcome is Outcome.UNKNOWN else outcome


def _repaired(text: str, column: str, doubts: list[Note]) -> str:
    """The text, repaired if it was decoded in the wrong character set."""
    if text.isascii():
        return text.strip()
    better = repaired(text).strip()
    if better != text.strip():
        doubts.append((RegisterDoubt.REPAIRED, column))
    return better


def _days(cells: Mapping[str, str], today: date, doubts: list[Note]) -> tuple[date | None, date | None, date | None]:
    """The days of receipt, decision and disclosure. Receipt and decision are put right if they were swapped."""
    received, decided, disclosed = (
        _day(cells[name], name, today, doubts) for name in ("received_on", "decided_on", "disclosed_on")
    )
    if received and decided and decided < received:
        doubts.append((RegisterDoubt.DATES_SWAPPED, "decided_on"))
        received, decided = decided, received
    if disclosed and decided and disclosed < decided:
        doubts.append((RegisterDoubt.DISCLOSED_EARLY, "disclosed_on"))
    return received, decided, disclosed


def _day(text: str, column: str, today: date, doubts: list[Note]) -> date | None:
    day, doubt = day_of(text, latest=today)
    if doubt:
        doubts.append((doubt, column))
    if day and day < EARLIEST:
        doubts.append((RegisterDoubt.OUT_OF_TIME, column))
        return None
    return day


def _person(cells: Mapping[str, str], party: str, today: date, coded: _Coded) -> RegisterPerson:
    doubts = coded.doubts
    person = {name: cells.get(f"{party}_{name}", "") for name in (*PERSON, "pnc_id", "cro")}
    nameless = fillers.is_no_name(person["forename"], person["surname"])
    for name in ("forename", "surname"):
        if person[name] and (nameless or fillers.is_filler(person[name])):
            doubts.append((RegisterDoubt.FILLER, f"{party}_{name}"))
            person[name] = ""
    dob, doubt = birth_date(person["dob"], latest=today)
    if doubt:
        doubts.append((doubt, f"{party}_dob"))
    postcode, _ = identifiers.postcode(person["postcode"])
    if person["postcode"] and not postcode:
        doubts.append((RegisterDoubt.FILLER, f"{party}_postcode"))
    if not (person["forename"] or person["surname"]):
        doubts.append((RegisterDoubt.MISSING_PERSON, f"{party}_surname"))
    former, aliases = (
        _items(person.pop(name), f"{party}_{name}", NAMES, doubts) for name in ("former_names", "aliases")
    )
    person |= {"dob": dob, "postcode": postcode, "sex": coded(f"{party}_sex")}
    return replace(RegisterPerson(**person), former_names=former, aliases=aliases)  # type: ignore[arg-type]


def _items(cell: str, column: str, most: int, doubts: list[Note]) -> tuple[str, ...]:
    """The first items of a list. That there are more is a doubt: each name is searched for in every spelling."""
    listed = items(cell)
    if len(listed) > most:
        doubts.append((RegisterDoubt.TOO_MANY, column))
    return listed[:most]


def _some(cell: str) -> bool:
    """Whether a cell names children: not empty, no filler, and not a no."""
    return not fillers.is_filler(cell) and cell.strip().casefold() not in {"", "0", "n", "no", "none", "nil"}


def _staff(cell: str) -> frozenset[str]:
    return frozenset(staff_key(item) for item in items(cell) if not fillers.is_filler(item))


# "PNC, PND and ViSOR", "PNC/PND", "PNC & PND"
_BETWEEN_SOURCES = re.compile(r"[;,|/&+\n]|\band\b", re.IGNORECASE)


def _word(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip().casefold())


@lru_cache(KEPT)  # most rows of a list have one of a few
def sources_in(cell: str) -> tuple[str, ...]:
    """The sources that a cell lists, as written."""
    return tuple(item.strip() for item in _BETWEEN_SOURCES.split(cell) if item.strip())


def _sources(cell: str, codes: GivenCodes, doubts: list[Note]) -> frozenset[str]:
    listed = {item: code_in("sources_searched", item, codes) for item in sources_in(cell)}
    if not all(listed.values()):
        doubts.append((RegisterDoubt.UNKNOWN_SOURCE, "sources_searched"))
    return frozenset(code or _word(item) for item, code in listed.items())


def _searches(cell: str, today: date, doubts: list[Note]) -> tuple[Searched, ...]:
    return tuple(_searched(item, today) for item in _items(cell, "searched_as", SEARCHES, doubts))


def _searched(item: str, today: date) -> Searched:
    name, _, dob = item.partition("|")
    return Searched(name=plain(name), dob=dates.read(dob, latest=today).iso)
