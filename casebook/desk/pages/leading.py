"""What a supervisor watches: danger, what is late and why, what nobody answers for, who is away, the limit by week."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from casebook.casework.allocation.workload import workload
from casebook.casework.reporting import board, board_plot, list_pages
from casebook.desk import acts
from casebook.desk.pages.applications import STANDINGS, why_late
from casebook.desk.visit import Visit
from casebook.storage import allocation, people

WEEKS = 13  # a quarter
_LINKS = ("board", "applications-exceptions", "staff-absences", "returns", "forecast")


def overview(visit: Visit) -> Response:
    """The unit at a glance, each number with where it leads."""
    with visit.acting() as act:
        figures: dict[str, Any] = board.figures(act)
        whole = list_pages.whole_process(act)
        loads = workload(act)
        unowned, first = allocation.unowned(act.session, people.hidden_from(act.session, act.actor))
    mine = {each.name for group in acts.acts_for(visit.actor, on_case=False).values() for each in group}
    return visit.page(
        "lead.html", nav="/lead", board=figures, people=loads, unowned=unowned, first_unowned=first, now=visit.now,
        whole=[(code, "", title, sum(whole[code].values())) for code, title in STANDINGS],
        breaches=_breaches(whole["breached"]),
        weeks=figures["compliance"][-WEEKS:], held_by_absent=[row for row in loads if row["away"] and row["claimed"]],
        links=[act for act in acts.ACTS if act.name in mine and act.name in _LINKS],
    )  # fmt: skip


def _breaches(counts: Mapping[str, int]) -> list[tuple[str, str, str, int]]:
    """Why the limit was breached, the most frequent reason first."""
    in_order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [("breached", code, why_late(code), count) for code, count in in_order]


def plot(visit: Visit) -> Response:
    """The picture of the same weeks. It shows nothing personal."""
    with visit.acting() as act:
        drawn = board_plot.svg(board.figures(act))
    return Response(drawn, media_type="image/svg+xml")


PAGES = (("GET", "/lead", overview), ("GET", "/lead/weeks.svg", plot))
