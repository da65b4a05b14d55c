"""What counts as a lost run, and that nothing is called lost at first sight."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed, Pending, Running

from casebook import clock
from deployments.orphans import UNSTARTED, Orphans, identity

LONG_AGO = clock.now() - 2 * UNSTARTED


def run(state, *, pid=None, pool="casebook", below=None):
    return FlowRun(id=uuid4(), flow_id=uuid4(), name="r", state=state, infrastructure_pid=pid, work_pool_name=pool,
                   parent_task_run_id=below)  # fmt: skip


class Client:
    def __init__(self, *runs, parents=()):
        self.runs, self.parents = runs, {parent.id: parent for parent in parents}

    async def read_flow_runs(self, *, flow_run_filter, **_):
        below = flow_run_filter.parent_task_run_id is not None
        return [each for each in self.runs if (each.parent_task_run_id is not None) == below]

    async def read_task_run(self, task_run):
        return SimpleNamespace(flow_run_id=task_run)

    async def read_flow_run(self, flow_run):
        return self.parents[flow_run]


ENDED, AT_WORK, ELSEWHERE = run(Completed()), run(Running()), run(Completed(), pool="another")
LOST = {
    "its process is gone": run(Running(), pid=identity(os.getpid())[:-1] + "x"),
    "taken and never started": run(Pending(timestamp=LONG_AGO)),
    "its parent has ended": run(Running(), below=ENDED.id),
}
NOT_LOST = {
    "at work": run(Running(timestamp=LONG_AGO), pid=identity(os.getpid())),
    "just taken": run(Pending(timestamp=clock.now() + timedelta(hours=1))),
    "on another machine": run(Running(), pid="elsewhere:1:1"),
    "below a run at work": run(Running(), below=AT_WORK.id),
    "below a run of another pool": run(Running(), below=ELSEWHERE.id),
}


@pytest.mark.parametrize("what", [*LOST, *NOT_LOST])
def test_a_run_is_lost_if_it_seemed_so_twice(what):
    one = (LOST | NOT_LOST)[what]
    orphans, client = Orphans(), Client(one, parents=(ENDED, AT_WORK, ELSEWHERE))
    assert asyncio.run(orphans.found(client, "casebook")) == []
    assert [found.id for found, _ in asyncio.run(orphans.found(client, "casebook"))] == (
        [one.id] if what in LOST else []
    )
