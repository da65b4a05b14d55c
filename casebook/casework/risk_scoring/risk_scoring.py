"""The risk-scoring stage: a calculated score of the danger from B, and people's judgement of it.

A changed input makes a new score and reorders the queue. That can raise a priority. It never lowers one and decides nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pydantic import Field
from sqlalchemy import select

from casebook.casework.core import questionnaires
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.core.numbered import next_id
from casebook.casework.risk_scoring import completing, risk_inputs
from casebook.casework.safeguarding import danger, referring
from casebook.domain import authority, chain
from casebook.domain.case.disclosure import GRAVE
from casebook.domain.risk.risk_assessment import ORDER, Judgement, why_not_below, why_not_judge
from casebook.domain.risk.risk_bands import FloorHeld
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.risk_model import RiskModel
from casebook.domain.risk.risk_scoring import Score, floors, score
from casebook.domain.vocabulary import Band, Priority, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage import ledger
from casebook.storage.case import decisions
from casebook.storage.case import record_checks as stored
from casebook.storage.tables import Application, RiskAssessment, RiskScore, WorkItem

SECOND = "second:"  # prefix of the key of the second person's item
RECOMPUTES = "score_recomputes"  # the gate's rule after whose correction the score is calculated again


def prepare(act: Act, application: Application) -> None:
    """Calculate the score from what is known now."""
    score_now(act, application)


def score_now(act: Act, application: Application) -> RiskScore:
    """The score of what is known now. If the inputs have not changed, the score stays, whatever the date."""
    model = act.documents.risk_model(act.now)
    inputs, result = max(
        ((inputs, score(inputs, model)) for inputs in risk_inputs.gather(act, application)),
        key=lambda pair: (ORDER.index(pair[1].band), pair[1].score),
    )
    digest = _digest(act, inputs, model)
    current = decisions.current_score(act.session, application.reference)
    if current is None or current.inputs_digest != digest or _mended_since(act, current):
        current = _replace(act, application, current, _row(act, application, inputs, result, digest))
    _order(act, application, current, Priority(result.priority))
    return current


def needs(act: Act, application: Application) -> list[Need]:
    """The questionnaire, if it is too incomplete; one item to confirm, raise or lower a new score, and for a lowering a second."""
    return [*completing.needs(act, application), *_judgements(act, application)]


def _judgements(act: Act, application: Application) -> list[Need]:
    current = decisions.current_score(act.session, application.reference)
    if current is None:
        return []
    judged = [row for row, of in decisions.judgements(act.session, application.reference) if of.id == current.id]
    if not judged:
        band = decisions.effective_band(act.session, current)
        return [Need(kind=WorkKind.ASSESS_RISK, key=current.id, subject={"score": current.id, "band": band})]
    return [
        Need(
            kind=WorkKind.ASSESS_RISK,
            key=f"{SECOND}{row.id}",
            subject={"score": current.id, "assessment": row.id, "lower_to": row.band, "first": row.assessed_by},
        )
        for row in judged
        if row.lowers and row.second_agrees is None
    ]


def needs_since(act: Act, application: Application, since: datetime) -> list[Need]:
    """One item to assess the risk again after a moment, such as a disclosure. A lowering also needs a second person."""
    current = decisions.current_score(act.session, application.reference)
    if current is None:
        return []
    if decisions.is_assessed_since(act.session, application.reference, since):
        return [replace(need, kind=WorkKind.REASSESS_RISK) for need in _judgements(act, application)]
    band = decisions.effective_band(act.session, current)
    subject = {"score": current.id, "band": band, "since": since.isoformat()}
    return [Need(kind=WorkKind.REASSESS_RISK, key=f"{current.id}:{since.isoformat()}", subject=subject)]


def order_again(act: Act, application: Application) -> None:
    """Set the band by the judgements of the present score, if there is one, and raise the priority with it."""
    current = decisions.current_score(act.session, application.reference)
    if current is not None:
        _order(act, application, current, Priority(current.priority))


def _digest(act: Act, inputs: ScoreInputs, model: RiskModel) -> str:
    """A keyed digest of the inputs, because they are personal. The date is left out: a new day alone needs no new judgement."""
    digested = inputs.to_dict() | {"today": None, "model": model.version}
    return chain.row_digest(act.session.info[ledger.KEY], "risk_inputs", digested)


def _row(act: Act, application: Application, inputs: ScoreInputs, result: Score, digest: str) -> RiskScore:
    return RiskScore(
        id=next_id(act, RiskScore, application.reference),
        reference=application.reference,
        model=result.model_version,
        inputs=inputs.to_dict(),
        inputs_digest=digest,
        band=result.band,
        priority=result.priority,
        score=result.score,
        contributions=[contribution.to_dict() for contribution in result.contributions],
        uncertainty=list(result.uncertainty),
        computed_at=act.now,
        superseded=False,
    )


def _replace(act: Act, application: Application, old: RiskScore | None, new: RiskScore) -> RiskScore:
    if old is not None:
        old.superseded = True
        for row, of in decisions.judgements(act.session, application.reference):
            # a lowering no longer counts once the facts change; a raise stands until two people lower it
            row.superseded = row.lowers and of.id == old.id
    act.session.add(new)
    act.record(
        application, "risk_scored", score=new.id, band=new.band, priority=new.priority, points=new.score,
        doubts=len(new.uncertainty), replaces=old.id if old else None,
    )  # fmt: skip
    return new


def _order(act: Act, application: Application, current: RiskScore, priority: Priority) -> None:
    """Set the band and score of the application, and raise its priority if they call for it."""
    band = decisions.effective_band(act.session, current)
    if ORDER.index(band) > ORDER.index(Band(current.band)):
        of_band = act.documents.risk_model(act.now).numbers.priority.of_band.value[band]
        priority = min(priority, of_band, key=lambda option: option.rank)
    before = (application.band, application.score)
    application.band, application.score = band, current.score
    raised = danger.raise_priority(act, application, priority, reason="risk")
    if raised or before != (band, current.score):
        act.record(application, "risk_ordered", band=band, priority=application.priority)
    if band in GRAVE:
        referring.ask_for_grave_risk(act, application)


def _mended_since(act: Act, current: RiskScore) -> bool:
    """Whether a score that failed to recompute has been corrected since, so that it is calculated again."""
    query = select(WorkItem.subject).where(
        WorkItem.reference == current.reference,
        WorkItem.kind == WorkKind.MEND_QUALITY,
        WorkItem.done_at > current.computed_at,
    )
    return any(subject.get("expectation") == RECOMPUTES for subject in act.session.scalars(query))


class RiskAssessed(Answer):
    """A person's judgement of the score or, for a lowering, the second person's answer to the first."""

    judgement: Judgement = Field(
        description="confirm, raise or lower the band. For the second person of a lowering: agree or disagree."
    )
    band: Band | None = Field(default=None, description="The new band, if it is raised or lowered.")
    reason: str = Field(min_length=1, description="Why, in words.")

    @property
    def signs(self) -> bool:
        """Raising a band never waits for reading."""
        return self.judgement is not Judgement.RAISE


def _assessed(doing: Doing) -> None:
    if doing.item.key.startswith(SECOND):
        _seconded(doing)
        return
    act, answer = doing.act, doing.answer
    current = act.session.get(RiskScore, doing.item.subject["score"])
    if current is None or current.superseded:
        refuse_because("score_changed", "the facts have changed and there is a new score: assess that one")
    present = decisions.effective_band(act.session, current)
    refuse(why_not_judge(answer.judgement, present=present, to=answer.band, second=False), InvalidAnswer)
    if answer.judgement is Judgement.LOWER and answer.band is not None:
        refuse(why_not_below(answer.band, _floors(act, doing.application)), InvalidAnswer)
    act.session.add(
        RiskAssessment(
            id=chain.identity("risk_assessment", doing.item.id),
            reference=doing.application.reference,
            score_id=current.id,
            band=answer.band or present,
            lowers=answer.judgement is Judgement.LOWER,
            reason=answer.reason,
            assessed_by=act.actor.id,
            assessed_at=act.now,
            second_agrees=None,
            second_by=None,
            second_at=None,
            superseded=False,
        )
    )


def _floors(act: Act, application: Application) -> list[FloorHeld]:
    """The lowest possible bands, by every instrument that was used."""
    model = act.documents.risk_model(act.now)
    lowest_bands = (floor for inputs in risk_inputs.gather(act, application) for floor in floors(inputs, model))
    return list(dict.fromkeys(lowest_bands))


def _seconded(doing: Doing) -> None:
    act, answer = doing.act, doing.answer
    first = act.session.get(RiskAssessment, doing.item.key.removeprefix(SECOND))
    if first is None or first.superseded:
        refuse_because("score_changed", "the score to be lowered has changed: assess the new one")
    refuse(authority.why_not_second(act.actor, [first.assessed_by]))
    refuse(why_not_judge(answer.judgement, present=Band(first.band), to=answer.band, second=True), InvalidAnswer)
    first.second_agrees = answer.judgement is Judgement.AGREE
    first.second_by, first.second_at = act.actor.id, act.now


def _rests_on(act: Act, application: Application, item: WorkItem) -> object:
    """An assessment rests on the score, on its inputs and, for the second person, on the first assessment."""
    current = decisions.current_score(act.session, application.reference)
    first = act.session.get(RiskAssessment, item.key.removeprefix(SECOND)) if item.key.startswith(SECOND) else None
    return [
        current.id if current else None,
        first.id if first else None,
        stored.facts(act.session, application.reference),
    ]


def _take_back(act: Act, _application: Application, item: WorkItem) -> None:
    """An assessment is made again. If the second person's answer is taken back, the first assessment waits for another."""
    if item.key.startswith(SECOND):
        first = act.session.get_one(RiskAssessment, item.key.removeprefix(SECOND))
        first.second_agrees = first.second_by = first.second_at = None
        return
    assessment = act.session.get_one(RiskAssessment, chain.identity("risk_assessment", item.id))
    if assessment.superseded:
        refuse_because("superseded", "this assessment does not stand any more: there is a new score")
    assessment.superseded = True


ANSWERS: Answers = {
    **{
        kind: Answering(schema=RiskAssessed, handler=_assessed, rests_on=_rests_on, take_back=_take_back)
        for kind in (WorkKind.ASSESS_RISK, WorkKind.REASSESS_RISK)
    },
    WorkKind.COMPLETE_INSTRUMENT: Answering(
        schema=completing.InstrumentCompleted, handler=completing.completed, take_back=questionnaires.take_back
    ),
    WorkKind.ACCEPT_LESS: Answering(
        schema=completing.LessAccepted, handler=completing.less_accepted, take_back=completing.take_back_acceptance
    ),
}
