"""Training: who may do an item, and which work was done by people without the training for it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.domain import chain
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import competence
from casebook.domain.case.competence import RecordedTraining
from casebook.domain.vocabulary import WorkKind
from casebook.storage.tables import LedgerEntry, WorkItem


def needed(act: Act, item: WorkItem) -> str | None:
    """The training that an item needs, or None."""
    return competence.needed(WorkKind(item.kind), item.subject, act.documents.monitor(act.now).competence)


def why_not_trained(act: Act, item: WorkItem) -> Reason | None:
    """A reason to refuse if an item needs training that the actor does not have today."""
    return competence.why_not_trained(needed(act, item), act.actor.competences)


def untrained(act: Act, *, staff_id: str | None = None) -> list[dict[str, Any]]:
    """Work done by somebody who was not trained for it at the time, newest first.

    Training is read from the ledger, which keeps earlier periods after a renewal or an early end.
    `domain.case.competence.held` explains how training counts that was recorded after it was granted.
    """
    act.allowed(Command.ANALYSE)
    history = _history(act)
    rules = act.documents.monitor(act.now).competence
    query = select(WorkItem).where(WorkItem.done_at.is_not(None))
    if staff_id is not None:
        query = query.where(WorkItem.done_by == staff_id)
    untrained_acts = []
    for item in act.session.scalars(query.order_by(WorkItem.done_at.desc(), WorkItem.id)):
        needs = competence.needed(WorkKind(item.kind), item.subject, rules)
        if needs is None or item.done_at is None or competence.held(history[str(item.done_by), needs], item.done_at):
            continue
        untrained_acts.append(
            {"staff": item.done_by, "reference": item.reference, "kind": item.kind, "needs": needs, "item": item.id,
             "done_at": item.done_at.isoformat()}
        )  # fmt: skip
    act.record(None, "untrained_acts_listed", found=len(untrained_acts))
    return untrained_acts


def _history(act: Act) -> dict[tuple[str, str], list[RecordedTraining]]:
    """The recorded training by member of staff and subject."""
    query = select(LedgerEntry).where(LedgerEntry.chain == chain.UNIT, LedgerEntry.event == "competence_recorded")
    history: dict[tuple[str, str], list[RecordedTraining]] = defaultdict(list)
    for entry in act.session.scalars(query.order_by(LedgerEntry.sequence)):
        body = entry.body
        recorded = RecordedTraining(
            at=entry.at,
            granted_on=date.fromisoformat(body["granted_on"]) if "granted_on" in body else entry.at.date(),
            expires_on=date.fromisoformat(body["expires_on"]),
        )
        history[body["staff"], body["subject"]].append(recorded)
    return history
