"""What an application is waiting for, in words: as the name of a run's last state, and as a line on the board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casebook.domain.vocabulary import Stage, WorkKind
from casebook.domain.words import STAGE, WAITING, WORK

# the state is named after the first of these that is open
_ORDER = tuple(WorkKind(kind) for kind in WAITING.words)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an application is after a run looked at it."""

    reference: str
    stage: Stage
    waiting_for: tuple[str, ...] = ()  # kinds of open blocking items
    gate: str | None = None  # the last gate's outcome, if one was asked in this run
    awaits_source: bool = False  # a required automatic search has not returned
    moved: bool = False  # it moved to another stage, so there may be more to do

    @property
    def name(self) -> str:
        """The run's state name: one for each kind of wait, and one for a broken gate."""
        if self.stage is Stage.CLOSED:
            return "Closed"
        if self.gate == "broken":
            return "Gate broken"
        waiting = set(self.waiting_for)
        nobody = "Awaiting a source" if self.awaits_source else "Awaiting staff"
        return next((WAITING.of(kind) for kind in _ORDER if kind in waiting), nobody)

    @property
    def message(self) -> str:
        """The text beside the state name: the stage, and everything that the application waits for."""
        return f"{STAGE.of(self.stage)}: {', '.join(map(WORK.of, self.waiting_for)) or 'waits for nobody'}"


def state_names() -> Sequence[str]:
    """Every name a lifecycle run can end with."""
    return (*WAITING.words.values(), "Closed", "Gate broken", "Awaiting staff", "Awaiting a source", "Skipped")
