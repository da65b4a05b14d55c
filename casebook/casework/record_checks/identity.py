"""A party as searches need it: the columns of persons.csv, and the identity variants to cover."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from itertools import islice

from casebook.casework.core.acting import Act, policy_of
from casebook.domain.case.coverage import Terms, Variant
from casebook.domain.case.record_checks import KnownParty, variant_key
from casebook.domain.vocabulary import Certainty, Party
from casebook.matching import variants
from casebook.matching.variants import Bounds
from casebook.storage.tables import Application, Person
from casebook.values import contact, dates, fillers, identifiers
from casebook.values.addresses import address

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
    all_variants = _all_variants(act, application, party)
    return dict(islice(all_variants.items(), policy_of(application).search.variants.value))


def beyond_bound(act: Act, application: Application, party: Party) -> dict[str, Variant]:
    """The variants that are left out because the policy limits their number."""
    all_variants = _all_variants(act, application, party)
    return dict(islice(all_variants.items(), policy_of(application).search.variants.value, None))


def _all_variants(act: Act, application: Application, party: Party) -> dict[str, Variant]:
    person = person_of(act, application, party)
    identities = variants.identities(_known(person, act.now.year), Bounds(total=sys.maxsize)) if person else ()
    return {variant_key(variant, application.reference): variant for variant in identities}


def _known(person: Person, this_year: int) -> variants.KnownPerson:
    """The person as the matcher needs them. No filler is searched for, and no identifier with a wrong check letter."""
    numbers = (identifiers.check_pnc(person.pnc_id or "", this_year), identifiers.check_cro(person.cro or ""))
    return variants.KnownPerson(
        forename=_known_name(person.forename, person),
        middle_names=_known_name(person.middle_names, person),
        surname=_known_name(person.surname, person),
        former_names=fillers.without(person.former_names),
        aliases=fillers.without(person.aliases),
        dob=dates.of_birth(person.dob or "", this_year).iso,
        dob_certainty=Certainty(person.dob_certainty),
        addresses=(
            *_telling(person.postcode, lambda written: identifiers.postcode(written)[0]),
            *_telling(person.address, address),
        ),
        phones=_telling(person.phone, contact.phone),
        identifiers=tuple(number.evidence for number in numbers if number and number.evidence),
    )


def _telling(written: str | None, compared: Callable[[str], str]) -> tuple[str, ...]:
    """The value as it was written, unless nothing of it can be compared."""
    return (written,) if written and compared(written) else ()


def _known_name(name: str | None, person: Person) -> str:
    nobody = fillers.is_no_name(person.forename or "", person.surname or "")
    return "" if not name or nobody or fillers.is_filler(name) else name


def under(cells: Mapping[str, str], terms: Terms) -> dict[str, str]:
    """The same person under another name or date of birth. The name as given is added to the aliases."""
    changed_cells = dict(cells)
    if terms.forename or terms.surname:
        given_name = f"{cells['forename']} {cells['surname']}".strip()
        changed_cells |= {"forename": terms.forename, "surname": terms.surname, "dob": terms.dob or cells["dob"]}
        if given_name and (terms.forename, terms.surname) != (cells["forename"], cells["surname"]):
            changed_cells["aliases"] = ";".join(filter(None, (cells["aliases"], given_name)))
    return changed_cells
