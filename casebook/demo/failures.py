"""Past applications that were handled wrongly: one function for each failure, with the evidence it leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from casebook.demo.dice import chance, pick, years
from casebook.demo.offences import APART, GRAVE, SERIOUS
from casebook.demo.past_case import days_allowed
from casebook.demo.people import Makers
from casebook.demo.records import Victim
from casebook.demo.spellings import slipped
from casebook.demo.well_handled import disclosed, nothing_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from casebook.demo.past_case import CaseInTheMaking, Office

BUSY_HANDLER = "H04"  # made more than a fair share of the failures, and did much work well


def _failed(office: Office, case: CaseInTheMaking, mode: str) -> list[CaseInTheMaking]:
    """Mark a service failure. In one of three, A came to harm afterwards."""
    case.mode, case.severity = mode, "service"
    if chance(office.rng, 0.4):
        case.row["handler"] = BUSY_HANDLER
    if chance(office.rng, 0.33):
        _harm_to_a(office, case)
        case.severity, case.danger_now = "harm", True
    return [case]


def _harm_to_a(office: Office, case: CaseInTheMaking) -> None:
    a = Victim(office.clerk.file(office.rng, case.a, "rms", careful=True), "intimate_partner")
    last = min(case.decided + years(2), office.now)
    office.history(case, GRAVE, first=case.decided + timedelta(days=20), last=last, victim=a)


def undisclosed(office: Office) -> list[CaseInTheMaking]:
    """Everything was found, and it was not disclosed."""
    case = office.case()
    office.history(case, pick(office.rng, (GRAVE, SERIOUS)), sources=("rms", "pnc"))
    office.refuse(case, pick(office.rng, ("nothing_to_disclose", "not_disclosed")))
    return _failed(office, case, "undisclosed")


def source_missing(office: Office) -> list[CaseInTheMaking]:
    case = office.case()
    source = pick(office.rng, ("pnd", "pnd", "rms"))
    office.history(case, GRAVE, sources=(source,))
    case.row["sources_searched"] = ";".join(name for name in ("pnc", "pnd", "visor", "rms") if name != source)
    office.refuse(case)
    return _failed(office, case, "source_missing")


def single_identity(office: Office) -> list[CaseInTheMaking]:
    """The former name was on the form; only the present name was searched."""
    case = office.case()
    former = Makers(office.rng, case.received, "F").human(case.b.sex).surname
    case.b = replace(case.b, former=former, aliases=())
    case.row |= {"b_former_names": former, "b_aliases": "", "searched_as": _as_given(case)}
    office.history(case, SERIOUS, sources=("rms", "pnc"), known_as=replace(case.b, surname=former, former=""))
    office.refuse(case)
    return _failed(office, case, "single_identity")


def alias_unsearched(office: Office) -> list[CaseInTheMaking]:
    case = office.case()
    other = Makers(office.rng, case.received, "L").human(case.b.sex)
    case.b = replace(case.b, aliases=(other.name,), former="")
    case.row |= {"b_aliases": other.name, "b_former_names": "", "searched_as": _as_given(case)}
    known_as = replace(case.b, forename=other.forename, surname=other.surname, middle="", aliases=())
    office.history(case, SERIOUS, sources=("pnc", "pnd"), known_as=known_as)
    office.refuse(case)
    return _failed(office, case, "alias_unsearched")


def wrong_dob(office: Office) -> list[CaseInTheMaking]:
    """The given birth date was nearly right, and nothing else was tried."""
    case = office.case()
    dob = slipped(office.rng, case.b.born).isoformat()
    case.row |= {"b_dob": dob, "searched_as": f"{case.b.name}|{dob}"}
    office.history(case, pick(office.rng, (GRAVE, SERIOUS)), sources=("pnc", "rms"))
    office.refuse(case)
    return _failed(office, case, "wrong_dob")


def wrong_person(office: Office) -> list[CaseInTheMaking]:
    """A namesake of another age was searched and found harmless. B was not searched."""
    case = office.case()
    born = case.b.born + years(pick(office.rng, (-19, -11, 9)))
    namesake = replace(case.b, key=f"{case.b.key}-namesake", born=born, home=case.a.former_home, aliases=(), former="")
    namesake = Makers(office.rng, case.received, "W").known_to_police(namesake)
    office.history(case, APART, known_as=namesake, kind="caution")
    office.history(case, SERIOUS, sources=("rms", "pnc"))
    case.row["searched_as"] = f"{namesake.name}|{born.isoformat()}"
    office.refuse(case)
    return _failed(office, case, "wrong_person")


def wrong_recipient(office: Office) -> list[CaseInTheMaking]:
    """What should have been told to A was told to the applicant."""
    [case] = disclosed(office)
    c = Makers(office.rng, case.received, "C").human()
    case.row |= {"applicant": "third_party", "route": "right_to_ask", "outcome": "disclosed", "contact_safe": "unknown"}
    case.row["rationale"] = (
        f"Information given to the applicant, {pick(office.rng, ('a neighbour', 'a colleague'))}, by telephone"
    )
    case.row["rationale"] += f" ({c.forename}); person at risk not seen."
    return _failed(office, case, "wrong_recipient")


def contact_unsafe(office: Office) -> list[CaseInTheMaking]:
    [case] = disclosed(office)
    case.row["contact_safe"] = "no"
    return _failed(office, case, "contact_unsafe")


def repeat_ignored(office: Office) -> list[CaseInTheMaking]:
    """B was disclosed once, and not when another person asked later."""
    [first] = disclosed(office)
    second = office.case(after=first)
    office.refuse(second)
    return [first, *_failed(office, second, "repeat_ignored")]


def outcome_unknown_with_history(office: Office) -> list[CaseInTheMaking]:
    case = office.case()
    office.history(case, GRAVE, sources=("rms", "pnc"))
    case.row |= {"outcome": pick(office.rng, ("unknown", "")), "decided_on": "", "rationale": ""}
    return _failed(office, case, "outcome_unknown_with_history")


def later_serious_record(office: Office) -> list[CaseInTheMaking]:
    """Handled well on what was known, then B did something grave to A. A reason to reach A, not a failure."""
    [case] = nothing_held(office)
    _harm_to_a(office, case)
    case.mode, case.severity, case.danger_now = "later_serious_record", "signal", True
    return [case]


def _as_given(case: CaseInTheMaking) -> str:
    return f"{case.b.name}|{case.b.born.isoformat()}"


def late(office: Office, case: CaseInTheMaking) -> None:
    over = timedelta(days=days_allowed(case.received) + 4 + int(office.rng.random() * 120))
    case.row["decided_on"] = (case.received + over).isoformat()
    if case.row.get("disclosed_on"):
        case.row["disclosed_on"] = (case.received + over + timedelta(days=2)).isoformat()


def no_rationale(office: Office, case: CaseInTheMaking) -> None:
    case.row["rationale"] = pick(office.rng, ("", "n/a", "As above", "."))


def copied_rationale(_office: Office, case: CaseInTheMaking) -> None:
    case.row["rationale"] = "Checks done, nothing further. NFA."


def contact_unknown(_office: Office, case: CaseInTheMaking) -> None:
    case.row["contact_safe"] = "unknown"


def no_second_person(office: Office, case: CaseInTheMaking) -> None:
    case.row["approver"] = pick(office.rng, ("", case.row["handler"]))


def outcome_unknown(office: Office, case: CaseInTheMaking) -> None:
    case.row |= {"outcome": pick(office.rng, ("unknown", "")), "disclosed_on": ""}


def _administrative(spoil: Callable[[Office, CaseInTheMaking], None]) -> Callable[[Office, CaseInTheMaking], None]:
    def plant(office: Office, case: CaseInTheMaking) -> None:
        spoil(office, case)
        case.mode, case.severity = spoil.__name__, "administrative"

    return plant


ADMINISTRATIVE = {
    spoil.__name__: _administrative(spoil)
    for spoil in (late, contact_unknown, copied_rationale, no_rationale, no_second_person, outcome_unknown)
}
SERVICE: tuple[Callable[[Office], list[CaseInTheMaking]], ...] = (
    undisclosed,
    source_missing,
    single_identity,
    alias_unsearched,
    wrong_dob,
    wrong_person,
    wrong_recipient,
    contact_unsafe,
    repeat_ignored,
    outcome_unknown_with_history,
)
