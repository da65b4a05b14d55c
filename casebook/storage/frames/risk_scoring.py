"""Frames of the risk-scoring gate: the score, calculated again from its stored inputs, and each scored answer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.domain.risk import instruments
from casebook.domain.risk.instruments import Instrument
from casebook.domain.risk.risk_doubts import WORDS
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.risk_model import RiskModel
from casebook.domain.risk.risk_scoring import score
from casebook.domain.risk.subject_records import InputError
from casebook.domain.vocabulary import Stage
from casebook.errors import WrongUsage
from casebook.storage import documents
from casebook.storage.case import decisions, questionnaires
from casebook.storage.frames import FrameRows
from casebook.storage.tables import Application, InstrumentAnswer, RiskScore

NO_INSTRUMENT = "an instrument"
SETTLED = frozenset({"yes", "no"})


def frames(session: Session, references: Sequence[str]) -> dict[str, FrameRows]:
    """`score`: the standing score, one row per application. `answers`: one per question, or one for "no instrument used"."""
    query = select(RiskScore).where(RiskScore.reference.in_(references), RiskScore.superseded.is_(False))
    scores = session.scalars(query.order_by(RiskScore.reference)).all()
    return {
        "score": [_score(session, row) for row in scores],
        "answers": [line for row in scores for line in _answers(session, row)],
    }


def _score(session: Session, row: RiskScore) -> dict[str, object]:
    application = session.get_one(Application, row.reference)
    judged = [judgement for judgement, of in decisions.judgements(session, row.reference) if of.id == row.id]
    lowered = [judgement for judgement in judged if judgement.lowers]
    return {
        "reference": row.reference,
        "recomputed_equal": _recomputes(session, row),
        "assessed_by": judged[0].assessed_by if judged else None,
        "lowered_alone": sum(judgement.second_by in {None, judgement.assessed_by} for judgement in lowered),
        "band": row.band,
        "questionnaire_settled": questionnaires.why_not_settled(session, application, Stage.RISK_SCORING) is None,
    }


def _recomputes(session: Session, row: RiskScore) -> bool:
    """Whether the stored inputs give exactly the stored score, under the same model."""
    try:
        model = documents.of(session).risk_model_named(row.model)
        again = score(ScoreInputs.from_dict(row.inputs), model).to_dict()
    except (InputError, WrongUsage):
        return False
    stored = {
        "band": row.band, "priority": row.priority, "score": row.score, "contributions": row.contributions,
        "uncertainty": row.uncertainty, "model_version": row.model,
    }  # fmt: skip
    return all(again[name] == value for name, value in stored.items())


def _answers(session: Session, row: RiskScore) -> FrameRows:
    """Each question of the form that was scored, with the answer given now."""
    model, scored = (
        documents.of(session).risk_model(row.computed_at),
        Instrument.from_dict(row.inputs.get("instrument")),
    )
    uncertain = set(row.uncertainty)
    if scored is None:
        latest = select(InstrumentAnswer.id).where(
            InstrumentAnswer.reference == row.reference, InstrumentAnswer.superseded.is_(False)
        )
        unused = session.scalars(latest.limit(1)).first() is None
        counted = WORDS["no_instrument"] in uncertain
        return [{"reference": row.reference, "question": NO_INSTRUMENT, "as_scored": unused, "counted": counted}]
    return [
        {
            "reference": row.reference,
            "question": question,
            "as_scored": now == then,
            "counted": now in SETTLED or any(doubt.startswith(WORDS["unknown_answer"]) for doubt in uncertain),
        }
        for question, now, then in _beside(session, row.reference, scored, model)
    ]


def _beside(
    session: Session, reference: str, scored: Instrument, model: RiskModel
) -> list[tuple[str, str | None, str | None]]:
    """For each question: the answer given and the answer scored."""
    form = model.numbers.instruments.get(scored.name)
    questions = form.questions if form else ()
    query = select(InstrumentAnswer.question, InstrumentAnswer.answer).where(
        InstrumentAnswer.reference == reference,
        InstrumentAnswer.instrument == scored.name,
        InstrumentAnswer.instrument_version == scored.version,
        InstrumentAnswer.superseded.is_(False),
    )
    now = {instruments.question_code(code, questions): answer for code, answer in session.execute(query)}
    then = {instruments.question_code(code, questions): answer for code, answer in scored.answers}
    codes = sorted({question.code for question in questions} | now.keys() | then.keys())
    return [(code, now.get(code), then.get(code)) for code in codes]
