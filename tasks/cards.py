"""The card of an application in the Prefect UI: its stage, whom it waits for and until when. It has nothing personal."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import acreate_markdown_artifact

from casebook.casework.reporting import cards
from tasks.home import acting
from tasks.without_text import without_text


@task(task_run_name="card of {reference}")
@without_text
async def show_card(reference: str) -> None:
    """Write the next version of the application's card."""
    with acting() as act:
        text = cards.card(act, reference)
    await acreate_markdown_artifact(key=reference.lower(), markdown=text, description="Where this application stands")
