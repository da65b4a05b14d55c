"""Clerical faults in a person's row, as typed into an index. Each table has a hundred cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casebook.demo.numbers import NO_CRO, NO_POSTCODE
from casebook.demo.spellings import SURNAMES, misspelt, other_form, partial, slipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from casebook.demo.people import Human
    from casebook.demo.rows import PersonRow

    Fault = Callable[[Random, Human, PersonRow], PersonRow]


def as_it_is(_rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row


def by_another_form(rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(forename=other_form(rng, row.forename))


def surname_by_ear(rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(surname=other_form(rng, row.surname, SURNAMES))


def surname_misspelt(rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(surname=misspelt(rng, row.surname))


def forename_misspelt(rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(forename=misspelt(rng, row.forename))


def names_swapped(_rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(forename=row.surname, surname=row.forename)


def under_former_name(_rng: Random, human: Human, row: PersonRow) -> PersonRow:
    return row._replace(surname=human.former) if human.former else row


def under_alias(_rng: Random, human: Human, row: PersonRow) -> PersonRow:
    if not human.aliases:
        return row
    forename, _, surname = human.aliases[0].partition(" ")
    return row._replace(forename=forename, surname=surname, aliases="")


def in_capitals(_rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(forename=row.forename.upper(), surname=row.surname.upper())


def without_middle_name(_rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(middle_names="")


def dob_slipped(rng: Random, human: Human, row: PersonRow) -> PersonRow:
    return row._replace(dob=slipped(rng, human.born).isoformat())


def dob_missing(_rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(dob="")


def dob_partial(rng: Random, human: Human, row: PersonRow) -> PersonRow:
    return row._replace(dob=partial(rng, human.born))


def dob_filler(rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(dob=rng.choice(("1900-01-01", "1970-01-01")))


def at_former_home(_rng: Random, human: Human, row: PersonRow) -> PersonRow:
    return row._replace(address=human.former_home.address, postcode=human.former_home.postcode)


def of_no_fixed_abode(_rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(address="No fixed abode, Synthetic Magna", postcode=NO_POSTCODE)


def without_address(_rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(address="", postcode="")


def postcode_run_together(_rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(postcode=row.postcode.replace(" ", "").lower())


def without_numbers(_rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(pnc_id="", cro="")


def year_in_two_figures(_rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(pnc_id=row.pnc_id[2:])


def cro_filler(_rng: Random, _human: Human, row: PersonRow) -> PersonRow:
    return row._replace(cro=NO_CRO)


def _hundred(*shares: tuple[int, Fault]) -> tuple[Fault, ...]:
    spent = sum(share for share, _ in shares)
    return tuple(fault for share, fault in (*shares, (100 - spent, as_it_is)) for _ in range(share))


SPARED = 0.45  # share of the rows typed without a fault

TABLES: tuple[tuple[Fault, ...], ...] = (
    _hundred(
        (14, by_another_form),
        (5, surname_by_ear),
        (5, surname_misspelt),
        (3, forename_misspelt),
        (1, names_swapped),
        (8, under_former_name),
        (4, under_alias),
        (6, in_capitals),
        (14, without_middle_name),
    ),
    _hundred((6, dob_slipped), (3, dob_missing), (2, dob_partial), (1, dob_filler)),
    _hundred((30, at_former_home), (6, of_no_fixed_abode), (8, without_address), (6, postcode_run_together)),
    _hundred((35, without_numbers), (10, year_in_two_figures), (3, cro_filler)),
)


def carelessly(rng: Random, human: Human, row: PersonRow) -> PersonRow:
    """The row as a busy person would type it: often right, otherwise with a fault of each kind now and then."""
    if rng.random() < SPARED:
        return row
    for table in TABLES:
        row = table[int(rng.random() * len(table))](rng, human, row)
    return row
