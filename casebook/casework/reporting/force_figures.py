"""Figures of the force: applications, outcomes and refusals by route and applicant, and how long each stage took."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from statistics import median

from casebook.casework.core.acting import Act
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Stage
from casebook.storage.reporting import force_figures as stored
from casebook.storage.reporting.force_figures import ForceCase

COLUMNS = ("measure", "route", "applicant", "detail", "value")
Figure = dict[str, object]


def figures(act: Act, *, begin: datetime | None = None, end: datetime | None = None) -> list[Figure]:
    """One row for each figure. The `outcome` rows, including `undecided`, add up to the `applications` row."""
    act.allowed(Command.SEE_OTHER_CASES)
    cases = stored.cases(act.session, begin, end)
    return [*_counts(cases), *_times(act, {case.reference: case for case in cases})]


def _counts(cases: list[ForceCase]) -> Iterator[Figure]:
    measures = {
        "applications": ((case, "") for case in cases),
        "outcome": ((case, case.outcome or "undecided") for case in cases),
        "refusal_reason": ((case, case.refusal_reason) for case in cases if case.outcome and case.refusal_reason),
        "closed": ((case, "") for case in cases if case.closed_at),
    }
    for measure, counted in measures.items():
        totals = Counter((case.route, case.applicant, detail) for case, detail in counted)
        for (route, applicant, detail), value in sorted(totals.items()):
            yield _figure(measure, route, applicant, detail, value)


def _times(act: Act, cases: dict[str, ForceCase]) -> Iterator[Figure]:
    """Median days in each completed stage; the first begins at submission. Both times of a stage that was twice are added."""
    since = {reference: case.submitted_at for reference, case in cases.items()}
    spent = defaultdict[tuple[str, str], float](float)
    for move in stored.moves(act.session):
        if move.chain not in cases:
            continue
        if move.origin != Stage.CLOSED:  # one that was reopened was in no stage meanwhile
            spent[move.chain, move.origin] += (move.at - since[move.chain]).total_seconds() / 86400
        since[move.chain] = move.at
    grouped = defaultdict[tuple[str, str, str], list[float]](list)
    for (reference, stage), days in spent.items():
        grouped[cases[reference].route, cases[reference].applicant, stage].append(days)
    for (route, applicant, stage), durations in sorted(grouped.items()):
        yield _figure("median_days_in_stage", route, applicant, stage, round(median(durations), 2))


def _figure(measure: str, route: str, applicant: str, detail: str | None, value: float) -> Figure:
    return dict(zip(COLUMNS, (measure, route, applicant, detail or "", value), strict=True))
