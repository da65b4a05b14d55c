"""Lists what has been kept as long as the policy requires."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import acreate_markdown_artifact

from casebook.casework.governance import retention
from tasks.home import acting
from tasks.without_text import without_text


@task
@without_text
async def propose_disposals() -> int:
    """Write the page, notify the head of unit, and return how many applications can be disposed of."""
    with acting("retention") as act:
        proposals = retention.propose(act)
    await acreate_markdown_artifact(
        key="retention",
        markdown=retention.page(proposals),
        description="Applications kept as long as the policy requires",
    )
    return sum(not proposal.legal_hold for proposal in proposals)
