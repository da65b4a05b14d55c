"""Writes rows with the ids of their source, and keeps the truth about them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from casebook.demo.clerical import carelessly
from casebook.demo.records import NOBODY, record
from casebook.demo.rows import Identity, PersonRow, RecordRow

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from casebook.demo.offences import Offence
    from casebook.demo.people import Human
    from casebook.demo.records import Victim


class Batch(NamedTuple):
    persons: list[PersonRow]
    records: list[RecordRow]
    identities: list[Identity]


@dataclass(kw_only=True)
class Clerk:
    """Collects the rows written since the last `take`; the counters continue."""

    issued: Counter[str] = field(default_factory=Counter)
    batch: Batch = field(default_factory=lambda: Batch([], [], []))

    def take(self) -> Batch:
        done, self.batch = self.batch, Batch([], [], [])
        return done

    def file(self, rng: Random, human: Human, source: str, *, careful: bool = False) -> str:
        """Enter one human in one source, with or without care. Returns the row's person_id."""
        self.issued[source] += 1
        person_id = f"SYN-{source.upper().replace('_', '')}-{self.issued[source]:07}"
        exact = PersonRow(
            source, person_id, human.forename, human.middle, human.surname, ";".join(human.aliases),
            human.born.isoformat(), human.sex, human.home.address, human.home.postcode, human.pnc_id, human.cro,
        )  # fmt: skip
        self.batch.persons.append(exact if careful else carelessly(rng, human, exact))
        self.batch.identities.append(Identity(source, person_id, human.key))
        return person_id

    def enter(
        self,
        rng: Random,
        source: str,
        person_id: str,
        on: date,
        *,
        kind: str = "",
        offence: Offence | None = None,
        victim: Victim = NOBODY,
    ) -> None:
        """Write one record about a person already filed in that source."""
        row = record(
            rng, self.issued, source=source, person_id=person_id, on=on, kind=kind, offence=offence, victim=victim
        )
        self.batch.records.append(row)
