"""Match weights: how likely each person found is the party, by the linkage model, and whether they may be a twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casebook.domain.vocabulary import MatchBand
from casebook.matching import model, scorer
from casebook.sources import keys
from casebook.sources.protocol import Cells, Counts


@dataclass(frozen=True, kw_only=True)
class MatchWeight:
    person_id: str
    weight: float  # bits
    probability: float
    band: MatchBand
    twin: bool
    explanation: tuple[str, ...]
    bears_name: bool = False  # under any spelling, nickname or alias
    years_apart: int | None = None  # between the birth dates; None: one of them is not known


def score(asked: Cells, persons: Sequence[Mapping[str, Any]], counts: Counts, *, this_year: int) -> list[MatchWeight]:
    """The match weight of every person, highest first."""
    if not persons:
        return []
    subject = keys.compared(asked, this_year)
    rows = [{"id": cells["person_id"], **keys.compared(cells, this_year)} for cells in persons]
    shares = _shares(counts)
    for row in (subject, *rows):
        row |= {f"tf_{part}": shares(part, row[part]) for part in model.frequency_columns(model.settings())}
    row_of = {row["id"]: row for row in rows}
    return [
        MatchWeight(
            person_id=match.person_id,
            weight=match.weight,
            probability=match.probability,
            band=match.band,
            twin=may_be_twin(subject, row_of[match.person_id]),
            explanation=match.explanation,
            bears_name=bears_name(subject, row_of[match.person_id]),
            years_apart=_years_apart(subject, row_of[match.person_id]),
        )
        for match in scorer.score(subject, rows, limit=len(rows))
    ]


def may_be_twin(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two rows may be twins: same surname, date of birth and postcode, other forenames, no identifier in common.

    This is the twins rule of the Ministry of Justice's person record.
    """
    same_details = all(one[part] and one[part] == other[part] for part in ("surname", "dob", "postcode"))
    same_identifier = any(one[part] and one[part] == other[part] for part in ("pnc_id", "cro"))
    return same_details and not same_identifier and not set(one["given_roots"]) & set(other["given_roots"])


def bears_name(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two rows have a forename and a surname in common, in either order; or the one that is known of the first."""
    known = [part for part in ("given_roots", "family_roots") if one[part]]
    straight = all(set(one[part]) & set(other[part]) for part in known)
    swapped = all(set(one[part]) & set(other[_OTHER[part]]) for part in known)
    return bool(known) and (straight or swapped)


_OTHER = {"given_roots": "family_roots", "family_roots": "given_roots"}


def _years_apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> int | None:
    years = (one["dob_year"], other["dob_year"])
    return None if None in years else abs(years[0] - years[1])


def _shares(counts: Counts) -> Any:  # noqa: ANN401 - a function of part and value
    usual_shares = model.frequency_columns(model.settings())

    def share(part: str, value: str | None) -> float | None:
        if value is None:
            return None
        prior_count = model.PRIOR_PERSONS
        return (counts.of.get((part, value), 1) + prior_count * usual_shares[part]) / (counts.persons + prior_count)

    return share
