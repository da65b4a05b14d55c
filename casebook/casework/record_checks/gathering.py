"""Everybody whom the searches of one source returned: their weights, their gravest record, and where each of them stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from casebook.casework.record_checks import match_weights
from casebook.casework.record_checks.match_weights import MatchWeight
from casebook.domain.case.namesakes import NEAR_MISS, Found, NameBounds, Placed, first_read, place
from casebook.domain.policy import Policy
from casebook.domain.risk import risk_scoring
from casebook.domain.risk.risk_model import Disclosability, RiskModel
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import MatchBand
from casebook.sources.protocol import Answered, Cells

SeenPerson = Mapping[str, Any]  # a person as the source records them; found by hand, they also have `records`

READ = frozenset({MatchBand.STRONG, MatchBand.POSSIBLE})  # bands that people review


def bounds_of(policy: Policy) -> NameBounds:
    rules = policy.search
    return NameBounds(
        one_by_one=rules.one_by_one.value, listed=rules.listed.value, within_years=rules.within_years.value
    )


@dataclass(kw_only=True)
class Gathered:
    """Everybody whom the searches of one source returned, and where each of them stands for people."""

    limit: int
    bounds: NameBounds
    whole_name: bool = True  # False: only those whose weight puts them before people, as for the applicant
    matches: dict[str, MatchWeight] = field(default_factory=dict)  # the best weight of each person
    seen: dict[str, SeenPerson] = field(default_factory=dict)  # the source's row of each person
    read: set[str] = field(default_factory=set)  # persons whose weight alone puts them before people
    not_returned: int = 0  # bearers of the name whom the source has, and did not return
    placed: Placed = field(default_factory=Placed)
    worst: dict[str, dict[str, str]] = field(default_factory=dict)  # how grave, and the gravest record

    def add(self, answered: Answered, asked: Cells, *, this_year: int, bands: Collection[MatchBand] = READ) -> bool:
        """Score the persons in one answer. Returns False if more people are worth reviewing than the limit allows."""
        rows = {row["person_id"]: row for row in answered.persons}
        matches = match_weights.score(asked, answered.persons, answered.counts, this_year=this_year)
        for match in matches:
            self._keep(match, rows[match.person_id])
        reading = [match.person_id for match in matches if match.band in bands]
        read, all_fit = first_read(reading, self.limit)
        self.read.update(read)
        return all_fit

    def _keep(self, match: MatchWeight, row: SeenPerson) -> None:
        known = self.matches.get(match.person_id)
        if known is None or match.weight > known.weight:
            bears = match.bears_name or (known is not None and known.bears_name)
            self.matches[match.person_id], self.seen[match.person_id] = replace(match, bears_name=bears), row
        elif match.bears_name and not known.bears_name:
            self.matches[match.person_id] = replace(known, bears_name=True)

    @property
    def to_grade(self) -> list[str]:
        """Those whose records say where they stand. Records of others are not read."""
        return [
            match.person_id
            for match in self._to_place()
            if match.person_id in self.read or match.bears_name or match.weight >= NEAR_MISS
        ]

    def _to_place(self) -> Iterator[MatchWeight]:
        return (match for match in self.matches.values() if self.whole_name or match.person_id in self.read)

    def place(self, records: Mapping[str, Sequence[Cells]], today: date, model: RiskModel) -> None:
        """Decide where everybody stands, once all have been gathered."""
        graded = {person_id: graded_records(records.get(person_id, ()), today, model) for person_id in self.to_grade}
        self.worst = {person_id: _worst(grave, record) for person_id, (grave, record) in graded.items() if record}
        self.placed = place(
            (
                Found(
                    person_id=match.person_id,
                    weight=match.weight,
                    read=match.person_id in self.read,
                    bears_name=match.bears_name,
                    years_apart=match.years_apart,
                    grave=graded[match.person_id][0] if match.person_id in graded else 0,
                )
                for match in self._to_place()
            ),
            self.bounds,
            not_returned=self.not_returned,
        )

    @property
    def best(self) -> list[MatchWeight]:
        """Everybody who comes before people: those read one by one, then the lines of the list."""
        single = sorted(
            (self.matches[person_id] for person_id in self.placed.one_by_one),
            key=lambda match: (-match.weight, match.person_id),
        )
        return [*single, *(self.matches[person_id] for person_id in self.placed.listed)]


def graded_records(records: Sequence[Cells], today: date, model: RiskModel) -> tuple[int, Cells | None]:
    """How grave the records of one person are (see `namesakes.Found`), and the gravest of them."""
    rows = [SubjectRecord.from_row(dict(record)) for record in records]
    standing = [risk_scoring.qualifying(row, today, model).standing for row in rows]
    order = sorted(
        range(len(rows)), key=lambda at: (standing[at] is Disclosability.QUALIFYING, rows[at].date), reverse=True
    )
    signs = risk_scoring.lethality_signs(rows, today, model)
    grave = 2 if signs else 1 if Disclosability.QUALIFYING in standing else 0
    return grave, records[order[0]] if order else None


def _worst(grave: int, record: Cells) -> dict[str, str]:
    return {"grave": str(grave), **{name: record.get(name, "") for name in ("kind", "offence_text", "date")}}
