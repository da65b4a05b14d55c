"""Measures a gate in a warm process: 4 frames, 23 checks, one application; and many applications at once."""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING

import pandas as pd

from casebook.domain.gates import GateOutcome, Rule, Severity
from expectations.gate import ask, ask_many
from expectations.suite import Frame, Gate, RowCount, between, filled, one_of

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 40
COLUMNS = ("reference", "name", "state", "score")


def rule(code: str) -> Rule:
    return Rule(code=code, sentence=code, severity=Severity.WARNING)


def frame(name: str, *, extra: bool) -> Frame:
    rules = (
        one_of("state", ["ok"], rule(f"{name}_state")),
        filled("name", rule(f"{name}_name")),
    )
    more = (between("score", 0, 9, rule(f"{name}_score"), or_null=True),) if extra else ()
    guard = RowCount(rule=Rule(code=f"{name}_rows", sentence="", severity=Severity.INFO))
    return Frame(name=name, columns=COLUMNS, rows=guard, expectations=(*rules, *more))


GATE = Gate("benchmark", tuple(frame(name, extra=name != "d") for name in "abcd"))


def frames(references: list[str]) -> dict[str, pd.DataFrame]:
    rows = [{"reference": ref, "name": "n", "state": "ok", "score": 1} for ref in references]
    return {name: pd.DataFrame(rows, columns=list(COLUMNS)) for name in "abcd"}


def milliseconds(work: Callable[[], object]) -> list[float]:
    work()
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)


def main() -> None:
    one, many = frames(["r"]), [f"r{n}" for n in range(2000)]
    assert ask(GATE, one).outcome is GateOutcome.PASSES
    alone = milliseconds(lambda: ask(GATE, one))
    held = milliseconds(lambda: ask(GATE, {**one, "a": one["a"].assign(name="")}))
    start = time.perf_counter()
    ask_many(GATE, frames(many), many)
    together = time.perf_counter() - start
    checks = sum(1 + sum(len(e.checks) for e in f.expectations) for f in GATE.frames)
    print(
        json.dumps(
            {
                "frames": len(GATE.frames),
                "checks": checks,
                "p50_ms": round(statistics.median(alone), 1),
                "p95_ms": round(alone[int(len(alone) * 0.95)], 1),
                "p50_ms_one_rule_broken": round(statistics.median(held), 1),
                "many_applications": len(many),
                "many_seconds": round(together, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
