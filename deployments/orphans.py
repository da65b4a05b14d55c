"""Finds orphaned runs: Prefect shows them as under way, but their process, worker or parent run is gone."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterParentTaskRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ObjectNotFound

from casebook import clock

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun

UNSTARTED = timedelta(minutes=2)  # a worker that has taken a run starts it within seconds
UNDER_WAY = FlowRunFilterState(
    type=FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
)


class Orphans:
    """Looks for orphaned runs again and again. A run that seems lost twice in a row is lost."""

    def __init__(self) -> None:
        self._suspects: set[UUID] = set()

    async def found(self, client: PrefectClient, pool: str) -> list[tuple[FlowRun, str]]:
        """The lost runs of the pool, each with the reason.

        Only runs that seemed lost the time before as well: a worker that is still alive is about to report their end.
        """
        suspects = {run.id: (run, why) async for run, why in _suspicious(client, pool)}
        lost = [suspects[key] for key in self._suspects & suspects.keys()]
        self._suspects = set(suspects)
        return lost


async def _suspicious(client: PrefectClient, pool: str) -> AsyncIterator[tuple[FlowRun, str]]:
    named = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool]))
    for run in await client.read_flow_runs(flow_run_filter=FlowRunFilter(state=UNDER_WAY), work_pool_filter=named):
        if is_gone(run.infrastructure_pid):
            yield run, "The process of this run has ended, and its worker did not report why."
        elif never_started(run):
            yield run, "A worker took this run and stopped before starting it."
    below = FlowRunFilterParentTaskRunId(is_null_=False)
    for run in await client.read_flow_runs(flow_run_filter=FlowRunFilter(state=UNDER_WAY, parent_task_run_id=below)):
        parent = await _parent(client, run)
        if parent and parent.work_pool_name == pool and parent.state and parent.state.is_final():
            yield run, "The run that started this run has ended."


async def _parent(client: PrefectClient, run: FlowRun) -> FlowRun | None:
    try:
        task_run = await client.read_task_run(run.parent_task_run_id) if run.parent_task_run_id else None
        return await client.read_flow_run(task_run.flow_run_id) if task_run and task_run.flow_run_id else None
    except ObjectNotFound:
        return None


def never_started(run: FlowRun) -> bool:
    state = run.state
    if run.infrastructure_pid or state is None or state.type != StateType.PENDING:
        return False
    return state.timestamp < clock.now() - UNSTARTED


def identity(pid: int | None) -> str:
    """Identify a process on this machine, so that it is not confused with a later process of the same number."""
    return f"{socket.gethostname()}:{pid}:{_started(pid)}"


def is_gone(identity: str | None) -> bool:
    """Whether the process has ended. Always false for a process on another machine."""
    host, _, process = (identity or "").partition(":")
    pid, _, started = process.partition(":")
    return host == socket.gethostname() and pid.isdecimal() and _started(int(pid)) != started


def _started(pid: int | None) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state == "Z" else fields[18]
