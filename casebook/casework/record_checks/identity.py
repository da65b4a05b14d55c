"""A party as searches need it: as told, as the records of confirmed persons have it, and the variants to cover."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from casebook.casework.core.acting import Act
from casebook.domain.case.coverage import Terms, Variant
from casebook.domain.case.record_checks import KnownParty, bounded, variant_key
from casebook.domain.vocabulary import Certainty, Party
from casebook.matching import variants
from casebook.matching.variants import Bounds
from casebook.storage.case import repeats
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, Person
from casebook.values import contact, dates, fillers, identifiers
from casebook.values.addresses import address
from casebook.values.text import items

_CELLS = ("forename", "middle_names", "surname", "dob", "address", "postcode", "pnc_id", "cro")
_KNOWN = ("forename", "surname", "dob", "address", "postcode", "phone", "email")


def person_of(act: Act, application: Application, party: Party) -> Person | None:
    return act.session.get(Person, f"{application.reference}:{party}")


def cells_of(person: Person) -> dict[str, str]:
    """The person in the columns of persons.csv. Former names become aliases."""
    return {
        **{name: getattr(person, name) or "" for name in _CELLS},
        "aliases": ";".join((*person.aliases, *_full_former_names(person))),
        "sex": person.sex,
    }


def _full_former_names(person: Person) -> list[str]:
    """Full former names. A former name of one word is a former surname."""
    forename = person.forename or ""
    return [name if " " in name.strip() else f"{forename} {name}".strip() for name in person.former_names]


def known_party(person: Person | None) -> KnownParty:
    return KnownParty(**{name: (getattr(person, name) if person else None) or "" for name in _KNOWN})


def has_name(person: Person | None) -> bool:
    return person is not None and bool(person.forename or person.surname or person.aliases)


def variants_of(act: Act, application: Application, party: Party) -> dict[str, Variant]:
    """Key -> identity variant to cover, in order. Empty if nothing is known of the party."""
    return bounded(_all_variants(act, application, party), policy_of(application).search.variants.value)[0]


def beyond_bound(act: Act, application: Application, party: Party) -> dict[str, Variant]:
    """The variants that are left out because the policy limits their number."""
    return bounded(_all_variants(act, application, party), policy_of(application).search.variants.value)[1]


def _all_variants(act: Act, application: Application, party: Party) -> Mapping[str, Variant]:
    person = person_of(act, application, party)
    if person is None:
        return {}
    confirmed = tuple(
        _known_of(cells, act.now.year, aliases=items(cells["aliases"]))
        for cells in confirmed_cells(act, application.reference, party)
    )
    return _keyed(_known(person, act.now.year), confirmed, application.reference)


@lru_cache(maxsize=64)  # one act asks for the same party's variants many times
def _keyed(
    told: variants.KnownPerson, confirmed: tuple[variants.KnownPerson, ...], reference: str
) -> Mapping[str, Variant]:
    identities = variants.identities(told, Bounds(total=sys.maxsize), confirmed)
    return {variant_key(variant, reference): variant for variant in identities}


def confirmed_cells(act: Act, reference: str, party: Party) -> list[dict[str, str]]:
    """The persons in the sources who were confirmed to be the party, in the columns of persons.csv."""
    return [cells_seen(person.seen) for person in repeats.confirmed(act.session, reference) if person.party == party]


def cells_seen(seen: Mapping[str, object]) -> dict[str, str]:
    """Somebody as a source has them, in the columns of persons.csv."""
    return {name: str(seen.get(name) or "") for name in (*_CELLS, "aliases", "sex")}


def learnt_from(act: Act, application: Application, party: Party) -> dict[str, dict[str, str]]:
    """Key of a variant that a confirmed person's record adds -> that person, who also bears the names told."""
    person = person_of(act, application, party)
    confirmed = confirmed_cells(act, application.reference, party)
    if person is None or not confirmed:
        return {}
    as_told = cells_of(person)
    names_told = (f"{as_told['forename']} {as_told['surname']}".strip(), as_told["aliases"])
    persons: dict[str, dict[str, str]] = {}
    for cells in confirmed:
        aliases = ";".join(filter(None, (cells["aliases"], *names_told)))
        for key in added_by(person, cells, act.now.year):
            persons.setdefault(key, {**cells, "aliases": aliases})
    return persons


def added_by(person: Person, cells: Mapping[str, str], this_year: int) -> dict[str, Variant]:
    """Key -> variant that the record of somebody in a source adds to what is told of the party, once they are confirmed."""
    told, salt = _known(person, this_year), person.reference
    said = {variant_key(variant, salt) for variant in variants.said(told)}
    recorded = variants.of_confirmed(told, _known_of(cells, this_year, aliases=items(cells["aliases"])))
    added = {variant_key(variant, salt): variant for variant in recorded}
    return {key: variant for key, variant in added.items() if key not in said}


def _known(person: Person, this_year: int) -> variants.KnownPerson:
    """The person as the application has them."""
    cells = {name: getattr(person, name) or "" for name in _CELLS}
    return replace(
        _known_of(cells, this_year, aliases=person.aliases),
        former_names=fillers.without(person.former_names),
        dob_certainty=Certainty(person.dob_certainty),
        phones=_telling(person.phone, contact.phone),
    )


def _known_of(cells: Mapping[str, str], this_year: int, *, aliases: Iterable[str]) -> variants.KnownPerson:
    """A person as the matcher needs them. No filler is searched for, and no identifier with a wrong check letter."""
    numbers = (identifiers.check_pnc(cells["pnc_id"], this_year), identifiers.check_cro(cells["cro"]))
    nobody = fillers.is_no_name(cells["forename"], cells["surname"])
    forename, middle_names, surname = (
        "" if nobody or fillers.is_filler(cells[part]) else cells[part]
        for part in ("forename", "middle_names", "surname")
    )
    return variants.KnownPerson(
        forename=forename,
        middle_names=middle_names,
        surname=surname,
        aliases=fillers.without(aliases),
        dob=dates.of_birth(cells["dob"], this_year).iso,
        addresses=(
            *_telling(cells["postcode"], lambda written: identifiers.postcode(written)[0]),
            *_telling(cells["address"], address),
        ),
        identifiers=tuple(number.evidence for number in numbers if number and number.evidence),
    )


def _telling(written: str | None, compared: Callable[[str], str]) -> tuple[str, ...]:
    """The value as it was written, unless nothing of it can be compared."""
    return (written,) if written and compared(written) else ()


def under(cells: Mapping[str, str], terms: Terms) -> dict[str, str]:
    """The same person under another name or date of birth. The name as given is added to the aliases."""
    changed_cells = dict(cells)
    if terms.forename or terms.surname:
        given_name = f"{cells['forename']} {cells['surname']}".strip()
        changed_cells |= {"forename": terms.forename, "surname": terms.surname, "dob": terms.dob or cells["dob"]}
        if given_name and (terms.forename, terms.surname) != (cells["forename"], cells["surname"]):
            changed_cells["aliases"] = ";".join(filter(None, (cells["aliases"], given_name)))
    return changed_cells
