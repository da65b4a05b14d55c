"""Keeps the keys by which people are found in line with what is known of them, whoever changed it.

Every change of a ledgered row is recorded before the commit, and `Act.record` asks here first: no use case can forget.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.storage import ledger
from casebook.storage.case import finding as stored
from casebook.storage.tables import Candidate, Person, PersonKeys, SafeContact

if TYPE_CHECKING:
    from casebook.matching.known_people import DetailsKnown

COLUMNS = (
    "forename", "middle_names", "surname", "aliases", "former_names", "dob", "postcode", "phone", "email", "pnc_id", "cro",
)  # fmt: skip


def follow(session: Session, this_year: int) -> None:
    """Bring up the keys of everybody whose details, code word or confirmed records changed since the last entry."""
    changed = {
        f"{row.reference}:{row.party}"
        for row in ledger.unrecorded(session)
        if isinstance(row, Person | SafeContact) or (isinstance(row, Candidate) and row.verdict is not None)
    }
    if changed:
        bring_up(session, changed, this_year)


def bring_up(session: Session, person_ids: Collection[str], this_year: int) -> None:
    """Write the keys of these people again, as far as they changed."""
    kept = {row.id: row for row in session.scalars(select(PersonKeys).where(PersonKeys.id.in_(person_ids)))}
    people = session.scalars(select(Person).where(Person.id.in_(person_ids)).order_by(Person.id)).all()
    apart = stored.restricted(session, {person.reference for person in people})
    confirmed = stored.confirmed(session, {person.reference for person in people})
    words = stored.code_words(session, person_ids)
    for person in people:
        known = details_of(person, confirmed.get(person.id, ()), words.get(person.id, ()), this_year)
        numbers = numbers_of(person, known, restricted=person.reference in apart)
        if person.id not in kept:
            session.add(row_of(person, [], numbers))
        elif kept[person.id].found_by != numbers:
            kept[person.id].found_by = numbers


def bring_up_all(session: Session, reference: str, this_year: int) -> None:
    """The same for everybody in an application, because it was restricted, or is no longer."""
    bring_up(session, session.scalars(select(Person.id).where(Person.reference == reference)).all(), this_year)


def row_of(person: Person, keys: list[int], found_by: list[int]) -> PersonKeys:
    """The keys of one person; `keys` are those of record checks."""
    return PersonKeys(id=person.id, reference=person.reference, party=person.party, keys=keys, found_by=found_by)


def numbers_of(person: Person, known: DetailsKnown, *, restricted: bool) -> list[int]:
    """The keys by which a person is found."""
    from casebook.matching import find_keys  # noqa: PLC0415 - every command loads this module, and few change a person

    return find_keys.of_details(known, apart=person.reference if restricted else "")


def details_of(
    person: Person, confirmed: Iterable[dict[str, object]], code_words: Iterable[str], this_year: int
) -> DetailsKnown:
    """What is known of a person, as it is compared."""
    from casebook.matching import known_people  # noqa: PLC0415 - as above

    return known_people.details_of(
        {name: getattr(person, name) for name in COLUMNS}, confirmed=confirmed, code_words=code_words,
        this_year=this_year,
    )  # fmt: skip


def code_words_of(plans: Iterable[SafeContact]) -> dict[str, list[str]]:
    """Person id -> the code words of their plans, before they are stored."""
    words = defaultdict[str, list[str]](list)
    for plan in plans:
        if plan.code_word:
            words[plan.id].append(plan.code_word)
    return words
