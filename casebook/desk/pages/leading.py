"""What a supervisor watches: danger, what is late and why, what nobody answers for, who is away, the limit by week."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from casebook.casework.allocation.workload import workload
from casebook.casework.reporting import board, board_plot
from casebook.desk import acts
from casebook.desk.visit import Visit
from casebook.storage import allocation
from casebook.storage import people as people_hidden

WEEKS = 13  # a quarter
_CHECKED_ALONE = ("check", "board", "applications-exceptions", "staff-absences", "returns", "forecast")


def overview(visit: Visit) -> Response:
    """The unit at a glance, each number with where it leads."""
    with visit.acting() as act:
        figures = board.figures(act)
        people = workload(act)
        unowned, first = allocation.unowned(act.session, people_hidden.hidden_from(act.session, act.actor))
        now = act.now
    mine = {each.name for group in acts.acts_for(visit.actor, on_case=False).values() for each in group}
    return visit.page(
        "lead.html", nav="/lead", board=figures, people=people, unowned=unowned, first_unowned=first, now=now,
        weeks=_weeks(figures), held_by_absent=[row for row in people if row["away"] and row["claimed"]],
        links=[act for act in acts.ACTS if act.name in mine and act.name in _CHECKED_ALONE],
    )  # fmt: skip


def _weeks(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The last weeks of the limit kept, as a table beside the picture."""
    return list(figures["compliance"][-WEEKS:])


def plot(visit: Visit) -> Response:
    """The picture of the same weeks. It shows nothing personal."""
    with visit.acting() as act:
        drawn = board_plot.svg(board.figures(act))
    return visit.sent(drawn.encode(), "image/svg+xml")


PAGES = (("GET", "/lead", overview), ("GET", "/lead/weeks.svg", plot))
