"""Approval: a second person approves each decision of a chair, or sends it back. Some decisions need a supervisor first."""

from __future__ import annotations

from pydantic import Field

from casebook.casework.core import clocks
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.casework.core.rounds import next_round
from casebook.casework.panel_decision import ratification
from casebook.domain.actors import Reason
from casebook.domain.case.agreed_words import words_digest
from casebook.domain.case.panel import why_not_approve, why_not_explain
from casebook.domain.case.panel_decision import needs_supervisor
from casebook.domain.policy import Allowance, Unit
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import Need
from casebook.storage.case import agreed_words, decisions, record_checks
from casebook.storage.documents import policy_of
from casebook.storage.people import researchers_of, workers_of
from casebook.storage.tables import Application, Approval, Decision, WorkItem

SUPERVISOR = "supervisor"


class Approved(Answer):
    """Approves the decision as it is, with the words that are to be read out, or sends it back for a new round."""

    approved: bool = Field(description="False sends it back: the panel decides again.")
    reason: str = Field(min_length=1, description="Why. From a supervisor: why a grave risk is not disclosed.")


def needs(act: Act, application: Application, standing: Decision) -> list[Need]:
    """The approval, or first the supervisor's reason where one is needed, so that the approver can read it."""
    if decisions.approval(act.session, standing.id) is not None:
        return []
    subject: dict[str, object] = {
        "decision": standing.id,
        "version": standing.version,
        "outcome": standing.outcome,
        "chair": standing.chair,
    }
    if number := record_checks.not_told_apart(act.session, application.reference):
        subject["not_told_apart"] = number
    if needs_supervisor(standing.outcome, application.band) and standing.supervisor is None:
        key = f"{standing.version}:{SUPERVISOR}"
        return [
            Need(kind=WorkKind.APPROVE_DECISION, key=key, role=Role.SUPERVISOR, subject=subject | {"as": SUPERVISOR})
        ]
    return [Need(kind=WorkKind.APPROVE_DECISION, key=f"{standing.version}", subject=subject)]


def rests_on(act: Act, application: Application, _item: WorkItem) -> object:
    """An approval rests on the decision with the reason of the supervisor, the members' answers, and the pack."""
    standing = decisions.decision(act.session, application)
    answers = [answer.id for answer in decisions.answers(act.session, application)]
    decided = [standing.id, standing.supervisor] if standing else []
    return [decided, answers, decisions.facts(act.session, application)]


def why_not_them(act: Act, application: Application, item: WorkItem) -> Reason | None:
    """Why the actor may not approve this decision, or give the supervisor's reason for it."""
    if (standing := decisions.decision(act.session, application)) is None:
        return None
    researchers = researchers_of(act.session, application.reference)
    if item.subject.get("as") == SUPERVISOR:
        return why_not_explain(act.actor, chair=standing.chair, researchers=researchers)
    worked = act.actor.id in workers_of(act.session, application.reference)
    return why_not_approve(
        act.actor, chair=standing.chair, supervisor=standing.supervisor, researchers=researchers, worked=worked
    )


def approved(doing: Doing) -> None:
    standing = decisions.decision(doing.act.session, doing.application)
    if standing is None or standing.id != doing.item.subject["decision"]:
        refuse_because("superseded", "this decision has been superseded: approve or send back the new one")
    if doing.item.subject.get("as") == SUPERVISOR:
        _explain(doing, standing)
    else:
        _approve(doing, standing)


def _explain(doing: Doing, standing: Decision) -> None:
    """Record the supervisor's reason. Not disclosing despite a grave risk needs one."""
    act = doing.act
    if not doing.answer.approved:
        next_round(act, doing.application, because="supervisor_sent_back")
        return
    standing.supervisor, standing.supervisor_reason = act.actor.id, doing.answer.reason
    act.record(doing.application, "exception_recorded", what="grave_risk_not_disclosed", decision=standing.id)


def _approve(doing: Doing, standing: Decision) -> None:
    act, application = doing.act, doing.application
    if doing.answer.approved:
        refuse(agreed_words.why_not_approved(act.session, standing))
    researchers = researchers_of(act.session, application.reference)
    act.session.add(
        Approval(
            decision_id=standing.id,
            reference=application.reference,
            approved=doing.answer.approved,
            approver=act.actor.id,
            chair=standing.chair,
            researchers=sorted(researchers),
            reason=doing.answer.reason,
            approved_at=act.now,
            words_digest=words_digest(standing.words) if standing.words and doing.answer.approved else None,
        )
    )
    if not doing.answer.approved:
        next_round(act, application, because="approver_sent_back")
    elif (called := decisions.panel(act.session, application)) is not None and called.out_of_cycle:
        _open_ratification(act, application, standing)


def _open_ratification(act: Act, application: Application, standing: Decision) -> None:
    """Ask the full panel to ratify a decision made out of cycle. Nothing waits for this."""
    days = policy_of(application).panel.ratify_out_of_cycle_days.value
    due_at = clocks.due_from(act.now, Allowance(unit=Unit.CALENDAR_DAYS, budget=days), application)
    subject = {"cause": ratification.OUT_OF_CYCLE, "decision": standing.id}
    did_it = frozenset({standing.chair, act.actor.id})
    ratification.ask_panel(act, application, subject=subject, did_it=did_it, due_at=due_at)
