"""The board in the Prefect UI: a page that each sweep writes again. It has references and counts, nothing personal."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import acreate_markdown_artifact

from casebook.casework.reporting import board, board_plot
from tasks.home import acting
from tasks.pictures import show_picture
from tasks.without_text import without_text


@task
@without_text
async def show_board() -> None:
    """Write the next version of the board and of its plot."""
    with acting("sweep") as act:
        shown = board.figures(act)
    words = "Applications that wait longest, and for whom"
    await acreate_markdown_artifact(key="board", markdown=board.markdown(shown), description=words)
    await show_picture("board-plot", board_plot.svg(shown), "By week: decided within the limit, received and closed")
