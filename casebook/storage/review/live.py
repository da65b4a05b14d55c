"""The casebook's own closed applications for the review. They are read directly, never copied into a register.

Restricted applications are left out, because only named people may see them. Disposed ones have nothing left to read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, distinct, exists, func, or_, select
from sqlalchemy.dialects.postgresql import TEXT, array
from sqlalchemy.orm import Session

from casebook.domain import chain
from casebook.domain.case.record_checks import SearchResult
from casebook.domain.review import live_register
from casebook.domain.review.live_register import LIVE, OF_B, OF_THE_APPLICATION, Closed
from casebook.domain.review.register import PERSON
from casebook.domain.vocabulary import Party, Stage, WorkKind
from casebook.storage.sweep.escalations import among
from casebook.storage.tables import (
    OPEN_WORK,
    Application,
    Approval,
    ContactOverride,
    Decision,
    Disclosure,
    LedgerEntry,
    Person,
    ReviewApplication,
    ReviewCase,
    ReviewOpinion,
    ReviewRow,
    SafeContact,
    Search,
    WorkItem,
)

T = TypeVar("T")
VIEWED = "personal_detail_viewed"
DOSSIER = "review_dossier_viewed"
PERSON_VIEWED = "review_person_viewed"
_PEOPLE = (*PERSON, *OF_B)


def row_id(reference: str) -> str:
    """The id of the row that stands for an application of the casebook in the review."""
    return chain.identity("review_row", LIVE, reference)


def untaken(session: Session) -> list[str]:
    """References of applications that may be reviewed and are not part of the review yet."""
    closed = list(
        session.scalars(select(Application.reference).where(*_open_to_review()).order_by(Application.reference))
    )
    ids = [row_id(reference) for reference in closed]
    taken = set(session.scalars(select(ReviewRow.id).where(among(ReviewRow.id, ids))))
    return [reference for reference, id_ in zip(closed, ids, strict=True) if id_ not in taken]


def restricted(session: Session) -> int:
    """How many closed applications are restricted to named people and so left out of the review."""
    query = select(func.count()).where(
        Application.stage == Stage.CLOSED, Application.restricted, Application.disposed_at.is_(None)
    )
    return session.scalar(query) or 0


def _open_to_review() -> tuple[ColumnElement[bool], ...]:
    return (
        Application.stage == Stage.CLOSED,
        Application.merged_into.is_(None),  # it is reviewed with the application that was kept
        Application.restricted.is_(False),
        Application.disposed_at.is_(None),
    )


def cells(session: Session, references: Collection[str]) -> dict[str, dict[str, str]]:
    """The cells of a register for each application that may be reviewed, by reference. The number of queries is fixed."""
    if not references:
        return {}
    fields = [getattr(Application, name) for name in OF_THE_APPLICATION]
    query = select(*fields, Application.submitted_at, Application.closed_at, Application.closing_reason)
    rows = session.execute(query.where(among(Application.reference, references), *_open_to_review())).all()
    gathered = _gather(session, {row.reference for row in rows})
    return {row.reference: live_register.cells(_closed(row, gathered)) for row in rows}


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


def _closed(row: Any, known: _Known) -> Closed:  # noqa: ANN401 - a row of SQL
    name, decision = row.reference, known.decisions.get(row.reference)
    searches, stands = known.searches[name], decision if decision and decision.outcome == row.outcome else None
    return Closed(
        application={field: getattr(row, field) for field in OF_THE_APPLICATION},
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
            among(LedgerEntry.chain, references), LedgerEntry.at <= Application.closed_at, LedgerEntry.event != VIEWED
        )
        .distinct()
    )
    return _by_reference((name, actor) for name, actor in session.execute(query) if not _is_machine(actor))


def _is_machine(actor: str) -> bool:
    return actor == "operator" or actor.startswith("system:")


def named(row: str) -> str:
    """The name of the row's application in the ledger's entries about viewed dossiers."""
    return chain.digest(row)[:16]


def seen(session: Session) -> dict[str, set[str]]:
    """By an application's name in the ledger, who has read its dossier other than blind. One query for all."""
    name, unblind = LedgerEntry.body["application"].astext, ~LedgerEntry.body["blind"].as_boolean()
    query = select(name, LedgerEntry.actor).where(
        LedgerEntry.event == DOSSIER, LedgerEntry.chain == chain.UNIT, unblind
    )
    readers: defaultdict[str, set[str]] = defaultdict(set)
    for called, actor in session.execute(query.distinct()):
        readers[called].add(actor)
    return readers


