"""Measures lifecycle runs a minute with many applications woken: warm worker, Prefect's own, flows in one process.

`python -m benchmarks.throughput [APPLICATIONS]`. The floor calls the same flow again and again in one process that is
already warm, on the same server; prints one JSON document.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.two_platforms import load, sides

if TYPE_CHECKING:
    from benchmarks.two_platforms import Side


def main(applications: int) -> None:
    with sides(applications) as both:
        found = {kind: _woken(side) for kind, side in both.items()}
        found["floor"] = _bare(both["warm"])
    rates = {kind: figures["runs_a_minute"] for kind, figures in found.items()}
    ratios = {
        "times_stock": round(rates["warm"] / rates["stock"], 1),
        "floor_over_warm": round(rates["floor"] / rates["warm"], 1),
    }
    print(json.dumps({**found, **ratios, "load": load()}))


def _woken(side: Side) -> dict[str, float]:
    side.engine.rest()
    before, start = side.engine.runs(), time.perf_counter()
    side.operator.ask("reconcile")
    while not side.engine.rest():
        pass
    seconds = time.perf_counter() - start
    runs = side.engine.runs() - before
    return {"runs": runs, "seconds": round(seconds, 1), "runs_a_minute": round(60 * runs / seconds, 1)}


def _bare(side: Side) -> dict[str, float]:
    references = [row["reference"] for row in side.operator.ask("applications", "list") if row["stage"] != "closed"]
    words = [sys.executable, "-m", "benchmarks.throughput", "--bare", *references]
    answer = subprocess.run(words, env=dict(side.environment), check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(answer.stdout.decode().splitlines()[-1])
    return found


async def bare(references: list[str]) -> None:
    import deployments.preload  # noqa: F401, PLC0415 - warm, as a forked run is
    from flows.application_lifecycle import application_lifecycle  # noqa: PLC0415 - imports Prefect

    await application_lifecycle(references[0], return_state=True)
    start = time.perf_counter()
    for reference in references:
        await application_lifecycle(reference, return_state=True)
    seconds = time.perf_counter() - start
    rate = round(60 * len(references) / seconds, 1)
    print(json.dumps({"runs": len(references), "seconds": round(seconds, 1), "runs_a_minute": rate}))


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        asyncio.run(bare(sys.argv[2:]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 24)
