"""Finds the people of other applications who share keys with the people of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from casebook.domain.case.record_checks import MatchVerdict
from casebook.storage.read_once import read_once
from casebook.storage.tables import Candidate, PersonKeys, ReferenceCounter

COMMON = 200  # a key that more people share is of little use: whoever shares more shares a rarer key too
COMPARED = 20  # people of one party handed to the model, those with the rarest and most shared keys first

# the function is made by a migration: in it the planner cannot choose to read the whole table, as it would while it is small
_SHARING = text(
    """
    SELECT (
        SELECT jsonb_agg(seen ORDER BY candidate.id) FROM candidate
        WHERE candidate.reference = person.reference AND candidate.party = person.party
            AND candidate.verdict = 'same' AND NOT candidate.superseded
    ) AS confirmed, person.*
    FROM people_sharing(CAST(:keys AS integer[]), :reference, :common, :wanted) AS found (id)
    JOIN person ON person.id = found.id ORDER BY person.id
    """
)
_BEARING = text(
    """
    SELECT asked.key, (SELECT count(*) FROM person_keys WHERE keys @> ARRAY[asked.key]) AS persons
    FROM unnest(CAST(:keys AS integer[])) AS asked (key)
    """
)


class ConfirmedPerson(NamedTuple):
    """A person of a source who was confirmed to be the A or the B of an application."""

    reference: str
    party: str


def sharing(session: Session, keys: Collection[int], *, leaving_out: str) -> Sequence[Row[Any]]:
    """The people of other applications who share a key, for each party the most likely.

    Each row has the columns of `Person`, and `confirmed`: the persons of sources who were confirmed to be them, or None.
    """
    bound = {"keys": list(keys), "reference": leaving_out, "common": COMMON, "wanted": COMPARED}
    return session.execute(_SHARING, bound).all() if keys else []


def counts(session: Session, keys: Collection[int]) -> dict[int, int]:
    """Key -> how many people of applications have it."""
    if not keys:
        return {}
    return {row.key: row.persons for row in session.execute(_BEARING, {"keys": list(keys)})}


def size(session: Session) -> int:
    """About how many applications there are: so many references were given."""
    return session.scalar(select(func.coalesce(func.sum(ReferenceCounter.last), 0))) or 0


@read_once
def confirmed(session: Session, reference: str) -> Sequence[Candidate]:
    """The persons of sources who were confirmed to be people of an application."""
    query = select(Candidate).where(
        Candidate.reference == reference,
        Candidate.verdict == MatchVerdict.SAME,
        Candidate.superseded.is_(False),
    )
    return session.scalars(query.order_by(Candidate.id)).all()


def applications_of(session: Session, party: str, source: str, person_id: str) -> set[str]:
    """The applications of which a person of a source was confirmed to be this party."""
    query = select(Candidate.reference).where(
        Candidate.source == source, Candidate.person_id == person_id, Candidate.party == party,
        Candidate.verdict == MatchVerdict.SAME, Candidate.superseded.is_(False),
    )  # fmt: skip
    return set(session.scalars(query))


def confirmed_elsewhere(session: Session, mine: Sequence[Candidate]) -> list[ConfirmedPerson]:
    """The other applications of which the same persons of a source are confirmed, as the same party."""
    pairs = {(person.source, person.person_id, person.party, person.reference) for person in mine}
    others = [
        ConfirmedPerson(*row)
        for source, person_id, party, reference in sorted(pairs)
        for row in session.execute(
            select(Candidate.reference, Candidate.party).where(
                Candidate.source == source,
                Candidate.person_id == person_id,
                Candidate.party == party,
                Candidate.reference != reference,
                Candidate.verdict == MatchVerdict.SAME,
                Candidate.superseded.is_(False),
            )
        )
    ]
    return sorted({*others})


def keys_of(session: Session, reference: str) -> dict[str, PersonKeys]:
    """Person id -> the stored keys of the people of one application."""
    return {row.id: row for row in session.scalars(select(PersonKeys).where(PersonKeys.reference == reference))}
