"""A closed application of the casebook as a row of a register tells it, so that the review looks at both in one way. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from casebook.domain.review.register import PERSON
from casebook.domain.vocabulary import Answer3, Party

LONDON = ZoneInfo("Europe/London")
CASEBOOK = "casebook"  # what the list is called
LIVE = "live"  # the one cell that is kept of such a row: whose it is. No column of a register has that name
OF_B = ("dob_certainty", "pnc_id", "cro")  # beside PERSON
OF_THE_APPLICATION = (
    "reference", "route", "applicant", "relationship", "relationship_ended", "living_together", "children",
    "immediate_danger", "outcome",
)  # fmt: skip

CellValue = str | Sequence[str] | None


@dataclass(frozen=True, kw_only=True)
class Closed:
    """What stands in the casebook of one closed application."""

    application: Mapping[str, CellValue]  # OF_THE_APPLICATION
    submitted_at: datetime  # every clock starts there
    decided_at: datetime  # of the decision that stood; of the end, where it came without one
    disclosed_at: datetime | None = None  # the first disclosure that was delivered
    rationale: str = ""
    people: Mapping[Party, Mapping[str, CellValue]] = field(default_factory=dict)  # PERSON and OF_B of each
    actors: Collection[str] = ()  # staff ids of whoever acted on it until it was closed
    approvers: Collection[str] = ()
    sources: Collection[str] = ()  # that answered about B
    terms: Sequence[Mapping[str, str]] = ()  # what was typed there: forename, surname, dob
    planned: bool = False  # how A may be contacted is known
    overridden: bool = False  # somebody was contacted outside their plan, under an inspector's override


def cells(of: Closed) -> dict[str, str]:
    """Columns of register.csv; what is not known is left out.

    `handler` holds everybody who acted on it but the approver: nobody of them may review it, and a campaign about any of them
    takes it in. Contact is `yes` where A has a plan, which every contact is held to, and `unknown` under an override.
    """
    a, b = of.people.get(Party.A, {}), of.people.get(Party.B, {})
    told: dict[str, CellValue] = {
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
    return {name: text for name, value in told.items() if (text := _cell(value))}


def _cell(value: CellValue) -> str:
    return value if isinstance(value, str) else ";".join(value or ())


def _day(at: datetime | None) -> str:
    return at.astimezone(LONDON).date().isoformat() if at else ""


def _identity(terms: Mapping[str, str]) -> str:
    """As a register writes it: "Forename Surname|dob". A search by an address or number alone was of no identity."""
    name = f"{terms.get('forename', '')} {terms.get('surname', '')}".translate({ord(";"): " ", ord("|"): " "}).strip()
    return f"{name}|{terms.get('dob', '')}" if name else ""
