"""Circumstances of A that change while a case runs: read from what somebody writes, in the codes and dates of an application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casebook.domain.actors import Reason
from casebook.domain.vocabulary import Answer3, Party, Relationship
from casebook.values import dates, identifiers

NONE = "none"
_FEW = 2  # digits of a number of children; a year has four


class CircumstanceKind(StrEnum):
    PREGNANCY = "pregnancy"
    CHILDREN = "children"
    LIVING_TOGETHER = "living_together"
    RELATIONSHIP = "relationship"  # a separation is a relationship that ended
    ADDRESS = "address"  # of A
    SUBJECT_ADDRESS = "subject_address"


ADDRESS_OF = {CircumstanceKind.ADDRESS: Party.A, CircumstanceKind.SUBJECT_ADDRESS: Party.B}
_HELP = {
    CircumstanceKind.PREGNANCY: "yes, no or unknown",
    CircumstanceKind.LIVING_TOGETHER: "yes, no or unknown",
    CircumstanceKind.CHILDREN: "their birth dates, as far as known, separated by ;, or how many there are, or none",
    CircumstanceKind.RELATIONSHIP: "partner, ex_partner or other",
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A circumstance as it is now."""

    what: CircumstanceKind
    value: str  # a code; for children their dates separated by `;`; for an address its lines
    children: tuple[str, ...] = ()
    postcode: str = ""


def read(what: str, value: str, *, postcode: str | None, today: date) -> Change | Reason:
    """The change that somebody reports, or a reason why it cannot be read."""
    if what not in set(CircumstanceKind):
        return Reason("bad_value", f"what must be one of: {', '.join(CircumstanceKind)}")
    kind, given = CircumstanceKind(what), value.strip()
    match kind:
        case CircumstanceKind.PREGNANCY | CircumstanceKind.LIVING_TOGETHER:
            known = given in set(Answer3)
        case CircumstanceKind.RELATIONSHIP:
            known = given in set(Relationship)
        case CircumstanceKind.CHILDREN:
            born = _children(given, today)
            return _unreadable(kind) if born is None else Change(what=kind, value=_told(born), children=born)
        case _:
            code = identifiers.check_postcode(postcode) if postcode else None
            if not given or (postcode and not (code and code.canonical)):
                return Reason("bad_value", "give the address, and its postcode as a postcode of the United Kingdom")
            return Change(what=kind, value=given, postcode=(code and code.canonical) or "")
    return Change(what=kind, value=given) if known else _unreadable(kind)


def _unreadable(kind: CircumstanceKind) -> Reason:
    return Reason("bad_value", f"the value must be {_HELP[kind]}")


def _children(given: str, today: date) -> tuple[str, ...] | None:
    """The birth dates of the children, empty where not known; None if they cannot be read."""
    if given == NONE:
        return ()
    if given.isdecimal() and len(given) <= _FEW:
        return ("",) * int(given)
    born = [dates.read(each, latest=today) for each in given.split(";") if each.strip()]
    return None if not born or any(each.fault for each in born) else tuple(each.iso for each in born)


def _told(born: tuple[str, ...]) -> str:
    return "; ".join(date_ or Answer3.UNKNOWN for date_ in born) or NONE


def children_told(born: list[str]) -> str:
    """The children of an application in the words of a change."""
    return _told(tuple(born))
