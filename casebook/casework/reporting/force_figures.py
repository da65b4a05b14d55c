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

NOT_SAID = "not_said"  # nobody has said yet why it was late
COLUMNS = ("measure", "route", "applicant", "detail", "value")
Figure = dict[str, object]


def figures(act: Act, *, begin: datetime | None = None, end: datetime | None = None) -> list[Figure]:
    """One row for each figure. The `outcome` rows, including `undecided`, add up to the `applications` row."""
    act.allowed(Command.SEE_OTHER_CASES)
    cases = stored.cases(act.session, begin, end)
    by_reference = {case.reference: case for case in cases}
    return [*_counts(cases), *_kept(cases, act.now), *_waits(cases), *_times(act, by_reference)]


def _counts(cases: list[ForceCase]) -> Iterator[Figure]:
    measures = {
        "applications": ((case, "") for case in cases),
        "outcome": ((case, case.outcome or "undecided") for case in cases),
        "refusal_reason": ((case, case.refusal_reason) for case in cases if case.outcome and case.refusal_reason),
        "closed": ((case, "") for case in cases if case.closed_at),
        "taken_over": ((case, "") for case in cases if case.taken_over),
    }
    for measure, counted in measures.items():
        totals = Counter((case.route, case.applicant, detail) for case, detail in counted)
        for (route, applicant, detail), value in sorted(totals.items()):
            yield _figure(measure, route, applicant, detail, value)


def _kept(cases: list[ForceCase], now: datetime) -> Iterator[Figure]:
    """Whether the limit of the whole process was kept, why not, and harm that came after a decision."""
    counted = {
        "whole_process": ((case, _in_time(case, now)) for case in cases),
        "whole_process_late_because": (
            (case, case.late_because or NOT_SAID) for case in cases if _in_time(case, now) == "late"
        ),
        "harm_after_decision": ((case, case.outcome or "undecided") for case in cases if case.harmed_at),
    }
    for measure, pairs in counted.items():
        totals = Counter((case.route, case.applicant, detail) for case, detail in pairs)
        for (route, applicant, detail), value in sorted(totals.items()):
            yield _figure(measure, route, applicant, detail, value)


def _in_time(case: ForceCase, now: datetime) -> str:
    """Whether the whole process was in time: `kept`, `late`, `running`, or `no_limit` where policy or an early end set none."""
    if case.whole_due is None or (case.whole_met is None and case.closed_at is not None):
        return "no_limit"
    if case.whole_met is None:
        return "late" if now > case.whole_due else "running"
    return "kept" if case.whole_met <= case.whole_due else "late"


def _waits(cases: list[ForceCase]) -> Iterator[Figure]:
    """Median days from submission until the application was received here, and until the person at risk was told."""
    waits = {
        "median_days_before_import": [(case, case.received_at) for case in cases if not case.taken_over],
        "median_days_to_disclosure": [(case, case.disclosed_at) for case in cases if case.disclosed_at],
        "median_days_to_closure": [(case, case.closed_at) for case in cases if case.closed_at],
    }
    for measure, ends in waits.items():
        grouped = defaultdict[tuple[str, str, str], list[float]](list)
        for case, end in ends:
            days = (end - case.submitted_at).total_seconds() / 86400
            grouped[case.route, case.applicant, case.outcome or "undecided"].append(max(0.0, days))
        for (route, applicant, outcome), durations in sorted(grouped.items()):
            yield _figure(measure, route, applicant, outcome, round(median(durations), 2))


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
