"""The board in the Prefect UI: a page that each sweep writes anew. References and counts, nothing personal."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import acreate_markdown_artifact

from casebook.casework import board
from tasks.home import acting


@task
async def show_board() -> None:
    """Write the next version of the board."""
    with acting("sweep") as act:
        text = board.markdown(board.figures(act))
    await acreate_markdown_artifact(key="board", markdown=text, description="Who waits longest, and for whom")
