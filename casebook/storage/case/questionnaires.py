"""Queries about the risk questionnaires of an application, for use cases and gates."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.domain.actors import Reason
from casebook.domain.risk import completeness
from casebook.domain.risk.completeness import Completeness, Shortfall
from casebook.domain.risk.instruments import Instrument
from casebook.domain.vocabulary import Stage
from casebook.storage import documents
from casebook.storage.read_once import read_once
from casebook.storage.session import now as clock_of
from casebook.storage.tables import Application, InstrumentAnswer, InstrumentShortfall

_ORDER = tuple(Stage)


@read_once
def given(session: Session, reference: str) -> list[Instrument]:
    """Every questionnaire that was used, with its current answers."""
    query = select(InstrumentAnswer).where(
        InstrumentAnswer.reference == reference, InstrumentAnswer.superseded.is_(False)
    )
    rows = session.scalars(query.order_by(InstrumentAnswer.question)).all()
    return [
        Instrument(
            name=name.upper(),
            version=version,
            answers=tuple(
                sorted(
                    (row.question, row.answer)
                    for row in rows
                    if (row.instrument, row.instrument_version) == (name, version)
                )
            ),
        )
        for name, version in sorted({(row.instrument, row.instrument_version) for row in rows})
    ]


def most_complete(session: Session, application: Application) -> Completeness | None:
    """The most complete questionnaire of those that the application's policy accepts."""
    rules = documents.policy_of(application).instruments
    forms = documents.of(session).risk_model(clock_of(session)).numbers.instruments
    return completeness.most_complete(given(session, application.reference), forms, rules.accepted.value)


@read_once
def shortfalls(session: Session, reference: str) -> Sequence[InstrumentShortfall]:
    """Why the questionnaire is not complete, as recorded, oldest first."""
    query = select(InstrumentShortfall).where(InstrumentShortfall.reference == reference)
    return session.scalars(query.order_by(InstrumentShortfall.recorded_at, InstrumentShortfall.id)).all()


def why_not_settled(session: Session, application: Application, stage: Stage) -> Reason | None:
    """A reason if this stage cannot end, because the questionnaire is not as complete as policy asks by then."""
    rules = documents.policy_of(application).instruments
    if _ORDER.index(stage) < _ORDER.index(rules.by_stage.value):
        return None
    recorded = [
        Shortfall(why=row.why, recorded_by=row.recorded_by, accepted=row.accepted, accepted_by=row.accepted_by)
        for row in shortfalls(session, application.reference)
    ]
    return completeness.why_not_settled(most_complete(session, application), recorded, rules)