def plan_of_a(session: Session, rows: Sequence[str]) -> SafeContact | None:
    """The latest safe-contact plan of the person at risk among the casebook's applications in the rows, channel or not."""
    query = (
        select(SafeContact)
        .join(Application, Application.reference == SafeContact.reference)
        .where(among(SafeContact.reference, references(session, rows)), *_open_to_review())
        .where(SafeContact.party == Party.A)
        .order_by(SafeContact.confirmed_at.desc(), SafeContact.reference)
    )
    return session.scalars(query.limit(1)).first()


def known_to(session: Session, rows: Sequence[str]) -> set[str]:
    """Everybody who acted on one of the casebook's applications in the rows, or has viewed it other than blind."""
    theirs = references(session, rows)
    if not theirs:
        return set()
    blindly = or_(
        LedgerEntry.event == PERSON_VIEWED,  # how a person is reached does not show what was decided
        and_(LedgerEntry.event == DOSSIER, LedgerEntry.body["blind"].as_boolean()),
    )
    return set(session.scalars(select(distinct(LedgerEntry.actor)).where(among(LedgerEntry.chain, theirs), ~blindly)))


def references(session: Session, rows: Collection[str]) -> list[str]:
    """References of the casebook's applications in the rows."""
    query = select(ReviewRow.cells[LIVE].astext).where(among(ReviewRow.id, rows), ReviewRow.cells.has_key(LIVE))
    return sorted(session.scalars(query))


def proposed(session: Session, rows: Collection[str]) -> bool:
    """Whether a Right to Know proposal about one of the casebook's applications in the rows waits for a supervisor."""
    mine = among(WorkItem.reference, references(session, rows))
    query = select(exists().where(OPEN_WORK, WorkItem.kind == WorkKind.REVIEW_WATCH_PROPOSAL, mine))
    return bool(session.scalar(query))


def to_decide(session: Session, staff_id: str) -> set[str]:
    """References of the casebook's applications for which a reviewer's own decision is still open."""
    anchors = select(ReviewCase.anchor).join(WorkItem, WorkItem.subject["case"].astext == ReviewCase.id)
    mine = (WorkItem.owner == staff_id, WorkItem.subject["part"].astext == "own", OPEN_WORK)
    return _joined(session, session.scalars(anchors.where(*mine)).all())


def undecided(session: Session, staff_id: str) -> set[str]:
    """References of the casebook's applications in the review, except those that have been decided again."""
    query = select(ReviewCase.anchor).join(ReviewOpinion, ReviewOpinion.case_id == ReviewCase.id)
    mine = session.scalars(query.where(ReviewOpinion.reviewer == staff_id, ReviewOpinion.decided_at.is_not(None))).all()
    every = select(ReviewRow.cells[LIVE].astext).where(ReviewRow.cells.has_key(LIVE))
    return set(session.scalars(every)) - _joined(session, mine) | to_decide(session, staff_id)


def _joined(session: Session, anchors: Sequence[str]) -> set[str]:
    """References of the casebook's applications among all rows of the review applications that have these rows."""
    if not anchors:
        return set()
    with_them = ReviewApplication.rows.op("?|")(array(anchors, type_=TEXT))
    rows = session.scalars(select(func.jsonb_array_elements_text(ReviewApplication.rows)).where(with_them)).all()
    return set(references(session, rows))
