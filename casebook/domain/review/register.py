"""Reads one row of a register of past applications. No row is refused: everything doubtful is recorded as a finding.

A finding is a code and a column. It never repeats a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from casebook.domain.review.register_cells import RegisterDoubt, birth_date, day_of, plain
from casebook.domain.vocabulary import Answer3, Applicant, Outcome, Relationship, Route, Sex, Source
from casebook.values import dates, fillers, identifiers
from casebook.values.ids import code_of, staff_key
from casebook.values.text import items, repaired

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
DISCLOSED_SHORT = "disclosed"  # how registers write disclosed_to_a


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
    contact_safe: Answer3
    handlers: frozenset[str]
    approvers: frozenset[str]
    sources_searched: frozenset[str]
    searched_as: tuple[Searched, ...]
    outcome: Outcome | None  # None: the row has none, or one that is not a known code
    rationale: str
    handled: bool  # its list records the handling
    notes: tuple[Note, ...] = field(default=())


def read(cells: Mapping[str, str], *, register: str, today: date, notes: tuple[Note, ...] = ()) -> RegisterEntry:
    """Read a row. `register`: the list, if the row does not name it. `notes`: findings made when the file was read."""
    doubts = list(notes)
    tidy = {name: _repaired(cells.get(name, ""), name, doubts) for name in COLUMNS}
    received = _day(tidy["received_on"], "received_on", today, doubts)
    decided = _day(tidy["decided_on"], "decided_on", today, doubts)
    disclosed = _day(tidy["disclosed_on"], "disclosed_on", today, doubts)
    if received and decided and decided < received:
        doubts.append((RegisterDoubt.DATES_SWAPPED, "decided_on"))
        received, decided = decided, received
    if disclosed and decided and disclosed < decided:
        doubts.append((RegisterDoubt.DISCLOSED_EARLY, "disclosed_on"))
    a, b = (_person(tidy, party, today, doubts) for party in "ab")
    doubts += [(RegisterDoubt.MISSING, name) for name in ("reference", "received_on") if not tidy[name]]
    return RegisterEntry(
        register=tidy["register"] or register,
        reference="" if fillers.is_filler(tidy["reference"]) else tidy["reference"],
        received_on=received,
        decided_on=decided,
        disclosed_on=disclosed,
        route=_code(Route, tidy["route"], "route", doubts),
        applicant=_code(Applicant, tidy["applicant"], "applicant", doubts),
        a=a,
        b=b,
        relationship=_code(Relationship, tidy["relationship"], "relationship", doubts),
        living_together=_answer(tidy, "living_together", doubts),
        immediate_danger=_answer(tidy, "immediate_danger", doubts),
        contact_safe=_answer(tidy, "contact_safe", doubts),
        handlers=_staff(tidy["handler"]),
        approvers=_staff(tidy["approver"]),
        sources_searched=_sources(tidy["sources_searched"], doubts),
        searched_as=tuple(_searched(item, today) for item in items(tidy["searched_as"])),
        outcome=_outcome(tidy["outcome"], doubts),
        rationale=tidy["rationale"],
        handled=any(tidy[name] for name in HANDLING),
        notes=tuple(dict.fromkeys(doubts)),
    )


def _repaired(text: str, column: str, doubts: list[Note]) -> str:
    """The text, repaired if it was decoded in the wrong character set."""
    if text.isascii():
        return text.strip()
    better = repaired(text).strip()
    if better != text.strip():
        doubts.append((RegisterDoubt.REPAIRED, column))
    return better


def _day(text: str, column: str, today: date, doubts: list[Note]) -> date | None:
    day, doubt = day_of(text, latest=today)
    if doubt:
        doubts.append((doubt, column))
    if day and day < EARLIEST:
        doubts.append((RegisterDoubt.OUT_OF_TIME, column))
        return None
    return day


def _person(cells: Mapping[str, str], party: str, today: date, doubts: list[Note]) -> RegisterPerson:
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
    former, aliases = (items(person.pop(name)) for name in ("former_names", "aliases"))
    person |= {"dob": dob, "postcode": postcode, "sex": code_of(person["sex"], Sex)}
    return replace(RegisterPerson(**person), former_names=former, aliases=aliases)  # type: ignore[arg-type]


def _staff(cell: str) -> frozenset[str]:
    return frozenset(staff_key(item) for item in items(cell) if not fillers.is_filler(item))


def _word(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip().casefold())


def _code(codes: type[T], text: str, column: str, doubts: list[Note]) -> T | None:
    if not text:
        return None
    if word := code_of(text, codes):
        return codes(word)
    doubts.append((RegisterDoubt.UNKNOWN_CODE, column))
    return None


def _answer(cells: Mapping[str, str], column: str, doubts: list[Note]) -> Answer3:
    short = {"y": "yes", "n": "no", "true": "yes", "false": "no"}.get(cells[column].lower(), cells[column])
    return _code(Answer3, short, column, doubts) or Answer3.UNKNOWN


def _outcome(text: str, doubts: list[Note]) -> Outcome | None:
    if _word(text) == DISCLOSED_SHORT:
        return Outcome.DISCLOSED_TO_A
    if not text:
        doubts.append((RegisterDoubt.MISSING, "outcome"))
    outcome = _code(Outcome, text, "outcome", doubts)
    return None if outcome is Outcome.UNKNOWN else outcome


def _sources(cell: str, doubts: list[Note]) -> frozenset[str]:
    words = {code_of(item, Source) or _word(item) for item in re.split(r"[;,|/]", cell) if item.strip()}
    if words - set(Source):
        doubts.append((RegisterDoubt.UNKNOWN_SOURCE, "sources_searched"))
    return frozenset(words)


def _searched(item: str, today: date) -> Searched:
    name, _, dob = item.partition("|")
    return Searched(name=plain(name), dob=dates.read(dob, latest=today).iso)
