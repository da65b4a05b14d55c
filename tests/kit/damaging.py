"""A gate is asked about one application in order and about each way in which its rows are damaged, all in one pass."""

from __future__ import annotations

from collections.abc import Mapping

from casebook.domain.gates import GateOutcome
from casebook.domain.vocabulary import Stage
from casebook.storage.frames.builders import BUILDERS
from casebook.storage.session import Store
from expectations.gate import ask_many
from expectations.gates import gate_of
from tasks.stages import tables

IN_ORDER = "in order"
Damages = Mapping[str, str | None]


def not_caught(store: Store, stage: Stage, reference: str, damages: Damages) -> dict[str, set[str]]:
    """The damages whose rule did not hold the application, each with what did; the application itself, unless it passes.

    A damage is named by the code of its rule, and in brackets what kind it is. It is SQL, or None for an application
    that is not there. Nothing is committed.
    """
    gate = gate_of(stage)
    versions: Damages = {IN_ORDER: "", **damages}
    rows: dict[str, list[dict[str, object]]] = {frame.name: [] for frame in gate.frames}
    for name, damage in versions.items():
        if damage is not None:
            with store.session() as session:
                for statement in filter(None, damage.split("; ")):
                    session.connection().exec_driver_sql(statement)
                for frame, of_frame in BUILDERS[stage](session, [reference]).items():
                    rows[frame] += [{**row, "reference": name} for row in of_frame]
    verdicts = ask_many(gate, tables(gate, rows), versions)
    assert not [name for name, verdict in verdicts.items() if verdict.faults]
    held = {name: {result.code for result in verdict.holding} for name, verdict in verdicts.items()}
    missed = {name: codes for name, codes in held.items() if name != IN_ORDER and name.partition(" ")[0] not in codes}
    return missed if verdicts[IN_ORDER].outcome is GateOutcome.PASSES else missed | {IN_ORDER: held[IN_ORDER]}
