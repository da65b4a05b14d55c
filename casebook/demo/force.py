"""The synthetic force on disk: `python -m casebook.demo.force --seed S --persons N --applications M --out DIR`.

Everybody in it is made up. The same seed, sizes and moment give the same bytes. A million people can be written.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from casebook.demo.applications import NOW, cast
from casebook.demo.clerk import Batch, Clerk
from casebook.demo.lists import PastLists
from casebook.demo.population import Population
from casebook.demo.register import past
from casebook.demo.rows import Identity, PersonRow, RecordRow
from casebook.demo.statements import COLUMNS, LONDON
from casebook.outside_text import CsvWriter
from casebook.writing import whole_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from casebook.demo.statements import Row

SOURCES = ("rms", "pnc", "pnd", "visor", "dvds_register", "marac", "courts", "probation")


class Size(NamedTuple):
    """How much to make. The people of applications and registers come first and are always complete."""

    persons: int = 1_000  # rows of persons.csv over all sources
    applications: int = 30
    register: int = 0  # past applications
    data_faults: float = 0.0  # the share of register rows to spoil
    records_per_person: float = 1.5


@dataclass(frozen=True, kw_only=True)
class SyntheticForce:
    applications: list[Row]
    people: Batch
    past: PastLists


@dataclass(kw_only=True)
class Enlistment:
    """Makes the batches of one force. Applications and register are complete once all batches have been read."""

    seed: int
    size: Size
    now: datetime = NOW
    applications: list[Row] = field(default_factory=list)
    past: PastLists = field(default_factory=PastLists)

    def batches(self) -> Iterator[Batch]:
        clerk, left = Clerk(), self.size.persons
        for batch in (*self._applicants(clerk), *self._subjects(clerk)):
            left -= len(batch.persons)
            yield batch
        population = Population(
            rng=Random(f"{self.seed}/crowd"),
            clerk=clerk,
            now=self.now.date(),
            records_per_person=self.size.records_per_person,
        )
        for batch in population.batches():
            if left <= 0:
                return
            yield _first(batch, left)
            left -= len(batch.persons)

    def _applicants(self, clerk: Clerk) -> Iterator[Batch]:
        for row, batch in cast(self.seed, self.size.applications, clerk, self.now):
            self.applications.append(row)
            yield batch

    def _subjects(self, clerk: Clerk) -> Iterator[Batch]:
        self.past = past(self.seed, self.size.register, clerk, now=self.now.date(), data_faults=self.size.data_faults)
        yield clerk.take()


def _first(batch: Batch, rows: int) -> Batch:
    """At most this many person rows, with the records about them."""
    if len(batch.persons) <= rows:
        return batch
    kept = {row.person_id for row in batch.persons[:rows]}
    records = [record for record in batch.records if record.person_id in kept]
    return Batch(batch.persons[:rows], records, batch.identities[:rows])


def build(
    seed: int,
    *,
    persons: int = 1_000,
    applications: int = 30,
    register: int = 0,
    data_faults: float = 0.0,
    records_per_person: float = 1.5,
    now: datetime = NOW,
) -> SyntheticForce:
    """Make a complete force in memory."""
    size = Size(persons, applications, register, data_faults, records_per_person)
    enlistment, people = Enlistment(seed=seed, size=size, now=now), Batch([], [], [])
    for batch in enlistment.batches():
        people.persons.extend(batch.persons)
        people.records.extend(batch.records)
        people.identities.extend(batch.identities)
    return SyntheticForce(applications=enlistment.applications, people=people, past=enlistment.past)


def write(force: SyntheticForce, directory: Path) -> None:
    """Write all files of a force: applications.csv, persons and records (together and by source), truth, register."""
    directory.mkdir(parents=True, exist_ok=True)
    write_people([force.people], directory)
    write_applications(force.applications, directory)
    force.past.write(directory)


def stream(enlistment: Enlistment, directory: Path) -> None:
    """Write the same files with never more than one household in memory."""
    directory.mkdir(parents=True, exist_ok=True)
    write_people(enlistment.batches(), directory)
    write_applications(enlistment.applications, directory)
    enlistment.past.write(directory)


def write_applications(rows: list[Row], directory: Path) -> None:
    with whole_text(directory / "applications.csv") as out:
        CsvWriter(out).write_table(COLUMNS, rows)


def write_people(batches: Iterable[Batch], directory: Path) -> None:
    with ExitStack() as stack:

        def table(name: str, columns: tuple[str, ...]) -> CsvWriter:
            out = stack.enter_context(whole_text(directory / name))
            writer = CsvWriter(out)
            writer.writerow(columns)
            return writer

        persons = {source: table(f"persons-{source}.csv", PersonRow._fields) for source in SOURCES}
        records = {source: table(f"records-{source}.csv", RecordRow._fields) for source in SOURCES}
        everyone, everything = table("persons.csv", PersonRow._fields), table("records.csv", RecordRow._fields)
        truth = table("truth-persons.csv", Identity._fields)
        for batch in batches:
            everyone.writerows(batch.persons)
            everything.writerows(batch.records)
            truth.writerows(batch.identities)
            for person in batch.persons:
                persons[person.source].writerow(person)
            for record in batch.records:
                records[record.source].writerow(record)


def moment(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=LONDON)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m casebook.demo.force", description="Write a synthetic force as files."
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--persons", type=int, default=1_000, help="rows of persons.csv over all sources")
    parser.add_argument("--applications", type=int, default=30)
    parser.add_argument("--register", type=int, default=0, help="past applications, with planted failures")
    parser.add_argument("--data-faults", type=float, default=0.0, help="the share of register rows to spoil")
    parser.add_argument("--records-per-person", type=float, default=1.5)
    parser.add_argument("--now", type=moment, default=NOW, help="the moment the files are written for")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(argv)
    size = Size(
        options.persons, options.applications, options.register, options.data_faults, options.records_per_person
    )
    stream(Enlistment(seed=options.seed, size=size, now=options.now), options.out)


if __name__ == "__main__":
    main()
