"""The worker type `warm-process`: forks each flow run from a process that has already imported everything.

Start it with `prefect worker start --type warm-process --pool NAME`. Only the start of the process is our own: states,
cancellation and crashes go through the same executor as in Prefect's process worker.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from prefect import Flow
from prefect.runner._flow_run_executor import FlowRunExecutorContext
from prefect.runner._process_manager import ProcessHandle, create_isolated_termination_scope
from prefect.settings import get_current_settings
from prefect.utilities.processutils import sanitize_subprocess_env
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult
from pydantic import Field

from deployments import catalogued, run_signal
from deployments.orphans import Orphans, identity
from deployments.warm_pool import WarmPool

if TYPE_CHECKING:
    from anyio.abc import TaskStatus
    from prefect.client.schemas.objects import FlowRun
    from prefect.runner._control_channel import ControlChannel
    from prefect.runner._flow_run_executor import FlowRunExecutionResult

    from deployments.warm_pool import Forked

PRELOAD = ["deployments.preload"]
COMMAND = "python -m prefect.engine"  # only told: a run is forked


class WarmJobConfiguration(BaseJobConfiguration):
    preload: list[str] = Field(default_factory=lambda: list(PRELOAD))
    working_dir: str | None = Field(default=None)

    @staticmethod
    def _base_flow_run_command() -> str:
        return COMMAND


class WarmVariables(BaseVariables):
    preload: list[str] = Field(
        default_factory=lambda: list(PRELOAD),
        title="Modules to preload",
        description="Imported once, before the first run. Every run is forked from the process that imported them.",
    )
    working_dir: str | None = Field(
        default=None,
        title="Working Directory",
        description="The directory in which runs start. If empty, a temporary directory.",
    )


class WarmWorkerResult(BaseWorkerResult):
    """How the run's process ended."""


class WarmWorker(BaseWorker[WarmJobConfiguration, WarmVariables, WarmWorkerResult]):
    type = "warm-process"
    job_configuration = WarmJobConfiguration
    job_configuration_variables = WarmVariables
    _display_name = "Warm process"
    _description = "Runs each flow run in a process of its own, forked from one that has imported everything."

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's own signature
        super().__init__(*args, **kwargs)
        self._pool = WarmPool()
        self._orphans = Orphans()
        self._signals: asyncio.Task[None] | None = None

    async def setup(self) -> None:
        self._pool.prepare(PRELOAD)  # imports go on while the worker registers itself
        await super().setup()
        self._signals = asyncio.create_task(run_signal.receive(self.get_and_submit_flow_runs))

    async def teardown(self, *exc_info: Any) -> None:  # noqa: ANN401
        if self._signals:
            self._signals.cancel()
        with anyio.CancelScope(shield=True):
            await self._pool.close()
        await super().teardown(*exc_info)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: WarmJobConfiguration,
        task_status: TaskStatus[Any] | None = None,
    ) -> WarmWorkerResult:
        # shielded: when the worker is asked to stop, the pool ends its runs, and their states are still reported
        with anyio.CancelScope(shield=True):
            execution = await self._execute(flow_run, configuration, task_status or anyio.TASK_STATUS_IGNORED)
        run_signal.send()  # there is room for another
        if execution is None or execution.status_code is None:
            raise RuntimeError("The process of the flow run could not be started.")
        return WarmWorkerResult(status_code=execution.status_code, identifier=str(execution.handle.pid))

    async def _execute(
        self, flow_run: FlowRun, configuration: WarmJobConfiguration, task_status: TaskStatus[Any]
    ) -> FlowRunExecutionResult | None:
        # what the server says is checked against our own catalogue, and only what that says is run
        catalogued.refuse_other_job(_job_of(configuration), _job_of(WarmJobConfiguration()))
        entrypoint = await catalogued.entrypoint_of(self.client, flow_run)
        async with FlowRunExecutorContext() as context:
            starter = WarmStarter(pool=self._pool, entrypoint=entrypoint, control=context.control_channel)
            executor = context.create_executor(flow_run, starter, resolve_flow=_without_hooks, propose_submitting=False)
            results: list[FlowRunExecutionResult | None] = []

            async def execute(*, task_status: TaskStatus[ProcessHandle]) -> None:
                results.append(await executor.submit(task_status=task_status))

            with tempfile.TemporaryDirectory(prefix="run-") as directory:
                starter.directory = Path(directory)
                async with anyio.create_task_group() as group:
                    handle = await group.start(execute)
                    task_status.started(identity(handle.pid))
        return results[0] if results else None

    async def sync_with_backend(self) -> None:
        await super().sync_with_backend()
        await self._find_orphans()

    async def _find_orphans(self) -> None:
        for run, why in await self._orphans.found(self.client, self._work_pool_name):
            await self._propose_crashed_state(run, why)


class WarmStarter:
    """Starts the process of a run when Prefect's executor asks for one."""

    def __init__(self, *, pool: WarmPool, entrypoint: str, control: ControlChannel) -> None:
        self.pool = pool
        self.entrypoint = entrypoint
        self.control = control
        self.directory = Path(tempfile.gettempdir())

    async def start(
        self, flow_run: FlowRun, task_status: TaskStatus[ProcessHandle] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        process = await self.pool.fork(PRELOAD, environment=self._environment(flow_run), directory=self.directory)
        handle: Any = process  # it has what a process handle needs: pid and returncode
        task_status.started(ProcessHandle(handle, termination_scope=create_isolated_termination_scope(process.pid)))
        await process.wait()

    def _environment(self, flow_run: FlowRun) -> dict[str, str]:
        environment: dict[str, str | None] = {**os.environ}
        environment |= get_current_settings().to_environment_variables(exclude_unset=True)
        environment["PREFECT__FLOW_ENTRYPOINT"] = (
            self.entrypoint
        )  # or the run loads what the server names, pull steps too
        environment["PREFECT__FLOW_RUN_ID"] = str(flow_run.id)
        environment["PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS"] = "false"  # the executor runs them
        try:
            port, token = self.control.register(flow_run.id)
        except RuntimeError:
            pass  # no listener could be bound: cancelling then ends the process without giving it the reason
        else:
            environment |= {"PREFECT__CONTROL_PORT": str(port), "PREFECT__CONTROL_TOKEN": token}
        return sanitize_subprocess_env(environment)


def _job_of(configuration: WarmJobConfiguration) -> catalogued.Job:
    ours = {name for name in configuration.env if name.startswith("PREFECT")}  # what Prefect itself adds for a run
    return catalogued.Job(
        preload=tuple(configuration.preload),
        env={name: value for name, value in configuration.env.items() if name not in ours},
        command=configuration.command if configuration.command != COMMAND else None,
        working_dir=configuration.working_dir,
    )


async def _without_hooks(flow_run: FlowRun) -> Flow[..., Any]:
    """What the executor asks for hooks: none of our flows has any, and it must not load what the server names."""
    return Flow(fn=_nothing, name=f"run-{flow_run.id}")


def _nothing() -> None:
    """Do nothing."""


__all__ = ["Forked", "WarmWorker"]
