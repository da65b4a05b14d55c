"""Simulates the next weeks: applications arrive, researchers work on them, and each panel decides a limited number."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import simpy


@dataclass(frozen=True, kw_only=True)
class Before:
    """An application in the simulation. `due` is in days from the start."""

    due: float
    researched: bool
    decided: bool


@dataclass(frozen=True, kw_only=True)
class ForceHistory:
    """The history of a force in this casebook. Every sample is a duration that occurred."""

    open: Sequence[Before]
    arrivals_per_day: float
    research_days: Sequence[float]
    delivery_days: Sequence[float]
    researchers: int
    slots: int  # decisions of one panel meeting
    cycle_days: int
    allowed_days: int


def late(force: ForceHistory, *, days: int, rng: random.Random) -> int:
    """How many applications pass their limit within this many days, in one play."""
    play = _Play(force, days, rng)
    play.world.run(until=days)
    return play.late


class _Play:
    def __init__(self, force: ForceHistory, days: int, rng: random.Random) -> None:
        self.force, self.days, self.rng = force, days, rng
        self.world = simpy.Environment()
        self.researchers = simpy.PriorityResource(self.world, capacity=force.researchers)
        self.ready = deque[simpy.Event]()
        self.late = 0
        for case in sorted(force.open, key=lambda case: case.due):
            self.world.process(self.case(case))
        self.world.process(self.arrive())
        self.world.process(self.panels())

    def case(self, before: Before) -> Generator[Any, Any, None]:
        watched = self.world.process(self.watch(before.due)) if before.due >= 0 else None
        if not (before.researched or before.decided):
            with self.researchers.request(priority=int(before.due * 1440)) as turn:
                yield turn
                yield self.world.timeout(self.rng.choice(self.force.research_days))
        if not before.decided:
            decided = self.world.event()
            self.ready.append(decided)
            yield decided
        yield self.world.timeout(self.rng.choice(self.force.delivery_days))
        if watched is not None and watched.is_alive:
            watched.interrupt()

    def watch(self, due: float) -> Generator[Any, Any, None]:
        try:
            yield self.world.timeout(due - self.world.now)
        except simpy.Interrupt:
            return
        self.late += 1

    def arrive(self) -> Generator[Any, Any, None]:
        while self.force.arrivals_per_day > 0:
            yield self.world.timeout(self.rng.expovariate(self.force.arrivals_per_day))
            due = self.world.now + self.force.allowed_days
            self.world.process(self.case(Before(due=due, researched=False, decided=False)))

    def panels(self) -> Generator[Any, Any, None]:
        while True:
            yield self.world.timeout(self.force.cycle_days)
            for _ in range(min(self.force.slots, len(self.ready))):
                self.ready.popleft().succeed()
