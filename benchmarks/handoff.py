"""From creating a run to its end, on a real server: the warm worker against Prefect's own process worker, turn by turn.

`python -m benchmarks.handoff [RUNS]`. The same flow, server, database and moment for both; prints one JSON document.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from prefect.client.orchestration import get_client

from benchmarks.handoff_flows import CATALOGUE
from casebook.storage import cluster
from deployments.catalogue import register
from deployments.platform import Plan, running

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient

ROOT = Path(__file__).resolve().parent.parent
STOCK = "stock"


def main(runs: int) -> None:
    with tempfile.TemporaryDirectory(prefix="handoff-") as directory:
        home = Path(directory)
        home.chmod(0o711)  # root's database user keeps its data inside, and all goes with it
        with cluster.running(home) as server:
            here = {"PYTHONPATH": str(ROOT)}
            plan = Plan(
                home=home,
                prefect_database_url=server.url("prefect"),
                catalogue="benchmarks.handoff_flows",
                environment=here,
            )
            os.environ.update(here)
            with running(plan, lambda line: print(line, file=sys.stderr)) as platform:
                environment = {**platform.environment, **here}
                words = [sys.executable, "-m", "benchmarks.handoff", "--client", str(runs)]
                answer = subprocess.run(words, env=environment, check=True, stdout=subprocess.PIPE)
    print(answer.stdout.decode().strip().splitlines()[-1])


async def client(runs: int) -> None:
    await register([replace(entry, name=STOCK) for entry in CATALOGUE], pool=STOCK, worker_type="process")
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", STOCK, "--type", "process"]
    worker = subprocess.Popen(command, stdout=sys.stderr, stderr=sys.stderr)  # noqa: ASYNC220 - before anything is timed
    try:
        async with get_client() as api:
            names = ("warm", "sample"), ("stock", STOCK)
            ids = {kind: (await api.read_deployment_by_name(f"handoff-sample/{name}")).id for kind, name in names}
            taken: dict[str, list[float]] = {kind: [] for kind in ids}
            for deployment in ids.values():  # the first run of each waits for its worker, and is not counted
                await once(api, deployment)
            for _ in range(runs):
                for kind, deployment in ids.items():
                    taken[kind].append(await once(api, deployment))
    finally:
        worker.terminate()
        worker.wait()
    figures = {kind: {"p50": middle(v), "p95": late(v), "runs": len(v)} for kind, v in taken.items()}
    load = [round(one / (psutil.cpu_count() or 1), 1) for one in psutil.getloadavg()]
    print(json.dumps({**figures, "ratio_p50": round(middle(taken["stock"]) / middle(taken["warm"]), 1), "load": load}))


async def once(api: PrefectClient, deployment: UUID) -> float:
    start = time.perf_counter()
    run = await api.create_flow_run_from_deployment(deployment)
    while True:
        await asyncio.sleep(0.05)
        state = (await api.read_flow_run(run.id)).state
        if state and state.is_final():
            assert state.is_completed(), state
            return time.perf_counter() - start


def middle(values: list[float]) -> float:
    return round(statistics.median(values), 2)


def late(values: list[float]) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * 0.95))], 2)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        asyncio.run(client(int(sys.argv[2])))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 15)
