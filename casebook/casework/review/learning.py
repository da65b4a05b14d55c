"""What reviewers have found so far, as factors of the odds by which the next triage ranks."""

from __future__ import annotations

from casebook.casework.core.acting import Act
from casebook.domain.review.cases import FAILURES
from casebook.domain.review.learning import ExaminedSuspicion, LearntOdds, learnt_odds
from casebook.storage.review import cases as work
from casebook.storage.review import registers as stored


def learnt(act: Act) -> tuple[LearntOdds, ...]:
    """By suspicion. It counts concluded examinations, and knows neither names nor staff."""
    outcomes = {case.anchor: case.outcome for case in work.cases(act.session) if case.concluded_at is not None}
    if not outcomes:
        return ()
    findings = [
        ExaminedSuspicion(
            suspicion=row.assessment["suspicion"],
            chance=row.assessment["stated"] / row.assessment["consequence"],
            failure=outcome in FAILURES,
        )
        for row in stored.applications(act.session)
        if row.assessment and row.assessment.get("suspicion")
        for anchor in row.rows
        if (outcome := outcomes.get(anchor)) is not None
    ]
    return learnt_odds(findings, act.documents.review(act.now).learning)
