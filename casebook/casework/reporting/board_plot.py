"""A plot of the limit kept, and of applications received and closed, by week. It shows nothing personal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from casebook import drawing
from casebook.casework.reporting.board import WEEKS
from casebook.outside_text import plot_text

WIDTH, HEIGHT = 8.0, 4.4  # inches
LABELLED = 4  # every fourth week is labelled with its date


def svg(board: Mapping[str, Any]) -> str:
    compliance, throughput = board["compliance"][-WEEKS:], board["throughput"][-WEEKS:]

    def paint(figure: drawing.Figure) -> None:
        kept, moved = figure.subplots(2)
        kept.set_title("Share in time for the whole process, by the week it fell due")
        _bars(kept, compliance, {"share": drawing.GREEN})
        kept.set_ylim(0, 1)
        moved.set_title("Applications received (grey) and closed (blue), by week")
        _bars(moved, throughput, {"received": drawing.GREY, "closed": drawing.BLUE})

    return drawing.svg(paint, width=WIDTH, height=HEIGHT)


def _bars(axes: drawing.Axes, weeks: Sequence[Mapping[str, Any]], colours: Mapping[str, str]) -> None:
    """Draw the bars of each week side by side, one colour for each figure."""
    if not weeks:
        axes.text(0.5, 0.5, "no data yet", ha="center", transform=axes.transAxes)
        axes.set_xticks([])
        axes.set_yticks([])
        return
    wide = 0.8 / len(colours)
    for number, (name, colour) in enumerate(colours.items()):
        places = [at + (number - (len(colours) - 1) / 2) * wide for at in range(len(weeks))]
        axes.bar(places, [week[name] for week in weeks], width=wide, color=colour)
    labelled = range(0, len(weeks), LABELLED)
    axes.set_xticks(labelled, [plot_text(weeks[at]["monday"]) for at in labelled])
    axes.set_ylim(bottom=0)
