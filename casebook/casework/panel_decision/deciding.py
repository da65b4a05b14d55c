"""The panel's answers: each member answers separately, then one chair decides. The first chair's decision counts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from casebook.casework.core import conflict, lifecycle
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Doing
from casebook.casework.core.rounds import next_round
from casebook.casework.panel_decision import panel
from casebook.casework.panel_decision.panel_answer import Decided
from casebook.casework.record_checks import record_checks, searches
from casebook.casework.risk_scoring import risk_inputs
from casebook.domain import chain, words
from casebook.domain.actors import Reason
from casebook.domain.case.agreed_words import Passage
from casebook.domain.case.panel import may_be_minor, why_not_yet
from casebook.domain.case.panel_decision import INSUFFICIENT, DecisionBasis, Draft, Limb, Recipient, why_not_decide
from casebook.domain.vocabulary import Applicant, Outcome, Party, Role, Source, Stage, WorkKind
from casebook.domain.work import Need
from casebook.errors import AlreadyDecided, InvalidAnswer
from casebook.storage.case import agreed_words, decisions, panel_meetings
from casebook.storage.case.record_checks import signs
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, Assurance, Decision, MemberAnswer, Panel, Person, WorkItem

CHAIR = "chair"


def needs(act: Act, application: Application, called: Panel) -> list[Need]:
    """One item for each member who has not answered, and one for any chair."""
    present = panel.attendance(act, application, called)
    subject = {"version": application.version, "meets_at": called.meets_at.isoformat()}
    members = [
        Need(
            kind=WorkKind.DECIDE,
            key=f"{application.version}:{staff}",
            role=Role.PANEL_MEMBER,
            owner=staff,
            subject=subject,
        )
        for staff in sorted(present.asked - present.answered)
    ]
    chair = Need(
        kind=WorkKind.DECIDE,
        key=f"{application.version}:{CHAIR}",
        role=Role.PANEL_CHAIR,
        subject=subject | {"as": CHAIR},
    )
    return [*members, chair]


def decided(doing: Doing) -> None:
    """Record the answer to a `decide` item, from a member or from the chair."""
    called = decisions.panel(doing.act.session, doing.application)
    if called is None:
        refuse_because("not_convened", "no panel has been convened for this round. Convene one first")
    if doing.item.subject.get("as") == CHAIR:
        _by_chair(doing, called)
    else:
        _by_member(doing, called)


def take_back(act: Act, application: Application, _item: WorkItem) -> None:
    """A panel decides together, so a new round begins, with a new panel: what was said in this one can still be read."""
    next_round(act, application, because="answer_superseded")


def rests_on(act: Act, application: Application, item: WorkItem) -> object:
    """A member's answer rests on the pack and on what agencies said. The chair's decision rests on the members' answers too."""
    heard = [said.id for said in panel_meetings.statements_of(act.session, application.reference)]
    facts = [decisions.facts(act.session, application), *heard]
    if item.subject.get("as") != CHAIR:
        return facts
    return [*facts, *(answer.id for answer in decisions.answers(act.session, application))]


def _by_member(doing: Doing, called: Panel) -> None:
    act, answer, application = doing.act, doing.answer, doing.application
    seat_of = doing.item.key.partition(":")[2]
    if answer.declares_conflict:
        called.members = [seat for seat in called.members if seat["staff"] != seat_of]
        conflict.record(act, application, act.actor.id, conflicted=True, reason=answer.declares_conflict)
        if len(called.members) + 1 < called.quorum:
            next_round(act, application, because="panel_conflicted")
        return
    if act.actor.id != seat_of:
        _take_seat(doing, called, seat_of)
    refuse(panel.conflict(act, application, act.actor.id, said_unrelated={seat_of}))
    if answer.outcome != INSUFFICIENT and (missing := [limb for limb in Limb if limb not in answer.limbs]):
        limbs = words.LIMB.of_all(missing)
        refuse_because("limb_unanswered", f"each limb needs an answer and reasons. Missing: {limbs}", InvalidAnswer)
    act.session.add(
        MemberAnswer(
            id=chain.identity("member_answer", doing.item.id),
            reference=application.reference,
            version=application.version,
            member=act.actor.id,
            limbs={limb: given.model_dump() for limb, given in answer.limbs.items()},
            outcome=answer.outcome,
            reasons=answer.rationale,
            answered_at=act.now,
        )
    )


def _take_seat(doing: Doing, called: Panel, seat_of: str) -> None:
    """Let a substitute answer for a member who cannot. The substitute must be eligible for this panel."""
    staff = doing.act.actor.id
    refuse(panel.conflict(doing.act, doing.application, staff))
    if staff == called.chair or any(seat["staff"] == staff for seat in called.members):
        refuse_because("member_twice", "you are on this panel already")
    called.members = [seat | {"staff": staff} if seat["staff"] == seat_of else seat for seat in called.members]


def why_not_for_the_panel(act: Act, _application: Application, item: WorkItem) -> Reason | None:
    """A reason why somebody may not decide for the whole panel: they would only keep its chair from it."""
    if item.subject.get("as") != CHAIR or Role.PANEL_CHAIR in act.actor.roles:
        return None
    return Reason("not_permitted", "only a panel chair can decide for the panel")


