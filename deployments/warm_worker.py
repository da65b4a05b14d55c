"""The worker type `warm-process`: forks each flow run from a process that has already imported everything.

`prefect worker start --type warm-process --pool NAME`. Everything but the start of the process is Prefect's own:
states, cancellation and crashes go through the same executor as in its process worker.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from prefect.flows import load_flow_from_flow_run
from prefect.runner._flow_run_executor import FlowRunExecutorContext
from prefect.runner._process_manager import ProcessHandle, create_isolated_termination_scope
from prefect.settings import get_current_settings
from prefect.utilities.processutils import sanitize_subprocess_env
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult
from pydantic import Field

from deployments import run_signal
from deployments.orphans import Orphans, identity
from deployments.warm_pool import WarmPool

if TYPE_CHECKING:
    from anyio.abc import TaskStatus
    from prefect.client.schemas.objects import FlowRun
    from prefect.runner._control_channel import ControlChannel
    from prefect.runner._flow_run_executor import FlowRunExecutionResult

    from deployments.warm_pool import Forked

PRELOAD = ["deployments.preload"]


class WarmJobConfiguration(BaseJobConfiguration):
    preload: list[str] = Field(default_factory=lambda: list(PRELOAD))
    working_dir: str | None = Field(default=None)

    @staticmethod
    def _base_flow_run_command() -> str:
        return "python -m prefect.engine"


class WarmVariables(BaseVariables):
    preload: list[str] = Field(
        default_factory=lambda: list(PRELOAD),
        title="Modules to preload",
        description="Imported once, before the first run; every run is forked from the process that has done so.",
    )
    working_dir: str | None = Field(
        default=None, title="Working Directory", description="Where runs are started; otherwise a temporary directory."
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
        self._bell: asyncio.Task[None] | None = None

    async def setup(self) -> None:
        self._pool.prepare(PRELOAD)  # imports go on while the worker makes itself known
        await super().setup()
        self._bell = asyncio.create_task(run_signal.answer(self.get_and_submit_flow_runs))

    async def teardown(self, *exc_info: Any) -> None:  # noqa: ANN401
        if self._bell:
            self._bell.cancel()
        with anyio.CancelScope(shield=True):
            await self._pool.close()
        await super().teardown(*exc_info)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: WarmJobConfiguration,
        task_status: TaskStatus[Any] | None = None,
    ) -> WarmWorkerResult:
        # shielded: when the worker is told to stop, its runs are ended by the pool, and their states are still seen to
        with anyio.CancelScope(shield=True):
            execution = await self._execute(flow_run, configuration, task_status or anyio.TASK_STATUS_IGNORED)
        run_signal.ring()  # there is room for another
        if execution is None or execution.status_code is None:
            raise RuntimeError("Failed to start flow run process.")
        return WarmWorkerResult(status_code=execution.status_code, identifier=str(execution.handle.pid))

    async def _execute(
        self, flow_run: FlowRun, configuration: WarmJobConfiguration, task_status: TaskStatus[Any]
    ) -> FlowRunExecutionResult | None:
        async with FlowRunExecutorContext() as context:
            starter = WarmStarter(pool=self._pool, configuration=configuration, control=context.control_channel)
            executor = context.create_executor(
                flow_run, starter, resolve_flow=load_flow_from_flow_run, propose_submitting=False
            )
            done: list[FlowRunExecutionResult | None] = []

            async def execute(*, task_status: TaskStatus[ProcessHandle]) -> None:
                done.append(await executor.submit(task_status=task_status))

            with tempfile.TemporaryDirectory(prefix="run-") as directory:
                starter.directory = Path(configuration.working_dir or directory)
                async with anyio.create_task_group() as group:
                    handle = await group.start(execute)
                    task_status.started(identity(handle.pid))
        return done[0] if done else None

    async def sync_with_backend(self) -> None:
        await super().sync_with_backend()
        await self._find_orphans()

    async def _find_orphans(self) -> None:
        for run, why in await self._orphans.found(self.client, self._work_pool_name):
            await self._propose_crashed_state(run, why)


class WarmStarter:
    """Prefect's executor asks it for a process, as it asks its own starters."""

    def __init__(self, *, pool: WarmPool, configuration: WarmJobConfiguration, control: ControlChannel) -> None:
        self.pool = pool
        self.configuration = configuration
        self.control = control
        self.directory = Path(tempfile.gettempdir())

    async def start(
        self, flow_run: FlowRun, task_status: TaskStatus[ProcessHandle] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        process = await self.pool.fork(
            self.configuration.preload, environment=self._environment(flow_run), directory=self.directory
        )
        handle: Any = process  # it has what a handle asks of a process: pid and returncode
        task_status.started(ProcessHandle(handle, termination_scope=create_isolated_termination_scope(process.pid)))
        await process.wait()

    def _environment(self, flow_run: FlowRun) -> dict[str, str]:
        environment: dict[str, str | None] = {**os.environ, **self.configuration.env}
        environment |= get_current_settings().to_environment_variables(exclude_unset=True)
        environment["PREFECT__FLOW_RUN_ID"] = str(flow_run.id)
        environment["PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS"] = "false"  # the executor runs them
        try:
            port, token = self.control.register(flow_run.id)
        except RuntimeError:
            pass  # no listener could be bound: cancelling then ends the process without telling it why
        else:
            environment |= {"PREFECT__CONTROL_PORT": str(port), "PREFECT__CONTROL_TOKEN": token}
        return sanitize_subprocess_env(environment)


__all__ = ["Forked", "WarmWorker"]
