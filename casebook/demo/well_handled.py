"""Past applications that were handled well, with noise that makes some of them look like failures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from casebook.demo.dice import chance, pick, years
from casebook.demo.offences import APART, GRAVE, PUBLIC_VIOLENCE, SERIOUS, SLIGHT
from casebook.demo.people import Makers
from casebook.demo.records import NOBODY
from casebook.demo.spellings import misspelt, other_form, partial, slipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from casebook.demo.past_case import CaseInTheMaking, Office


def disclosed(office: Office) -> list[CaseInTheMaking]:
    case = office.case()
    sources = pick(office.rng, (("pnc",), ("rms", "pnc"), ("rms", "pnd"), ("pnd",), ("rms", "pnc", "pnd")))
    office.history(case, pick(office.rng, (GRAVE, SERIOUS)), sources=sources)
    office.disclose(case)
    return [case]


def nothing_held(office: Office) -> list[CaseInTheMaking]:
    """B is unknown to all sources, or known only as a victim or a witness."""
    case = office.case()
    case.b = replace(case.b, pnc_id="", cro="")
    if chance(office.rng, 0.3):
        office.clerk.file(office.rng, case.b, "rms")
    office.refuse(case)
    return [case]


def refused_with_history(office: Office) -> list[CaseInTheMaking]:
    """B is known for other matters, or for one long ago against no partner: rightly not disclosed."""
    case = office.case()
    office.history(
        case, APART, sources=pick(office.rng, (("pnc",), ("rms",), ("pnc", "rms"))), victim=NOBODY, kind="caution"
    )
    if chance(office.rng, 0.2):
        long_ago = case.received - years(16)
        if long_ago > case.b.born + years(16):
            office.history(
                case, PUBLIC_VIOLENCE, first=long_ago - years(2), last=long_ago, victim=NOBODY, kind="caution"
            )
    office.refuse(case, pick(office.rng, ("not_disclosed", "nothing_to_disclose")))
    case.row["rationale"] += " What is held is not relevant to the risk to a partner and is old."
    case.noise = "refused_with_history"
    return [case]


def records_only_later(office: Office) -> list[CaseInTheMaking]:
    """No record then; afterwards something small, or about strangers."""
    [case] = nothing_held(office)
    last = min(case.decided + years(3), office.now)
    level = pick(office.rng, (APART, PUBLIC_VIOLENCE, SLIGHT))
    office.history(case, level, first=case.decided + timedelta(days=40), last=last, victim=NOBODY)
    case.noise = "records_only_later"
    return [case]


def careless_but_harmless(office: Office) -> list[CaseInTheMaking]:
    """An incomplete search about a person without any record."""
    [case] = nothing_held(office)
    careless = (
        {"sources_searched": "pnc;rms"},
        {"sources_searched": "pnc"},
        {"sources_searched": ""},
        {"searched_as": f"{case.b.name}|{slipped(office.rng, case.b.born).isoformat()}"},
        {"searched_as": ""},
    )
    case.row |= pick(office.rng, careless)
    case.noise = "careless_but_harmless"
    return [case]


def partial_birth_date(office: Office) -> list[CaseInTheMaking]:
    """The applicant knew only the year of birth; research found the rest."""
    [case] = disclosed(office)
    case.row |= {"b_dob": partial(office.rng, case.b.born), "b_dob_certainty": "approximate"}
    case.noise = "partial_birth_date"
    return [case]


def compound_slip(office: Office) -> list[CaseInTheMaking]:
    """Name and birth date both wrong as given. B was found all the same, and searched both ways."""
    [case] = disclosed(office)
    forename, surname = other_form(office.rng, case.b.forename), misspelt(office.rng, case.b.surname)
    dob = slipped(office.rng, case.b.born).isoformat()
    case.row |= {"b_forename": forename, "b_surname": surname, "b_dob": dob, "b_dob_certainty": "approximate"}
    case.row["searched_as"] = f"{forename} {surname}|{dob};{case.row['searched_as']}"
    case.noise = "compound_slip"
    return [case]


def several_ids(office: Office) -> list[CaseInTheMaking]:
    """One B under several numbers, each row a little different. All were read."""
    [case] = disclosed(office)
    for source in ("rms", "pnd"):
        nickname = replace(case.b, forename=other_form(office.rng, case.b.forename), middle="")
        office.history(case, SLIGHT, sources=(source,), known_as=nickname)
    case.row["searched_as"] += f";{nickname.name}|{case.b.born.isoformat()}"
    case.noise = "several_ids"
    return [case]


def repeat_heard(office: Office) -> list[CaseInTheMaking]:
    """Two applications about the same B by different people, both answered."""
    [first] = disclosed(office)
    second = office.case(after=first)
    office.disclose(second)
    second.row["rationale"] += " The earlier application about the subject was read."
    second.noise = "repeat_heard"
    return [first, second]


def ended_otherwise(office: Office) -> list[CaseInTheMaking]:
    [case] = nothing_held(office)
    office.refuse(case, pick(office.rng, ("withdrawn", "no_engagement", "out_of_scope")))
    return [case]


def namesake_told_apart(office: Office) -> list[CaseInTheMaking]:
    """Another person of that name has a history; the officers saw that it was not B."""
    [case] = nothing_held(office)
    other = Makers(office.rng, case.received, f"N{office.index}-").human(case.b.sex, youngest=20)
    other = replace(other, forename=case.b.forename, surname=case.b.surname, aliases=(), former="")
    office.history(case, SERIOUS, known_as=other)
    case.row["rationale"] += " A person of the same name was ruled out by age and address."
    case.noise = "namesake_told_apart"
    return [case]


# of a hundred
SOUND: tuple[Callable[[Office], list[CaseInTheMaking]], ...] = (
    *(nothing_held,) * 34,
    *(disclosed,) * 25,
    *(refused_with_history,) * 12,
    *(records_only_later,) * 6,
    *(careless_but_harmless,) * 5,
    *(ended_otherwise,) * 6,
    *(partial_birth_date,) * 4,
    *(several_ids,) * 3,
    *(compound_slip,) * 2,
    *(namesake_told_apart,) * 2,
    repeat_heard,
)
