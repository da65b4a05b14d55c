"""Checks the keys by which people are found: they are worked out again from what is known of each person.

A row of `person_keys` has no digest of its own in the ledger, because everything in it follows from rows that have one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from casebook.casework.core import found_by
from casebook.casework.reporting.checked_entries import PAGE
from casebook.casework.reporting.verification import Broken
from casebook.storage.case import finding
from casebook.storage.tables import Application, Person, PersonKeys

_STORED = (
    Application.submitted_at, Person.id, Person.reference, Person.party, *(getattr(Person, name) for name in found_by.COLUMNS),
    PersonKeys.reference.label("kept_reference"), PersonKeys.party.label("kept_party"), PersonKeys.found_by,
)  # fmt: skip


def keys(session: Session, this_year: int) -> Iterator[Broken]:
    """People who cannot be found by what is known of them, or can by something else, and keys of nobody."""
    query = (
        select(*_STORED)
        .join(Application, Application.reference == Person.reference)
        .outerjoin(PersonKeys, PersonKeys.id == Person.id)
        .order_by(Person.id)
    )
    for page in session.execute(query.execution_options(yield_per=PAGE)).partitions():
        yield from (_changed(person_id) for person_id in _differing(session, page, this_year))
    of_nobody = select(PersonKeys.id).where(PersonKeys.id.not_in(select(Person.id))).order_by(PersonKeys.id)
    yield from map(_changed, session.scalars(of_nobody))


def _changed(person_id: str) -> Broken:
    return Broken(code="keys_changed", what=f"person_keys:{person_id}")


def _differing(session: Session, page: Sequence[Row[Any]], this_year: int) -> Iterator[str]:
    references, ids = {row.reference for row in page}, [row.id for row in page]
    confirmed, words = finding.confirmed(session, references), finding.code_words(session, ids)
    apart = finding.restricted(session, references)
    for row in page:
        person = cast("Person", row)  # it has the columns that are asked for
        # a date with a year of two digits was read in the year in which it was written down
        numbers = (
            found_by.numbers_of(
                person,
                found_by.details_of(person, confirmed.get(row.id, ()), words.get(row.id, ()), year),
                restricted=row.reference in apart,
            )
            for year in range(this_year, min(this_year, row.submitted_at.year) - 1, -1)
        )
        is_theirs = (row.kept_reference, row.kept_party) == (row.reference, row.party)
        if not is_theirs or row.found_by not in numbers:
            yield row.id
