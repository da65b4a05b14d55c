"""Triages the past applications, as a task that shows its progress, and writes the page about the review."""

from __future__ import annotations

from uuid import UUID

from prefect import task
from prefect.artifacts import acreate_markdown_artifact, create_progress_artifact, update_progress_artifact

from casebook.casework.review import nightly, overview, triage
from casebook.casework.review.nightly import LookedBack
from casebook.casework.review.triage import Triaged
from tasks.home import acting
from tasks.without_text import without_text


@task
@without_text
def triage_past_applications() -> Triaged:
    """Continue where the last run stopped. Each chunk is committed, so a run that dies loses one chunk's work at most."""
    progress_artifact = _progress()
    triaged = triage.triage(lambda: acting("review"), lambda done, of: _show(progress_artifact, 100 * done / of))
    _show(progress_artifact, 100.0)
    return triaged


@task
@without_text
def look_back_at_closed_cases() -> LookedBack:
    """Rank closed cases of the casebook too, ask about restricted ones, and warn of decisions that nobody has been told."""
    progress_artifact = _progress()
    result = nightly.look_back(lambda: acting("review"), lambda done, of: _show(progress_artifact, 100 * done / of))
    _show(progress_artifact, 100.0)
    return result


def _progress() -> object:
    return create_progress_artifact(progress=0.0, key="retrospective-review", description="Past applications assessed")


def _show(artifact: object, percent: float) -> None:
    if isinstance(artifact, UUID):
        update_progress_artifact(artifact_id=artifact, progress=percent)


@task
@without_text
async def show_overview() -> None:
    """Write the next version of the page about the review. It has counts only."""
    with acting("review") as act:
        text = overview.overview(act)
    await acreate_markdown_artifact(key="look-back", markdown=text, description="How far the look-back is, in counts")
