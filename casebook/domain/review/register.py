"""One row of a register of past applications as it can be read. Nothing is refused: whatever is doubtful is a finding.

A finding is a code and the column it is about; it never repeats a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from casebook.domain.review.register_cells import RegisterDoubt, birth_date, day_of, is_filler, plain
from casebook.domain.vocabulary import Answer3, Applicant, Outcome, Relationship, Route, Source

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
# what only a list kept by those who handled the application can say
HANDLING = ("handler", "approver", "sources_searched", "searched_as", "outcome", "decided_on", "rationale")

EARLIEST = date(2012, 1, 1)  # the pilot began that year: an application cannot be older
FILLER_POSTCODES = frozenset({"NF11NF", "NF11FA"})
DISCLOSED_SHORT = "disclosed"  # how registers say disclosed_to_a


T = TypeVar("T", bound=StrEnum)
Note = tuple[RegisterDoubt, str]  # the finding and the column


@dataclass(frozen=True, kw_only=True)
class RegisterPerson:
    """A or B as one row tells of them; empty: not known."""

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
        """Of forename and surname, in no order: swapped columns make no other person."""
        return frozenset(plain(f"{self.forename} {self.surname}").split())

    @property
    def named(self) -> bool:
        return bool(self.words)

    @cached_property
    def other_names(self) -> tuple[str, ...]:
        """Every further name under which the application says the person is known."""
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
    """One row, read. None and empty: not known."""

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
    outcome: Outcome | None  # None: the row does not say, or says it in words that are not of the table
    rationale: str
    handled: bool  # the list it comes from tells of the handling at all
    notes: tuple[Note, ...] = field(default=())


def read(cells: Mapping[str, str], *, register: str, today: date, notes: tuple[Note, ...] = ()) -> RegisterEntry:
    """`register` holds where the row does not say; `notes` are what the reader of the file found already."""
    found = list(notes)
    tidy = {name: _repaired(cells.get(name, ""), name, found) for name in COLUMNS}
    received = _day(tidy["received_on"], "received_on", today, found)
    decided = _day(tidy["decided_on"], "decided_on", today, found)
    disclosed = _day(tidy["disclosed_on"], "disclosed_on", today, found)
    if received and decided and decided < received:
        found.append((RegisterDoubt.DATES_SWAPPED, "decided_on"))
        received, decided = decided, received
    if disclosed and decided and disclosed < decided:
        found.append((RegisterDoubt.DISCLOSED_EARLY, "disclosed_on"))
    a, b = (_person(tidy, party, today, found) for party in "ab")
    found += [(RegisterDoubt.MISSING, name) for name in ("reference", "received_on") if not tidy[name]]
    return RegisterEntry(
        register=tidy["register"] or register,
        reference="" if is_filler(tidy["reference"]) else tidy["reference"],
        received_on=received,
        decided_on=decided,
        disclosed_on=disclosed,
        route=_code(Route, tidy["route"], "route", found),
        applicant=_code(Applicant, tidy["applicant"], "applicant", found),
        a=a,
        b=b,
        relationship=_code(Relationship, tidy["relationship"], "relationship", found),
        living_together=_answer(tidy, "living_together", found),
        immediate_danger=_answer(tidy, "immediate_danger", found),
        contact_safe=_answer(tidy, "contact_safe", found),
        handlers=frozenset(_items(tidy["handler"])),
        approvers=frozenset(_items(tidy["approver"])),
        sources_searched=_sources(tidy["sources_searched"], found),
        searched_as=tuple(_searched(item) for item in _items(tidy["searched_as"])),
        outcome=_outcome(tidy["outcome"], found),
        rationale=tidy["rationale"],
        handled=any(tidy[name] for name in HANDLING),
        notes=tuple(dict.fromkeys(found)),
    )


def _repaired(text: str, column: str, found: list[Note]) -> str:
    """Text that was read in the wrong alphabet, read again in the right one."""
    if text.isascii():
        return text.strip()
    try:
        better = text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text.strip()
    found.append((RegisterDoubt.REPAIRED, column))
    return better.strip()


def _day(text: str, column: str, today: date, found: list[Note]) -> date | None:
    day, doubt = day_of(text)
    if doubt:
        found.append((doubt, column))
    if day and not EARLIEST <= day <= today:
        found.append((RegisterDoubt.OUT_OF_TIME, column))
        return None
    return day


def _person(cells: Mapping[str, str], party: str, today: date, found: list[Note]) -> RegisterPerson:
    told = {name: cells.get(f"{party}_{name}", "") for name in (*PERSON, "pnc_id", "cro")}
    for name in ("forename", "surname"):
        if told[name] and is_filler(told[name]):
            found.append((RegisterDoubt.FILLER, f"{party}_{name}"))
            told[name] = ""
    dob, doubt = birth_date(told["dob"], today)
    if doubt:
        found.append((doubt, f"{party}_dob"))
    squeezed = re.sub(r"[^A-Z0-9]", "", told["postcode"].upper())
    if squeezed in FILLER_POSTCODES:
        found.append((RegisterDoubt.FILLER, f"{party}_postcode"))
        squeezed = ""
    if not (told["forename"] or told["surname"]):
        found.append((RegisterDoubt.MISSING_PERSON, f"{party}_surname"))
    former, aliases = (_items(told.pop(name)) for name in ("former_names", "aliases"))
    told |= {"dob": dob, "postcode": squeezed, "sex": told["sex"].lower()}
    return replace(RegisterPerson(**told), former_names=former, aliases=aliases)  # type: ignore[arg-type]


def _items(cell: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in cell.split(";") if item.strip())


def _word(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip().casefold())


def _code(codes: type[T], text: str, column: str, found: list[Note]) -> T | None:
    if not text:
        return None
    if (word := _word(text)) in set(codes):
        return codes(word)
    found.append((RegisterDoubt.UNKNOWN_CODE, column))
    return None


def _answer(cells: Mapping[str, str], column: str, found: list[Note]) -> Answer3:
    short = {"y": "yes", "n": "no", "true": "yes", "false": "no"}.get(cells[column].lower(), cells[column])
    return _code(Answer3, short, column, found) or Answer3.UNKNOWN


def _outcome(text: str, found: list[Note]) -> Outcome | None:
    if _word(text) == DISCLOSED_SHORT:
        return Outcome.DISCLOSED_TO_A
    if not text:
        found.append((RegisterDoubt.MISSING, "outcome"))
    outcome = _code(Outcome, text, "outcome", found)
    return None if outcome is Outcome.UNKNOWN else outcome


def _sources(cell: str, found: list[Note]) -> frozenset[str]:
    words = {_word(item) for item in re.split(r"[;,|/]", cell) if item.strip()}
    if words - set(Source):
        found.append((RegisterDoubt.UNKNOWN_SOURCE, "sources_searched"))
    return frozenset(words)


def _searched(item: str) -> Searched:
    name, _, dob = item.partition("|")
    day, _doubt = day_of(dob.strip())
    partial = re.fullmatch(r"\d{4}(-\d{2})?", dob.strip(), re.ASCII)
    return Searched(name=plain(name), dob=day.isoformat() if day else dob.strip() if partial else "")