def _by_chair(doing: Doing, called: Panel) -> None:
    act, answer, application = doing.act, doing.answer, doing.application
    _refuse_second_decision(act, application)
    if answer.declares_conflict:
        refuse_because(
            "conflict_declared", "you have a conflict of interest: another chair must decide. Nothing was recorded"
        )
    refuse(panel.conflict(act, application, act.actor.id, said_unrelated={called.chair}))
    _refuse_early(act, application, called)
    if answer.outcome != INSUFFICIENT:
        refuse(record_checks.why_not_decide_on(act, application))
    _record_silent_agencies(called, answer)
    versions = act.documents.wording_versions()
    if answer.wording is not None and answer.wording not in versions:
        refuse_because("unknown_wording", f"choose an approved wording: {', '.join(versions)}", InvalidAnswer)
    _refuse_uncleared_applicant(act, application, answer.outcome)
    draft = _draft(answer)
    refuse(why_not_decide(draft, _basis(act, application, answer)), InvalidAnswer)
    _record(doing)
    if answer.outcome == INSUFFICIENT:
        _send_back(act, application, answer.search_again)


def _refuse_second_decision(act: Act, application: Application) -> None:
    query = select(Decision).where(Decision.reference == application.reference, Decision.version == application.version)
    if (first := act.session.scalar(query)) is not None:
        raise AlreadyDecided(f"already decided by {first.chair} at {first.recorded_at.isoformat(timespec='seconds')}")


def _refuse_early(act: Act, application: Application, called: Panel) -> None:
    refuse(
        why_not_yet(
            panel.attendance(act, application, called),
            chair=act.actor.id,
            now=act.now,
            quorum=called.quorum,
            agencies_in_quorum=policy_of(application).panel.agencies_in_quorum.value,
        )
    )


def _refuse_uncleared_applicant(act: Act, application: Application, outcome: str) -> None:
    """Refuse disclosure to an applicant who may be B, or act for B. A person who can protect A may still be told."""
    uncleared = any(sign.cleared is False for sign in signs(act.session, application.reference))
    if uncleared and outcome == Outcome.DISCLOSED_TO_A and application.applicant == Applicant.A:
        refuse_because(
            "applicant_not_cleared", "the applicant cannot be told: a supervisor did not clear them", InvalidAnswer
        )


def _record_silent_agencies(called: Panel, answer: Decided) -> None:
    if not set(answer.agencies_silent) <= set(called.agencies_asked):
        refuse_because("silent_unasked", "no reply cannot be recorded: this agency was not asked", InvalidAnswer)
    if answer.agencies_silent:
        called.agencies_silent = sorted(set(answer.agencies_silent))


def _draft(answer: Decided) -> Draft:
    return Draft(
        outcome=answer.outcome,
        limbs={limb: given.met for limb, given in answer.limbs.items()},
        items=tuple(answer.items),
        recipients=tuple(Recipient(**recipient.model_dump()) for recipient in answer.recipients),
        representations_told=answer.representations is not None,
        refusal=answer.refusal_reason,
        wording=answer.wording,
        passages=_passages(answer),
        proceedings_considered=bool(answer.proceedings_considered),
    )


def _passages(answer: Decided) -> tuple[Passage, ...]:
    return tuple(Passage(item=given.item, phrases=tuple(given.phrases)) for given in answer.words)


def _basis(act: Act, application: Application, answer: Decided) -> DecisionBasis:
    a = act.session.get(Person, f"{application.reference}:{Party.A}")
    return DecisionBasis(
        findings=decisions.held(act.session, application.reference),
        minor=may_be_minor(a.dob if a else None, risk_inputs.today(act, application)),
        refusals=act.documents.refusals(application.submitted_at),
        wording=act.documents.wording(answer.wording) if answer.wording else None,
        told=agreed_words.facts_known(act.session, application.reference, act.now),
    )


def _record(doing: Doing) -> None:
    act, answer, application = doing.act, doing.answer, doing.application
    row = Decision(
        id=f"{application.reference}:{application.version}",
        reference=application.reference,
        version=application.version,
        chair=act.actor.id,
        outcome=answer.outcome,
        limbs={limb: given.model_dump() for limb, given in answer.limbs.items()},
        representations=answer.representations.model_dump() if answer.representations else {},
        recipients=[recipient.model_dump(exclude_none=True) for recipient in answer.recipients],
        items=list(dict.fromkeys(answer.items)),
        wording=answer.wording,
        passages=[given.model_dump() for given in answer.words],
        words=None,
        refusal_reason=answer.refusal_reason,
        rationale=answer.rationale,
        dissent=_dissent(act, application, answer),
        supervisor_reason=None,
        supervisor=None,
        facts=decisions.facts(act.session, application),
        policy=application.policy,
        occurred_at=doing.occurred_at,
        recorded_at=act.now,
        superseded=answer.outcome == INSUFFICIENT,
    )
    row.words = agreed_words.words_made(act.session, row)
    act.session.add(row)


def _dissent(act: Act, application: Application, answer: Decided) -> list[dict[str, str]]:
    """Dissent: as the chair recorded it, and every member whose own answer differs from the decision."""
    recorded = [dissent.model_dump() for dissent in answer.dissent]
    named = {dissent["member"] for dissent in recorded}
    return recorded + [
        {"member": row.member, "outcome": row.outcome, "reasons": row.reasons}
        for row in decisions.answers(act.session, application)
        if row.outcome != answer.outcome and row.member not in named
    ]


def _send_back(act: Act, application: Application, search_again: Sequence[Source]) -> None:
    """Send the application back to record checks. The research must be found adequate again before a new panel."""
    signed = select(Assurance).where(
        Assurance.reference == application.reference, Assurance.kind == "adequacy", Assurance.superseded.is_(False)
    )
    for row in act.session.scalars(signed):
        row.superseded = True
    act.session.flush()
    searches.again(act, application, search_again)
    next_round(act, application, because=INSUFFICIENT)
    lifecycle.move(act, application, Stage.RECORD_CHECKS, because="sent_back")
