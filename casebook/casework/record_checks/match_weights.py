"""Match weights: how likely each person found is the party, by the linkage model, and whether they may be a twin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from casebook.domain.vocabulary import MatchBand
from casebook.matching import model, scorer
from casebook.sources import keys
from casebook.sources.protocol import Cells, Counts
from casebook.storage.case.extracts import PERSON_CELLS

_PERSONS_KEPT = 10_000  # some 30 MB
_CELLS = tuple(
    name for name in PERSON_CELLS if name not in {"source", "person_id"}
)  # what the model compares is made of them


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
    subject = _counted(asked, counts, this_year)
    rows = [{**_counted(cells, counts, this_year), "id": cells["person_id"]} for cells in persons]
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


def at_least(bits: float, asked: Cells, persons: Iterable[Mapping[str, Any]], *, this_year: int) -> set[str]:
    """The ids of those whose weight `score` would give as so many bits or more if their names were as common as usual."""
    subject = _as_usual(asked, this_year)
    return {cells["person_id"] for cells in persons if scorer.weighed(subject, _as_usual(cells, this_year)) >= bits}


def _counted(cells: Mapping[str, Any], counts: Counts, this_year: int) -> dict[str, Any]:
    """What the model compares of a person, who stands among those who were counted."""
    made = _as_usual(cells, this_year)
    return {**made, **_shares(made, counts)}


def _as_usual(cells: Mapping[str, Any], this_year: int) -> Mapping[str, Any]:
    return _made_once(tuple(cells[name] for name in _CELLS), this_year)


@lru_cache(_PERSONS_KEPT)
def _made_once(cells: tuple[str, ...], this_year: int) -> Mapping[str, Any]:
    """The same as if nobody had been counted. An import meets the same people again and again."""
    made = keys.compared(dict(zip(_CELLS, cells, strict=True)), this_year)
    return {**made, **_shares(made, Counts())}


@contextmanager
def forgetting() -> Iterator[None]:
    """Forget the people who were compared, at the end. A process that lives on must not keep whoever is disposed of."""
    try:
        yield
    finally:
        _made_once.cache_clear()


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


def _shares(made: Mapping[str, Any], counts: Counts) -> dict[str, float | None]:
    """How common the values of a person are among those who were counted."""
    return {
        f"tf_{part}": None
        if (value := made[part]) is None
        else (counts.of.get((part, value), 1) + model.PRIOR_PERSONS * usual) / (counts.persons + model.PRIOR_PERSONS)
        for part, usual in _usual_shares().items()
    }


@cache
def _usual_shares() -> Mapping[str, float]:
    return model.frequency_columns(model.settings())
