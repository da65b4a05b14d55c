"""The board in the Prefect UI: a page that each sweep writes anew. References and counts, nothing personal."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import acreate_image_artifact, acreate_markdown_artifact

from casebook.casework import board, board_plot
from tasks.home import acting


@task
async def show_board() -> None:
    """Write the next version of the board and of its plot."""
    with acting("sweep") as act:
        shown = board.figures(act)
    words = "Who waits longest, and for whom"
    await acreate_markdown_artifact(key="board", markdown=board.markdown(shown), description=words)
    words = "The limit kept by week; what came and went"
    await acreate_image_artifact(key="board-plot", image_url=board_plot.data_url(shown), description=words)
