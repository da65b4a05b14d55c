"""Dip-checks of open cases by a supervisor: a checklist about one person's work, which that person is told."""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from casebook import bounds
from casebook.casework.allocation.telling import tell
from casebook.casework.core.acting import Act, Summary, refuse_all, why_closed
from casebook.casework.core.numbered import next_id
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import open_check as rules
from casebook.errors import InvalidAnswer
from casebook.storage.tables import CaseOwner, OpenCheck, WorkItem

CHECKED = "case_checked"


def check(act: Act, reference: str, *, staff: str, points: str, words: str | None = None) -> Summary:
    """Record what was found at each point of somebody's work on an open case. They are told, and read it in the case.

    `points`: `danger=good;contact=fault;...`, each point once. A fault needs words.
    """
    act.allowed(Command.CHECK_OPEN_CASE)
    application = act.application(reference)
    results = rules.read(points)
    refuse_all([
        why_closed(application),
        rules.why_not_checked(checker=act.actor.id, staff=staff, worked=_worked(act, reference, staff)),
        rules.why_unclear(results),
        _why_not_words(words, results),
    ], InvalidAnswer)  # fmt: skip
    row = OpenCheck(
        id=next_id(act, OpenCheck, reference), reference=reference, staff_id=staff, stage=application.stage, points=results,
        words=(words or "").strip() or None, checked_by=act.actor.id, checked_at=act.now,
    )  # fmt: skip
    act.session.add(row)
    act.record(application, CHECKED, check=row.id, staff=staff, faults=rules.faults(results))
    tell(act, staff, reference=reference, reason=CHECKED)
    return {"reference": reference, "check": row.id, "staff": staff, "faults": rules.faults(results)}


def _worked(act: Act, reference: str, staff: str) -> bool:
    """Whether somebody did or claimed work on an application, or answers for it."""
    worked = select(WorkItem.id).where(
        WorkItem.reference == reference, or_(WorkItem.done_by == staff, WorkItem.owner == staff)
    )
    answers = select(CaseOwner.id).where(CaseOwner.reference == reference, CaseOwner.staff_id == staff)
    return bool(act.session.scalar(select(or_(exists(worked), exists(answers)))))


def _why_not_words(words: str | None, points: dict[str, str]) -> Reason | None:
    if len(words or "") > bounds.LONG_TEXT:
        return Reason("too_long", f"the words have more than {bounds.LONG_TEXT:,} characters")
    if rules.faults(points) and not (words or "").strip():
        return Reason("reason_missing", "say in words what was wrong: they read it")
    return None
