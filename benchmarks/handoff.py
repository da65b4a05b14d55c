"""Measures the time from a person's committed act to the next state: warm worker and Prefect's worker, in turns.

`python -m benchmarks.handoff [ACTS]`. On each side an intake officer completes an application's details; the clock runs
from their command's end to the verdict of the gate. The same flows and applications on both; prints one JSON document.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from benchmarks.two_platforms import load, memory, of_runs, sides
from casebook.demo import judgement

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.two_platforms import Side

PATIENCE = 120.0  # seconds for one act to show
SHARE = 0.4  # of all applications, at least: the others need no details


def main(acts: int) -> None:
    with sides(round((acts + 2) / SHARE)) as both:
        idle = {kind: memory(side.home) for kind, side in both.items()}
        most: dict[str, list[float]] = {kind: [0.0] for kind in both}
        taken: dict[str, list[float]] = {kind: [] for kind in both}
        queues = {kind: _queue(side) for kind, side in both.items()}
        turns = min(acts + 1, *(len(queue) - 1 for queue in queues.values()))
        for turn in range(turns):
            for kind, side in both.items():
                seconds = _once(side, queues[kind].pop())
                if turn:  # the first act of each side warms up
                    taken[kind].append(seconds)
        for kind, side in both.items():
            _once(side, queues[kind].pop(), watch=lambda side=side, kind=kind: most[kind].append(of_runs(side.home)))
    figures = {kind: {"p50": _middle(v), "p95": _late(v), "acts": len(v)} for kind, v in taken.items()}
    ratio = round(_middle(taken["stock"]) / _middle(taken["warm"]), 1)
    print(
        json.dumps(
            {
                **figures,
                "ratio_p50": ratio,
                "idle_megabytes": idle,
                "run_megabytes": {kind: max(found) for kind, found in most.items()},
                "load": load(),
            }
        )
    )


def _queue(side: Side) -> list[dict[str, Any]]:
    return [item for item in side.officer.ask("work", "list") if item["kind"] == "complete_details"]


def _once(side: Side, item: dict[str, Any], watch: Callable[[], None] = lambda: None) -> float:
    side.engine.rest()
    before = _verdicts(side, item["reference"])
    shown = side.officer.ask("applications", "show", item["reference"])
    side.officer.do(item["item"], judgement.answer(item, shown, {}))
    start = time.perf_counter()
    while _verdicts(side, item["reference"]) == before:
        if time.perf_counter() - start > PATIENCE:
            raise TimeoutError(item["reference"])
        watch()
        time.sleep(0.01)
    return time.perf_counter() - start


def _verdicts(side: Side, reference: str) -> int:
    with side.engine.store.session() as session:
        query = text("select count(*) from gate_result where reference = :reference")
        return int(session.scalar(query, {"reference": reference}) or 0)


def _middle(values: list[float]) -> float:
    return round(statistics.median(values), 2)


def _late(values: list[float]) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * 0.95))], 2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 8)
