"""Examining a past application: first the reviewer's own decision, blind, then a finding about the first decision.

A second person, who sees nothing of the first, examines findings of no failure high in the ranking and a random sample of the
others. If they differ, a third settles it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from casebook.casework.core import blind_review
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, UnitDoing
from casebook.casework.review import allocation, people
from casebook.domain import chain
from casebook.domain.review import cases as rules
from casebook.domain.review import failure_modes
from casebook.domain.review.cases import CHECKLIST, FAILURES, SECOND, THIRD, OwnDecision, ReviewOutcome
from casebook.domain.vocabulary import WorkKind
from casebook.errors import AlreadyDone, InvalidAnswer, NotPermitted
from casebook.storage.review import cases as work
from casebook.storage.tables import ReviewApplication, ReviewCase, ReviewOpinion, WorkItem

Checked = Literal["yes", "no", "unknown", "not_applicable"]


class Examined(Answer):
    """An examination in two parts. The item's subject says which part to answer. Read `review dossier REF` first."""

    decision: OwnDecision | None = Field(
        default=None,
        description="Part `own`: your decision on what could be known then. The first decision is not shown yet.",
    )
    reasons: str | None = Field(default=None, min_length=1, description="Part `own`: why.")
    outcome: ReviewOutcome | None = Field(
        default=None,
        description="Part `finding`: the outcome of the review. The first decision is now shown. harm: a person was hurt after it.",
    )
    modes: list[str] = Field(
        default_factory=list, description=f"Part `finding`: how it failed. Any of: {', '.join(failure_modes.NAMES)}."
    )
    checklist: dict[str, Checked] = Field(
        default_factory=dict,
        description="Part `finding`: answer every line. "
        + " ".join(f"{name}: {text}" for name, text in CHECKLIST.items()),
    )
    explanation: str | None = Field(
        default=None, min_length=1, description="Part `finding`: the reasons for the outcome."
    )


def examined(doing: UnitDoing) -> None:
    """Record one part of a reviewer's opinion, and open the next work item."""
    act, item = doing.act, doing.item
    case = act.session.get(ReviewCase, str(item.subject["case"]), with_for_update={"key_share": True})
    if case is None or case.concluded_at is not None:
        refuse_because("concluded", "this case is already concluded", AlreadyDone)
    application = work.application_of(act.session, case.anchor)
    opinions = list(work.opinions_of(act.session, case.id))
    place = int(item.subject["place"])
    others = [opinion.reviewer for opinion in opinions if opinion.place != place]
    handled = allocation.handled(application) if application else ()
    managers = work.managers(act.session)
    refuse(rules.why_not_examine(act.actor.id, handled=handled, managers=managers, before=others), NotPermitted)
    if item.subject["part"] == "own":
        refuse(blind_review.why_not_claim(act, item), NotPermitted)
        _decide(doing, case, place, application)
    else:
        _find(doing, case, opinions, application)


def _decide(doing: UnitDoing, case: ReviewCase, place: int, application: ReviewApplication | None) -> None:
    answer: Examined = doing.answer
    if answer.decision is None or not answer.reasons:
        refuse_because("own_decision_missing", "give your own decision and its reasons first", InvalidAnswer)
    if answer.outcome or answer.modes or answer.checklist or answer.explanation:
        refuse_because(
            "not_yet",
            "leave out outcome, modes, checklist and explanation: they are asked after your own decision is recorded",
            InvalidAnswer,
        )
    act = doing.act
    act.session.add(_opinion(act, case, place, decision=answer.decision, reasons=answer.reasons))
    key = f"{doing.item.key}:finding"
    allocation.open_part(act, case, place=place, part="finding", who=act.actor.id, application=application, key=key)


def _opinion(
    act: Act, case: ReviewCase, place: int, *, decision: OwnDecision | None = None, reasons: str | None = None
) -> ReviewOpinion:
    return ReviewOpinion(
        id=chain.identity("review_opinion", case.id, place, act.actor.id), case_id=case.id, place=place,
        reviewer=act.actor.id, decision=decision, reasons=reasons, decided_at=act.now if decision else None, outcome=None,
        modes=[], checklist={}, explanation=None, found_at=None,
    )  # fmt: skip


def _find(
    doing: UnitDoing, case: ReviewCase, opinions: list[ReviewOpinion], application: ReviewApplication | None
) -> None:
    answer: Examined = doing.answer
    act, place = doing.act, int(doing.item.subject["place"])
    if answer.decision is not None or answer.reasons:
        refuse_because("already_decided", "your own decision is already recorded and cannot be changed", InvalidAnswer)
    check_finding(answer.outcome, answer.modes, answer.checklist, answer.explanation)
    mine = next((opinion for opinion in opinions if opinion.place == place), None)
    if mine is None and place == THIRD:
        mine = _opinion(act, case, place)
        act.session.add(mine)
        opinions.append(mine)
    if mine is None or mine.reviewer != act.actor.id:
        refuse_because(
            "not_yours", "another reviewer made the first part of this opinion, and must make the second", NotPermitted
        )
    mine.outcome, mine.modes, mine.checklist = answer.outcome, sorted(set(answer.modes)), dict(answer.checklist)
    mine.explanation, mine.found_at = answer.explanation, act.now
    _go_on(act, case, opinions, application)


def check_finding(
    outcome: ReviewOutcome | None, modes: Sequence[str], checklist: Mapping[str, object], explanation: str | None
) -> None:
    """Refuse a finding that is incomplete or contradicts itself."""
    if outcome is None or not explanation:
        refuse_because("finding_missing", "give the outcome, and the reasons in explanation", InvalidAnswer)
    if set(checklist) != set(CHECKLIST):
        missing = sorted(set(CHECKLIST) - set(checklist))
        refuse_because(
            "checklist_incomplete",
            f"answer every line of the checklist, and no others. Missing: {', '.join(missing) or 'none'}",
            InvalidAnswer,
        )
    refuse(rules.why_not_find(outcome, modes, failure_modes.NAMES), InvalidAnswer)


def _go_on(act: Act, case: ReviewCase, opinions: list[ReviewOpinion], application: ReviewApplication | None) -> None:
    """Conclude the case, or ask the next reviewer."""
    outcomes = [ReviewOutcome(opinion.outcome) for opinion in opinions if opinion.outcome]
    outcome = rules.settled(outcomes, top=case.top, sampled=case.sampled)
    if outcome is None:
        _ask_another(act, case, opinions, application)
        return
    case.outcome, case.modes, case.concluded_at = outcome, opinions[-1].modes, act.now
    act.record(None, "review_concluded", case=case.id, outcome=outcome, reviewers=len(outcomes))
    if outcome in FAILURES and application is not None:
        people.identify_one(act, application, because="finding")


def _ask_another(
    act: Act, case: ReviewCase, opinions: list[ReviewOpinion], application: ReviewApplication | None
) -> None:
    place = len(opinions) + 1
    before = [opinion.reviewer for opinion in opinions]
    who, _ = allocation.choose(act, allocation.crew_of(act), place, application, before=before)
    item: WorkItem = allocation.give(act, case, place, who, application)
    because = "differing" if place > SECOND else "second_look"
    act.record(None, "review_second_asked", case=case.id, place=place, because=because, item=item.id)


ANSWERS: Answers = {
    WorkKind.REVIEW_APPLICATION: Answering(schema=Examined, unit_handler=examined),
    WorkKind.SECOND_REVIEW: Answering(schema=Examined, unit_handler=examined),
}
