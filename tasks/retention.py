"""The page of what has been kept long enough."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import acreate_markdown_artifact

from casebook.casework.governance import retention
from tasks.home import acting


@task
async def propose_disposals() -> int:
    """Write the page anew and tell the head of unit; returns how many can be disposed of."""
    with acting("retention") as act:
        found = retention.propose(act)
    await acreate_markdown_artifact(key="retention", markdown=retention.page(found), description="Kept long enough")
    return sum(not each.legal_hold for each in found)
