"""Turns a closed application of the casebook into a row of a register, so that both are reviewed in the same way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from casebook.domain.review.register import PERSON
from casebook.domain.vocabulary import Answer3, Party

LONDON = ZoneInfo("Europe/London")
CASEBOOK = "casebook"  # the name of the list
LIVE = "live"  # the only cell that is stored of such a row: its application. No column of a register has this name
OF_B = ("dob_certainty", "pnc_id", "cro")  # besides PERSON
OF_THE_APPLICATION = (
    "reference", "route", "applicant", "relationship", "relationship_ended", "living_together", "children",
    "immediate_danger", "outcome",
)  # fmt: skip

CellValue = str | Sequence[str] | None


@dataclass(frozen=True, kw_only=True)
class Closed:
    """What the casebook has about one closed application."""

    application: Mapping[str, CellValue]  # OF_THE_APPLICATION
    submitted_at: datetime  # every clock starts then
    decided_at: datetime | None  # of the decision that stood or, without a decision, of the end
    disclosed_at: datetime | None = None  # the first disclosure that was delivered
    rationale: str = ""
    people: Mapping[Party, Mapping[str, CellValue]] = field(default_factory=dict)  # PERSON and OF_B of each
    actors: Collection[str] = ()  # staff ids of everybody who acted on it until it was closed
    approvers: Collection[str] = ()
    sources: Collection[str] = ()  # that answered about B
    terms: Sequence[Mapping[str, str]] = ()  # the terms searched there: forename, surname, dob
    planned: bool = False  # how A may be contacted is known
    overridden: bool = False  # somebody was contacted outside their plan, under an inspector's override


def cells(of: Closed) -> dict[str, str]:
    """The cells of register.csv; what is not known is left out.

    `handler` is everybody who acted on it except the approver: none of them may review it, and a campaign about any of
    them includes it. Contact is `yes` if A has a plan, because every contact must follow it, and `unknown` after an override.
    """
    a, b = of.people.get(Party.A, {}), of.people.get(Party.B, {})
    row: dict[str, CellValue] = {
        **of.application,
        "register": CASEBOOK,
        **{f"a_{name}": a.get(name) for name in PERSON},
        **{f"b_{name}": b.get(name) for name in (*PERSON, *OF_B)},
        "received_on": _day(of.submitted_at),
        "decided_on": _day(of.decided_at),
        "disclosed_on": _day(of.disclosed_at),
        "handler": sorted(set(of.actors) - set(of.approvers)),
        "approver": sorted(of.approvers),
        "sources_searched": sorted(of.sources),
        "searched_as": list(dict.fromkeys(filter(None, map(_identity, of.terms)))),
        "rationale": of.rationale,
        "contact_safe": Answer3.YES if of.planned and not of.overridden else Answer3.UNKNOWN,
    }
    return {name: text for name, value in row.items() if (text := _cell(value))}


def _cell(value: CellValue) -> str:
    return value if isinstance(value, str) else ";".join(value or ())


def _day(at: datetime | None) -> str:
    return at.astimezone(LONDON).date().isoformat() if at else ""


def _identity(terms: Mapping[str, str]) -> str:
    """An identity as a register writes it: "Forename Surname|dob". A search by address or number only has none."""
    name = f"{terms.get('forename', '')} {terms.get('surname', '')}".translate({ord(";"): " ", ord("|"): " "}).strip()
    return f"{name}|{terms.get('dob', '')}" if name else ""
