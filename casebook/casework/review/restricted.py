"""Restricted closed applications are reviewed too: by the people named for them, and in no list that others see.

Each is a work item of its own application, so that the rules of restricted applications hold for it. It is not blind: whoever
is named may know the decision. So a finding of no failure always needs a second named person, and the account tells counts only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from pydantic import Field
from sqlalchemy import ColumnElement, select

from casebook.casework.core.acting import Act, refuse
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.core.work_items import open_items
from casebook.casework.review.examining import Checked, check_finding
from casebook.domain import authority
from casebook.domain.authority import Command
from casebook.domain.review import cases as rules
from casebook.domain.review.cases import FAILURES, ReviewOutcome
from casebook.domain.review.ranking import Assessment
from casebook.domain.review.urgency import ContactPriority
from casebook.domain.vocabulary import Priority, WorkKind
from casebook.domain.work import Need
from casebook.errors import NotPermitted
from casebook.storage.review import cases as work
from casebook.storage.review import live, live_cells
from casebook.storage.tables import OPEN_WORK, Application, WorkItem

BY_REVIEW = "retrospective_review"
FIRST, SECOND = "first", "second"


def waiting(act: Act) -> dict[str, dict[str, str]]:
    """The cells of each restricted closed application about which nobody has been asked yet, by reference."""
    asked = set(act.session.scalars(select(WorkItem.reference).where(_mine(), WorkItem.cancelled_at.is_(None))))
    return {name: cells for name, cells in live_cells.restricted_cells(act.session).items() if name not in asked}


def ask(act: Act, assessments: Mapping[str, Assessment]) -> int:
    """Ask the people named for each of these to examine it, the urgent ones first. Returns how many were asked about."""
    act.allowed(Command.TRIAGE)
    _end_lifted(act)
    for reference, assessment in assessments.items():
        urgent = assessment.contact_priority is ContactPriority.NOW
        need = _need(act, FIRST, urgent=urgent, suspicion=assessment.suspicion, signs=list(assessment.signs))
        open_items(act, act.application(reference), [need], because=BY_REVIEW)
    return len(assessments)


def _need(act: Act, key: str, *, urgent: bool, **subject: object) -> Need:
    allocation = act.documents.review(act.now).allocation
    return Need(
        kind=WorkKind.REVIEW_RESTRICTED, key=key, priority=Priority.URGENT if urgent else Priority.STANDARD,
        subject=subject, due_at=allocation.examine_by(act.now, urgent=urgent),
    )  # fmt: skip


def _end_lifted(act: Act) -> None:
    """End the open work on applications that are not restricted any more: they are in the list of the casebook now."""
    query = select(WorkItem).join(Application, Application.reference == WorkItem.reference)
    for item in act.session.scalars(query.where(_mine(), OPEN_WORK, Application.restricted.is_(False))).all():
        item.cancelled_at, item.cancelled_why = act.now, "restriction_lifted"
        application = act.session.get_one(Application, item.reference)
        act.record(application, "work_cancelled", because="restriction_lifted", kinds=[item.kind])


class RestrictedExamined(Answer):
    """The outcome of the review of one restricted application. Read `applications show REF` first."""

    outcome: ReviewOutcome = Field(description="harm: a person was hurt after the decision.")
    modes: list[str] = Field(default_factory=list, description="How it failed, as in `review_application`.")
    checklist: dict[str, Checked] = Field(description="Every line of the checklist, as in `review_application`.")
    explanation: str = Field(min_length=1, description="The reasons for the outcome.")


def _examined(doing: Doing) -> None:
    act, application, answer = doing.act, doing.application, doing.answer
    check_finding(answer.outcome, answer.modes, answer.checklist, answer.explanation)
    handled = live_cells.actors_of(act.session, application.reference)
    refuse(
        rules.why_not_examine(act.actor.id, handled=handled, managers=work.managers(act.session), before=()),
        NotPermitted,
    )
    earlier = _outcomes(act).get(application.reference, [])[:-1]  # the last is this one
    if first := doing.item.subject.get("first"):
        refuse(authority.why_not_second(act.actor, [str(first)]), NotPermitted)
    outcome = rules.settled_among_named([*earlier, answer.outcome])
    act.record(application, "restricted_examined", outcome=answer.outcome, concluded=outcome is not None)
    if outcome is None:
        need = _need(act, SECOND, urgent=doing.item.priority == Priority.URGENT, first=act.actor.id)
        open_items(act, application, [need], because="second_look")
    elif outcome in FAILURES and not live.proposed_for(act.session, application.reference):
        proposal = Need(
            kind=WorkKind.REVIEW_WATCH_PROPOSAL, key=f"restricted:{doing.item.id}", subject={"because": BY_REVIEW},
            priority=Priority.URGENT if outcome is ReviewOutcome.HARM else Priority.HIGH,
        )  # fmt: skip
        open_items(act, application, [proposal], because=BY_REVIEW)


def figures(act: Act) -> dict[str, int]:
    """How many restricted closed applications there are, and how many of them are examined. Counts only.

    What was found in them is in no account: among so few, a count could tell of one.
    """
    concluded = {
        name for name, outcomes in _outcomes(act).items() if rules.settled_among_named(outcomes) is not None
    } & set(live_cells.restricted_references(act.session))
    return {"applications": live_cells.restricted(act.session), "examined": len(concluded)}


def _outcomes(act: Act) -> dict[str, list[ReviewOutcome]]:
    """The outcomes so far by reference, the first reviewer's first."""
    query = select(WorkItem.reference, WorkItem.answer["outcome"].astext).where(_mine(), WorkItem.done_at.is_not(None))
    outcomes: dict[str, list[ReviewOutcome]] = defaultdict(list)
    for reference, outcome in act.session.execute(query.order_by(WorkItem.done_at, WorkItem.opened_at)).tuples():
        if reference and outcome:
            outcomes[reference].append(ReviewOutcome(outcome))
    return outcomes


def _mine() -> ColumnElement[bool]:
    return WorkItem.kind == WorkKind.REVIEW_RESTRICTED


ANSWERS: Answers = {WorkKind.REVIEW_RESTRICTED: Answering(schema=RestrictedExamined, handler=_examined)}
