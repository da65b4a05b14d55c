"""Answers to risk questionnaires: how they are given in a work item, stored, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.casework.core.answers import Answer, Doing
from casebook.domain import chain
from casebook.domain.risk.completeness import WhyIncomplete
from casebook.domain.risk.instruments import Reply
from casebook.storage.tables import Application, InstrumentAnswer, InstrumentShortfall, WorkItem


class InstrumentGiven(Answer):
    """Answers to a risk instrument, question by question."""

    name: Literal["DASH", "SAFELIVES", "DARA"]
    instrument_version: str = Field(default="", description="Version of the form that was used.")
    answers: dict[str, Reply] = Field(
        description="Question code -> answer. `casebook instruments NAME` lists the codes."
    )


def keep(doing: Doing, given: InstrumentGiven) -> None:
    """Store the answers. A later answer to the same question supersedes the earlier one."""
    earlier = doing.act.session.scalars(
        select(InstrumentAnswer).where(
            InstrumentAnswer.reference == doing.application.reference,
            InstrumentAnswer.instrument == given.name,
            InstrumentAnswer.question.in_(given.answers),
        )
    )
    for row in earlier:
        row.superseded = True
    doing.act.session.add_all(
        InstrumentAnswer(
            id=chain.identity("instrument_answer", doing.item.id, given.name, question),
            reference=doing.application.reference,
            instrument=given.name,
            instrument_version=given.instrument_version,
            question=question,
            answer=reply,
            answered_at=doing.occurred_at,
            recorded_by=doing.act.actor.id,
            superseded=False,
        )
        for question, reply in given.answers.items()
    )


def keep_shortfall(doing: Doing, why: WhyIncomplete, reason: str) -> None:
    """Store why the questionnaire is not complete."""
    doing.act.session.add(
        InstrumentShortfall(
            id=_shortfall_id(doing.item), reference=doing.application.reference, why=why, reason=reason,
            recorded_at=doing.act.now, recorded_by=doing.act.actor.id, accepted=None, accepted_by=None, accepted_at=None,
        )
    )  # fmt: skip


def _shortfall_id(item: WorkItem) -> str:
    return chain.identity("instrument_shortfall", item.id)


def take_back(act: Act, application: Application, item: WorkItem) -> None:
    """Supersede the answers that an item gave. A reason why there were no more does not hold any longer either."""
    given: Mapping[str, Any] = (item.answer or {}).get("instrument") or {}
    ids = [chain.identity("instrument_answer", item.id, given["name"], asked) for asked in given.get("answers", {})]
    query = select(InstrumentAnswer).where(
        InstrumentAnswer.reference == application.reference, InstrumentAnswer.id.in_(ids)
    )
    for row in act.session.scalars(query):
        row.superseded = True
    if (shortfall := act.session.get(InstrumentShortfall, _shortfall_id(item))) is not None:
        shortfall.accepted = False
