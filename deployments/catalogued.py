"""What the worker runs: deployments of the catalogue, as they are catalogued. Prefect's password alone starts nothing else."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from casebook.errors import Refused
from deployments.catalogue_entry import Deployment

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun
    from prefect.client.schemas.responses import DeploymentResponse

MODULE = "CASEBOOK_CATALOGUE"  # the variable that names the module of the catalogue; set by the platform


class NotCatalogued(Refused):
    """The run is not one of the catalogue, so it is not started."""

    code = "not_catalogued"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What may differ between two pools: what the worker takes from a job's configuration. Only its defaults are run."""

    preload: tuple[str, ...]
    env: Mapping[str, str | None]
    command: str | None
    working_dir: str | None


async def entrypoint_of(client: PrefectClient, flow_run: FlowRun) -> str:
    """The entrypoint of a run's flow, from our own catalogue. Raises NotCatalogued for a run that is not one of it."""
    if flow_run.deployment_id is None:
        raise NotCatalogued("The run belongs to no deployment.")
    deployment = await client.read_deployment(flow_run.deployment_id)
    entry = _entry(deployment)
    if deployment.pull_steps:
        raise NotCatalogued("The deployment of the run has pull steps, which the catalogue has not.")
    for name, value in flow_run.parameters.items():
        if name not in entry.accepts or re.fullmatch(entry.accepts[name], str(value)) is None:
            raise NotCatalogued("A parameter of the run is not of the form that its flow takes.")
    return entry.flow


def refuse_other_job(job: Job, defaults: Job) -> None:
    """Refuse a run whose pool was changed: other modules, another environment, another command."""
    if job != defaults:
        raise NotCatalogued(
            "The work pool or the run was changed: job variables would start it otherwise than the worker does."
        )


def _entry(deployment: DeploymentResponse) -> Deployment:
    if not (module := os.environ.get(MODULE)):
        raise NotCatalogued(f"The worker was not told its catalogue: set {MODULE} to its module.")
    catalogue: tuple[Deployment, ...] = importlib.import_module(module).CATALOGUE
    for entry in catalogue:
        if (entry.name, entry.flow) == (deployment.name, deployment.entrypoint):
            return entry
    raise NotCatalogued("The deployment of the run is not in the catalogue, or has another entrypoint.")
