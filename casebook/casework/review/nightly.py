"""The look-back of each night: closed cases are ranked, named people are asked, and supervisors warned before anybody is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from casebook.casework.core.acting import Acting
from casebook.casework.review import before_telling, beside, registers, restricted, triage
from casebook.storage.review import live_cells


@dataclass(frozen=True, kw_only=True)
class LookedBack:
    taken_in: int  # closed applications that are new in the review
    ranked: int
    asked: int  # restricted applications about which named people were asked
    untold: int  # approved decisions of which nobody has been told
    warned: int  # of these, new warnings to a supervisor


def look_back(acting: Acting, progress: Callable[[int, int], None] = lambda _done, _of: None) -> LookedBack:
    """Rank what has closed, and ask about what no list may show. Run twice, it asks about nothing twice."""
    with acting() as act:
        taken_in = registers.take_in_closed(act)
    triaged = triage.triage(acting, progress)
    with acting() as act:
        untold, unasked = live_cells.untold(act.session), restricted.waiting(act)
        assessments = beside.assessed(act, untold | unasked)
        return LookedBack(
            taken_in=taken_in.rows,
            ranked=triaged.applications,
            asked=restricted.ask(act, {name: assessments[name] for name in unasked}),
            untold=len(untold),
            warned=before_telling.warn(act, {name: assessments[name] for name in untold}),
        )
