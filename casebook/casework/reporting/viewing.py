"""Lists and shows applications. Viewing personal detail needs a permission, and is recorded in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    LargeBinary,
    bindparam,
    exists,
    inspect,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from casebook.casework.core import code_words, conflict, signatures
from casebook.casework.core.acting import Act, refuse
from casebook.casework.core.blind_review import outcomes_hidden, why_not_look
from casebook.domain import authority
from casebook.domain.authority import Command
from casebook.domain.triage import is_danger_said
from casebook.domain.vocabulary import Priority, Stage
from casebook.errors import NotPermitted
from casebook.storage import allocation, links, people, tables
from casebook.storage.case import merged
from casebook.storage.review.live_cells import VIEWED
from casebook.storage.tables import OPEN_WORK, Application, Base, Clock, LedgerEntry, WorkItem

# what `show` includes with the application itself, in the order of the stages
PARTS: tuple[type[Base], ...] = (
    tables.Person, tables.SafeContact, tables.SafeContactChange, tables.Clock, tables.WorkItem, tables.Search,
    tables.Candidate, tables.Finding, tables.Assurance, tables.ApplicantSign, tables.Meeting, tables.InstrumentAnswer,
    tables.InstrumentShortfall, tables.RiskScore, tables.RiskAssessment, tables.Circumstance,
    tables.OwnerAgreement, tables.Panel,
    tables.AgencyStatement, tables.MemberAnswer, tables.Decision, tables.Approval, tables.Disclosure,
    tables.EmergencyDisclosure, tables.Ratification, tables.ContactOverride, tables.ContactAttempt, tables.FollowUp,
    tables.ClosingSummary,
    tables.Referral, tables.ConflictDeclaration, tables.GateResult, tables.GateOverride, tables.Proposal, tables.Escalation,
    tables.ApplicationLink, tables.Watch, tables.StatedReason, tables.CaseNote, tables.IncomingCall,
    tables.CaseOwner, tables.Reminder, tables.CaseDocument, tables.ToldRecord, tables.OpenCheck,
)  # fmt: skip


def listing(act: Act, *, stage: Stage | None = None, overdue: bool = False) -> list[dict[str, object]]:
    """Applications, most urgent first. Only those that the actor may see."""
    act.allowed(Command.LIST_APPLICATIONS)
    query = select(Application)
    if stage is not None:
        query = query.where(Application.stage == stage)
    hidden = people.hidden_from(act.session, act.actor)
    waiting = _waiting(act.session)
    dues = _dues(act.session)
    blind = outcomes_hidden(act)
    rows = [
        line(application, waiting.get(application.reference, []), dues.get(application.reference), act.now)
        for application in act.session.scalars(query)
        if application.reference not in hidden
    ]
    owners = allocation.owners(act.session)
    for row in rows:
        row["owner"] = owners.get(str(row["reference"]))
        row["outcome"] = None if row["reference"] in blind else row["outcome"]
    return sorted((row for row in rows if row["overdue"] or not overdue), key=_order)


def line(
    application: Application, items: Sequence[WorkItem], due_at: datetime | None, now: datetime
) -> dict[str, object]:
    """One line of the list of applications."""
    return {
        "reference": application.reference,
        "stage": application.stage,
        "waiting_for": sorted({item.kind for item in items}),
        "priority": application.priority,
        "danger_said": is_danger_said(application.priority, application.priority_reason),
        "band": application.band,
        "due_at": due_at.isoformat() if due_at else None,
        "overdue": due_at is not None and due_at < now,
        "escalation_level": max((item.escalation_level for item in items), default=0),
        "outcome": application.outcome,
        "score": application.score,
        "received_at": application.received_at.isoformat(),
    }


def _order(row: dict[str, Any]) -> tuple[object, ...]:
    return (
        row["stage"] == Stage.CLOSED,
        Priority(row["priority"]).rank,
        not row["danger_said"],
        not row["overdue"],
        row["due_at"] or "9999",
        -(row["score"] or 0),
        row["received_at"],
        row["reference"],
    )


def _waiting(session: Session) -> dict[str, list[WorkItem]]:
    items_of: dict[str, list[WorkItem]] = {}
    for item in session.scalars(select(WorkItem).where(WorkItem.reference.is_not(None), OPEN_WORK)):
        items_of.setdefault(str(item.reference), []).append(item)
    return items_of


def _dues(session: Session) -> dict[str, datetime]:
    """The next unmet deadline of each open application. A closed one has none."""
    due_of: dict[str, datetime] = {}
    query = (
        select(Clock)
        .join(Application, Application.reference == Clock.reference)
        .where(Clock.met_at.is_(None), Clock.due_at.is_not(None), Application.stage != Stage.CLOSED)
    )
    for clock in session.scalars(query):
        if clock.due_at is not None and (clock.reference not in due_of or clock.due_at < due_of[clock.reference]):
            due_of[clock.reference] = clock.due_at
    return due_of


def show(act: Act, reference: str) -> dict[str, object]:
    """The whole application: who, when, on what facts, by which test, under which policy.

    Personal detail is shown only to roles that may see it, and the view is recorded in the ledger.
    """
    act.allowed(Command.SHOW_APPLICATION)
    application = act.application(reference)
    refuse(why_not_look(act, reference) or conflict.why_not_open(act, reference), NotPermitted)
    personal = authority.why_not_allowed(act.actor, Command.SEE_PERSONAL_DETAIL) is None
    parts = _parts(act.session, reference, personal=personal)
    history = act.session.scalars(
        select(LedgerEntry).where(LedgerEntry.chain == reference).order_by(LedgerEntry.sequence)
    ).all()
    if personal:
        act.record(application, VIEWED, versions=signatures.versions(act, application))
    return {
        "now": act.now.isoformat(),
        **_values(application, personal=personal),
        "personal_detail": "shown" if personal else "not for this role",
        **parts,
        **_left_undone(history),
        **_merged(act, application, personal=personal),
        "history": [
            {"at": entry.at.isoformat(), "actor": entry.actor, "event": entry.event,
             "body": {key: value for key, value in entry.body.items() if key != "rows"}}
            for entry in history
        ],
    }  # fmt: skip


def open_file(act: Act, reference: str) -> tuple[Application, list[str]]:
    """An application, and the references that are one file with it. Refused unless the actor may look at each of them."""
    act.allowed(Command.SHOW_APPLICATION)
    application = act.application(reference)
    refuse(why_not_look(act, reference), NotPermitted)
    references = merged.files_of(act.session, reference)
    for each in references:
        refuse(conflict.why_not_open(act, each), NotPermitted)
    return application, references


def _merged(act: Act, application: Application, *, personal: bool) -> dict[str, object]:
    """The duplicates that were merged into it, whole, and every external id: together they are one file."""
    query = select(Application).where(Application.merged_into == application.reference)
    duplicates = act.session.scalars(query.order_by(Application.reference)).all()
    if not duplicates:
        return {}
    for duplicate in duplicates:
        refuse(conflict.why_not_open(act, duplicate.reference), NotPermitted)
        if personal:
            act.record(duplicate, VIEWED, part="merged")
    files = [
        {**_values(duplicate, personal=personal), **_parts(act.session, duplicate.reference, personal=personal)}
        for duplicate in duplicates
    ]
    return {"merged": files, "external_ids": [row.external_id for row in (application, *duplicates)]}


def _left_undone(history: Sequence[LedgerEntry]) -> dict[str, object]:
    """What was left undone by the last early end. It comes from the ledger, so it can still be read after disposal."""
    ends = [entry for entry in history if entry.event in {"closed_early", "application_reopened"}]
    return {"left_undone": ends[-1].body} if ends and ends[-1].event == "closed_early" else {}


def rows_of(session: Session, part: type[Base], reference: str) -> Sequence[Base]:
    """The rows of one table that belong to an application. No link across a restriction is shown, unless it was told."""
    if part is tables.ApplicationLink:
        return links.shown_links(session, reference)
    return session.scalars(select(part).where(part.__table__.c.reference == reference)).all()


def _parts(session: Session, reference: str, *, personal: bool) -> dict[str, list[dict[str, object]]]:
    """Table -> the rows of an application, for each table that has any. One statement asks which: most have none."""
    there = set(session.execute(_filled(), {"reference": reference}).scalars())
    parts = {
        part.__tablename__: [_values(row, personal=personal) for row in rows_of(session, part, reference)]
        for part in PARTS
        if part.__tablename__ in there
    }
    return {name: rows for name, rows in parts.items() if rows}  # a link across a restriction is not shown


@cache
def _filled() -> CompoundSelect[tuple[str]]:
    reference: BindParameter[str] = bindparam("reference")
    return union_all(
        *(
            select(literal_column(f"'{part.__tablename__}'")).where(
                exists().where(part.__table__.c.reference == reference)
            )
            for part in PARTS
        )
    )


def _values(row: Base, *, personal: bool) -> dict[str, object]:
    hidden = frozenset() if personal else frozenset(type(row).personal)
    shown: dict[str, object] = code_words.hide(
        {
            attribute.key: getattr(row, attribute.key)
            for attribute in inspect(type(row)).column_attrs
            if attribute.key not in hidden and not isinstance(attribute.columns[0].type, LargeBinary)  # sealed
        }
    )
    return shown
