"""Reads applications of the casebook as rows of a register: closed ones, restricted ones, and decisions not told yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from casebook.domain.case.record_checks import SearchResult
from casebook.domain.review import live_register
from casebook.domain.review.live_register import OF_B, OF_THE_APPLICATION, Closed
from casebook.domain.review.register import PERSON
from casebook.domain.vocabulary import Party, Stage
from casebook.storage.sweep.escalations import among
from casebook.storage.tables import (
    Application,
    Approval,
    ContactOverride,
    Decision,
    Disclosure,
    LedgerEntry,
    Person,
    SafeContact,
    Search,
)

T = TypeVar("T")
VIEWED = "personal_detail_viewed"
_PEOPLE = (*PERSON, *OF_B)


def open_to_review() -> tuple[ColumnElement[bool], ...]:
    return (
        Application.stage == Stage.CLOSED,
        Application.merged_into.is_(None),  # it is reviewed with the application that was kept
        Application.restricted.is_(False),
        Application.disposed_at.is_(None),
    )


def restricted(session: Session) -> int:
    """How many closed applications are restricted to named people and so left out of the review."""
    return session.scalar(select(func.count()).where(*_closed_and_restricted())) or 0


def restricted_references(session: Session) -> set[str]:
    """References of the closed applications that are restricted."""
    return set(session.scalars(select(Application.reference).where(*_closed_and_restricted())))


def _closed_and_restricted() -> tuple[ColumnElement[bool], ...]:
    return (
        Application.stage == Stage.CLOSED,
        Application.merged_into.is_(None),
        Application.restricted.is_(True),
        Application.disposed_at.is_(None),
    )


def restricted_cells(session: Session) -> dict[str, dict[str, str]]:
    """The same of every closed application that is restricted. No list of the review may show them."""
    return cells_where(session, *_closed_and_restricted())


def untold(session: Session) -> dict[str, dict[str, str]]:
    """The same of every application, restricted or not, whose decision is approved and of which nobody has been told anything."""
    told = exists().where(Disclosure.reference == Application.reference)
    approved = exists().where(
        Decision.reference == Application.reference, Decision.superseded.is_(False),
        Approval.decision_id == Decision.id, Approval.approved,
    )  # fmt: skip
    return cells_where(session, Application.stage == Stage.DISCLOSURE, Application.outcome.is_(None), approved, ~told)


def cells_where(session: Session, *where: ColumnElement[bool]) -> dict[str, dict[str, str]]:
    """The cells of a register for each application that meets the conditions, by reference. The number of queries is fixed."""
    fields = [getattr(Application, name) for name in OF_THE_APPLICATION]
    query = select(*fields, Application.submitted_at, Application.closed_at, Application.closing_reason)
    rows = session.execute(query.where(*where)).all()
    gathered = _gather(session, {row.reference for row in rows})
    return {row.reference: live_register.cells(_as_closed(row, gathered)) for row in rows}


@dataclass(frozen=True, kw_only=True)
class _Known:
    """The data of many applications, by reference."""

    people: Mapping[str, Mapping[Party, Mapping[str, Any]]]
    decisions: Mapping[str, Any]
    disclosed: Mapping[str, datetime]
    searches: Mapping[str, Sequence[Any]]
    actors: Mapping[str, Sequence[str]]
    approvers: Mapping[str, Sequence[str]]
    planned: Collection[str]
    overridden: Collection[str]


def _gather(session: Session, of: Collection[str]) -> _Known:
    searched = _of(Search, of, Search.source, Search.terms).where(
        Search.party == Party.B, Search.superseded.is_(False), Search.result.in_([SearchResult.HIT, SearchResult.NIL])
    )
    decided = _of(Decision, of, Decision.occurred_at, Decision.rationale, Decision.chair, Decision.outcome)
    approved = _of(Approval, of, Approval.approver).join(Decision, Decision.id == Approval.decision_id)
    delivered = _of(Disclosure, of, func.min(Disclosure.occurred_at)).where(Disclosure.kind == "disclosure")
    planned = _of(SafeContact, of).where(SafeContact.party == Party.A, SafeContact.channel.is_not(None))
    standing = decided.where(Decision.superseded.is_(False)).order_by(Decision.version)
    return _Known(
        people=_people(session, of),
        decisions={row.reference: row for row in session.execute(standing)},
        disclosed=dict(session.execute(delivered.group_by(Disclosure.reference)).tuples().all()),
        searches=_by_reference((row.reference, row) for row in session.execute(searched)),
        actors=_actors(session, of),
        approvers=_by_reference(
            session.execute(approved.where(Approval.approved, Decision.superseded.is_(False))).tuples()
        ),
        planned=set(session.scalars(planned)),
        overridden=set(session.scalars(_of(ContactOverride, of))),
    )


def _as_closed(row: Any, known: _Known) -> Closed:  # noqa: ANN401 - a row of SQL
    """A row as one that is closed. What is decided and not told has the outcome of its decision."""
    name, decision = row.reference, known.decisions.get(row.reference)
    searches = known.searches[name]
    stands = decision if decision and row.outcome in {None, decision.outcome} else None
    return Closed(
        application={
            **{field: getattr(row, field) for field in OF_THE_APPLICATION},
            "outcome": row.outcome or (stands.outcome if stands else None),
        },
        submitted_at=row.submitted_at,
        decided_at=stands.occurred_at if stands else row.closed_at,
        disclosed_at=known.disclosed.get(name),
        rationale=(stands.rationale if stands else row.closing_reason) or "",
        people=known.people[name],
        actors=[*known.actors[name], *([decision.chair] if decision else [])],
        approvers=known.approvers[name],
        sources={search.source for search in searches},
        terms=[terms for search in searches for terms in search.terms],
        planned=name in known.planned,
        overridden=name in known.overridden,
    )


def _by_reference(rows: Iterable[tuple[str, T]]) -> defaultdict[str, list[T]]:
    grouped: defaultdict[str, list[T]] = defaultdict(list)
    for reference, value in rows:
        grouped[reference].append(value)
    return grouped


def _of(table: Any, references: Iterable[str], *columns: Any) -> Select[Any]:  # noqa: ANN401 - mapped classes and columns
    return select(table.reference, *columns).where(among(table.reference, references))


def _people(session: Session, references: Iterable[str]) -> dict[str, dict[Party, dict[str, Any]]]:
    people: dict[str, dict[Party, dict[str, Any]]] = defaultdict(dict)
    columns = [getattr(Person, name) for name in _PEOPLE]
    query = _of(Person, references, Person.party, *columns).where(Person.party.in_([Party.A, Party.B]))
    for row in session.execute(query):
        people[row.reference][Party(row.party)] = {name: getattr(row, name) for name in _PEOPLE}
    return people


def _actors(session: Session, references: Collection[str]) -> defaultdict[str, list[str]]:
    """Everybody who acted on each application until it was closed, by the ledger. Views do not count."""
    query = (
        select(LedgerEntry.chain, LedgerEntry.actor)
        .join(Application, Application.reference == LedgerEntry.chain)
        .where(
            among(LedgerEntry.chain, references),
            LedgerEntry.event != VIEWED,
            or_(Application.closed_at.is_(None), LedgerEntry.at <= Application.closed_at),
        )
        .distinct()
    )
    return _by_reference((name, actor) for name, actor in session.execute(query) if not _is_machine(actor))


def _is_machine(actor: str) -> bool:
    return actor == "operator" or actor.startswith("system:")


def actors_of(session: Session, reference: str) -> set[str]:
    """Everybody who acted on an application until it was closed, its chair and approvers included."""
    [cells] = cells_where(session, Application.reference == reference).values()
    return {name for column in ("handler", "approver") for name in cells.get(column, "").split(";") if name}
