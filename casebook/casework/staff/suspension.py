"""The results of a suspension: the person's work goes back to the queue, and the applications they acted on are listed."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from casebook.casework.core import lifecycle, work_items
from casebook.casework.core.acting import Act
from casebook.domain.vocabulary import Stage
from casebook.storage.people import touched_by
from casebook.storage.tables import Application, Approval, Decision, Staff


@dataclass(frozen=True, kw_only=True)
class SuspensionResult:
    """The result of a suspension."""

    returned_items: int
    superseded_decisions: list[str]  # references whose undelivered decision must be made again
    touched: list[str] = field(default_factory=list)  # every application they acted on
    hold_offered: list[str] = field(default_factory=list)  # of those, the ones without a legal hold
    look_back_proposed: str = ""  # the signal that asks professional standards whether to start a look-back


def carry_out(act: Act, staff_id: str) -> SuspensionResult:
    """Return their work, supersede their undelivered decisions, list the applications they acted on, propose a look-back."""
    from casebook.casework.monitor import signals  # noqa: PLC0415 - every command loads this module, and few need it

    undelivered = _undelivered(act, staff_id)
    work_items.lock(act, [*work_items.with_work_of(act, staff_id), *undelivered])
    returned = work_items.return_items(act, staff_id)
    superseded = [_supersede(act, reference) for reference in undelivered]
    touched = touched_by(act.session, staff_id)
    on_hold = set(act.session.scalars(select(Application.reference).where(Application.legal_hold)))
    act.record(
        None, "suspension_carried_out", staff=staff_id, returned=returned, superseded=superseded, touched=len(touched)
    )
    return SuspensionResult(
        returned_items=returned,
        superseded_decisions=superseded,
        touched=touched,
        hold_offered=[reference for reference in touched if reference not in on_hold],
        look_back_proposed=signals.propose_look_back(act, staff_id, touched=len(touched)),
    )


def _undelivered(act: Act, staff_id: str) -> list[str]:
    """Applications with an undelivered decision that this person chaired or approved.

    Frozen ones are left out: their decision is superseded when they are unfrozen.
    """
    query = (
        select(Decision.reference)
        .join(Application, Application.reference == Decision.reference)
        .outerjoin(Approval, Approval.decision_id == Decision.id)
        .where(
            Decision.superseded.is_(False),
            Application.outcome.is_(None),
            Application.frozen_at.is_(None),
            (Decision.chair == staff_id) | (Approval.approver == staff_id),
        )
    )
    return sorted(set(act.session.scalars(query)))


def catch_up(act: Act, reference: str) -> None:
    """Supersede the undelivered decision of somebody who was suspended while the application was frozen."""
    query = select(Decision.chair, Approval.approver).outerjoin(Approval, Approval.decision_id == Decision.id)
    deciders = act.session.execute(query.where(Decision.reference == reference, Decision.superseded.is_(False))).all()
    for staff_id in {person for row in deciders for person in row if person}:
        member = act.session.get(Staff, staff_id)
        if member is not None and member.suspended_at is not None and reference in _undelivered(act, staff_id):
            _supersede(act, reference)


def _supersede(act: Act, reference: str) -> str:
    application = act.session.scalars(
        select(Application).where(Application.reference == reference).with_for_update(key_share=True)
    ).one()
    for decision in act.session.scalars(
        select(Decision).where(Decision.reference == reference, Decision.superseded.is_(False))
    ):
        decision.superseded = True
    application.version += 1
    act.record(application, "decision_superseded", because="staff_suspended", version=application.version)
    if application.stage == Stage.DISCLOSURE:
        lifecycle.move(act, application, Stage.PANEL_DECISION, because="decision_superseded")
    else:
        lifecycle.carry_on(act, application, because="decision_superseded")
    return reference
