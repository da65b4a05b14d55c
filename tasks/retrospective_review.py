"""One triage of the past applications, as a task that shows how far it is."""

from __future__ import annotations

from uuid import UUID

from prefect import task
from prefect.artifacts import create_progress_artifact, update_progress_artifact

from casebook.casework.review import triage
from casebook.casework.review.triage import Triaged
from tasks.home import acting


@task
def triage_past_applications() -> Triaged:
    """Go on where the last run stopped. Each chunk is committed, so a run that dies loses one chunk's work at most."""
    shown = create_progress_artifact(progress=0.0, key="retrospective-review", description="Past applications assessed")
    told = triage.triage(lambda: acting("review"), lambda done, of: _show(shown, 100 * done / of))
    _show(shown, 100.0)
    return told


def _show(artifact: object, percent: float) -> None:
    if isinstance(artifact, UUID):
        update_progress_artifact(artifact_id=artifact, progress=percent)
