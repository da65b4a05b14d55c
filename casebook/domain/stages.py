"""The moves between stages, in one table. `docs/states.md` is generated from it."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from casebook.domain import words
from casebook.domain.actors import Reason
from casebook.domain.vocabulary import Outcome, Stage


class Move(NamedTuple):
    """A move between stages. `because`: the event that causes it; `allowed`: what must be true first."""

    origin: Stage
    to: Stage
    because: str
    allowed: str


_ORDER = tuple(Stage)
OPEN = tuple(stage for stage in Stage if stage is not Stage.CLOSED)

FORWARD = tuple(
    Move(origin, to, "gate_passed", "no blocking item is open and the gate passes") for origin, to in pairwise(_ORDER)
)
BACK = (
    Move(Stage.PANEL_DECISION, Stage.RECORD_CHECKS, "sent_back", "the panel says the information is insufficient"),
    *(
        Move(origin, Stage.RECORD_CHECKS, "reopened", "something new or too old leaves an identity uncovered; nothing is delivered")
        for origin in (Stage.RISK_SCORING, Stage.PANEL_DECISION, Stage.DISCLOSURE)
    ),
    *(
        Move(origin, Stage.RISK_SCORING, "answer_superseded", "an assessment does not hold; nothing is delivered")
        for origin in (Stage.PANEL_DECISION, Stage.DISCLOSURE)
    ),
    *(
        Move(origin, Stage.RISK_SCORING, "circumstances_changed", "there is a new score to judge; nothing is delivered")
        for origin in (Stage.PANEL_DECISION, Stage.DISCLOSURE)
    ),
    Move(Stage.DISCLOSURE, Stage.PANEL_DECISION, "decision_superseded",
         "an undelivered decision lost one of its people, or an answer under it does not hold"),
)  # fmt: skip
GOES_BACK = frozenset(move.because for move in BACK)
OUT = tuple(
    Move(
        origin,
        Stage.CLOSED,
        "closed_early",
        "withdrawn, no engagement or transferred to another force, recorded by one person and approved by another",
    )
    for origin in OPEN
)

MERGED = tuple(Move(origin, Stage.CLOSED, "merged", "a duplicate, merged by two people") for origin in OPEN)
AGAIN = tuple(
    Move(Stage.CLOSED, to, because, allowed)
    for to in OPEN
    for because, allowed in (
        ("reopened_after_end", "it ended early there, and a person gives the reason to reopen it"),
        ("unmerged", "it was merged there by mistake; nothing is delivered, two people"),
    )
)

MOVES: tuple[Move, ...] = (*FORWARD, *BACK, *OUT, *MERGED, *AGAIN)

# outcomes that are only ever an early end, by two people; a transfer, by two as well, ends as `out_of_scope`
EARLY_OUTCOMES = frozenset({Outcome.WITHDRAWN, Outcome.NO_ENGAGEMENT})
ANOTHER_FORCE = "another_force"  # the ground of a transfer, and of a panel that finds the same
NEGATIVE_OUTCOMES = frozenset({Outcome.NOTHING_TO_DISCLOSE, Outcome.NOT_DISCLOSED, Outcome.OUT_OF_SCOPE})
DISCLOSING_OUTCOMES = frozenset({Outcome.DISCLOSED_TO_A, Outcome.DISCLOSED_TO_PROTECTOR})


def why_not_move(origin: Stage, to: Stage, because: str) -> Reason | None:
    """A reason if the table has no such move."""
    if any((move.origin, move.to, move.because) == (origin, to, because) for move in MOVES):
        return None
    return Reason(
        "undeclared_move",
        f"an application cannot move from {words.STAGE.of(origin)} to {words.STAGE.of(to)}: {words.reason(because)}",
    )


def next_stage(stage: Stage) -> Stage:
    """The stage that a passed gate leads to."""
    return _ORDER[_ORDER.index(stage) + 1]


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {Stage.INTAKE}"]
    lines += [f"    {move.origin} --> {move.to}: {move.because}" for move in MOVES]
    return "\n".join([*lines, f"    {Stage.CLOSED} --> [*]", ""])
