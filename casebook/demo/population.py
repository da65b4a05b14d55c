"""The rest of the population: households in a force's sources, with the histories of those who have one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from casebook.demo.dice import chance, pick, some_day, years
from casebook.demo.households import household
from casebook.demo.people import Makers
from casebook.demo.records import NOBODY, Victim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from random import Random

    from casebook.demo.clerk import Batch, Clerk
    from casebook.demo.people import Household, Human

OFFENDERS = {"m": 0.36, "f": 0.12, "x": 0.2}  # share of the people in a police index
ROWS_PER_OFFENDER = 5.6  # person rows of all kinds for each human who has a history, as measured
HISTORY_YEARS = 18


@dataclass(kw_only=True)
class Population:
    """Files one household after another. `records_per_person` is the mean over all rows of persons.csv."""

    rng: Random
    clerk: Clerk
    now: date
    records_per_person: float
    passers_by: deque[str] = field(default_factory=lambda: deque(maxlen=200))  # may become somebody's other victim

    def batches(self) -> Iterator[Batch]:
        """One batch for each household, without end."""
        make = Makers(self.rng, self.now, "H")
        while True:
            self.settle(household(make), make)
            yield self.clerk.take()

    def settle(self, home: Household, make: Makers) -> None:
        offenders = {human.key for human in home.people if chance(self.rng, OFFENDERS[human.sex])}
        filed = {human.key: self.rows_of(make, human, offender=human.key in offenders) for human in home.people}
        for human in home.people:
            if human.key in offenders:
                self.history(human, filed[human.key], victims_of(home, human, filed))
        self.passers_by.extend(person_id for rows in filed.values() for _, person_id in rows[:1])

    def rows_of(self, make: Makers, human: Human, *, offender: bool) -> list[tuple[str, str]]:
        """File one human in every source that knows them. Returns (source, person_id) of each row."""
        rng = self.rng
        human = make.known_to_police(human) if offender else human
        shares = OFFENDER_SOURCES if offender else VICTIM_SOURCES
        sources = [source for source, share in shares if chance(rng, share)] or ["rms"]
        return [(source, self.clerk.file(rng, human, source)) for source in sources]

    def history(self, human: Human, rows: list[tuple[str, str]], victims: list[Victim]) -> None:
        rng = self.rng
        first = max(human.born + years(12), self.now - years(HISTORY_YEARS))
        if chance(rng, 0.4) and self.passers_by:
            victims = [*victims, Victim(pick(rng, self.passers_by), pick(rng, ("ex_partner", "other", "unknown")))]
        for _ in range(round(rng.expovariate(1 / (self.records_per_person * ROWS_PER_OFFENDER)))):
            source, person_id = pick(rng, rows)
            victim = pick(rng, victims) if victims and chance(rng, 0.6) else NOBODY
            self.clerk.enter(rng, source, person_id, some_day(rng, first, self.now), victim=victim)


OFFENDER_SOURCES = (
    ("rms", 0.93),
    ("rms", 0.08),  # twice in the force's own system
    ("pnc", 0.62),
    ("pnd", 0.3),
    ("visor", 0.03),
    ("marac", 0.06),
    ("courts", 0.08),
    ("probation", 0.12),
    ("dvds_register", 0.02),
)
VICTIM_SOURCES = (("rms", 0.97), ("rms", 0.04), ("pnd", 0.05), ("marac", 0.02))


def victims_of(home: Household, human: Human, filed: dict[str, list[tuple[str, str]]]) -> list[Victim]:
    """The possible victims: the household and the former partner, by the id of their first row."""
    return [
        Victim(filed[other.key][0][1], tie.kind)
        for tie in home.ties
        for one, other in ((tie.one, tie.other), (tie.other, tie.one))
        if one.key == human.key
    ]
